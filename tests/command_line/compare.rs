//! What counts as a difference, and the laws of comparing.
//!
//! Every case is a folder in `fixtures/compare`; a line of `expected` is a property with its
//! values, or a key that only one of the two has.

use std::path::Path;

use crate::cases::cases;
use metafix::inspect::compare::{Comparison, KeyDifference, Side, compare};
use metafix::metabase::locate;
use metafix::metabase::scan::{Metabase, scan};
use metafix::metabase::schema::Schema;
use metafix::text::source::Source;

fn read(bytes: Vec<u8>) -> (Source<'static>, Metabase) {
    let source = Source::decode(bytes).expect("it is text");
    let metabase = scan(&source).expect("it is a metabase");
    (source, metabase)
}

fn compared(
    was: &(Source<'static>, Metabase),
    now: &(Source<'static>, Metabase),
    bookkeeping: bool,
) -> Comparison {
    compare(
        Side { source: &was.0, metabase: &was.1 },
        Side { source: &now.0, metabase: &now.1 },
        &Schema::built_in(),
        bookkeeping,
    )
    .expect("two metabases can be compared")
}

fn lines(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    for key in &comparison.keys {
        match (key.was_line, key.now_line) {
            (Some(_), None) => lines.push(format!("-{}", key.location)),
            (None, _) => lines.push(format!("+{}", key.location)),
            _ => {}
        }
        for property in &key.properties {
            let value = |state: &Option<metafix::inspect::compare::State>| {
                state.as_ref().map_or("-".into(), |state| state.value.escape_default().to_string())
            };
            let (was, now) = (value(&property.was), value(&property.now));
            lines.push(format!("{} {} {was} -> {now}", key.location, property.name));
        }
    }
    lines
}

#[test]
fn each_case_differs_in_what_is_expected() {
    let mut failed = Vec::new();
    for case in cases("compare", 25) {
        let (was, now) = (read(case.read("was.xml")), read(case.read("now.xml")));
        let found = lines(&compared(&was, &now, false));
        let expected: Vec<String> = case.text("expected").lines().map(str::to_owned).collect();
        if found != expected {
            failed.push(format!("{}: {found:#?}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn turned_round_the_same_keys_and_properties_differ() {
    let mut compared_cases = 0;
    for case in cases("compare", 25) {
        let (was, now) = (read(case.read("was.xml")), read(case.read("now.xml")));
        let there = compared(&was, &now, true);
        let back = compared(&now, &was, true);
        let mut turned = back.clone();
        for key in &mut turned.keys {
            std::mem::swap(&mut key.was_line, &mut key.now_line);
            for property in &mut key.properties {
                std::mem::swap(&mut property.was, &mut property.now);
            }
        }
        // Where a file writes a path or a name differently, the later one's is shown.
        let facts = |comparison: &Comparison| {
            let fact = |key: &KeyDifference| {
                let states = key.properties.iter().map(|p| (p.id, p.was.clone(), p.now.clone()));
                (
                    key.location.to_lowercase(),
                    key.was_line,
                    key.now_line,
                    states.collect::<Vec<_>>(),
                )
            };
            comparison.keys.iter().map(fact).collect::<Vec<_>>()
        };
        assert_eq!(facts(&there), facts(&turned), "{}", case.name);
        compared_cases += 1;
    }
    assert!(compared_cases >= 25);
}

#[test]
fn every_metabase_is_the_same_as_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut count = 0;
    for kind in ["corpus", "servers"] {
        for entry in std::fs::read_dir(folder.join(kind)).expect("the fixtures are there") {
            let path = entry.expect("the fixtures can be listed").path();
            let bytes = std::fs::read(&path).expect("the fixture can be read");
            let (one, other) = (read(bytes.clone()), read(bytes));
            let found = compared(&one, &other, true);
            assert_eq!(found, Comparison::default(), "{}", path.display());
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn the_encoding_and_the_line_ends_are_no_difference() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/servers");
    let bytes = std::fs::read(folder.join("windows-2003.xml")).expect("the fixture is there");
    let text = String::from_utf8(bytes.clone()).expect("it is text");
    let line_feeds = text.replace("\r\n", "\n");
    let mut wide = b"\xFF\xFE".to_vec();
    wide.extend(line_feeds.encode_utf16().flat_map(u16::to_le_bytes));
    assert_ne!(bytes, wide);
    assert_eq!(compared(&read(bytes), &read(wide), true), Comparison::default());
}

#[test]
fn two_servers_differ_in_all_keys_of_the_one_and_the_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/servers");
    let server = |name: &str| read(std::fs::read(folder.join(name)).expect("the fixture is there"));
    let (was, now) = (server("relay-2022.xml"), server("exchange-2003.xml"));
    let paths = |(source, metabase): &(Source<'static>, Metabase)| {
        let keys = metabase.keys.iter();
        keys.map(|key| locate::location(source, key).to_lowercase()).collect::<Vec<_>>()
    };
    let (was_paths, now_paths) = (paths(&was), paths(&now));
    let comparison = compared(&was, &now, true);
    let only = |mine: &[String], other: &[String]| {
        mine.iter().filter(|path| !other.contains(path)).count()
    };
    let gone = comparison.keys.iter().filter(|key| key.now_line.is_none()).count();
    let new = comparison.keys.iter().filter(|key| key.was_line.is_none()).count();
    assert_eq!((gone, new), (only(&was_paths, &now_paths), only(&now_paths, &was_paths)));
    assert!(new > 0);
    let shown = format!("{comparison:?}");
    assert!(!shown.contains("4963446200"), "a secret is shown");
}
