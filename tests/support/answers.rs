//! What must hold for any bytes that a DNS server may send: they are the answer, or are not, and
//! nothing in them is believed that is not there.
//!
//! Owns the body of the fuzz target `answer`, which `fuzz/` runs on what libFuzzer invents and
//! `tests/laws/dns_answers.rs` on what real servers sent, cut and damaged.

use metafix::inspect::diagnosis::probe::{Answer, Oddity, Rcode};
use metafix::server::dns::message::{Asked, Heard, Kind, question, read};

/// The question that every answer of `fixtures/answers` is to.
pub fn asked(name: &str) -> Asked {
    Asked { id: 0x1234, name: name.to_owned(), kind: Kind::Mx }
}

/// The header's and the question's length.
const HEADER: usize = 12;

/// Reads bytes as they are, and as the records of an answer whose header and question are right;
/// says whether either was an answer.
pub fn answer(bytes: &[u8]) -> bool {
    let mut reached = false;
    for name in ["many.example", "few.example"] {
        reached |= judged(bytes, &asked(name)).is_some();
    }
    if let [flags, count, records @ ..] = bytes {
        let asked = asked("many.example");
        let mut message = question(&asked, None).expect("it can be asked");
        message[2..4].copy_from_slice(&[0x80 | flags, flags >> 4]);
        message[6..8].copy_from_slice(&[count >> 7, *count]);
        message.extend(records);
        reached |= judged(&message, &asked).is_some();
    }
    reached
}

/// Reads bytes, and panics where a law is broken.
pub fn judged(bytes: &[u8], asked: &Asked) -> Option<Answer> {
    let heard = read(bytes, asked);
    assert_eq!(heard, read(bytes, asked), "the same bytes are the same");
    let answer = match heard {
        Heard::Foreign(oddity) => {
            let is_own = bytes.get(..2) == Some(&asked.id.to_be_bytes());
            assert!(is_own || matches!(oddity, Oddity::OtherId | Oddity::Junk), "{oddity:?}");
            return None;
        }
        Heard::Answer(answer) => answer,
    };
    assert!(bytes.len() >= HEADER && bytes[..2] == asked.id.to_be_bytes() && bytes[2] & 0x80 != 0);
    assert_eq!(answer.bytes, bytes.len());
    assert_eq!((answer.truncated, answer.rcode), (bytes[2] & 2 != 0, Rcode(bytes[3] & 15)));
    // A record has eleven bytes, and an MX record two more.
    let announced = usize::from(u16::from_be_bytes([bytes[6], bytes[7]]));
    assert!(answer.mx.len() <= announced && answer.mx.len() * 13 <= bytes.len(), "{answer:?}");
    assert!(answer.addresses.is_empty(), "nobody asked for addresses");
    assert!(answer.mx.is_sorted() && answer.hosts().len() <= answer.mx.len());
    // What is cut off tells nothing else: it tells less. Not so where a name leads into the header,
    // in which the reader writes how many answers can be read.
    let leads_into_header = |pair: &[u8]| pair[0] == 0xC0 && usize::from(pair[1]) < HEADER;
    if answer.alias.is_none() && !bytes.windows(2).any(leads_into_header) {
        for cut in [bytes.len() / 2, bytes.len().saturating_sub(1)] {
            if let Heard::Answer(part) = read(&bytes[..cut], asked) {
                assert!(part.mx.iter().all(|mx| answer.mx.contains(mx)), "{part:?} {answer:?}");
            }
        }
    }
    Some(answer)
}
