//! `set` and `unset` as a user runs them: golden files, byte for byte, and refusals, word for
//! word.
//!
//! The results in `fixtures/property` were not made by metafix; `fixtures/README.md` says how.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::cases::{Case, cases};
use tempfile::TempDir;

/// A folder with a metabase in it.
fn room(metabase: &[u8]) -> (TempDir, std::path::PathBuf) {
    let room = tempfile::tempdir().expect("a folder");
    let file = room.path().join("MetaBase.xml");
    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    fs::write(&file, metabase).expect("it is written");
    (room, file)
}

fn metafix(file: &Path, args: &[String], more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_metafix"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("METAFIX_FILE")
        .arg("--file")
        .arg(file)
        .args(args)
        .args(more)
        .output()
        .expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it is text")
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn each_case_becomes_exactly_what_was_asked_for() {
    let mut failed = Vec::new();
    for case in cases("property", 40) {
        let (before, after) = (case.read("before.xml"), case.read("after.xml"));
        assert_ne!(before, after, "{}: a case changes something", case.name);
        let (_room, file) = room(&before);
        let output = metafix(&file, &case.args(), &["--yes"]);
        let found = fs::read(&file).expect("it is there");
        if !output.status.success() || found != after {
            failed.push(format!(
                "{}: {}\nexpected\n{}\nfound\n{}",
                case.name,
                text(&output.stderr),
                after.escape_ascii().to_string().replace("\\n", "\\n\n"),
                found.escape_ascii().to_string().replace("\\n", "\\n\n"),
            ));
        }
    }
    assert!(failed.is_empty(), "{} cases\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn a_second_run_finds_nothing_to_do() {
    for case in cases("property", 40) {
        // Once the other keys have it too, nothing is left to be learnt from them.
        let after = case.read("after.xml");
        let (room, file) = room(&after);
        let output = metafix(&file, &case.args(), &["--yes"]);
        let said = text(&output.stderr);
        assert!(
            output.status.success() && said.starts_with("Nothing to do:"),
            "{}: {said}",
            case.name
        );
        assert_eq!(fs::read(&file).expect("it is there"), after, "{}", case.name);
        assert!(
            !room.path().join("metafix-backups").exists(),
            "{}: a backup of nothing",
            case.name
        );
    }
}

#[test]
fn each_refusal_says_what_to_do_and_writes_nothing() {
    let before = fs::read("fixtures/servers/windows-2003.xml").expect("the fixture is there");
    let mut failed = Vec::new();
    for case in cases("property-refuse", 15) {
        let (_room, file) = room(&before);
        let output = metafix(&file, &case.args(), &[]);
        let said = text(&output.stderr).replace(&*file.to_string_lossy(), "FILE");
        let code = output.status.code().expect("it ended by itself");
        assert_eq!(text(&output.stdout), "", "{}", case.name);
        assert_eq!(fs::read(&file).expect("it is there"), before, "{}", case.name);
        let found = format!("{said}exit {code}\n");
        if !case.blessed("stderr", &found) && found != text(&case.read("stderr")) {
            failed.push(format!("{}:\n{found}", case.name));
        }
    }
    assert!(failed.is_empty(), "{} cases\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn nothing_that_is_shown_has_a_secret_in_it() {
    let before = fs::read("fixtures/servers/exchange-2003.xml").expect("the fixture is there");
    let (_room, file) = room(&before);
    let secrets: Vec<String> = text(&before)
        .split(['\r', '\n'])
        .filter(|line| ["SessionKey=", "AdminACL=", "Password="].iter().any(|n| line.contains(n)))
        .filter_map(|line| Some(line.split('"').nth(1)?.to_owned()))
        .filter(|secret| secret.len() > 8)
        .collect();
    assert!(secrets.len() >= 2, "{} secrets", secrets.len());
    let keys = ["/", ".", "/LM/SmtpSvc", "/LM/SmtpSvc/1"];
    let mut commands: Vec<Vec<String>> = keys.iter().map(|key| words(&["get", key])).collect();
    commands.extend(["SessionKey", "AdminACL", "RoutePassword"].map(|name| words(&["find", name])));
    for command in &commands {
        for format in ["text", "json"] {
            let output = metafix(&file, command, &["--format", format]);
            let shown = text(&output.stdout) + &text(&output.stderr);
            let leak = secrets.iter().find(|secret| shown.contains(secret.as_str()));
            assert_eq!(leak, None, "{command:?}");
        }
    }
    let output = metafix(&file, &words(&["get", ".", "SessionKey"]), &[]);
    assert!(text(&output.stdout).contains("********"), "{output:?}");
}

#[test]
fn what_is_read_is_the_same_in_text_and_json() {
    let before = fs::read("fixtures/servers/windows-2003.xml").expect("the fixture is there");
    let (_room, file) = room(&before);
    let json = |args: &[&str]| -> serde_json::Value {
        let output = metafix(&file, &words(args), &["--format", "json"]);
        assert!(output.status.success(), "{}", text(&output.stdout));
        assert_eq!(text(&output.stderr), "");
        serde_json::from_slice(&output.stdout).expect("it is JSON")
    };
    let got = json(&["get", "SmtpSvc/1", "MaxRecipients"]);
    let row = &got["properties"][0];
    assert_eq!(got["key"], "/LM/SmtpSvc/1");
    assert_eq!((&row["value"], &row["stated_at"]), (&"100".into(), &"/LM/SmtpSvc".into()));
    assert_eq!(got["schema"]["origin"], "built-in");

    let found = json(&["find", "36895"]);
    let keys: Vec<_> = found["keys"].as_array().expect("a list").iter().collect();
    assert_eq!(keys.len(), 2);
    assert_eq!((&keys[0]["inherited"], &keys[1]["inherited"]), (&false.into(), &true.into()));
    assert!(json(&["find", "36895", "101"])["keys"].as_array().expect("a list").is_empty());

    let keys = json(&["keys", "SmtpSvc"]);
    let first = &keys["keys"][0];
    assert_eq!((&first["key"], &first["class"]), (&"/LM/SmtpSvc".into(), &"IIsSmtpService".into()));
    let line = first["line"].as_u64().expect("a number") as usize;
    assert!(text(&before).lines().nth(line - 1).expect("a line").starts_with("<IIsSmtpService"));

    let said = json(&["schema", "SmtpUseTcpDns"]);
    assert_eq!((&said["id"], &said["type"]), (&36997.into(), &"DWORD".into()));
    assert_eq!(said["source"], "MSDN ms524979");

    let planned = json(&["set", "SmtpSvc", "MaxRecipients", "200", "--dry-run"]);
    assert_eq!(planned["changes"][0]["was"], "100");
    assert_eq!((&planned["changed"], &planned["pending"]), (&false.into(), &true.into()));
}

#[test]
fn the_schema_beside_the_metabase_is_read_and_a_broken_one_is_said_to_be_broken() {
    let before = fs::read("fixtures/servers/windows-2003.xml").expect("the fixture is there");
    let (room, file) = room(&before);
    let beside = room.path().join("MBSchema.xml");
    let schema = fs::read("fixtures/schema/MBSchema.xml").expect("the fixture is there");
    #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
    let write = |bytes: &[u8]| fs::write(&beside, bytes).expect("it is written");
    write(&schema);
    let output = metafix(&file, &words(&["schema", "MadeUpForTests"]), &[]);
    assert!(text(&output.stdout).contains("59902"), "{output:?}");
    write(&schema[..schema.len() / 2]);
    let output = metafix(&file, &words(&["schema", "SmtpUseTcpDns"]), &[]);
    assert!(text(&output.stdout).contains("built-in table"), "{output:?}");
    let warning = text(&output.stderr);
    // After the path, which may hold anything.
    let reason = warning.rsplit_once("MBSchema.xml").expect("it names the file").1;
    assert!(warning.starts_with("warning:") && !reason.contains("\\n"), "{warning}");
    assert!(warning.contains("; the built-in table"), "{warning}");
    let named = beside.to_string_lossy().into_owned();
    let output = metafix(&file, &words(&["schema", "SmtpUseTcpDns", "--schema", &named]), &[]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

/// The formatter panics where it is to pad to more than 65,535 characters.
#[test]
fn a_name_of_any_length_is_listed() {
    let long = "K".repeat(70_000);
    let metabase = format!(
        "<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\"><MBProperty>\
         <{long} Location=\"/LM/{long}\" {long}=\"1\"></{long}>\
         </MBProperty></configuration>"
    );
    let (_room, file) = room(metabase.as_bytes());
    let key = format!("/LM/{long}");
    let commands = [&["keys"][..], &["get", &key], &["find", &long]];
    // A command line of Windows holds 32,767 characters.
    let commands = if cfg!(windows) { &commands[..1] } else { &commands };
    for args in commands {
        let output = metafix(&file, &words(args), &[]);
        assert_eq!(output.status.code(), Some(0), "{}", args[0]);
        assert!(text(&output.stdout).contains(&long), "{}", args[0]);
    }
}

#[test]
fn a_new_value_that_keys_below_hide_is_said_to_be_hidden() {
    let before = fs::read("fixtures/servers/windows-2003.xml").expect("the fixture is there");
    let (_room, file) = room(&before);
    let set = |key: &str, value: &str| {
        let output = metafix(&file, &words(&["set", key, "HopCount", value]), &["--yes"]);
        assert!(output.status.success(), "{output:?}");
        text(&output.stderr)
    };
    assert!(!set("SmtpSvc/1", "7").contains("warning"));
    let said = set("SmtpSvc", "9");
    assert!(
        said.contains("warning: /LM/SmtpSvc/1 overrides the value of /LM/SmtpSvc with its own, 7"),
        "{said}"
    );
}

#[test]
fn a_case_folder_has_all_its_files() {
    let complete = |case: &Case, files: &[&str]| {
        for file in files {
            assert!(case.has(file), "{} has no {file}", case.name);
        }
    };
    cases("property", 40).iter().for_each(|case| {
        complete(case, &["before.xml", "after.xml", "args", "why.md"]);
    });
    cases("property-refuse", 15).iter().for_each(|case| complete(case, &["args", "stderr"]));
}

#[test]
fn a_flag_is_read_and_found_by_its_own_name() {
    let metabase = "<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\"><MBProperty>\
         <IIsWebService Location=\"/LM/W3SVC\" AccessFlags=\"AccessRead\" LogType=\"1\"/>\
         <IIsWebServer Location=\"/LM/W3SVC/170\" ServerSize=\"1\" LogType=\"0\"/>\
         <IIsWebVirtualDir Location=\"/LM/W3SVC/170/ROOT\" AccessFlags=\"AccessRead | AccessScript\"/>\
         </MBProperty></configuration>";
    let (_room, file) = room(metabase.as_bytes());
    let json = |args: &[&str]| -> serde_json::Value {
        let output = metafix(&file, &words(args), &["--format", "json"]);
        assert!(output.status.success(), "{}", text(&output.stdout));
        serde_json::from_slice(&output.stdout).expect("it is JSON")
    };
    let root = "W3SVC/170/ROOT";
    for (flag, bit, set) in [("AccessRead", 1, true), ("accesswrite", 2, false)] {
        let got = json(&["get", root, flag]);
        assert_eq!((&got["flag"]["bit"], &got["flag"]["set"]), (&bit.into(), &set.into()));
        assert_eq!(got["properties"][0]["property"], "AccessFlags");
    }
    assert_eq!(json(&["get", root, "AccessFlags"])["flag"], serde_json::Value::Null);
    let said = text(&metafix(&file, &words(&["get", "W3SVC/170/ROOT/AccessWrite"]), &[]).stdout);
    assert!(said.contains("  value       FALSE") && said.contains("2 of AccessFlags"), "{said}");

    let keys = |args: &[&str]| json(args)["keys"].as_array().expect("a list").len();
    assert_eq!(keys(&["find", "AccessFlags"]), 3);
    assert_eq!((keys(&["find", "AccessScript"]), keys(&["find", "AccessScript", "false"])), (1, 2));
    assert_eq!(keys(&["find", "LogType", "enabled"]), 1);
    assert_eq!(keys(&["find", "AccessFlags", "AccessScript|AccessRead"]), 1);
    assert_eq!(keys(&["find", "AccessFlags", "513"]), 1);

    let said = json(&["schema", "AccessSSL128"]);
    assert_eq!(
        (&said["flag"], &said["property"]),
        (&"AccessSSL128".into(), &"AccessSSLFlags".into())
    );
    assert_eq!(json(&["schema", "LogonMethod"])["values"][3]["name"], "network-cleartext");
    let typed = metafix(&file, &words(&["get", "W3SVC/170", "ServerSize"]), &[]);
    assert!(text(&typed.stdout).contains("in names    medium"), "{typed:?}");
}
