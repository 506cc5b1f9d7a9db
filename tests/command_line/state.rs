//! The wanted state: printed, made so, checked for drift, and what is wrong with one.

use crate::program::{Room, json};

const WANTED: &str = r#"
[[key]]
path = "SmtpSvc/1"
[key.properties]
SmtpUseTcpDns = "udp-only"
MaxRecipients = 500
ServerBindings = [":25:", ":2525:"]
RelayIpList = ["127.0.0.1", "192.0.2.7"]
QueueDirectory = { ensure = "absent" }

[[key]]
path = "MimeMap"
[key.properties]
MimeMap = { add = [".svg,image/svg+xml"], remove = [".323,text/h323"] }

[[key]]
path = "SmtpSvc/1/Domain/fabrikam.com"
ensure = "absent"

[[key]]
path = "SmtpSvc/1/Domain/new.example"
[key.properties]
RouteAction = 4

[[key]]
path = "SmtpSvc/1/Domain/never.example"
ensure = "absent"
"#;

fn room_with(state: &str) -> Room {
    let room = Room::of("servers/windows-2003.xml");
    room.write("wanted.toml", state.as_bytes());
    room
}

#[test]
fn all_that_is_wanted_is_one_change_and_the_second_run_finds_nothing_to_do() {
    let room = room_with(WANTED);
    let before = room.metabase();
    let drift = room.run(&["apply", "wanted.toml", "-n", "--exit-code"]);
    assert_eq!((drift.code, room.metabase() == before), (6, true), "{drift:?}");
    let ran = room.done(&["apply", "wanted.toml", "--yes"]);
    assert!(ran.stderr.contains("5 keys are as wanted now."), "{}", ran.stderr);
    assert_eq!(room.backups().len(), 1);
    let after = String::from_utf8(room.metabase()).expect("it is text").replace("\r\n", "\n");
    for there in [
        "SmtpUseTcpDns=\"2\"",
        "MaxRecipients=\"500\"",
        "ServerBindings=\":25:\n\t\t\t:2525:\"",
        "ffffffff7f000001c0000207\"",
        ".svg,image/svg+xml\"",
        "Location =\"/LM/SmtpSvc/1/Domain/new.example\"",
    ] {
        assert!(after.contains(there), "{there}: {after}");
    }
    for gone in ["QueueDirectory", ".323", "fabrikam.com"] {
        assert!(!after.contains(gone), "{gone}: {after}");
    }
    let again = room.done(&["apply", "wanted.toml", "-n", "--exit-code"]);
    assert!(again.stderr.contains("Nothing to do"), "{}", again.stderr);
    room.done(&["restore", "--yes"]);
    assert_eq!(room.metabase(), before);
}

/// What one server says, applied to another, makes that one say the same, and changes nothing at
/// home.
#[test]
fn what_is_printed_can_be_applied_at_home_and_elsewhere() {
    let files = ["windows-2003", "exchange-2003", "relay-2022", "shared-host"];
    for from in files {
        let home = Room::of(&format!("servers/{from}.xml"));
        let state = home.done(&["state", "SmtpSvc", "SmtpSvc/*"]).stdout;
        home.write("s.toml", state.as_bytes());
        let ran = home.done(&["apply", "s.toml", "--yes"]);
        assert!(ran.stderr.contains("Nothing to do"), "{from}: {}", ran.stderr);
        for to in files.iter().filter(|to| **to != from) {
            let other = Room::of(&format!("servers/{to}.xml"));
            other.write("s.toml", state.as_bytes());
            other.done(&["apply", "s.toml", "--yes"]);
            let ran = other.done(&["apply", "s.toml", "--yes"]);
            assert!(ran.stderr.contains("Nothing to do"), "{from} {to}: {}", ran.stderr);
            // Each property that was printed has its value now.
            let keys: Vec<_> =
                state.lines().filter_map(|line| line.strip_prefix("path = ")).collect();
            let args: Vec<String> =
                keys.iter().map(|key| key.trim_matches('"').to_owned()).collect();
            let args: Vec<&str> =
                ["state"].into_iter().chain(args.iter().map(String::as_str)).collect();
            let there = other.done(&args).stdout;
            let said: std::collections::BTreeSet<_> = there.lines().collect();
            let all = state
                .lines()
                .filter(|line| !line.starts_with(['#', 'c']) && !line.contains("{ value"));
            for line in all {
                assert!(said.contains(line), "{from} {to}: {line}\n{there}");
            }
        }
    }
}

#[test]
fn no_secret_and_nothing_of_the_machine_is_printed() {
    let room = Room::of("servers/exchange-2003.xml");
    let printed = json(&room.done(&["state", "/", "-r", "--format", "json"]));
    let state = printed["state"].as_str().expect("there is a state");
    assert!(printed["left_out"].as_u64().expect("a number") > 10, "{printed}");
    assert!(state.contains("# AdminACL: left out (secret)"), "{state}");
    assert!(!state.contains("49634462"), "{state}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_line_and_column() {
    let wrong = "[[key]]\npath = \"SmtpSvc/1\"\n[key.properties]\nAdminACL = \"hush\"\n\
                 MaxRecipients = \"many\"\nNope = 3\nServerBindings = [{}]\n[[key]]\n\
                 path = \"SmtpSvc/9/x\"\n";
    let room = room_with(wrong);
    let before = room.files();
    let ran = room.run(&["apply", "wanted.toml", "--yes"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(
        ran.stderr.contains("wanted.toml:7:19: \"ServerBindings\" is a table"),
        "{}",
        ran.stderr
    );
    let room = room_with(&wrong.replace("ServerBindings = [{}]\n", ""));
    let ran = room.run(&["apply", "wanted.toml", "--yes"]);
    for told in [
        "wanted.toml:4:1: AdminACL is a secret",
        "wanted.toml:5:1: MaxRecipients cannot be \"many\"",
        "wanted.toml:6:1: the type of Nope is not known",
        "wanted.toml:8:8: the class of /LM/SmtpSvc/9/x cannot be told",
        "4 things are wrong",
    ] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("hush"), "{}", ran.stderr);
    assert_eq!(ran.code, 3, "{ran:?}");
    let ran = room.run(&["apply", "wanted.toml", "--yes", "--format", "json"]);
    let error = &json(&ran)["error"];
    assert_eq!(error["name"], "wanted-state", "{error}");
    assert!(error["message"].as_str().expect("text").contains("6:1: the type of Nope"), "{error}");
    let mut after = room.files();
    after.remove("wanted.toml");
    let mut before = before;
    before.remove("wanted.toml");
    assert_eq!(after, before);
}

/// It becomes the name of an element, and some names of elements mean no key.
#[test]
fn what_is_no_class_is_refused_in_a_state_and_on_the_command_line() {
    for class in ["a b", "", "x/><y", "Custom", "MBProperty", "configuration"] {
        let room = room_with(&format!("[[key]]\npath = \"SmtpSvc/2\"\nclass = '{class}'\n"));
        let before = room.files();
        let ran = room.run(&["apply", "wanted.toml", "--yes"]);
        let told = format!("wanted.toml:2:8: \"{class}\" is no class of a key");
        assert!(ran.code == 3 && ran.stderr.contains(&told), "{ran:?}");
        assert!(ran.stderr.contains("a class is a name such as IIsWebVirtualDir"), "{ran:?}");
        let ran = room.run(&["create", "SmtpSvc/2", "--class", class, "--yes"]);
        assert!(ran.code == 2 && ran.stderr.contains("not a class, such as"), "{ran:?}");
        assert_eq!(room.files(), before);
    }
}

#[test]
fn a_missing_state_is_not_taken_for_a_missing_metabase() {
    let room = room_with("");
    let ran = room.run(&["apply", "nowhere.toml", "--yes"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("hint: name a file with the wanted state; "), "{ran:?}");
}

#[test]
fn each_kind_of_mistake_has_its_hint() {
    for (state, message, hint) in [
        ("[[key]\n", "not well-formed", "prints a state to begin with"),
        ("", "no key is wanted", "begins with [[key]]"),
        ("[[keys]]\n", "no field \"keys\"", "there are: key"),
        ("[[key]]\n", "a key has no \"path\"", "add path"),
        ("[[key]]\npath = 1\n", "is a number, not text", "--print-schema"),
        ("[[key]]\npath='a'\n[[key]]\npath='A'\n", "the key /LM/A is duplicated", "once"),
        (
            "[[key]]\npath='MimeMap'\nensure='absent'\nproperties={A=1}\n",
            "is to be absent",
            "leave",
        ),
        ("[[key]]\npath='MimeMap'\nproperties={A={}}\n", "no \"value\"", "add value"),
        ("[[key]]\npath='MimeMap'\nproperties={A={value=1,add=[1]}}\n", "exclude", "whole list"),
        ("[[key]]\npath='SmtpSvc/1'\nensure='absent'\n", "6 keys below", "recursive = true"),
        (
            "[[key]]\npath='SmtpSvc'\nensure='absent'\nrecursive=true\n",
            "is never deleted or renamed",
            "below",
        ),
        ("[[key]]\npath='/LM'\nproperties={ChangeNumber=1}\n", "bookkeeping", "leave it"),
        ("{\"key\": [{\"path\": \"SmtpSvc/1\", \"path\": 1}]}", "\"path\" is duplicated", "once"),
        ("{\"key\": ", "not well-formed", "prints a state"),
        ("[[key]]\npath=''\n", "it is empty", ""),
        (
            "[[key]]\npath='SmtpSvc/1'\nproperties={MaxRecipient={ensure='absent'}}\n",
            "did you mean MaxRecipients",
            "",
        ),
        ("[[key]]\npath='SmtpSvc/1/Domain/x '\nensure='absent'\n", "ends with a blank", ""),
        ("[[key]]\npath='SmtpSvc/1//x'\nensure='absent'\n", "it is empty", ""),
        ("[[key]]\npath='SmtpSvc/*'\nensure='absent'\n", "\"*\" is no name", "stands for many"),
        ("[[key]]\npath='SmtpSvc\\1'\nensure='absent'\n", "holds no slash", ""),
        ("[[key]]\npath='IIS://mail/SmtpSvc'\n", "on the computer mail", "the key alone"),
        (
            "[[key]]\npath='SmtpSvc/1'\nproperties={ServerBindings=[]}\n",
            "no value is given",
            "\"\" is an empty list",
        ),
    ] {
        let room = room_with(state);
        let before = room.files();
        let ran = room.run(&["apply", "wanted.toml", "--yes"]);
        assert_eq!(ran.code, 3, "{state}: {ran:?}");
        assert!(ran.stderr.contains(message), "{state}: {}", ran.stderr);
        let told = ran.stderr.lines().find(|line| line.trim_start().starts_with("hint:"));
        assert!(told.is_some_and(|told| told.contains(hint)), "{state}: {}", ran.stderr);
        assert_eq!(room.files(), before, "{state}");
    }
}

/// Windows PowerShell makes UTF-16 of what it writes, and begins what it pipes with a mark.
/// IIS writes a `<Custom>` with the number; names mean the same there, and it stays a number.
#[test]
fn flags_by_name_are_taken_where_the_file_has_their_number() {
    let room = Room::of("servers/windows-2003.xml");
    room.done(&["set", "SmtpSvc", "AuthFlags", "0"]);
    room.done(&["set", "SmtpSvc", "AuthFlags", "AuthBasic|AuthNTLM"]);
    let after = room.metabase();
    let text = String::from_utf8(after.clone()).expect("it is text");
    let custom = text.split("\"AuthFlags\"").nth(1).expect("it is there");
    assert!(custom.split("/>").next().expect("it ends").contains("Value=\"6\""), "{custom:.200}");
    let said = room.run(&["set", "SmtpSvc", "AuthFlags", "AuthNone"]);
    assert!(said.code == 2 && said.stderr.contains("names joined by |: "), "{said:?}");

    let home = Room::of("servers/windows-2003.xml");
    home.write(
        "wanted.toml",
        b"[[key]]\npath = 'SmtpSvc'\nproperties.AuthFlags = 'AuthNTLM | AuthBasic'\n",
    );
    home.done(&["set", "SmtpSvc", "AuthFlags", "6"]);
    let before = home.metabase();
    home.done(&["apply", "wanted.toml"]);
    assert!(home.metabase() == before, "they are the same flags");
}

/// The type data of a state is judged as that of `set` is, and written as IIS writes it.
#[test]
fn type_data_that_iis_does_not_know_is_refused_and_the_rest_is_written_its_way() {
    let state = |user_type: &str, attributes: &str| {
        format!(
            "[[key]]\npath = 'SmtpSvc/1'\nproperties.Foo = {{ value = 7, id = 70000, type = 'dword', \
             user_type = '{user_type}', attributes = '{attributes}' }}\n"
        )
    };
    for (user_type, attributes, told) in [
        ("x y", "INHERIT", "3:71: \"user_type\""),
        ("IIS_MD_UT_SERVER", "SECURE", "\"attributes\" is text, not a list, joined by |, of"),
        ("IIS_MD_UT_SERVER", "ZZZ", "(SECURE is for IIS alone)"),
    ] {
        let room = room_with(&state(user_type, attributes));
        let before = room.metabase();
        let ran = room.run(&["apply", "wanted.toml", "--yes"]);
        assert!(ran.code == 3 && room.metabase() == before, "{ran:?}");
        assert!(ran.stderr.contains(told), "{ran:?}");
    }
    let room = room_with(&state("iis_md_ut_file", "inherit|partial_path"));
    room.done(&["apply", "wanted.toml", "--yes"]);
    let after = String::from_utf8(room.metabase()).expect("it is text");
    assert!(after.contains("UserType=\"IIS_MD_UT_FILE\""), "{after}");
    assert!(after.contains("Attributes=\"INHERIT | PARTIAL_PATH\""), "{after}");
}

/// Who writes JSON is told JSON.
#[test]
fn a_hint_is_in_the_language_of_the_state() {
    let room = Room::of("servers/windows-2003.xml");
    for (name, state, told) in [
        ("a.toml", "[[key]]\npath = 'SmtpSvc/1'\nensure = 'absent'\n", "add recursive = true"),
        (
            "a.json",
            r#"{"key":[{"path":"SmtpSvc/1","ensure":"absent"}]}"#,
            "add \"recursive\": true",
        ),
    ] {
        room.write(name, state.as_bytes());
        let ran = room.run(&["apply", name, "-n"]);
        assert!(ran.stderr.contains(told), "{name}: {ran:?}");
    }
}

#[test]
fn standard_input_is_read_in_the_encodings_of_windows() {
    let wanted = "[[key]]\npath = 'SmtpSvc'\nproperties = { SmtpUseTcpDns = 'udp-only' }\n";
    let utf_16: Vec<u8> =
        [0xFEFF].into_iter().chain(wanted.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [wanted.as_bytes().to_vec(), format!("\u{feff}{wanted}").into(), utf_16] {
        let room = Room::of("servers/windows-2003.xml");
        room.write("wanted", &bytes);
        let mut command = room.command(&["apply", "-", "-n", "--exit-code"]);
        command.stdin(std::fs::File::open(room.path("wanted")).expect("it was written"));
        assert_eq!(command.output().expect("it runs").status.code(), Some(6));
    }
}

#[test]
fn of_many_mistakes_the_first_twenty_are_told() {
    let keys: String = (0..30).map(|n| format!("[[key]]\npath = 'a{n}'\nwrong = 1\n")).collect();
    let ran = room_with(&keys).run(&["apply", "wanted.toml", "--yes"]);
    assert_eq!(ran.stderr.matches("error: wanted.toml:").count(), 21, "{ran:?}");
    assert!(ran.stderr.contains("and 10 more"), "{ran:?}");
    assert!(ran.stderr.contains("30 things are wrong"), "{ran:?}");
}

#[test]
fn a_path_of_another_computer_is_refused() {
    let room = Room::of("servers/windows-2003.xml");
    let before = room.files();
    let ran = room.run(&["set", "IIS://mail/SmtpSvc/1", "MaxRecipients", "1", "--yes"]);
    assert_eq!((ran.code, room.files() == before), (2, true), "{ran:?}");
    assert!(ran.stderr.contains("on the computer mail"), "{ran:?}");
    room.done(&["set", "IIS://LOCALHOST/SmtpSvc/1", "MaxRecipients", "1", "--yes"]);
}

#[test]
fn the_schema_of_a_state_knows_its_fields() {
    let room = Room::of("servers/windows-2003.xml");
    let schema = json(&room.done(&["apply", "--print-schema"]));
    let key = &schema["$defs"]["Key"];
    for field in ["path", "class", "ensure", "recursive", "properties"] {
        assert!(key["properties"][field].is_object(), "{field}: {key}");
    }
    assert_eq!(key["additionalProperties"], false);
    assert_eq!(key["required"], serde_json::json!(["path"]));
}

#[test]
fn a_flag_and_its_property_go_together_in_either_order() {
    for key in ["SmtpSvc/1/ROOT", "W3SVC/1/ROOT", "W3SVC/1/ROOT/new"] {
        let applied = |properties: &str| {
            let class = if key.ends_with("new") { "class = \"IIsWebVirtualDir\"\n" } else { "" };
            let state = format!("[[key]]\npath = \"{key}\"\n{class}[key.properties]\n{properties}");
            let room = room_with(&state);
            room.done(&["apply", "wanted.toml", "--yes"]);
            String::from_utf8(room.metabase()).expect("it is text")
        };
        let after = applied("AccessFlags = 1\nAccessWrite = true\n");
        assert!(after.contains("\t\tAccessFlags=\"3\""), "{key}: {after}");
        assert_eq!(applied("AccessWrite = true\nAccessFlags = 1\n"), after, "{key}");
    }
    let made = |one: &str, other: &str| {
        let room = room_with("");
        let class = ["--class", "IIsWebVirtualDir"];
        room.done(&[&["create", "W3SVC/1/ROOT/new", one, other, "--yes"], &class[..]].concat());
        room.metabase()
    };
    let (property, flag) = ("AccessFlags=1", "AccessWrite=true");
    assert_eq!(made(flag, property), made(property, flag));
}

#[test]
fn a_flag_of_a_property_that_is_to_go_is_refused_in_either_order() {
    for key in ["W3SVC/1/ROOT", "W3SVC/1/ROOT/new"] {
        for properties in [
            "AccessFlags = { ensure = \"absent\" }\nAccessWrite = true\n",
            "AccessWrite = true\nAccessFlags = { ensure = \"absent\" }\n",
        ] {
            let class = if key.ends_with("new") { "class = \"IIsWebVirtualDir\"\n" } else { "" };
            let state = format!("[[key]]\npath = \"{key}\"\n{class}[key.properties]\n{properties}");
            let room = room_with(&state);
            let before = room.metabase();
            let ran = room.run(&["apply", "wanted.toml", "--yes"]);
            assert_eq!((ran.code, room.metabase() == before), (3, true), "{state}: {ran:?}");
            assert!(ran.stderr.contains("AccessFlags"), "{state}: {ran:?}");
        }
    }
}
