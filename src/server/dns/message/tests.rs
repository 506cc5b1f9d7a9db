//! Messages as they come, and as somebody would send them who means harm.

use super::*;

fn asked() -> Asked {
    Asked { id: 0x1234, name: "many.example".into(), kind: Kind::Mx }
}

const QUESTION: &[u8] = b"\x04many\x07example\x00\x00\x0f\x00\x01";

/// A record of a name that is a pointer to the question's, or of another one.
fn record(owner: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [owner, &[0, kind, 0, 1, 0, 0, 1, 0], &length, data].concat()
}

fn mx(preference: u8, host: &[u8]) -> Vec<u8> {
    record(b"\xc0\x0c", 15, &[&[0, preference], host].concat())
}

/// An answer: flags, how many records are announced, and what is after the question.
fn answer(flags: u16, count: u16, records: &[u8]) -> Vec<u8> {
    let head = [0x12, 0x34, (flags >> 8) as u8, flags as u8, 0, 1];
    [&head[..], &count.to_be_bytes(), &[0; 4], QUESTION, records].concat()
}

fn heard(bytes: &[u8]) -> Answer {
    match read(bytes, &asked()) {
        Heard::Answer(answer) => answer,
        Heard::Foreign(oddity) => panic!("{oddity:?}"),
    }
}

fn foreign(bytes: &[u8]) -> Oddity {
    match read(bytes, &asked()) {
        Heard::Foreign(oddity) => oddity,
        Heard::Answer(answer) => panic!("{answer:?}"),
    }
}

#[test]
fn a_question_is_what_dig_sends() {
    let plain = question(&asked(), None).unwrap();
    assert_eq!(
        plain,
        [&b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"[..], QUESTION].concat()
    );
    let edns = question(&asked(), Some(1232)).unwrap();
    let opt = b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00";
    assert_eq!(
        edns,
        [&b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01"[..], QUESTION, opt].concat()
    );
    let long = Asked { name: "a".repeat(64), ..asked() };
    assert_eq!(question(&long, None), None);
}

#[test]
fn an_answer_is_read() {
    let records = [mx(20, b"\x01b\xc0\x0c"), mx(10, b"\x01a\xc0\x0c"), mx(10, b"\x01A\x01x\x00")];
    let found = heard(&answer(0x8180, 3, &records.concat()));
    let hosts: Vec<_> = found.mx.iter().map(|mx| (mx.preference, &*mx.host)).collect();
    assert_eq!(hosts, [(10, "A.x"), (10, "a.many.example"), (20, "b.many.example")]);
    assert!(found.complete && !found.truncated && found.alias.is_none());
    assert_eq!(found.bytes, 12 + QUESTION.len() + records.concat().len());
    // The case of letters is nobody's, and the bit that must be zero may be set.
    let shouted = answer(0x83c0, 0, b"").to_ascii_uppercase();
    assert!(heard(&shouted).truncated);
    let null = heard(&answer(0x8180, 1, &mx(0, b"\x00")));
    assert!(null.is_null_mx() && null.hosts().is_empty());
}

#[test]
fn an_alias_is_followed() {
    let alias = record(b"\xc0\x0c", 5, b"\x05other\x00");
    let its = record(b"\x05other\x00", 15, b"\x00\x05\x01m\x00");
    let stray = record(b"\x05stray\x00", 15, b"\x00\x01\x01s\x00");
    let found = heard(&answer(0x8180, 3, &[stray, alias.clone(), its].concat()));
    assert_eq!(found.alias.as_deref(), Some("other"));
    assert_eq!(found.hosts().into_iter().collect::<Vec<_>>(), ["m"]);
    // Round and round.
    let back = record(b"\x05other\x00", 5, b"\xc0\x0c");
    let found = heard(&answer(0x8180, 2, &[alias, back].concat()));
    assert!(found.mx.is_empty());
}

#[test]
fn what_is_not_the_answer_is_told_apart() {
    let good = answer(0x8180, 1, &mx(1, b"\x01a\x00"));
    assert_eq!(foreign(&[&b"\x12\x35"[..], &good[2..]].concat()), Oddity::OtherId);
    assert_eq!(foreign(&[&good[..2], &b"\x01\x00"[..], &good[4..]].concat()), Oddity::Junk, "ours");
    for (at, byte) in [(13, b'M' + 1), (good.len() - 1, 9), (27, 16), (29, 3)] {
        let mut other = good.clone();
        other[at] = byte;
        match at {
            13 | 27 | 29 => assert_eq!(foreign(&other), Oddity::OtherQuestion, "{at}"),
            _ => assert!(!heard(&other).complete),
        }
    }
    let mut none = good.clone();
    none[5] = 0;
    assert_eq!(foreign(&none), Oddity::OtherQuestion, "no question, and no error");
    none[3] = 0x81;
    assert_eq!(heard(&none).rcode, Rcode::FORM_ERR, "a header alone will do");
    for (at, bytes) in
        [&b""[..], b"\x12\x34", b"HTTP/1.1 400 Bad Request\r\n", &[0; 12]].iter().enumerate()
    {
        assert_eq!(foreign(bytes), Oddity::Junk, "{at}");
    }
}

#[test]
fn what_stands_before_a_cut_is_read() {
    let records: Vec<u8> = (0..40).flat_map(|n| mx(n, &[1, b'a' + n % 26, 0])).collect();
    let full = answer(0x8180, 40, &records);
    let one = records.len() / 40;
    for end in 12 + QUESTION.len()..full.len() {
        let found = heard(&full[..end]);
        assert_eq!(found.mx.len(), (end - 12 - QUESTION.len()) / one, "{end}");
        assert!(!found.complete);
    }
    assert!(heard(&full).complete);
    // A lying count, in both directions.
    assert!(!heard(&answer(0x8180, 65_535, &records)).complete);
    assert_eq!(heard(&answer(0x8180, 65_535, &records)).mx.len(), 40);
    assert_eq!(heard(&answer(0x8180, 3, &records)).mx.len(), 3);
    // What is broken in the sections that follow concerns nobody.
    let mut behind = answer(0x8180, 40, &[&records[..], b"\xff\xff\xff"].concat());
    behind[8..12].fill(0xFF);
    assert!(heard(&behind).complete);
}

#[test]
fn compression_that_leads_nowhere_ends() {
    let count = u16::try_from(12 + QUESTION.len()).unwrap();
    let [high, low] = (0xc000 | count).to_be_bytes();
    for owner in [[high, low], [0xc0, 0xff], [0xff, 0xff]] {
        let found = heard(&answer(0x8180, 1, &record(&owner, 15, b"\x00\x01\x01a\x00")));
        assert!(!found.complete && found.mx.is_empty(), "{owner:x?}");
    }
    // A question that points at itself.
    let mut looped = answer(0x8180, 0, b"");
    looped[12..14].copy_from_slice(b"\xc0\x0c");
    assert_eq!(foreign(&looped), Oddity::Junk);
}

#[test]
fn sixty_four_kilobytes_of_malice_take_no_time() {
    // Pointers to pointers, as long as they can be, and records that all lead through them.
    let mut pointers = vec![0];
    let start = 12 + QUESTION.len() + 12;
    while pointers.len() < 16_000 {
        let to = start + pointers.len().saturating_sub(2);
        pointers.extend((0xc000 | u16::try_from(to).unwrap()).to_be_bytes());
    }
    let last = u16::try_from(start + pointers.len() - 2).unwrap();
    let mut records = record(b"\xc0\x0c", 16, &pointers);
    let one = record(&(0xc000 | last).to_be_bytes(), 15, b"\x00\x01\xc0\x0c");
    while records.len() + one.len() < 65_000 {
        records.extend(&one);
    }
    records.extend(b"\xff\xff");
    let message = answer(0x8180, 65_535, &records);
    let begun = std::time::Instant::now();
    assert!(!heard(&message).complete);
    assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
}
