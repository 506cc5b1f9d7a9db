//! The way back from a broken or missing metabase, as a user meets it; comparing and moving.
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::fs;
use std::path::Path;

use crate::program::{Ran, Room, json};

const SERVER: &str = "servers/windows-2003.xml";

fn fixture(path: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fs::read(root.join(path)).expect("the fixture is there")
}

/// A server whose metabase and schema are broken, with what IIS kept.
fn broken() -> Room {
    let room = Room::of("history/server/MetaBase.xml");
    fs::write(room.path("MBSchema.xml"), fixture("history/server/MBSchema.xml")).expect("written");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/history/server");
    for folder in ["History", "MetaBack"] {
        fs::create_dir(room.path(folder)).expect("made");
        for entry in fs::read_dir(root.join(folder)).expect("the fixture is there") {
            let entry = entry.expect("listed");
            let to = room.path(folder).join(entry.file_name());
            fs::copy(entry.path(), to).expect("copied");
        }
    }
    room
}

fn kept(name: &str) -> Vec<u8> {
    fixture(&format!("history/server/History/{name}"))
}

fn schema(room: &Room) -> Vec<u8> {
    fs::read(room.path("MBSchema.xml")).expect("the schema is there")
}

#[test]
fn the_newest_good_pair_is_put_back_and_the_broken_one_kept() {
    let room = broken();
    let (metabase, old_schema) = (room.metabase(), schema(&room));
    let ran = room.done(&["restore", "--history"]);
    assert_eq!(room.metabase(), kept("MetaBase_0000000014_0000000001.xml"));
    assert_eq!(schema(&room), kept("MBSchema_0000000014_0000000001.xml"));
    for version in ["15.0", "15.1", "16.0"] {
        let sentence = format!("version {version} is newer, but one of its files");
        assert!(ran.stderr.contains(&sentence), "{}", ran.stderr);
    }
    assert!(ran.stderr.contains("`net start iisadmin`"), "{}", ran.stderr);
    let backups: Vec<_> = room.files().into_iter().filter(|(n, _)| n.ends_with(".bak")).collect();
    assert_eq!(backups.len(), 2, "{backups:?}");
    assert!(backups.iter().any(|(_, content)| *content == metabase));
    assert!(backups.iter().any(|(_, content)| *content == old_schema));

    let again = room.done(&["restore", "--history"]);
    assert!(again.stderr.contains("Nothing to do"), "{}", again.stderr);
    assert_eq!(room.backups().len(), 2);
}

#[test]
fn the_printed_commands_take_it_back() {
    let room = broken();
    let before = (room.metabase(), schema(&room));
    let ran = room.done(&["restore", "--history", "14.0"]);
    assert!(room.metabase() != before.0 && schema(&room) != before.1);
    let undo = ran.stderr.lines().filter_map(|line| line.strip_prefix("Undo:    metafix --file "));
    let mut count = 0;
    for command in undo {
        let mut words = command.split(' ').map(|word| word.trim_matches('"'));
        let file = words.next().expect("a file");
        let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_metafix"));
        process.current_dir(room.path("")).args(["--file", file]).args(words).args(["--yes"]);
        let done = process.output().expect("the program runs");
        assert!(done.status.success(), "{command}: {done:?}");
        count += 1;
    }
    assert_eq!(count, 2, "{}", ran.stderr);
    assert!(room.metabase() == before.0 && schema(&room) == before.1);
}

#[test]
fn a_pair_is_not_written_in_place_and_the_hint_says_how_it_can_be() {
    let room = broken();
    let before = room.files();
    for extra in [&[][..], &["--dry-run"]] {
        let args = [&["restore", "--history", "--write", "in-place"], extra].concat();
        let ran = room.run(&args);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(ran.stderr.contains("--write in-place writes one file"), "{}", ran.stderr);
        assert!(ran.stderr.contains("Nothing was written."), "{}", ran.stderr);
        assert_eq!(room.files(), before);
    }
    let error =
        json(&room.run(&["restore", "--history", "--write", "in-place", "--format", "json"]));
    assert_eq!(error["error"]["name"], "in-place-pair");
    let hint = error["error"]["hint"].as_str().expect("text");
    let commands: Vec<_> = hint.split('`').filter(|part| part.starts_with("metafix ")).collect();
    assert_eq!(commands.len(), 2, "{hint}");
    for command in commands {
        let words = command.split(' ').skip(1).map(|word| word.trim_matches('"'));
        let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_metafix"));
        let done = process.args(words).arg("--yes").output().expect("the program runs");
        assert!(done.status.success(), "{command}: {done:?}");
    }
    assert_eq!(room.metabase(), kept("MetaBase_0000000014_0000000001.xml"));
    assert_eq!(schema(&room), kept("MBSchema_0000000014_0000000001.xml"));
    assert_eq!(room.backups().len(), 2);
}

#[test]
fn the_one_file_that_differs_is_written_in_place_and_a_missing_one_is_made() {
    for (broken_one, right) in [("MetaBase.xml", "MBSchema.xml"), ("MBSchema.xml", "MetaBase.xml")]
    {
        let room = broken();
        let kept_of = |name: &str| kept(&name.replace(".xml", "_0000000014_0000000001.xml"));
        fs::write(room.path(right), kept_of(right)).expect("written");
        // A second name of the file has its new content as well, if that was written into it.
        let second = room.path("second-name");
        fs::hard_link(room.path(broken_one), &second).expect("linked");
        let old = fs::read(&second).expect("it is there");
        room.done(&["restore", "--history", "--write", "in-place"]);
        assert_ne!(kept_of(broken_one), old);
        assert_eq!(fs::read(&second).expect("it is there"), kept_of(broken_one), "{broken_one}");
        assert_eq!(room.backups().len(), 1, "{broken_one}");
    }
    let room = broken();
    for name in ["MetaBase.xml", "MBSchema.xml"] {
        fs::remove_file(room.path(name)).expect("removed");
    }
    room.done(&["restore", "--history", "--write", "in-place"]);
    assert_eq!(room.metabase(), kept("MetaBase_0000000014_0000000001.xml"));

    let room = Room::of(SERVER);
    let before = room.metabase();
    room.done(&["set-dns-mode", "udp-only"]);
    fs::remove_file(room.path("MetaBase.xml")).expect("removed");
    room.done(&["restore", "--write", "in-place"]);
    assert_eq!(room.metabase(), before);
}

#[test]
fn a_dry_run_of_it_writes_nothing() {
    let room = broken();
    let before = room.files();
    let ran = room.done(&["restore", "--history", "--dry-run"]);
    assert!(ran.stderr.contains("nothing was written"), "{}", ran.stderr);
    assert_eq!(room.files(), before);
}

#[test]
fn a_named_version_must_be_good_and_the_hint_says_which_is() {
    let room = broken();
    let before = room.files();
    let cases = [
        ("15.0", "not-well-formed"),
        ("15.1", "no-schema"),
        ("16", "not-well-formed"),
        ("17", "no-such-version"),
    ];
    for (version, name) in cases {
        let ran = room.run(&["restore", "--history", version]);
        assert_ne!(ran.code, 0, "{version}");
        let hint = "`metafix --file MetaBase.xml restore --history 14.1`";
        assert!(ran.stderr.contains(hint), "{version}: {}", ran.stderr);
        let error = json(&room.run(&["restore", "--history", version, "--format", "json"]));
        assert_eq!(error["error"]["name"], name, "{version}");
    }
    assert_eq!(room.run(&["restore", "--history", "1.x"]).code, 2);
    assert_eq!(room.run(&["restore", "3", "--history", "14"]).code, 2);
    assert_eq!(room.files(), before);
}

#[test]
fn a_missing_metabase_and_schema_come_back() {
    let room = broken();
    for name in ["MetaBase.xml", "MBSchema.xml"] {
        fs::remove_file(room.path(name)).expect("it was there");
    }
    room.done(&["restore", "--history", "14"]);
    assert_eq!(room.metabase(), kept("MetaBase_0000000014_0000000001.xml"));
    assert_eq!(schema(&room), kept("MBSchema_0000000014_0000000001.xml"));
    assert_eq!(room.backups(), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_missing_metabase_comes_back_from_a_backup_with_its_rights() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::of(SERVER);
    let before = room.metabase();
    fs::set_permissions(room.path("MetaBase.xml"), fs::Permissions::from_mode(0o640))
        .expect("its mode can be set");
    room.done(&["set-dns-mode", "udp-only"]);
    fs::remove_file(room.path("MetaBase.xml")).expect("it was there");
    let hint = room.run(&["show"]);
    assert!(hint.stderr.contains("restore 1` puts it back"), "{}", hint.stderr);
    room.done(&["restore"]);
    assert_eq!(room.metabase(), before);
    let mode = fs::metadata(room.path("MetaBase.xml")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
    let left = room.files().into_keys().filter(|name| name.contains(".metafix")).count();
    assert_eq!(left, 0);
}

#[test]
fn every_command_that_fails_on_the_metabase_names_the_way_back() {
    let room = broken();
    fs::write(room.path("x.xml"), fixture(SERVER)).expect("written");
    let commands: [&[&str]; 7] = [
        &["show"],
        &["set-dns-mode", "udp-only"],
        &["diff", "x.xml"],
        &["export", "/LM/SmtpSvc", "-o", "out.xml"],
        &["import", "x.xml"],
        &["restore"],
        &["restore", "5"],
    ];
    let says = |ran: &Ran| {
        ran.stderr.contains("restore --history 14.1` puts it back")
            && ran.stderr.contains("MetaBase_0000000014_0000000001.xml")
    };
    for missing in [false, true] {
        if missing {
            fs::remove_file(room.path("MetaBase.xml")).expect("it was there");
        }
        for args in commands {
            let ran = room.run(args);
            assert_ne!(ran.code, 0, "{args:?}");
            assert!(says(&ran), "missing: {missing}, {args:?}: {}", ran.stderr);
        }
    }
    let whole = Room::of(SERVER);
    assert!(!whole.run(&["restore", "5"]).stderr.contains("--history"));
}

#[test]
fn what_iis_kept_is_listed() {
    let room = broken();
    room.done(&["restore", "--history"]);
    let list = json(&room.done(&["backups", "list", "--format", "json"]));
    let history = list["history"].as_array().expect("a list");
    let facts: Vec<_> = history
        .iter()
        .map(|row| (row["version"].as_str(), row["well_formed"].as_bool(), row["good"].as_bool()))
        .collect();
    let fact = |version, well_formed, good| (Some(version), Some(well_formed), Some(good));
    assert_eq!(
        facts,
        [
            fact("14.0", true, true),
            fact("14.1", true, true),
            fact("15.0", true, false),
            fact("15.1", true, false),
            fact("16.0", false, false),
        ]
    );
    assert_eq!((&history[0]["differs"], &history[1]["differs"]), (&1.into(), &0.into()));
    assert_eq!(history[1]["dns_mode"], "udp-then-tcp");
    let names: Vec<_> = list["meta_back"].as_array().expect("a list").iter().collect();
    assert_eq!(names.len(), 2);
    assert_eq!(names[0]["name"], "Before service pack.MD0");
    assert_eq!((&names[1]["well_formed"], &names[1]["differs"]), (&false.into(), &().into()));

    let text = room.done(&["backups", "list"]).stdout;
    for part in ["IIS's History", "without its MBSchema", "says the same", "Cut.MD1"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn versions_are_compared_and_the_exit_code_tells() {
    let room = broken();
    room.done(&["restore", "--history"]);
    let ran = room.run(&["diff", "history:14.0", "history:14.1"]);
    assert_eq!(ran.code, 6);
    assert!(ran.stdout.contains("-   HopCount (36886) = 10"), "{}", ran.stdout);
    assert!(ran.stdout.contains("+   HopCount (36886) = 11"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "1 property in 1 key differs.\n");
    let same = room.done(&["diff", "history:14", "History/MetaBase_0000000014_0000000001.xml"]);
    assert_eq!(same.stdout, "");
    let newest = json(&room.run(&["diff", "history:newest", "history:14.1", "--format", "json"]));
    assert_eq!((&newest["same"], &newest["changed"]), (&false.into(), &false.into()));
    assert_eq!(newest["keys"][0]["properties"][0]["was"]["value"], "13");
}

#[test]
fn a_backup_is_compared_with_the_metabase() {
    let room = Room::of(SERVER);
    room.done(&["set-dns-mode", "udp-only"]);
    let ran = room.run(&["diff", "1"]);
    assert_eq!(ran.code, 6);
    assert!(ran.stdout.contains("+   SmtpUseTcpDns (36997) = 2"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("-   SmtpUseTcpDns"), "{}", ran.stdout);
    room.done(&["restore", "1"]);
    room.done(&["diff", "1"]);
}

#[test]
fn a_service_moves_to_another_server() {
    let room = Room::of(SERVER);
    room.done(&["set-dns-mode", "udp-only"]);
    let ran = room.done(&["export", "/LM/SmtpSvc", "-o", "smtp.xml"]);
    assert!(ran.stderr.contains("/LM/SmtpSvc  AdminACL  (secret)"), "{}", ran.stderr);
    let again = room.run(&["export", "/LM/SmtpSvc", "-o", "smtp.xml"]);
    assert_eq!(again.code, 3, "an export never replaces a file");
    assert!(room.done(&["import", "smtp.xml"]).stderr.contains("Nothing to do"));

    let other = Room::of("servers/relay-2022.xml");
    fs::copy(room.path("smtp.xml"), other.path("smtp.xml")).expect("copied");
    let before = other.files();
    let refused = other.run(&["import", "smtp.xml"]);
    assert_eq!(refused.code, 3);
    let conflict = "conflict: FullyQualifiedDomainName of /LM/SmtpSvc is relay.fabrikam.com here";
    assert!(refused.stderr.contains(conflict), "{}", refused.stderr);
    assert!(refused.stderr.contains("--on-conflict"), "{}", refused.stderr);
    assert_eq!(other.files(), before);

    other.done(&["import", "smtp.xml", "--on-conflict", "keep"]);
    let kept = String::from_utf8(other.metabase()).expect("text");
    assert!(kept.contains("relay.fabrikam.com") && kept.contains("\"SmtpUseTcpDns\""));
    let replaced = other.done(&["import", "smtp.xml", "--on-conflict", "replace"]);
    assert!(replaced.stdout.contains("+\t\tDefaultDomain=\"web01"), "{}", replaced.stdout);
    assert!(other.done(&["import", "smtp.xml"]).stderr.contains("Nothing to do"));
}
