//! The known repairs: what each makes of its inputs, byte for byte, and the one that is refused.

use crate::cases::cases;
use crate::program;
use crate::program::{Room, json};
use metafix::change::repair::{REPAIRS, Repair};

const LEAST: usize = 9;

fn run(room: &Room, args: &[String], more: &[&str]) -> program::Ran {
    let args: Vec<&str> = args.iter().map(String::as_str).chain(more.iter().copied()).collect();
    room.run(&args)
}

#[test]
fn each_repair_becomes_exactly_what_was_asked_for() {
    for case in cases("repair", LEAST) {
        let (before, after) = (case.read("before.xml"), case.read("after.xml"));
        assert_ne!(before, after, "{}: a case of `repair` changes something", case.name);
        let room = Room::with(&before);
        let ran = run(&room, &case.args(), &["--yes"]);
        assert_eq!(ran.code, 0, "{}: {ran:?}", case.name);
        assert_eq!(
            room.metabase().escape_ascii().to_string(),
            after.escape_ascii().to_string(),
            "{}",
            case.name
        );
        assert_eq!(room.backups().len(), 1, "{}", case.name);

        let again = run(&room, &case.args(), &["--yes"]);
        assert_eq!(again.code, 0, "{}: {again:?}", case.name);
        assert!(again.stderr.contains("Nothing to do"), "{}: {again:?}", case.name);
        assert_eq!(room.metabase(), after, "{}", case.name);
        assert_eq!(room.backups().len(), 1, "{}: a second run writes nothing", case.name);
    }
}

#[test]
fn every_repair_has_a_case() {
    let named: Vec<String> =
        cases("repair", LEAST).iter().map(|case| case.args()[1].clone()).collect();
    for Repair { name, .. } in &REPAIRS {
        assert!(named.iter().any(|other| other == name), "no case of {name}");
    }
}

#[test]
fn a_dry_run_of_a_repair_tells_that_a_change_is_pending() {
    for case in cases("repair", LEAST) {
        let room = Room::with(&case.read("before.xml"));
        let ran = run(&room, &case.args(), &["--dry-run", "--exit-code"]);
        assert_eq!(ran.code, 6, "{}: {ran:?}", case.name);
        assert!(ran.stdout.contains("+++ MetaBase.xml"), "{}: {ran:?}", case.name);
        assert_eq!(room.files().len(), 1, "{}", case.name);
    }
}

#[test]
fn the_relay_is_closed_to_all_but_who_is_named() {
    for (allow, told) in [
        (&[][..], "only 127.0.0.1"),
        (&["--allow", "192.0.2.7,127.0.0.1"], "only 192.0.2.7, 127.0.0.1"),
    ] {
        let room = Room::of("servers/relay-2022.xml");
        let ran = room.done(&[&["repair", "relay-ip-list", "--yes"], allow].concat());
        assert!(ran.stderr.contains("only the addresses on the list may relay"), "{}", ran.stderr);
        assert!(ran.stderr.contains("is inferred"), "{}", ran.stderr);
        let got = room.done(&["get", "SmtpSvc/1", "RelayIpList"]).stdout;
        assert!(got.contains(told), "{got}");
        let again = room.done(&["repair", "relay-ip-list", "--yes"]);
        assert!(again.stderr.contains("Nothing to do"), "{}", again.stderr);
    }
    let room = Room::of("servers/relay-2022.xml");
    let ran = room.run(&["repair", "relay-ip-list", "--allow", "10.0.0.0/8", "--yes"]);
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn the_list_says_what_each_repair_would_change_here() {
    let room = Room::of("servers/relay-2022.xml");
    let before = room.files();
    let list = json(&room.done(&["repair", "--format", "json"]));
    assert_eq!(list["command"], "repair");
    assert_eq!(list["changed"], false);
    let repairs = list["repairs"].as_array().expect("there are repairs");
    let keys: Vec<_> = repairs.iter().map(|r| (r["name"].clone(), r["keys"].clone())).collect();
    let expected = [
        ("relay-ip-list", vec!["/LM/SmtpSvc/1"]),
        ("outbound-esmtp", vec!["/LM/SmtpSvc/1"]),
        ("direct-edit", vec!["/LM"]),
        ("dns-udp-only", vec!["/LM/SmtpSvc"]),
    ];
    let expected = expected.map(|(name, keys)| (name.into(), keys.into()));
    assert_eq!(keys, expected);

    let text = room.done(&["repair"]).stdout;
    for repair in &REPAIRS {
        assert!(text.contains(repair.name), "{text}");
    }
    assert_eq!(room.files(), before);
}

#[test]
fn a_repair_that_is_not_possible_here_says_why() {
    let metabase = "<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\
                    <MBProperty><IIsComputer Location=\"/LM\"/></MBProperty></configuration>";
    let room = Room::with(metabase.as_bytes());
    let text = room.done(&["repair"]).stdout;
    assert!(text.contains("not possible: there is no key /LM/SmtpSvc"), "{text}");
    let ran = room.run(&["repair", "dns-udp-only", "--yes"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("there is no key /LM/SmtpSvc"), "{}", ran.stderr);
}

#[test]
fn what_check_recommends_makes_check_content() {
    let room = Room::of("servers/relay-2022.xml");
    let checked = room.run(&["check", "--format", "json"]);
    assert_eq!(checked.code, 6);
    let mut repaired = 0;
    for finding in json(&checked)["findings"].as_array().expect("there are findings") {
        let Some(command) = finding["repair"].as_str() else { continue };
        let args = command.strip_prefix("metafix --file MetaBase.xml ").expect("it names the file");
        if !args.starts_with("repair ") {
            continue;
        }
        let args: Vec<&str> = args.split(' ').chain(["--yes"]).collect();
        room.done(&args);
        repaired += 1;
    }
    assert_eq!(repaired, 2);
    // What the first repair is dangerous for is another finding.
    assert_eq!(room.run(&["check", "--ignore", "open-relay"]).code, 0);
}
