//! Many servers, by their administrative shares: the scripts for cmd of `fixtures/readme/many.md`.
//!
//! Wine has no network here. It looks for `\\server\share` in its prefix, so a server is a folder.
#![cfg(windows)]
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]
#![allow(clippy::print_stdout, reason = "says why a test is skipped")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MANY: &str = include_str!("../../fixtures/readme/many.md");
const WINDOWS_2003: &[u8] = include_bytes!("../../fixtures/servers/windows-2003.xml");
const RELAY_2022: &[u8] = include_bytes!("../../fixtures/servers/relay-2022.xml");

/// Where the scripts look on the share.
const LIVE: &str = r"admin$\System32\inetsrv";
/// Where no server has its live metabase, so that no services are asked about.
const COPY: &str = r"admin$\System32\copies";

/// Servers named `metafix-test-…`, as long as this lives, and the folder of the scripts.
struct Fleet {
    shares: PathBuf,
    names: Vec<String>,
    scripts: tempfile::TempDir,
}

impl Fleet {
    /// The second of three cannot be reached. None where this is not Wine.
    fn make(test: &str) -> Option<Self> {
        let Some(prefix) = std::env::var_os("WINEPREFIX") else {
            assert!(std::env::var_os("CI").is_none(), "Wine does not say where its prefix is");
            println!("skipped: this is a real Windows, and its network is not touched");
            return None;
        };
        let prefix = prefix.into_string().unwrap().replace('/', r"\");
        let shares = PathBuf::from(format!(r"Z:{prefix}\dosdevices\unc"));
        let names = ["1", "2", "3"].map(|number| format!("metafix-test-{test}-{number}"));
        let scripts = tempfile::tempdir().unwrap();
        let wanted = MANY.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        fs::write(scripts.path().join("wanted.toml"), wanted).unwrap();
        fs::write(scripts.path().join("servers.txt"), names.join("\r\n")).unwrap();
        let fleet = Self { shares, names: names.into(), scripts };
        for (server, metabase) in [(0, WINDOWS_2003), (2, RELAY_2022)] {
            for folder in [LIVE, COPY] {
                let folder = fleet.shares.join(&fleet.names[server]).join(folder);
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join("MetaBase.xml"), metabase).unwrap();
            }
        }
        Some(fleet)
    }

    fn metabase(&self, server: usize, folder: &str) -> Vec<u8> {
        let share = PathBuf::from(format!(r"\\{}\{folder}\MetaBase.xml", self.names[server]));
        fs::read(share).unwrap()
    }

    fn are_originals(&self, folder: &str) -> [bool; 2] {
        let is = |(server, original): (usize, &[u8])| self.metabase(server, folder) == original;
        [(0, WINDOWS_2003), (2, RELAY_2022)].map(is)
    }

    fn file(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.scripts.path().join(name)).unwrap()).unwrap()
    }

    /// Runs a script of the page on the metabases in `folder`: its exit code, and what it says.
    fn run(&self, name: &str, folder: &str) -> (i32, String) {
        let blocks = MANY.split("```bat\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let named = |block: &&str| block.contains(&format!("\nrem {name}: "));
        let script = blocks.filter(named).collect::<Vec<_>>();
        let [script] = script[..] else { panic!("{name}: {script:?}") };
        let script = script.replace(LIVE, folder).replace('\n', "\r\n");
        fs::write(self.scripts.path().join(name), script).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_metafix")).parent().unwrap();
        let path = format!("{};{}", program.display(), std::env::var("PATH").unwrap());
        let mut cmd = Command::new("cmd");
        cmd.args(["/c", name]).current_dir(self.scripts.path()).env("PATH", path);
        let done = cmd.env_remove("METAFIX_FILE").output().unwrap();
        let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        (done.status.code().unwrap(), said.replace("\r\n", "\n"))
    }

    fn says(&self, (name, folder): (&str, &str), code: i32, lines: &[&str]) {
        let (found, said) = self.run(name, folder);
        assert_eq!(found, code, "{name}: {said}");
        assert_eq!(said.lines().count(), lines.len(), "{name}: {said}");
        for (said, (server, words)) in said.lines().zip(lines.iter().map(|line| line.split_at(1))) {
            let server = &self.names[server.parse::<usize>().unwrap() - 1];
            assert!(said.contains(server.as_str()) && said.contains(words), "{name}: {said}");
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for name in &self.names {
            let share = self.shares.join(name);
            let removed = if share.exists() { fs::remove_dir_all(share) } else { Ok(()) };
            assert!(removed.is_ok() || std::thread::panicking(), "{removed:?}");
        }
    }
}

#[test]
fn a_roll_out_over_shares_goes_on_behind_a_server_that_fails_and_is_taken_back() {
    let Some(fleet) = Fleet::make("roll") else { return };
    fleet.says(("drift.cmd", COPY), 1, &["1: differs", "2: not looked at", "3: differs"]);
    assert_eq!(fleet.are_originals(COPY), [true, true]);
    fleet.says(("roll-out.cmd", COPY), 1, &["2: failed with 1,"]);
    assert_eq!(fleet.are_originals(COPY), [false, false]);
    fleet.says(("drift.cmd", COPY), 1, &["2: not looked at"]);
    let changed = [fleet.metabase(0, COPY), fleet.metabase(2, COPY)];
    fleet.says(("roll-out.cmd", COPY), 1, &["2: failed with 1,"]);
    assert_eq!([fleet.metabase(0, COPY), fleet.metabase(2, COPY)], changed);
    assert_eq!(fleet.file("undo.txt").lines().count(), 2, "{}", fleet.file("undo.txt"));

    // With the third cut off meanwhile.
    let (share, away) = (&fleet.names[2], format!("{}.away", fleet.names[2]));
    fs::rename(fleet.shares.join(share), fleet.shares.join(&away)).unwrap();
    fleet.says(("take-back.cmd", COPY), 1, &["3not taken back"]);
    fs::rename(fleet.shares.join(away), fleet.shares.join(share)).unwrap();
    assert_eq!(fleet.are_originals(COPY), [true, false], "{}", fleet.file(r"log\take-back.txt"));
    fleet.says(("take-back.cmd", COPY), 0, &[]);
    assert_eq!(fleet.are_originals(COPY), [true, true]);
}

#[test]
fn the_findings_over_shares_are_one_report() {
    let Some(fleet) = Fleet::make("findings") else { return };
    // Looks only, also where the share has the live metabase of a server.
    fleet.says(("drift.cmd", LIVE), 1, &["1: differs", "2: not looked at", "3: differs"]);
    assert_eq!(fleet.are_originals(LIVE), [true, true]);
    fleet.says(("findings.cmd", LIVE), 1, &[]);
    let log: serde_json::Value = serde_json::from_str(&fleet.file("findings.sarif")).unwrap();
    let run = &log["runs"][0];
    let uri = |server: usize| {
        format!("file://{}/admin%24/System32/inetsrv/MetaBase.xml", fleet.names[server])
    };
    let results = run["results"].to_string();
    assert_eq!([0, 1, 2].map(|server| results.contains(&uri(server))), [true, false, true]);
    let unread = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert_eq!([0, 1, 2].map(|server| unread.contains(&uri(server))), [false, true, false]);
}
