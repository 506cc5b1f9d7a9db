//! An administrator's evening, from end to end: find, repair, compare, break, get it back.
//!
//! README tells it; here each of its lines is run, and the same way is gone on every server.
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::fs;

use crate::program::Room;

/// A server of the fixtures with its schema, and the pair of both in IIS's history.
fn server(name: &str) -> Room {
    let room = Room::of(&format!("servers/{name}.xml"));
    let schema = Room::of("schema/MBSchema.xml").metabase();
    fs::create_dir(room.path("History")).expect("a folder");
    fs::write(room.path("MBSchema.xml"), &schema).expect("it can be written");
    let kept = |kind: &str| room.path(&format!("History/{kind}_0000000014_0000000000.xml"));
    fs::write(kept("MetaBase"), room.metabase()).expect("it can be written");
    fs::write(kept("MBSchema"), &schema).expect("it can be written");
    room
}

/// Cuts the metabase short, as a lost power supply does.
fn cut(room: &Room, size: usize) {
    fs::write(room.path("MetaBase.xml"), &room.metabase()[..size]).expect("it can be written");
}

/// Runs what is after a `$`, and says what a reader of README would see.
fn run(room: &Room, command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    match words[..] {
        ["truncate", "--size", size, "MetaBase.xml"] => {
            cut(room, size.parse().expect("a size"));
            String::new()
        }
        ["metafix", ..] => {
            let ran = room.run(&words[1..]);
            let code = if ran.code == 0 { String::new() } else { format!("? {}\n", ran.code) };
            format!("{code}{}{}", ran.stdout, ran.stderr).replace("\r\n", "\n")
        }
        _ => panic!("{command:?} is no command of the evening"),
    }
}

#[test]
fn readme_tells_the_evening_as_it_is() {
    let readme = include_str!("../../fixtures/readme/evening.md").replace("\r\n", "\n");
    let evening = readme.split("```").nth(1).expect("it is shown").trim_start_matches("text\n");
    let room = server("relay-2022");
    let mut steps = 0;
    for step in evening.split("$ ").skip(1) {
        let (command, expected) = step.split_once('\n').expect("a command ends its line");
        let found = run(&room, command);
        snapbox::assert_data_eq!(found, snapbox::Data::text(expected.to_owned()));
        steps += 1;
    }
    assert!(steps > 8, "{steps} steps");
}

#[test]
fn the_evening_is_possible_on_every_server() {
    for name in ["windows-2003", "exchange-2003", "relay-2022", "shared-host"] {
        let room = server(name);
        let original = room.metabase();
        assert!([0, 6].contains(&room.run(&["check"]).code), "{name}");
        room.done(&["repair", "dns-udp-only"]);
        let repaired = room.metabase();
        assert_eq!(room.run(&["diff", "1"]).code, 6, "{name}");
        let found = room.done(&["find", "SmtpUseTcpDns"]).stdout;
        assert!(found.contains("/LM/SmtpSvc"), "{name}: {found}");

        cut(&room, repaired.len() / 2);
        let told = room.run(&["show"]);
        assert_eq!(told.code, 3, "{name}");
        assert!(told.stderr.contains("restore --history 14.0"), "{name}: {}", told.stderr);
        room.done(&["restore", "--history"]);
        assert_eq!(room.metabase(), original, "{name}");
        room.done(&["repair", "dns-udp-only"]);
        assert_eq!(room.metabase(), repaired, "{name}");
        assert_eq!(room.done(&["backups", "verify"]).stdout.matches(": OK").count(), 3, "{name}");
    }
}
