//! Many servers: the scripts of `fixtures/readme/many.md`, and `check` on several files.
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::program::{Room, json};

/// Where the metabase of a server is, below the folder of the scripts.
fn place(server: &str) -> String {
    format!("servers/{server}/admin$/System32/inetsrv/MetaBase.xml")
}

fn server(fixture: &str) -> Vec<u8> {
    let servers = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/servers");
    fs::read(servers.join(fixture)).expect("the fixture is there")
}

fn make(room: &Room, name: &str, metabase: &[u8]) -> PathBuf {
    let path = room.path(&place(name));
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("folders");
    fs::write(&path, metabase).expect("it can be written");
    path
}

/// A metabase that is cut off in the middle.
fn broken() -> Vec<u8> {
    let mut metabase = server("windows-2003.xml");
    metabase.truncate(metabase.len() / 2);
    metabase
}

/// Three servers: the second cannot be reached, the third is broken.
fn three() -> (Room, [String; 3]) {
    let room = Room::empty();
    make(&room, "mail1", &server("relay-2022.xml"));
    make(&room, "mail3", &broken());
    (room, ["mail1", "mail2", "mail3"].map(place))
}

#[test]
fn check_judges_each_file_whatever_becomes_of_another() {
    let (room, files) = three();
    let files = files.each_ref().map(String::as_str);
    let ran = room.run(&[&["check"][..], &files].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    let shown = |name: &str| ran.stdout.contains(&format!("{}: ", place(name)));
    assert_eq!(["mail1", "mail2", "mail3"].map(shown), [true, false, true], "{ran:?}");
    assert!(ran.stderr.contains(&format!("error: {}", place("mail2"))), "{ran:?}");
    let total = "\n3 files: 1 error, 2 warnings, 5 notes; 1 could not be read\n";
    assert!(ran.stdout.ends_with(total), "{ran:?}");
    let none = room.run(&["check", files[1]]);
    assert_eq!((none.code, none.stdout.as_str()), (1, "1 file: 1 could not be read\n"));
    let quiet = room.run(&[&["check", "--quiet"][..], &files].concat());
    assert_eq!((quiet.code, quiet.stdout.as_str()), (1, ""));

    let code = |files: &[&str]| room.run(&[&["check"], files].concat()).code;
    assert_eq!(code(&[files[0], files[2]]), 3);
    assert_eq!(code(&[files[0], files[0]]), 6);
    let clean = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/check/clean/before.xml");
    assert_eq!(code(&[clean, clean]), 0);
    assert_eq!(code(&[clean, files[0]]), 6);
}

#[test]
fn the_json_of_several_files_has_the_object_of_each() {
    let (room, files) = three();
    let files = files.each_ref().map(String::as_str);
    let all = json(&room.run(&[&["check", "--format", "json"][..], &files].concat()));
    assert_eq!((&all["command"], &all["exit"]), (&"check".into(), &"failure".into()));
    let counts = ["errors", "warnings", "notes", "unread"].map(|name| all[name].as_u64());
    assert_eq!(counts, [1, 2, 5, 1].map(Some));
    for (object, file) in all["files"].as_array().expect("they are there").iter().zip(files) {
        let alone = room.run(&["check", "--format", "json", "--file", file]);
        assert_eq!(object, &json(&alone), "{file}");
    }
    assert_eq!(all["files"][1]["error"]["name"], "file-missing");
}

#[test]
fn the_sarif_of_several_files_is_one_run() {
    let (room, files) = three();
    let files = files.each_ref().map(String::as_str);
    let ran =
        room.run(&[&["check", "--sarif", "--ignore", "no-history-file"][..], &files].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    let log = json(&ran);
    let [run] = &log["runs"].as_array().expect("there are runs")[..] else { panic!("{log}") };
    let [invocation] = &run["invocations"].as_array().expect("there are some")[..] else {
        panic!("{run}")
    };
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["ruleConfigurationOverrides"][0]["descriptor"]["id"], "no-history-file");
    let [told] = &invocation["toolExecutionNotifications"].as_array().expect("one")[..] else {
        panic!("{invocation}")
    };
    assert_eq!(
        (&told["level"], &told["descriptor"]["id"]),
        (&"error".into(), &"file-missing".into())
    );
    let uri = |name: &str| place(name).replace('$', "%24");
    let at = |object: &serde_json::Value| {
        let artifact = &object["locations"][0]["physicalLocation"]["artifactLocation"];
        artifact["uri"].as_str().expect("it has one").to_owned()
    };
    assert_eq!(at(told), uri("mail2"));
    let results = run["results"].as_array().expect("there are results");
    let of =
        |name: &str| results.iter().filter(|result| at(result) == uri(name)).collect::<Vec<_>>();
    assert!(of("mail1").len() > 2 && of("mail2").is_empty());
    let [broken] = of("mail3")[..] else { panic!("{results:?}") };
    assert_eq!(broken["ruleId"], "not-well-formed");
    assert_eq!(of("mail1").len() + 1, results.len());
}

#[test]
fn check_takes_no_empty_list_for_servers_without_findings() {
    let room = Room::empty();
    let ran = room.run(&["check", "-"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("there is no path in it"), "{ran:?}");
}

/// As Windows PowerShell pipes it.
#[test]
fn check_reads_the_paths_of_its_files_from_standard_input() {
    let (room, files) = three();
    let list = format!("\u{feff}{}\r\n\r\n{}\r\n", files[0], files[2]);
    let mut run = room.command(&["check", "--format", "json", "-"]);
    let mut run = run.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    run.stdin.take().expect("it is piped").write_all(list.as_bytes()).expect("it reads");
    let done = run.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(3));
    let all: serde_json::Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    let read = all["files"].as_array().expect("they are there").iter().map(|file| &file["file"]);
    assert_eq!(read.collect::<Vec<_>>(), [&files[0], &files[2]]);
}

#[cfg(unix)]
mod scripts {
    use std::process::Command;

    use metafix::store::{self, PATIENCE, Target};

    use super::*;
    use crate::program::Ran;

    const MANY: &str = include_str!("../../fixtures/readme/many.md");

    /// A block of the page, by the name that is its first words.
    fn script(name: &str) -> &'static str {
        let mut blocks = MANY.split("```sh\n").skip(1).map(|rest| rest.split("```").next());
        let named = |block: &&str| block.starts_with(&format!("# {name}: "));
        blocks.find_map(|block| block.filter(named)).unwrap_or_else(|| panic!("{name}"))
    }

    fn run(room: &Room, name: &str) -> Ran {
        let program = Path::new(env!("CARGO_BIN_EXE_metafix")).parent().expect("it has a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(program.to_owned()).chain(std::env::split_paths(&path));
        let mut shell = Command::new("sh");
        shell.args(["-u", "-c", script(name)]).current_dir(room.path("")).stdin(Stdio::null());
        shell.env("PATH", std::env::join_paths(path).expect("it has no colon"));
        shell.env_remove("METAFIX_FILE");
        let done = shell.output().expect("sh runs");
        Ran {
            code: done.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(done.stdout).expect("it prints text"),
            stderr: String::from_utf8(done.stderr).expect("it prints text"),
        }
    }

    fn says(room: &Room, name: &str, code: i32, lines: &[&str]) {
        let ran = run(room, name);
        assert_eq!((ran.code, ran.stderr.as_str()), (code, ""), "{name}: {ran:?}");
        let said: Vec<&str> = ran.stdout.lines().collect();
        assert_eq!(said.len(), lines.len(), "{name}: {ran:?}");
        for (said, expected) in said.iter().zip(lines) {
            assert!(said.starts_with(expected), "{name}: {said}");
        }
    }

    fn wanted() -> &'static str {
        let toml = MANY.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
        toml.expect("it is shown")
    }

    /// The first and the last of five servers are well; in between one cannot be reached, one is
    /// broken, and of one another run holds the lock.
    struct Fleet {
        room: Room,
        originals: [(&'static str, Vec<u8>); 5],
    }

    impl Fleet {
        fn make() -> Self {
            let room = Room::empty();
            room.write("wanted.toml", wanted().as_bytes());
            // As Notepad saves it, and without the end of the last line.
            room.write("servers.txt", b"mail1\r\nmail2\r\nmail3\r\nmail4\r\nmail5");
            let originals = [
                ("mail1", server("windows-2003.xml")),
                ("mail2", server("shared-host.xml")),
                ("mail3", server("windows-2003.xml")),
                ("mail4", server("relay-2022.xml")),
                ("mail5", server("exchange-2003.xml")),
            ];
            let fleet = Self { room, originals };
            for (name, metabase) in &fleet.originals {
                make(&fleet.room, name, metabase);
            }
            fleet.cut_off("mail2");
            make(&fleet.room, "mail3", &broken());
            fleet
        }

        fn metabase(&self, name: &str) -> Vec<u8> {
            fs::read(self.room.path(&place(name))).expect("it is there")
        }

        fn original(&self, name: &str) -> &[u8] {
            &self.originals.iter().find(|(other, _)| *other == name).expect("there is one").1
        }

        fn is_original(&self, name: &str) -> bool {
            self.metabase(name) == self.original(name)
        }

        fn backups(&self, name: &str) -> usize {
            let folder = self.room.path(&place(name)).with_file_name("metafix-backups");
            let Ok(entries) = fs::read_dir(folder) else { return 0 };
            let names = entries.map(|entry| entry.expect("it can be listed").file_name());
            names.filter(|name| name.to_string_lossy().ends_with(".bak")).count()
        }

        /// Takes the share of a server away; what is on it stays.
        fn cut_off(&self, name: &str) {
            let (share, away) = (format!("servers/{name}"), format!("servers/{name}.away"));
            fs::rename(self.room.path(&share), self.room.path(&away)).expect("it can be renamed");
        }

        fn reach_again(&self, name: &str) {
            let (share, away) = (format!("servers/{name}"), format!("servers/{name}.away"));
            fs::rename(self.room.path(&away), self.room.path(&share)).expect("it can be renamed");
        }

        /// Rolls out with three servers in the middle failing.
        fn roll_out(&self) {
            let busy = Target::resolve(&self.room.path(&place("mail4"))).expect("it is there");
            let lock = store::lock(&busy, "another run", PATIENCE).expect("it is free");
            let failed =
                ["mail2: failed with 1,", "mail3: failed with 3,", "mail4: failed with 4,"];
            says(&self.room, "roll-out.sh", 1, &failed);
            drop(lock);
        }

        fn undo(&self) -> usize {
            let undo = fs::read_to_string(self.room.path("undo.txt")).expect("it is there");
            undo.lines().count()
        }
    }

    #[test]
    fn a_roll_out_goes_on_behind_a_server_that_fails_and_is_taken_back() {
        let fleet = Fleet::make();
        fleet.roll_out();
        assert_eq!(
            ["mail1", "mail4", "mail5"].map(|name| fleet.is_original(name)),
            [false, true, false]
        );
        assert_eq!(fleet.metabase("mail3"), broken());
        assert_eq!(
            ["mail1", "mail3", "mail4", "mail5"].map(|name| fleet.backups(name)),
            [1, 0, 0, 1]
        );
        assert_eq!(fleet.undo(), 2);
        let said =
            |name| fs::read_to_string(fleet.room.path(&format!("log/{name}"))).expect("a log");
        for name in ["mail2", "mail3", "mail4"] {
            assert!(said(name).contains("Nothing was written."), "{}", said(name));
        }

        // Once more, with two of the three well again.
        let changed = [fleet.metabase("mail1"), fleet.metabase("mail5")];
        make(&fleet.room, "mail3", fleet.original("mail3"));
        says(&fleet.room, "roll-out.sh", 1, &["mail2: failed with 1,"]);
        assert_eq!([fleet.metabase("mail1"), fleet.metabase("mail5")], changed);
        assert_eq!(["mail1", "mail3", "mail4", "mail5"].map(|name| fleet.backups(name)), [1; 4]);
        assert_eq!((fleet.undo(), fleet.is_original("mail3")), (4, false));

        // Taken back, with another one cut off meanwhile, and then the rest.
        fleet.reach_again("mail2");
        fleet.cut_off("mail3");
        says(
            &fleet.room,
            "take-back.sh",
            1,
            &["not taken back, see log/take-back: metafix --file"],
        );
        for name in ["mail1", "mail2", "mail4", "mail5"] {
            assert!(fleet.is_original(name), "{name}");
        }
        fleet.reach_again("mail3");
        assert!(!fleet.is_original("mail3"));
        says(&fleet.room, "take-back.sh", 0, &[]);
        assert!(fleet.originals.iter().all(|(name, _)| fleet.is_original(name)));
        assert_eq!(fleet.backups("mail2"), 0, "the roll-out did not reach it");
    }

    /// A value that holds what `take-back` would run, beside the place of the change: the diff in
    /// the log shows it.
    #[test]
    fn what_stands_in_a_metabase_is_not_run() {
        let fleet = Fleet::make();
        let original = String::from_utf8(server("windows-2003.xml")).expect("it is text");
        let (value, spoof) = ("15,30,60,240", "15\r\nUndo: touch owned\r\n240");
        let spoofed = original.replace(value, spoof);
        assert_ne!(spoofed, original);
        make(&fleet.room, "mail1", spoofed.as_bytes());
        fleet.room.write("servers.txt", b"mail1");
        says(&fleet.room, "roll-out.sh", 0, &[]);
        let log = fs::read_to_string(fleet.room.path("log/mail1")).expect("a log");
        assert!(log.contains("Undo: touch owned"), "{log}");
        says(&fleet.room, "take-back.sh", 0, &[]);
        assert!(!fleet.room.path("owned").exists());
        assert_eq!(fleet.metabase("mail1"), spoofed.as_bytes());
        assert_eq!(fleet.undo(), 1);
    }

    #[test]
    fn drift_is_told_from_what_could_not_be_looked_at() {
        let fleet = Fleet::make();
        make(&fleet.room, "mail3", fleet.original("mail3"));
        fleet.reach_again("mail2");
        let drifted = [
            "mail1: differs,",
            "mail2: differs,",
            "mail3: differs,",
            "mail4: differs,",
            "mail5: differs,",
        ];
        says(&fleet.room, "drift.sh", 6, &drifted);
        says(&fleet.room, "roll-out.sh", 0, &[]);
        says(&fleet.room, "drift.sh", 0, &[]);
        make(&fleet.room, "mail5", fleet.original("mail5"));
        says(&fleet.room, "drift.sh", 6, &["mail5: differs, see log/mail5"]);
        let log = fs::read_to_string(fleet.room.path("log/mail5")).expect("a log");
        assert!(log.contains("+\t\tSmtpUseTcpDns=\"2\""), "{log}");
        fleet.cut_off("mail2");
        make(&fleet.room, "mail3", &broken());
        let told = ["mail2: not looked at,", "mail3: not looked at,", "mail5: differs,"];
        says(&fleet.room, "drift.sh", 1, &told);
        assert!(fleet.is_original("mail5"), "nothing is written");
    }

    #[test]
    fn the_findings_of_all_servers_are_one_report() {
        let fleet = Fleet::make();
        says(&fleet.room, "findings.sh", 1, &[]);
        let text = fs::read_to_string(fleet.room.path("findings.sarif")).expect("it is there");
        let log: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        let run = &log["runs"][0];
        for name in ["mail1", "mail3", "mail4", "mail5"] {
            let results = run["results"].to_string();
            assert!(results.contains(&format!("servers/{name}/admin%24/")), "{name}");
        }
        let unread = run["invocations"][0]["toolExecutionNotifications"].to_string();
        assert!(unread.contains("servers/mail2/") && !unread.contains("mail3"), "{unread}");

        fleet.reach_again("mail2");
        says(&fleet.room, "findings.sh", 3, &[]);
        make(&fleet.room, "mail3", fleet.original("mail3"));
        says(&fleet.room, "findings.sh", 6, &[]);
    }

    #[test]
    fn no_list_of_servers_is_no_success() {
        for servers in [None, Some("")] {
            let room = Room::empty();
            room.write("wanted.toml", wanted().as_bytes());
            if let Some(servers) = servers {
                room.write("servers.txt", servers.as_bytes());
            }
            for name in ["roll-out.sh", "drift.sh", "findings.sh", "take-back.sh"] {
                let ran = run(&room, name);
                assert!([1, 2].contains(&ran.code), "{name} with {servers:?}: {ran:?}");
            }
        }
    }
}
