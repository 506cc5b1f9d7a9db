//! Before a change: whose settings it touches, and the findings that it makes.

use crate::program::{Room, json};

const WINDOWS: &str = "servers/windows-2003.xml";
const EXCHANGE: &str = "servers/exchange-2003.xml";
/// A second SMTP virtual server, at another address.
const TWO: &str = "check/binding-conflict-not/before.xml";

fn names(list: &serde_json::Value) -> Vec<&str> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|one| one["name"].as_str()).collect()
}

#[test]
fn a_change_that_makes_a_finding_is_refused_where_nobody_can_be_asked() {
    for (fixture, args, rule) in [
        ("check/open-relay/before.xml", &["unset", "SmtpSvc/4", "RelayIpList"][..], "open-relay"),
        (TWO, &["set", "SmtpSvc/2", "ServerBindings", ":25:"], "binding-conflict"),
        (TWO, &["set", "W3SVC/4", "ServerAutoStart", "TRUE"], "binding-conflict"),
        (TWO, &["unset", "SmtpSvc/4", "ServerAutoStart"], "binding-conflict"),
        (TWO, &["set", "SmtpSvc/2", "ServerBindings", "25"], "binding-invalid"),
        (WINDOWS, &["set", "W3SVC/1", "AppPoolId", "Gone"], "pool-missing"),
        (WINDOWS, &["set", "W3SVC", "ScriptMaps", ".pl"], "script-map-invalid"),
    ] {
        let room = Room::of(fixture);
        let before = room.files();
        for more in [&[][..], &["--yes"], &["--allow", "categorizer-off"]] {
            let ran = room.run(&[args, more].concat());
            assert_eq!(ran.code, 3, "{args:?} {more:?}: {ran:?}");
            let said = format!("this change makes a new finding: {rule}: ");
            assert!(ran.stderr.contains(&said), "{ran:?}");
            assert!(ran.stderr.contains(&format!("add --allow {rule}\n")), "{ran:?}");
            assert!(ran.stderr.contains(&format!("new finding: {rule}: ")), "{ran:?}");
            assert!(ran.stderr.ends_with("Nothing was written.\n"), "{ran:?}");
        }
        assert_eq!(room.files(), before, "{args:?}");
        let ran = room.run(&[args, &["--format", "json"]].concat());
        let error = &json(&ran)["error"];
        assert_eq!((&error["name"], &error["exit"]), (&"new-finding".into(), &"refused".into()));

        let dry = room.run(&[args, &["-n"]].concat());
        assert_eq!(dry.code, 0, "{dry:?}");
        let refused = format!(
            "With --yes, or where nobody can be asked, this is refused without --allow {rule}.\n"
        );
        assert!(dry.stderr.contains(&refused), "{dry:?}");
        let dry = json(&room.run(&[args, &["-n", "--format", "json"]].concat()));
        assert_eq!(names(&dry["findings"]), [rule], "{args:?}");
        assert_eq!(dry["findings"][0]["allowed"], false);
        assert_eq!(room.files(), before, "{args:?}");

        let allowed = [args, &["--allow", rule, "--format", "json"]].concat();
        let done = json(&room.done(&allowed));
        assert_eq!((&done["changed"], names(&done["findings"])), (&true.into(), vec![rule]));
        // What is there already is not new: nothing is said of it again.
        let again = json(&room.done(&["set", "SmtpSvc", "HopCount", "9", "--format", "json"]));
        assert!(again["findings"].is_null(), "{again}");
    }
}

#[test]
fn a_fault_that_was_there_is_not_in_the_way() {
    for args in [
        &["set", "SmtpSvc/1", "ServerBindings", "192.0.2.9:25:"][..],
        &["set", "SmtpSvc/2", "ServerAutoStart", "TRUE"],
        &["unset", "SmtpSvc/2", "RelayIpList"],
        &["set", "W3SVC/3", "SecureBindings", ":444:"],
        // The third of one place is now said to be in conflict with the second: no new fault.
        &["set", "W3SVC/1", "ServerBindings", ":8081:"],
    ] {
        let room = Room::of("check/binding-conflict/before.xml");
        let done = room.done(args);
        assert!(!done.stderr.contains("new finding"), "{args:?}: {done:?}");
    }
    // From one conflict to another.
    let room = Room::of("check/binding-conflict/before.xml");
    let ran = room.run(&["set", "SmtpSvc/2", "ServerBindings", "192.0.2.1:25:"]);
    assert_eq!(ran.code, 3, "{ran:?}");
}

#[test]
fn an_import_that_makes_a_finding_is_refused_too() {
    let there = Room::of("check/pool-missing-not/before.xml");
    there.done(&["export", "W3SVC/2", "-o", "site.xml"]);
    let room = Room::of(WINDOWS);
    room.write("site.xml", &std::fs::read(there.path("site.xml")).expect("it was written"));
    let before = room.files();
    let ran = room.run(&["import", "site.xml"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("new finding: pool-missing: AppPoolId in /LM/W3SVC/2"), "{ran:?}");
    assert_eq!(room.files(), before);
    room.done(&["import", "site.xml", "--allow", "pool-missing"]);
}

#[test]
fn what_exchange_owns_is_told_from_what_it_does_not() {
    let warned = |args: &[&str]| {
        let ran = json(&Room::of(EXCHANGE).done(&[args, &["-n", "--format", "json"]].concat()));
        ran["warnings"].clone()
    };
    let owned = warned(&["set", "SmtpSvc/1", "HopCount", "20"]);
    assert!(names(&owned).contains(&"exchange-owns"), "{owned}");
    assert!(owned.to_string().contains("msExchSmtpMaxHopCount"), "{owned}");
    for args in [
        &["set-dns-mode", "udp-only"][..],
        &["set-dns-mode", "udp-only", "--server", "1"],
        &["set", "SmtpSvc/1", "SmartHost", "mail.contoso.com"],
        &["set", "SmtpSvc", "HopCount", "20"],
    ] {
        assert!(!names(&warned(args)).contains(&"exchange-owns"), "{args:?}");
    }
    let room = Room::of(WINDOWS);
    let ran = room.done(&["set", "SmtpSvc/1", "HopCount", "20"]);
    assert!(!ran.stderr.contains("Exchange"), "{ran:?}");
    let told = Room::of(EXCHANGE).done(&["unset", "SmtpSvc/2", "ServerBindings"]);
    let words = "warning: Exchange copies ServerBindings of /LM/SmtpSvc/2 from Active Directory \
                 (msExchServerBindings) and overwrites it here";
    assert!(told.stderr.contains(words), "{told:?}");
}

#[test]
fn a_change_that_has_no_effect_on_a_later_iis_says_so() {
    let room = Room::of("check/web-keys-unused/before.xml");
    let ran = room.done(&["set", "W3SVC/1", "ServerBindings", ":81:", "-n"]);
    let words = "warning: this is the metabase of IIS 10, which reads the web server's settings \
                 from applicationHost.config: the change of /LM/W3SVC/1 has no effect";
    assert!(ran.stderr.contains(words), "{ran:?}");
    let ran = room.done(&["set", "W3SVC/2", "ServerBindings", ":80:", "--format", "json"]);
    assert!(json(&ran)["findings"].is_null(), "what is not used is not asked about: {ran:?}");
    let iis_6 = Room::of(WINDOWS).done(&["set", "W3SVC/1", "ServerBindings", ":81:", "-n"]);
    assert!(!iis_6.stderr.contains("applicationHost"), "{iis_6:?}");
}

#[test]
fn a_restore_that_makes_a_finding_is_asked_about_unless_the_file_is_broken() {
    let room = Room::of(WINDOWS);
    room.done(&["set", "W3SVC/1", "AppPoolId", "Gone", "--allow", "pool-missing"]);
    room.done(&["set", "W3SVC/1", "AppPoolId", "DefaultAppPool"]);
    let good = room.metabase();
    let ran = room.run(&["restore"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("new finding: pool-missing: AppPoolId in /LM/W3SVC/1"), "{ran:?}");
    assert_eq!(room.metabase(), good);
    room.done(&["restore", "--allow", "pool-missing"]);
    // What is there already, and what is broken, is no reason to ask.
    let gone = room.metabase();
    room.done(&["set", "SmtpSvc", "HopCount", "9"]);
    room.done(&["restore"]);
    assert_eq!(room.metabase(), gone);
    room.write("MetaBase.xml", &gone[..gone.len() / 2]);
    room.done(&["restore"]);
    assert_ne!(room.metabase(), gone[..gone.len() / 2]);
}

/// Who cured a fault can go back by the command that was printed, pasted from anywhere.
#[test]
fn the_printed_undo_works_whatever_the_change_cured_or_needed() {
    let undone = |room: &Room, args: &[&str]| {
        let before = room.metabase();
        let ran = room.done(&[args, &["--format", "json"]].concat());
        let undo = json(&ran)["undo"].as_str().expect("a command").to_owned();
        assert_ne!(room.metabase(), before, "{args:?}");
        let words: Vec<&str> = undo.split(' ').skip(1).collect();
        let unquoted: Vec<&str> = words.iter().map(|word| word.trim_matches(['\'', '"'])).collect();
        let at = |word: &str| unquoted.iter().position(|one| *one == word);
        for folder in [Some("--file"), at("--backup-dir").map(|_| "--backup-dir")] {
            let path = folder.and_then(at).map(|at| unquoted[at + 1]);
            assert!(path.is_none_or(|path| std::path::Path::new(path).is_absolute()), "{undo}");
        }
        // A room names its file itself.
        room.done(&unquoted[2..]);
        assert_eq!(room.metabase(), before, "{undo}");
        undo
    };
    let room = Room::of(WINDOWS);
    room.done(&["set", "W3SVC/1", "AppPoolId", "Gone", "--allow", "pool-missing"]);
    let cure = ["set", "W3SVC/1", "AppPoolId", "DefaultAppPool"];
    assert!(undone(&room, &cure).ends_with(" --allow pool-missing"));
    assert!(!undone(&room, &["set", "W3SVC/1", "ServerBindings", ":81:"]).contains("--allow"));
    let other = ["set", "SmtpSvc", "HopCount", "9", "--backup-dir", "other"];
    assert!(undone(&room, &other).contains(" --backup-dir "));
    let in_place = ["set", "SmtpSvc", "HopCount", "9", "--write", "in-place"];
    assert!(undone(&room, &in_place).contains(" --write in-place"));
}

#[test]
fn a_number_that_is_no_dns_mode_is_written_with_a_warning() {
    for (value, is_said) in [("3", true), ("2", false), ("udp-only", false), ("-1", false)] {
        let ran = Room::of(WINDOWS).done(&["set", "SmtpSvc", "SmtpUseTcpDns", value, "-n"]);
        assert_eq!(ran.stderr.contains("warning: 3 is not a DNS mode"), is_said, "{ran:?}");
    }
}

#[test]
fn the_hint_about_a_file_that_is_not_there_is_about_that_file() {
    let room = Room::of(WINDOWS);
    for (args, hint) in [
        (&["get", "SmtpSvc", "--schema", "none"][..], "name the server's MBSchema.xml"),
        (&["diagnose", "x.example", "--events", "none"], "name a saved event log"),
        (&["apply", "none"], "name a file with the wanted state"),
        (&["import", "none"], "export KEY -o FILE"),
        (&["check", "none"], "MetaBase.xml"),
    ] {
        let ran = room.run(args);
        assert!(ran.stderr.starts_with("error: none: there is no such file\n"), "{ran:?}");
        assert!(ran.stderr.contains(hint), "{args:?}: {ran:?}");
    }
}
