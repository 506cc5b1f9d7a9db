//! Saved event logs in every form: each case of `fixtures/events` says what is expected of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use metafix::inspect::events::{self, Events, Time};

/// What `expected` says, of what was read.
fn described(bytes: &[u8]) -> String {
    let read = match events::read(bytes) {
        Ok(read) => read,
        Err(error) => return format!("error {error}\n"),
    };
    let mut lines = vec![format!("read {}", read.read)];
    let counts = [("other", read.other_causes), ("nameless", read.nameless)];
    lines.extend(counts.iter().filter(|(_, count)| *count > 0).map(|(of, n)| format!("{of} {n}")));
    lines.extend(read.order_is_likely.then(|| "likely".to_owned()));
    let time = |time: Option<Time>| time.map_or("-".to_owned(), |time| time.to_string());
    lines.extend(read.domains().iter().map(|(domain, of)| {
        assert!(of.days.values().sum::<usize>() <= of.count);
        format!("{domain} {} {} {}", of.count, time(of.first), time(of.last))
    }));
    lines.join("\n") + "\n"
}

fn cases() -> BTreeMap<String, (Vec<u8>, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/events");
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let folder = entry.expect("it can be listed").path();
        let file = |name| fs::read(folder.join(name)).expect("each case has it");
        let expected = String::from_utf8(file("expected")).expect("it is text");
        let why = String::from_utf8(file("why.md")).expect("it is text");
        assert!(!why.trim().is_empty(), "{} has no reason", folder.display());
        let name = folder.file_name().expect("it has one").to_string_lossy().into_owned();
        (name, (file("log"), expected))
    };
    fs::read_dir(folder).expect("the fixtures are there").map(read).collect()
}

#[test]
fn every_saved_log_says_what_is_expected() {
    let cases = cases();
    assert!(cases.len() >= 30, "{}", cases.len());
    let mut wrong = String::new();
    for (name, (log, expected)) in cases {
        let described = described(&log);
        if described != expected {
            wrong += &format!("{name}:\n{described}instead of:\n{expected}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Two files are one answer.
#[test]
fn several_files_are_added_up() {
    let cases = cases();
    let mut all = Events::default();
    for name in ["wevtutil-with-root", "viewer-2003-csv"] {
        all.add(events::read(&cases[name].0).expect("it is a log"));
    }
    assert_eq!((all.read, all.other_causes), (9, 1));
    let contoso = all.of("Contoso.COM.").expect("it is in both");
    assert_eq!((contoso.count, contoso.days.len()), (4, 3));
    let [first, last] = [contoso.first, contoso.last].map(|time| time.unwrap().to_string());
    assert_eq!((&*first, &*last), ("2013-05-04T00:15:22", "2013-05-16T10:00:01"));
}

/// No line of a log is lost for a line that is cut: each beginning of each log is read or refused.
#[test]
fn no_cut_of_a_log_breaks_the_reader() {
    let mut refused = 0;
    for (log, _) in cases().into_values() {
        let mut before = 0;
        // A prime number of bytes apart, so that in one log or another each place is met.
        for end in (0..log.len()).step_by(7) {
            match events::read(&log[..end]) {
                Ok(read) => before = before.max(read.read),
                Err(_) => refused += 1,
            }
        }
        if let Ok(whole) = events::read(&log) {
            assert!(whole.read >= before, "{} before, {} at the end", before, whole.read);
        }
    }
    assert!(refused > 500, "{refused}");
}
