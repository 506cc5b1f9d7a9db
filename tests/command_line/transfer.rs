//! Moving keys: what an export holds, and what an import makes of it.
//!
//! The cases in `fixtures/import` were written by hand: `before.xml`, `export.xml`, `after.xml`.

use std::path::Path;

use crate::cases::cases;
use metafix::change::plan::{Requests, plan_all};
use metafix::change::transfer::{Exported, export, import};
use metafix::change::verify::verified;
use metafix::inspect::compare::{Comparison, Side, compare};
use metafix::metabase::locate::{self, KeyPath};
use metafix::metabase::scan::{Metabase, scan};
use metafix::metabase::schema::Schema;
use metafix::metabase::secrets::Secrets;
use metafix::text::edit::Edits;
use metafix::text::source::Source;

type File = (Source<'static>, Metabase);

fn read(bytes: Vec<u8>) -> File {
    let source = Source::decode(bytes).expect("it is text");
    let metabase = scan(&source).expect("it is a metabase");
    (source, metabase)
}

/// Every metabase of `corpus` and `servers`.
fn metabases() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut all = Vec::new();
    for kind in ["corpus", "servers"] {
        for entry in std::fs::read_dir(folder.join(kind)).expect("the fixtures are there") {
            let path = entry.expect("the fixtures can be listed").path();
            let bytes = std::fs::read(&path).expect("the fixture can be read");
            all.push((path.display().to_string(), bytes));
        }
    }
    assert!(all.len() > 40, "{}", all.len());
    all
}

fn service() -> KeyPath {
    KeyPath::smtp_service()
}

/// The export of the SMTP service; nothing where a key of it is duplicated.
fn exported(file: &File) -> Option<Exported> {
    export(&file.0, &file.1, &[service()], &Schema::built_in()).ok()
}

/// The metabase after an import that meets no conflict.
fn imported(exported: &File, bytes: &[u8]) -> File {
    let here = read(bytes.to_vec());
    let asked = import((&exported.0, &exported.1), (&here.0, &here.1), &Schema::built_in())
        .expect("no key is twice");
    assert!(asked.conflicts.is_empty(), "{:?}", asked.conflicts);
    let (properties, new) = (asked.requests, asked.new_keys);
    let plan = plan_all(&here.0, &here.1, &Requests { properties, new, ..Requests::default() });
    let plan = plan.expect("it can be planned");
    let result = verified(here.0, here.1, plan, &Secrets::default()).expect("it is verified");
    read(result.after)
}

fn compared(was: &File, now: &File) -> Comparison {
    let was = Side { source: &was.0, metabase: &was.1 };
    let now = Side { source: &now.0, metabase: &now.1 };
    compare(was, now, &Schema::built_in(), true).expect("they can be compared")
}

/// The metabase without a subtree, with the white space before each key taken along.
fn without(path: &KeyPath, file: &File) -> Vec<u8> {
    let (source, metabase) = file;
    let text = source.text();
    let mut parts = Vec::new();
    for key in &metabase.keys {
        if path.holds(&locate::location(source, key)) {
            let before = text[..key.at.start].trim_end_matches([' ', '\t', '\r', '\n']);
            parts.push((before.len()..key.at.end, "".into()));
        }
    }
    assert!(!parts.is_empty());
    Edits::new(source.edits(parts).collect())
        .expect("keys do not overlap")
        .apply(source.bytes().to_vec())
        .expect("fresh")
}

#[test]
fn an_export_is_a_metabase_without_anything_secret() {
    let mut keys = 0;
    for (name, bytes) in metabases() {
        let Some(exported) = exported(&read(bytes)) else { continue };
        roxmltree::Document::parse(&exported.text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (source, metabase) = read(exported.text.clone().into_bytes());
        assert_eq!(metabase.keys.len(), exported.keys, "{name}");
        assert!(!exported.text.contains("4963446200"), "{name}: a secret");
        assert!(!exported.text.contains("AdminACL"), "{name}");
        let again = export(&source, &metabase, &[service()], &Schema::built_in())
            .expect("the service is there");
        assert_eq!(again.text, exported.text, "{name}: an export of an export is itself");
        assert!(again.left_out.is_empty(), "{name}");
        keys += exported.keys;
    }
    assert!(keys > 80, "{keys}");
}

#[test]
fn importing_what_was_exported_from_the_same_file_changes_nothing() {
    let mut count = 0;
    for (name, bytes) in metabases() {
        let Some(exported) = exported(&read(bytes.clone())) else { continue };
        let after = imported(&read(exported.text.into_bytes()), &bytes);
        assert!(after.0.bytes() == bytes, "{name}");
        count += 1;
    }
    assert!(count > 40, "{count}");
}

#[test]
fn importing_into_a_file_without_the_keys_adds_just_them() {
    let mut count = 0;
    for (name, bytes) in metabases() {
        let original = read(bytes);
        let Some(exported) = exported(&original) else { continue };
        let before = without(&service(), &original);
        let before_file = read(before.clone());
        if before_file.1.keys.is_empty() {
            continue;
        }
        let after = imported(&read(exported.text.clone().into_bytes()), &before);

        let added = compared(&before_file, &after);
        assert!(added.keys.iter().all(|key| key.was_line.is_none()), "{name}");
        assert_eq!(added.keys.len(), exported.keys, "{name}");
        assert!(added.keys.iter().all(|key| service().holds(&key.location)), "{name}");

        let gone = compared(&original, &after);
        let gone: Vec<_> = gone
            .keys
            .iter()
            .flat_map(|key| key.properties.iter().map(|p| (key.location.clone(), p.name.clone())))
            .collect();
        let mut left_out: Vec<_> = exported
            .left_out
            .iter()
            .map(|left| (left.location.clone(), left.name.clone()))
            .collect();
        left_out.sort();
        let mut sorted = gone.clone();
        sorted.sort();
        assert_eq!(sorted, left_out, "{name}");
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[test]
fn a_second_import_changes_nothing() {
    for (name, bytes) in metabases() {
        let original = read(bytes);
        let Some(exported) = exported(&original) else { continue };
        let before = without(&service(), &original);
        if read(before.clone()).1.keys.is_empty() {
            continue;
        }
        let part = read(exported.text.into_bytes());
        let once = imported(&part, &before);
        let twice = imported(&part, once.0.bytes());
        assert!(once.0.bytes() == twice.0.bytes(), "{name}");
    }
}

#[test]
fn each_import_becomes_exactly_what_was_written_by_hand() {
    let mut failed = Vec::new();
    for case in cases("import", 6) {
        let (before, after) = (case.read("before.xml"), case.read("after.xml"));
        assert_ne!(before, after, "{}: a case changes something", case.name);
        let result = imported(&read(case.read("export.xml")), &before);
        if result.0.bytes() != after {
            let found = result.0.bytes().escape_ascii().to_string().replace("\\n", "\\n\n");
            failed.push(format!("{}:\n{found}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
