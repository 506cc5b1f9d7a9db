//! What is beside the question when there is somebody to ask.
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::cell::RefCell;
use std::io::{self, Cursor, Write};
use std::path::Path;
use std::rc::Rc;

use clap::Parser;
use metafix::cli::Cli;
use metafix::command;
use metafix::terminal::console::Console;
use metafix::terminal::console::Format;
use metafix::terminal::problem::Exit;
use metafix::terminal::progress::Progress;

/// What was printed, still readable after the console has it.
#[derive(Clone, Default)]
struct Printed(Rc<RefCell<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How a run ends, and the talk of it, when somebody gives this answer.
fn asked(metabase: &Path, args: &[&str], answer: &str) -> (Exit, String) {
    let file = metabase.to_str().expect("a path in UTF-8");
    let cli = Cli::parse_from(["metafix", "--file", file].iter().chain(args));
    let talk = Printed::default();
    let mut console = Console {
        out: Box::new(io::sink()),
        err: Box::new(talk.clone()),
        person: Some(Box::new(Cursor::new(answer.to_owned()))),
        progress: Progress::default(),
        on_terminal: false,
        format: Format::Text,
        quiet: false,
        verbose: false,
        interrupted: None,
    };
    let exit = command::run(&cli, &mut console);
    let talk = anstream::adapter::strip_str(&String::from_utf8_lossy(&talk.0.borrow())).to_string();
    (exit, talk)
}

fn server(name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let metabase = dir.path().join("MetaBase.xml");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/servers").join(name);
    std::fs::copy(fixture, &metabase).expect("a copy");
    (dir, metabase)
}

#[test]
fn what_iis_needs_is_said_before_the_question() {
    let (_dir, metabase) = server("windows-2003.xml");
    let before = std::fs::read(&metabase).expect("it is there");
    for no in ["", "n\n", "\n", "yeah\n"] {
        let (exit, talk) = asked(&metabase, &["set-dns-mode", "udp-only"], no);
        assert_eq!(exit, Exit::NotConfirmed, "{no:?}");
        assert!(talk.ends_with("Nothing was written.\n"), "{talk}");
        assert_eq!(std::fs::read(&metabase).expect("it is there"), before);
        let (said, _) = talk.split_once("Write this change? [y/N]").expect("it asks");
        assert!(said.contains("net stop iisadmin /y"), "{talk}");
        assert!(said.contains("Change:  set-dns-mode udp-only\n"), "{talk}");
        assert!(said.contains(&format!("File:    {}\n", metabase.display())), "{talk}");
    }
    let (exit, talk) = asked(&metabase, &["set-dns-mode", "udp-only"], "y\n");
    assert_eq!(exit, Exit::Success);
    let (_, done) = talk.split_once("Written: ").expect("it says so");
    assert!(done.contains("If it was running"), "{talk}");
    let undo = format!("Undo:    metafix --file {} restore 1\n", metabase.display());
    assert!(done.contains(&undo), "{talk}");
}

#[test]
fn a_restore_says_which_backup_it_is_before_the_question() {
    let (_dir, metabase) = server("exchange-2003.xml");
    let before = std::fs::read(&metabase).expect("it is there");
    assert_eq!(asked(&metabase, &["set-dns-mode", "udp-only"], "y\n").0, Exit::Success);
    // While IIS is said to take edits, nothing need be stopped.
    let (_, talk) = asked(&metabase, &["restore"], "n\n");
    assert!(talk.contains("Change:  restore backup 1 (MetaBase.xml.0001."), "{talk}");
    assert!(!talk.contains("net stop iisadmin"), "{talk}");
    // What the backup says of it does not count: a broken file tells nothing of what IIS does.
    std::fs::write(&metabase, "broken").expect("it can be written");
    let (exit, talk) = asked(&metabase, &["restore"], "y\n");
    assert_eq!(exit, Exit::Success, "{talk}");
    let (said, _) = talk.split_once("Write this change? [y/N]").expect("it asks");
    assert!(said.contains("it must not run while this is put back"), "{talk}");
    assert_eq!(std::fs::read(&metabase).expect("it is there"), before);
}

#[test]
fn a_finding_that_a_change_makes_is_asked_about_and_yes_is_enough() {
    let (_dir, metabase) = server("windows-2003.xml");
    let change = ["set", "W3SVC/1", "AppPoolId", "Gone"];
    for (answer, exit) in [("n\n", Exit::NotConfirmed), ("y\n", Exit::Success)] {
        let (ended, talk) = asked(&metabase, &change, answer);
        assert_eq!(ended, exit, "{talk}");
        let (said, _) = talk.split_once("Write this change? [y/N]").expect("it asks");
        let finding = "new finding: pool-missing: AppPoolId in /LM/W3SVC/1 is \"Gone\"";
        assert_eq!(said.matches(finding).count(), 1, "{talk}");
        assert!(said.contains("  Meaning: \"Invalid Application Pool\""), "{talk}");
    }
    let change = ["set", "W3SVC/1", "AppPoolId", "Away"];
    // Who is asked is told, however quiet; with --yes nobody is asked.
    let (_, talk) = asked(&metabase, &[&change[..], &["--quiet"]].concat(), "n\n");
    assert!(talk.contains("new finding: pool-missing"), "{talk}");
    let (_, talk) = asked(&metabase, &[&change[..], &["--format", "json"]].concat(), "n\n");
    assert!(talk.contains("new finding: pool-missing"), "{talk}");
    let (ended, talk) = asked(&metabase, &[&change[..], &["--yes"]].concat(), "y\n");
    assert_eq!(ended, Exit::Refused, "{talk}");
}
