//! What DSC is told where something is wrong.

use serde_json::{Value, json};

use super::{WINDOWS, ask, instance, messages, state_and_diff};
use crate::program::Room;

#[test]
fn errors_are_lines_of_json_with_an_exit_code_that_the_manifest_maps() {
    let manifest: Value =
        serde_json::from_str(&Room::empty().done(&["dsc", "manifest"]).stdout).expect("JSON");
    let all = [&["get"][..], &["test"], &["set"], &["set", "--what-if"], &["export"]];
    for (input, only, told) in [
        ("", &all[..4], "no instance came on standard input"),
        (" \n", &all[..4], "no instance came on standard input"),
        ("-", &all, "not well-formed"),
        ("null", &all, "the instance"),
        ("[]", &all, "\"the instance\" is a list"),
        ("path = 'SmtpSvc/1'", &all, "not well-formed"),
        ("{\"path\": \"SmtpSvc/1\"", &all, "not well-formed"),
        ("{}", &all[..4], "a key has no \"path\""),
        (r#"{"path":"SmtpSvc/1","pathh":1}"#, &all, "there are: file, path, class"),
        (r#"{"path":"SmtpSvc/1","ensure":"absent"}"#, &all, "no field \"ensure\""),
        (r#"{"path":"SmtpSvc/1","_exist":"no"}"#, &all, "\"_exist\" is text, not true or false"),
        (r#"{"path":"SmtpSvc/1","class":null}"#, &all, "\"class\" is null, not text"),
        (r#"{"path":"SmtpSvc/1","allow":"open-relay"}"#, &all, "\"allow\" is text, not a list"),
        (r#"{"path":"SmtpSvc/1","path":"SmtpSvc"}"#, &all, "\"path\" is duplicated"),
        (r#"{"path":"SmtpSvc/*"}"#, &all[..4], "stands for many keys"),
        (r#"{"path":"SmtpSvc/9"}"#, &all[4..], "there is no key /LM/SmtpSvc/9"),
        (r#"{"path":"SmtpSvc","file":"-"}"#, &all, "not named by its whole path"),
        (r#"{"path":"SmtpSvc","file":"MetaBase.xml"}"#, &all, "not named by its whole path"),
        (r#"{"path":"SmtpSvc","properties":{"A":1}}"#, &all[4..], "file, path and class alone"),
        (r#"{"path":"SmtpSvc","_exist":false}"#, &all[4..], "lists what is there"),
        (r#"{"path":"SmtpSvc","properties":{"A":{}}}"#, &all, "a property has no \"value\""),
        (
            r#"{"path":"a","_exist":false,"properties":{"HopCount":1}}"#,
            &all,
            "leave out \"properties\"",
        ),
        (
            r#"{"path":"SmtpSvc","properties":{"Nope":1}}"#,
            &all[1..4],
            "If so, say all of it: {\"value\"",
        ),
        (r#"{"path":"SmtpSvc","properties":{"HopCount":"x"}}"#, &all[1..4], "HopCount cannot be"),
        (
            r#"{"path":"SmtpSvc/1","_exist":false}"#,
            &all[1..4],
            "6 keys below it; add \"recursive\"",
        ),
        (r#"{"path":"SmtpSvc","_exist":false,"recursive":true}"#, &all[1..4], "never deleted"),
        (r#"{"path":"SmtpSvc/9/x"}"#, &all[1..4], "add its class, such as \"class\""),
        (
            r#"{"path":"W3SVC/8/ROOT","properties":{"Path":"C:\\web"}}"#,
            &all[1..4],
            "make /LM/W3SVC/8 first",
        ),
        (
            r#"{"path":"SmtpSvc","properties":{"HopCount":{"value":1,"add":[1]}}}"#,
            &all[..4],
            "the whole list as value",
        ),
        (
            r#"{"path":"SmtpSvc","allow":["10.0.0.1"]}"#,
            &all[2..4],
            "has \"10.0.0.1\", which is not",
        ),
        (
            r#"{"path":"SmtpSvc","allow":["nope"]}"#,
            &all[2..4],
            "instance /LM/SmtpSvc: \"allow\" has \"nope\", which is not a finding; findings of \
             severity error: open-relay",
        ),
        (
            r#"{"path":"SmtpSvc/1","properties":{"ServerBindings":[]}}"#,
            &all[1..4],
            "; \"\" is an empty list; {\"ensure\": \"absent\"} removes the property",
        ),
        (
            r#"{"path":"SmtpSvc/2","class":"a b=\"\""}"#,
            &all[1..4],
            "instance /LM/SmtpSvc/2: \"a b=\"\"\" is no class of a key; a class is a name such as",
        ),
        (r#"{"path":"SmtpSvc/2","class":"Custom"}"#, &all[1..4], "is no class"),
        (r#"{"path":"SmtpSvc/2","class":"mbproperty"}"#, &all[1..4], "is no class"),
        (r#"{"path":"SmtpSvc/2","class":"configuration"}"#, &all[1..4], "is no class"),
    ] {
        for words in only {
            let room = Room::of(WINDOWS);
            let before = room.files();
            let ran = ask(&room, words, input);
            assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{words:?} {input}: {ran:?}");
            let (level, message) = messages(&ran).pop().expect("it is told");
            assert_eq!(level, "error", "{ran:?}");
            assert!(message.contains(told), "{words:?} {input}: {message}");
            let ends = ["; nothing was written", "; this key was left as it is"];
            let end = ends[usize::from(message.starts_with("instance /LM/"))];
            assert_eq!(message.ends_with(end), words[0] == "set", "{message}");
            assert!(manifest["exitCodes"]["3"].is_string());
            assert_eq!(room.files(), before, "{words:?} {input}");
        }
    }
    let missing = ask(&Room::empty(), &["get"], r#"{"path":"SmtpSvc/1"}"#);
    assert!(manifest["exitCodes"][missing.code.to_string()].is_string(), "{missing:?}");
    assert_eq!((messages(&missing)[0].0.as_str(), missing.stdout.as_str()), ("error", ""));
    let whole = Room::of(WINDOWS).metabase();
    let broken = Room::with(&whole[..whole.len() / 2]);
    let broken = ask(&broken, &["set"], r#"{"path":"SmtpSvc/1"}"#);
    assert_eq!((broken.code, messages(&broken).len()), (3, 1), "{broken:?}");
    assert!(messages(&broken)[0].1.contains("MetaBase.xml:"), "{broken:?}");
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_no_secret_again() {
    let room = Room::of(WINDOWS);
    let before = room.files();
    let wrong = instance(json!({ "AdminACL": "hush", "MaxRecipients": "many", "Nope": 3 }));
    for words in [&["test"][..], &["set", "--what-if"], &["set"]] {
        let ran = ask(&room, words, &wrong);
        let said = messages(&ran);
        assert_eq!((ran.code, said.len()), (3, 3), "{ran:?}");
        for (said, told) in said.iter().zip(["AdminACL is a secret", "MaxRecipients", "Nope"]) {
            assert!(said.0 == "error" && said.1.contains(told), "{said:?}");
            assert!(said.1.starts_with("instance /LM/SmtpSvc/1: "), "{said:?}");
        }
        let left = said.iter().filter(|said| said.1.ends_with("; this key was left as it is"));
        assert_eq!(left.count(), usize::from(words[0] == "set"), "{ran:?}");
        assert!(!ran.stderr.contains("hush"), "{ran:?}");
    }
    assert_eq!(room.files(), before);
}

#[test]
fn a_change_that_makes_a_finding_is_refused_until_the_instance_allows_it() {
    let wanted = |allow: &[&str]| {
        json!({ "path": "W3SVC/1", "properties": { "AppPoolId": "Gone" }, "allow": allow })
            .to_string()
    };
    let room = Room::of(WINDOWS);
    let before = room.files();
    let (would, _) = state_and_diff(&ask(&room, &["set", "--what-if"], &wanted(&[])));
    let told = would["_metadata"]["whatIf"].to_string();
    assert!(told.contains("refused unless \\\"allow\\\" names pool-missing: "), "{told}");
    let ran = ask(&room, &["set"], &wanted(&["open-relay"]));
    assert_eq!(ran.code, 3, "{ran:?}");
    let (_, message) = messages(&ran).pop().expect("it is told");
    assert!(message.contains("pool-missing: "), "{message}");
    assert!(message.contains("\"allow\" of the instance"), "{message}");
    assert_eq!(room.files(), before);
    let (state, _) = state_and_diff(&ask(&room, &["set"], &wanted(&["pool-missing"])));
    assert_eq!(state["properties"]["AppPoolId"], "Gone");
    assert_eq!(state["allow"], Value::Null);
}

/// Who cannot be told of the change learns at least that it was made.
#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_printed_is_an_error_that_says_what_was_done() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let room = Room::of(WINDOWS);
    for (words, told) in [
        (&["get"][..], "standard output"),
        (&["set", "--what-if"], "standard output"),
        (&["set"], "the new file is in place, but"),
    ] {
        let before = room.metabase();
        room.write("instance", super::WANTED.as_bytes());
        let mut command = room.command(&[&["dsc"], words].concat());
        let instance = std::fs::File::open(room.path("instance")).expect("it is there");
        command.stdin(instance).stdout(full());
        let done = command.output().expect("the program runs");
        let stderr = String::from_utf8(done.stderr).expect("it prints text");
        let (code, stdout) = (done.status.code().expect("it ended by itself"), String::new());
        let said = messages(&crate::program::Ran { code, stdout, stderr });
        let (level, message) = said.last().expect("it is told");
        assert_eq!((code, level.as_str()), (1, "error"), "{said:?}");
        assert!(message.contains(told), "{message}");
        assert!(words != ["set"] || !message.contains("nothing was written"), "{message}");
        assert_eq!(room.metabase() == before, words != ["set"]);
    }
}
