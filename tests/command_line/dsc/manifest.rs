//! The manifest and the schema, and what the real dsc asks by them.

use serde_json::{Value, json};

use super::{WINDOWS, answer, ask, messages, schema};
use crate::json_schema;
use crate::program::Room;

#[test]
fn the_manifest_calls_what_the_program_has() {
    let ran = Room::empty().done(&["dsc", "manifest"]);
    assert!(ran.stdout.starts_with('{') && ran.stdout.is_ascii(), "no byte order mark: {ran:?}");
    let manifest: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    assert_eq!(manifest["type"], "Metafix.IIS/MetabaseKey");
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["schema"]["embedded"], schema());
    assert_eq!(manifest["delete"], Value::Null, "DSC would call it for a what-if too");
    let room = Room::of(WINDOWS);
    let wanted = r#"{"path":"SmtpSvc/1"}"#;
    for operation in ["get", "set", "test", "export"] {
        let call = &manifest[operation];
        assert_eq!((&call["executable"], &call["input"]), (&json!("metafix"), &json!("stdin")));
        let word = |word: &Value| word.as_str().or(word["whatIfArg"].as_str()).map(str::to_owned);
        let words: Vec<String> =
            call["args"].as_array().expect("a list").iter().filter_map(word).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(words[..2], ["dsc", operation]);
        answer(&ask(&room, &words[1..], wanted));
    }
    for flag in ["implementsPretest", "handlesExist"] {
        assert_eq!(manifest["set"][flag], true);
    }
    for operation in ["set", "test"] {
        assert_eq!(manifest[operation]["return"], "stateAndDiff");
    }
}

#[test]
fn the_language_of_properties_is_that_of_apply() {
    let room = Room::empty();
    let apply: Value =
        serde_json::from_str(&room.done(&["apply", "--print-schema"]).stdout).expect("JSON");
    let own = schema();
    for part in ["Property", "Value", "Table", "Entry", "Ensure"] {
        assert!(own["$defs"][part].is_object());
        assert_eq!(own["$defs"][part], apply["$defs"][part], "{part}");
    }
    let bad = [
        (json!({}), "required"),
        (json!({ "path": 1 }), "type"),
        (json!({ "path": "a", "pathh": "b" }), "not allowed"),
        (json!({ "path": "a", "properties": { "A": null } }), "anyOf"),
        (json!({ "path": "a", "properties": { "A": { "valu": 1 } } }), "anyOf"),
        (json!({ "path": "a", "class": null }), "type"),
        (json!({ "path": "a", "_exist": "yes" }), "type"),
        (json!({ "path": "a", "_restartRequired": {} }), "type"),
    ];
    for (instance, told) in bad {
        let flaws = json_schema::flaws(&own, &instance);
        assert!(flaws.len() == 1 && flaws[0].contains(told), "{instance}: {flaws:?}");
    }
}

/// What the real dsc asked in `tests/fleet/trial`, in its order, on one file: the answers fit the
/// contract, and what only asks writes nothing.
#[test]
fn what_dsc_asks_is_answered_as_it_was_when_dsc_was_there() {
    let recorded = include_str!("../../fleet/dsc/requests.json");
    let requests: Vec<Value> = serde_json::from_str(recorded).expect("it is JSON");
    assert!(requests.len() > 40, "{}", requests.len());
    let mut room = Room::of(WINDOWS);
    for request in &requests {
        let text = |name: &str| request[name].as_str().expect("text");
        // A configuration names no file, and begins with a fresh one.
        if text("step").starts_with("A configuration: what is there") {
            room = Room::of(WINDOWS);
        }
        let folder = json!(room.path("")).to_string();
        let folder = folder.trim_matches('"').trim_end_matches(['/', '\\']);
        let input = text("stdin").replace("FOLDER", folder);
        let words: Vec<&str> = request["args"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|word| word.as_str().expect("text"))
            .collect();
        assert_eq!(words[0], "dsc");
        let before = room.files();
        let ran = ask(&room, &words[1..], &input);
        assert_eq!(i64::from(ran.code), request["code"], "{request}: {ran:?}");
        if ran.code == 0 {
            assert_eq!(answer(&ran).len() as u64, request["lines"], "{request}");
        } else {
            assert_eq!(messages(&ran).last().expect("it is told").0, "error");
        }
        let may_write = words == ["dsc", "set"] && ran.code == 0 && !ran.stdout.ends_with("[]\n");
        assert_eq!(room.files() != before, may_write, "{request}");
    }
}

/// Each word of an instance in the configuration that README shows came to the program.
#[test]
fn the_configuration_of_readme_is_the_one_that_dsc_was_given() {
    let configuration = include_str!("../../fleet/readme-config.dsc.yaml");
    let recorded = include_str!("../../fleet/dsc/requests.json");
    let requests: Vec<Value> = serde_json::from_str(recorded).expect("it is JSON");
    let given = requests.iter().filter(|one| one["step"] == "A configuration: it is so");
    let given: String = given.map(|one| one["stdin"].as_str().expect("text")).collect();
    let instances = configuration.lines().filter(|line| line.starts_with("      "));
    let words = instances.flat_map(|line| line.split([' ', '{', '}', '[', ']', ',', '"']));
    let words: Vec<&str> =
        words.map(|word| word.trim_end_matches(':')).filter(|word| !word.is_empty()).collect();
    assert!(words.len() > 20, "{words:?}");
    for word in words {
        assert!(given.contains(word), "{word}: {given}");
    }
}
