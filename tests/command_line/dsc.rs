//! The resource of DSC v3: its contract, and what its users stumble over.

mod errors;
mod manifest;

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::json_schema;
use crate::program::{Ran, Room};

const WINDOWS: &str = "servers/windows-2003.xml";
/// Edit-while-running is on here.
const EXCHANGE: &str = "servers/exchange-2003.xml";

/// Asks as DSC does: the instance on standard input, which must be taken to its end.
fn ask(room: &Room, words: &[&str], input: &str) -> Ran {
    let mut command = room.command(&[&["dsc"], words].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // As `Room::run` does: Wine fails now and then to start one of many.
    let mut child = command.spawn();
    for _ in 0..3 {
        if cfg!(windows) && child.as_ref().is_err_and(|e| e.raw_os_error() == Some(1359)) {
            child = command.spawn();
        }
    }
    let mut child = child.expect("the program runs");
    let mut stdin = child.stdin.take().expect("it has one");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let done = child.wait_with_output().expect("it ends");
    writer.join().expect("it ends").expect("the input is read to its end");
    Ran {
        code: done.status.code().expect("it ended by itself"),
        stdout: String::from_utf8(done.stdout).expect("it prints text"),
        stderr: String::from_utf8(done.stderr).expect("it prints text"),
    }
}

fn schema() -> Value {
    let ran = Room::empty().done(&["dsc", "schema"]);
    serde_json::from_str(&ran.stdout).expect("it is JSON")
}

/// The lines of an answer, which is valid and in ASCII.
fn answer(ran: &Ran) -> Vec<Value> {
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.is_ascii(), "{ran:?}");
    messages(ran);
    let schema = schema();
    let lines = ran.stdout.lines().map(|line| {
        let value: Value = serde_json::from_str(line).expect("each line is JSON");
        if value.is_object() {
            assert_eq!(json_schema::flaws(&schema, &value), [""; 0], "{value}");
        }
        value
    });
    lines.collect()
}

/// What was said on standard error: the level and the message of each line.
fn messages(ran: &Ran) -> Vec<(String, String)> {
    let message = |line: &str| {
        let said: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let fields = said.as_object().expect("an object");
        let (level, message) = fields.iter().next().expect("one field");
        assert!(["error", "warn", "info"].contains(&level.as_str()), "{line}");
        (level.clone(), message.as_str().expect("text").to_owned())
    };
    ran.stderr.lines().map(message).collect()
}

/// The state and the differing properties.
fn state_and_diff(ran: &Ran) -> (Value, Vec<String>) {
    let lines = answer(ran);
    let [state, diff] = lines.as_slice() else { panic!("two lines: {ran:?}") };
    (state.clone(), serde_json::from_value(diff.clone()).expect("a list of names"))
}

fn instance(properties: Value) -> String {
    json!({ "path": "SmtpSvc/1", "properties": properties }).to_string()
}

#[test]
fn get_says_what_a_key_says_and_that_it_is_not_there() {
    let room = Room::of(WINDOWS);
    let before = room.files();
    let ran = ask(&room, &["get"], r#"{"path":"iis://localhost/smtpsvc/1"}"#);
    let [state] = answer(&ran).try_into().expect("one line");
    assert_eq!((&state["path"], &state["_exist"]), (&json!("/LM/SmtpSvc/1"), &json!(true)));
    assert_eq!(state["class"], "IIsSmtpServer");
    assert_eq!(state["properties"]["RelayIpList"], json!(["127.0.0.1"]));
    assert_eq!(state["properties"]["ServerAutoStart"], true);
    let absent = ask(&room, &["get"], r#"{"path":"SmtpSvc/1/Domain/nobody.example"}"#);
    let expected = json!({ "path": "/LM/SmtpSvc/1/Domain/nobody.example", "_exist": false });
    assert_eq!(answer(&absent), [expected]);
    assert_eq!(room.files(), before);
}

#[test]
fn no_secret_is_told_by_get_or_export() {
    let room = Room::of(EXCHANGE);
    for (operation, input) in [("get", r#"{"path":"/LM/SmtpSvc"}"#), ("export", "")] {
        let ran = ask(&room, &[operation], input);
        answer(&ran);
        assert!(!format!("{ran:?}").contains("49634462"), "{ran:?}");
        assert!(!ran.stdout.contains("AdminACL"), "{ran:?}");
    }
    let said = messages(&ask(&room, &["export"], ""));
    assert!(said.iter().any(|(level, message)| {
        level == "info" && message.ends_with(": AdminACL is left out (secret)")
    }));
}

const WANTED: &str = r#"{"path":"SmtpSvc/1","properties":{"SmtpUseTcpDns":"udp-only",
    "MaxRecipients":500,"QueueDirectory":{"ensure":"absent"},
    "ServerBindings":{"add":[":2525:"]},"RelayIpList":["127.0.0.1","192.0.2.7"]}}"#;

#[test]
fn set_is_one_write_with_one_backup_and_the_second_time_nothing_is_to_be_done() {
    let room = Room::of(WINDOWS);
    let before = room.metabase();
    let (state, mut differing) = state_and_diff(&ask(&room, &["set"], WANTED));
    assert_eq!(state["properties"]["SmtpUseTcpDns"], 2);
    assert_eq!(state["properties"]["ServerBindings"], json!([":25:", ":2525:"]));
    assert_eq!(state["properties"]["QueueDirectory"], Value::Null);
    differing.sort();
    let expected =
        ["MaxRecipients", "QueueDirectory", "RelayIpList", "ServerBindings", "SmtpUseTcpDns"];
    assert_eq!(differing, expected.map(|name| format!("properties.{name}")));
    assert_eq!(room.backups().len(), 1);

    // What `apply` makes of the same key is the same, to the byte.
    let other = Room::of(WINDOWS);
    other.write("wanted.json", format!("{{\"key\":[{WANTED}]}}").as_bytes());
    other.done(&["apply", "wanted.json", "--yes"]);
    assert_eq!(room.metabase(), other.metabase());
    assert_ne!(room.metabase(), before);

    let after = room.files();
    let (second, differing) = state_and_diff(&ask(&room, &["set"], WANTED));
    assert_eq!((second["properties"].clone(), differing.len()), (state["properties"].clone(), 0));
    assert_eq!(second["_restartRequired"], Value::Null);
    assert_eq!(room.files(), after);
    room.done(&["restore", "--yes"]);
    assert_eq!(room.metabase(), before);
}

#[test]
fn what_is_done_is_told_with_the_way_back() {
    let room = Room::of(WINDOWS);
    let before = room.metabase();
    let ran = ask(&room, &["set"], WANTED);
    let said = messages(&ran);
    let has = |word: &str| said.iter().any(|(level, text)| level == "info" && text.contains(word));
    assert!(has("Backup:") && has("Undo:    metafix --file ") && has(" restore 1"), "{said:?}");
    let wanted = instance(json!({ "HopCount": 9 }));
    assert_eq!(messages(&ask(&room, &["set", "--quiet"], &wanted)), []);
    assert_eq!(room.backups().len(), 2);

    // What dsc shows without being asked to trace: the metadata of the result.
    let (state, _) = state_and_diff(&ran);
    let told = |what: &str| state["_metadata"][what].as_str().expect("a text").to_owned();
    assert_eq!(std::fs::read(told("backup")).expect("the old file"), before);
    let undo = told("undo");
    assert!(undo.ends_with(" restore 1") && has(&undo), "{undo}");
    let (unchanged, _) = state_and_diff(&ask(&room, &["set"], &wanted));
    assert_eq!(unchanged["_metadata"], Value::Null);
}

#[test]
fn what_if_tells_what_set_would_and_writes_nothing() {
    let made = r#"{"path":"SmtpSvc/1/Domain/new.example","properties":{"RouteAction":4}}"#;
    let gone = r#"{"path":"SmtpSvc/1/Domain/fabrikam.com","_exist":false}"#;
    let tree = r#"{"path":"SmtpSvc/1","_exist":false,"recursive":true}"#;
    let same = r#"{"path":"SmtpSvc/1","properties":{"ServerAutoStart":true}}"#;
    for (input, told) in [
        (WANTED, "/LM/SmtpSvc/1: SmtpUseTcpDns: not set -> 2"),
        (made, "/LM/SmtpSvc/1/Domain/new.example: is made"),
        (gone, "/LM/SmtpSvc/1/Domain/fabrikam.com: is deleted"),
        (tree, "/LM/SmtpSvc/1: is deleted"),
        (same, ""),
    ] {
        let room = Room::of(WINDOWS);
        let before = room.files();
        let (mut would, would_differ) = state_and_diff(&ask(&room, &["set", "--what-if"], input));
        assert_eq!(room.files(), before, "{input}");
        let what_if = would["_metadata"]["whatIf"].as_array().cloned().unwrap_or_default();
        let expected = Value::from(told);
        assert!(told.is_empty() && what_if.is_empty() || what_if.contains(&expected), "{would}");
        let (mut state, differ) = state_and_diff(&ask(&room, &["set"], input));
        for one in [&mut would, &mut state] {
            one.as_object_mut().expect("an object").remove("_metadata");
        }
        assert_eq!((would, would_differ), (state, differ.clone()), "{input}");
        assert_eq!(room.files() == before, told.is_empty(), "{input}");
        assert_eq!(differ.is_empty(), told.is_empty(), "{input}");
    }
}

/// A state leaves out what means nothing on another machine, and it is set all the same.
#[test]
fn what_if_shows_the_value_of_what_a_state_leaves_out() {
    let room = Room::of(WINDOWS);
    let wanted = |name: &str| {
        json!({ "path": "W3SVC", "properties": { "AnonymousUserName": name } }).to_string()
    };
    let what_if = |input: &str| {
        let (would, _) = state_and_diff(&ask(&room, &["set", "--what-if"], input));
        would["_metadata"]["whatIf"].as_array().expect("a list").clone()
    };
    ask(&room, &["set"], &wanted("CORP\\old"));
    let told = r#"/LM/W3SVC: AnonymousUserName: "CORP\\old" -> "CORP\\web""#;
    assert!(what_if(&wanted("CORP\\web")).contains(&told.into()), "{:?}", what_if(&wanted("b")));
    let absent = json!({ "path": "W3SVC",
        "properties": { "AnonymousUserName": { "ensure": "absent" } } });
    let told = r#"/LM/W3SVC: AnonymousUserName: "CORP\\old" -> not set"#;
    assert!(what_if(&absent.to_string()).contains(&told.into()));
    ask(&room, &["set"], &absent.to_string());
    let told = r#"/LM/W3SVC: AnonymousUserName: not set -> "CORP\\web""#;
    assert!(what_if(&wanted("CORP\\web")).contains(&told.into()));
}

/// A path is foreign text: what is in it begins no line of its own and moves no cursor.
#[test]
fn what_is_left_out_is_told_in_one_line_whatever_the_path_is() {
    let text = String::from_utf8(Room::of(EXCHANGE).metabase()).expect("it is UTF-8");
    let room = Room::with(
        text.replace("/LM/SmtpSvc\"", "/LM/SmtpSvc&#10;error: gotcha &#x9b;31m é\"").as_bytes(),
    );
    let ran = ask(&room, &["export"], "");
    assert!(ran.stderr.is_ascii(), "{ran:?}");
    let said = messages(&ran);
    assert!(said.iter().all(|(level, _)| level == "info"), "{said:?}");
    let told = "/LM/SmtpSvc\\nerror: gotcha \\u{9b}31m é: AdminACL is left out (secret)";
    assert!(said.iter().any(|(_, message)| message == told), "{said:?}");
}

#[test]
fn a_key_is_made_and_deleted() {
    let room = Room::of(WINDOWS);
    let made = r#"{"path":"SmtpSvc/1/Domain/new.example","properties":{"RouteAction":4}}"#;
    let (state, differing) = state_and_diff(&ask(&room, &["set"], made));
    assert_eq!((&state["_exist"], &state["class"]), (&json!(true), &json!("IIsSmtpDomain")));
    assert_eq!(differing, ["_exist", "properties.RouteAction"]);
    let gone = r#"{"path":"SmtpSvc/1/Domain/new.example","_exist":false}"#;
    let (state, differing) = state_and_diff(&ask(&room, &["test"], gone));
    assert_eq!((&state["_exist"], &state["_inDesiredState"]), (&json!(true), &json!(false)));
    assert_eq!(differing, ["_exist"]);
    let (state, differing) = state_and_diff(&ask(&room, &["set"], gone));
    assert_eq!((&state["_exist"], differing), (&json!(false), vec!["_exist".to_owned()]));
    assert!(!String::from_utf8_lossy(&room.metabase()).contains("new.example"));
    let before = room.files();
    let (state, differing) = state_and_diff(&ask(&room, &["set"], gone));
    assert_eq!((&state["_exist"], differing.len()), (&json!(false), 0));
    let (state, differing) = state_and_diff(&ask(&room, &["test"], gone));
    assert_eq!((&state["_inDesiredState"], differing.len()), (&json!(true), 0));
    assert_eq!(room.files(), before);
    let class =
        r#"{"path":"W3SVC/1/ROOT/new","class":"IIsWebVirtualDir","properties":{"Path":"C:\\web"}}"#;
    let (state, _) = state_and_diff(&ask(&room, &["set"], class));
    assert_eq!(state["class"], "IIsWebVirtualDir");
}

#[test]
fn test_says_which_properties_differ_and_writes_nothing() {
    let room = Room::of(WINDOWS);
    let before = room.files();
    let (state, differing) = state_and_diff(&ask(&room, &["test"], WANTED));
    assert_eq!(state["_inDesiredState"], false);
    assert_eq!(state["properties"]["RelayIpList"], json!(["127.0.0.1"]));
    assert_eq!(differing.len(), 5, "{differing:?}");
    // In other words, other case, another form: the same.
    let same = instance(json!({ "serverbindings": ":25:", "ServerAutoStart": "TRUE" }));
    let (state, differing) = state_and_diff(&ask(&room, &["test"], &same));
    assert_eq!((&state["_inDesiredState"], differing.len()), (&json!(true), 0), "{state}");
    let absent = r#"{"path":"SmtpSvc/1/Domain/new.example","properties":{"RouteAction":4}}"#;
    let (state, differing) = state_and_diff(&ask(&room, &["test"], absent));
    assert_eq!((&state["_exist"], &state["_inDesiredState"]), (&json!(false), &json!(false)));
    assert_eq!(differing, ["_exist", "properties.RouteAction"]);
    assert_eq!(room.files(), before);
}

#[test]
fn a_restart_is_named_where_a_running_iis_overwrites_edits() {
    let wanted = r#"{"path":"SmtpSvc","properties":{"HopCount":9}}"#;
    for (fixture, expected) in
        [(WINDOWS, json!([{ "service": "IISADMIN" }])), (EXCHANGE, Value::Null)]
    {
        let room = Room::of(fixture);
        for words in [&["set", "--what-if"][..], &["set"]] {
            let (state, differing) = state_and_diff(&ask(&room, words, wanted));
            assert_eq!((&state["_restartRequired"], differing.len()), (&expected, 1), "{fixture}");
        }
    }
}

#[test]
fn export_lists_the_keys_below_a_path_and_what_it_lists_is_in_the_desired_state() {
    let room = Room::of(WINDOWS);
    let all = answer(&ask(&room, &["export"], ""));
    let count = String::from_utf8_lossy(&room.metabase()).matches("Location =").count();
    // The one that is no key below the root, with what IIS keeps for itself.
    assert!(String::from_utf8_lossy(&room.metabase()).contains("Location =\".\""));
    assert_eq!(all.len(), count - 1);
    let server = answer(&ask(&room, &["export"], r#"{"path":"SmtpSvc/1"}"#));
    assert_eq!(server.len(), 7, "{server:#?}");
    assert_eq!(server[0]["_name"], "/LM/SmtpSvc/1");
    let filter = r#"{"path":"SmtpSvc/1","class":"iissmtpdomain"}"#;
    let domains = answer(&ask(&room, &["export"], filter));
    assert!(domains.iter().all(|one| one["class"] == "IIsSmtpDomain"), "{domains:#?}");
    // Without a path it is everything, of another file too.
    let elsewhere = json!({ "file": room.path("MetaBase.xml") }).to_string();
    let elsewhere = answer(&ask(&room, &["export"], &elsewhere));
    let paths = |all: &[Value]| all.iter().map(|one| one["path"].clone()).collect::<Vec<_>>();
    assert_eq!(paths(&elsewhere), paths(&all));
    assert_eq!(answer(&ask(&room, &["export"], "{}")), all);
    // What is below each of many.
    let each = answer(&ask(&room, &["export"], r#"{"path":"smtpsvc/*"}"#));
    let below = all.iter().filter(|one| {
        one["path"].as_str().is_some_and(|path| path.to_lowercase().starts_with("/lm/smtpsvc/"))
    });
    assert_eq!(paths(&each), below.map(|one| one["path"].clone()).collect::<Vec<_>>());
    let pattern = answer(&ask(&room, &["export"], r#"{"path":"SmtpSvc/*/Domain"}"#));
    assert_eq!((domains.len(), domains), (2, pattern));
    let before = room.files();
    for mut one in server {
        // The one property of this server that no page describes.
        one["properties"].as_object_mut().expect("there are some").remove("RouteUserName");
        let (state, differing) = state_and_diff(&ask(&room, &["set"], &one.to_string()));
        assert_eq!(differing.len(), 0, "{state}");
    }
    assert_eq!(room.files(), before);
}

#[test]
fn paths_with_blanks_and_letters_beyond_ascii_are_taken_to_the_letter() {
    let room = Room::of(WINDOWS);
    let folder = room.path("Ordner mit Lücke 日本 [1] $x %y%");
    std::fs::create_dir(&folder).expect("it can be made");
    let file = folder.join("Meta Base ü.xml");
    room.write("Ordner mit Lücke 日本 [1] $x %y%/Meta Base ü.xml", &room.metabase());
    let key = "SmtpSvc/1/Domain/grüße 日本.example";
    let of = |more: Value| {
        let mut wanted = json!({ "file": file, "path": key });
        wanted.as_object_mut().expect("it is").extend(more.as_object().expect("it is").clone());
        wanted.to_string()
    };
    let text = "für „alle“ & <x> 😀";
    let wanted = of(json!({ "properties": { "RouteActionString": text, "RouteAction": 4 } }));
    let (state, differing) = state_and_diff(&ask(&room, &["set"], &wanted));
    assert_eq!(state["file"], json!(file));
    assert_eq!(differing.len(), 3, "{differing:?}");
    let [state] = answer(&ask(&room, &["get"], &of(json!({})))).try_into().expect("one line");
    assert_eq!(state["path"], format!("/LM/{key}"));
    assert_eq!(state["properties"]["RouteActionString"], text);
    let (state, _) = state_and_diff(&ask(&room, &["test"], &wanted));
    assert_eq!(state["_inDesiredState"], true);
    let (state, _) = state_and_diff(&ask(&room, &["set"], &of(json!({ "_exist": false }))));
    assert_eq!(state["_exist"], false);
    assert!(folder.join("metafix-backups").is_dir());
}

/// Also where the beginning tells already that it is refused: DSC ends with an error of its own
/// when a resource does not take its input.
#[test]
fn input_is_read_to_its_end_whatever_it_is() {
    let room = Room::of(WINDOWS);
    let tail = " ".repeat(1 << 20);
    for words in [&["get"][..], &["test"], &["set", "--what-if"], &["export"]] {
        answer(&ask(&room, words, &format!("{}{tail}", r#"{"path":"SmtpSvc/1"}"#)));
        assert_eq!(ask(&room, words, &format!("-{tail}")).code, 3);
    }
    let missing = Room::empty();
    assert_eq!(ask(&missing, &["get"], &format!("{}{tail}", r#"{"path":"a"}"#)).stdout, "");
}

/// Windows PowerShell sends what it pipes in the encoding that it likes.
#[test]
fn an_instance_may_come_with_a_byte_order_mark() {
    let room = Room::of(WINDOWS);
    let ran = ask(&room, &["get"], "\u{feff}{\"path\":\"SmtpSvc/1\"}\r\n");
    assert_eq!(answer(&ran).len(), 1);
}

/// A state that DSC was given can be given back: what only answers have asks nothing.
#[test]
fn an_answer_is_an_instance() {
    let room = Room::of(WINDOWS);
    let (state, _) = state_and_diff(&ask(&room, &["set"], WANTED));
    assert!(state["_restartRequired"].is_array());
    let (again, differing) = state_and_diff(&ask(&room, &["set"], &state.to_string()));
    assert_eq!((&again["properties"], differing.len()), (&state["properties"], 0));
    let (state, _) = state_and_diff(&ask(&room, &["test"], &again.to_string()));
    assert_eq!(state_and_diff(&ask(&room, &["test"], &state.to_string())).0, state);
}
