//! The fuzz target for DNS answers on what six real servers sent, on each cut of it, and on damaged
//! copies. The same body runs under libFuzzer: `fuzz/README.md` says how.

use std::fs;
use std::path::Path;

use crate::answers::{answer, asked, judged};

/// The answers of real servers: `tests/trust/resolvers.rs` fetched them.
fn real() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/answers");
    let entries = fs::read_dir(folder).expect("the fixtures are there");
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("it can be listed").path();
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        (name, fs::read(path).expect("it can be read"))
    };
    let is_file = |entry: &std::io::Result<fs::DirEntry>| {
        entry.as_ref().is_ok_and(|entry| entry.path().is_file())
    };
    let mut all: Vec<_> = entries.filter(is_file).map(read).collect();
    all.sort();
    assert!(all.len() >= 18, "{}", all.len());
    all
}

#[test]
fn what_real_servers_sent_is_read() {
    for (name, bytes) in real() {
        let parts: Vec<&str> = name.split('-').collect();
        let [server, domain, way] = parts[..] else { panic!("{name}") };
        let answer = judged(&bytes, &asked(&format!("{domain}.example"))).expect("it is one");
        let hosts = answer.hosts().len();
        // Without being told otherwise some give no more than 1232 bytes with EDNS0 either.
        let is_short = matches!(server, "knot" | "nsd" | "powerdns");
        let expected = match (domain, way, server) {
            ("few", ..) => 2,
            ("many", "edns", _) if !is_short => 40,
            (_, "udp", "bind") => 13,
            (_, "udp", "dnsmasq") => 10,
            _ => 0,
        };
        assert_eq!((hosts, answer.complete), (expected, true), "{name}");
        assert_eq!(answer.truncated, domain == "many" && (way == "udp" || is_short), "{name}");
    }
}

#[test]
fn no_cut_answer_breaks_a_law() {
    let mut read = 0;
    for (_, bytes) in real() {
        // Every cut of a short one; of a long one those of each sort of place.
        for end in (0..bytes.len()).step_by(if bytes.len() < 600 { 1 } else { 7 }) {
            read += usize::from(answer(&bytes[..end]));
        }
    }
    assert!(read > 1_000, "{read}");
}

/// The fuzzer found that more of a cut answer can be read than of the whole one, where a name leads
/// into the header: nothing is believed that is not there, and nothing breaks.
#[test]
fn a_name_that_leads_into_the_header_breaks_no_law() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/answers/found/name-in-header.bin");
    let bytes = fs::read(path).expect("the fixture is there");
    let found = judged(&bytes, &asked("many.example")).expect("it is an answer");
    assert!(!found.complete);
    assert!(answer(&bytes));
}

#[test]
fn no_damaged_answer_breaks_a_law() {
    let mut read = 0;
    for (_, mut bytes) in real().into_iter().filter(|(_, bytes)| bytes.len() < 600) {
        for at in 0..bytes.len() {
            let damage = [0, 0x3F, 0xC0, 0xFF, 1][at % 5];
            let was = std::mem::replace(&mut bytes[at], damage);
            read += usize::from(answer(&bytes));
            bytes[at] = was;
        }
    }
    assert!(read > 1_000, "{read}");
}
