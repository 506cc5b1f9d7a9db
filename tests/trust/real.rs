//! Odd targets, odd outputs, and limits of the process.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

use super::room::{NAME, Room, original, told};

const SET: &[&str] = &["set-dns-mode", "udp-only", "--yes"];
const SET_JSON: &[&str] = &["set-dns-mode", "udp-only", "--yes", "--format", "json"];

/// On another path than the metabase's.
fn on(room: &Room, name: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_metafix"));
    room.prepare(&mut command);
    command.arg("--file").arg(room.dir().join(name)).args(args).output().unwrap()
}

#[test]
fn a_chain_of_links_leads_to_the_file_and_stays() {
    let room = Room::new();
    let links = room.dir().join("links");
    fs::create_dir(&links).unwrap();
    symlink("../MetaBase.xml", links.join("one")).unwrap();
    symlink("one", links.join("two")).unwrap();
    symlink(links.join("two"), room.dir().join("three")).unwrap();
    let output = on(&room, "three", SET);
    assert!(output.status.success(), "{}", told(&output));
    assert_ne!(room.content(), original());
    for link in ["three", "links/two", "links/one"] {
        assert!(fs::symlink_metadata(room.dir().join(link)).unwrap().is_symlink(), "{link}");
    }
    assert_eq!(room.listed().unwrap().len(), 1);
    assert!(on(&room, "links/two", &["restore", "--yes"]).status.success());
    assert_eq!(room.content(), original());
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let room = Room::new();
    symlink("nowhere", room.dir().join("dangling")).unwrap();
    symlink("loop", room.dir().join("loop")).unwrap();
    fs::create_dir(room.dir().join("folder")).unwrap();
    let fifo = room.dir().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    let before = room.files();
    for (name, words) in [
        ("dangling", "is a link to a file that does not exist"),
        ("loop", "Too many levels of symbolic links"),
        ("folder", "is a folder"),
        ("fifo", "is a FIFO"),
        ("nothing", "there is no "),
        ("MetaBase.xml/below", "Not a directory"),
    ] {
        for args in [SET, &["show"], &["restore", "--yes"]] {
            let output = on(&room, name, args);
            let said = told(&output);
            assert!(!output.status.success() && said.contains(words), "{name}: {said}");
            // `show` could have written nothing, and says nothing of it.
            assert_eq!(said.contains("Nothing was written."), args != ["show"], "{said}");
            assert!(said.contains(name), "{said}");
        }
    }
    assert_eq!(room.files(), before);
}

#[test]
fn a_file_with_a_second_name_is_refused() {
    let room = Room::new();
    fs::hard_link(room.path(), room.dir().join("second")).unwrap();
    let output = room.run(SET);
    let said = told(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("has 2 names") && said.contains("Nothing was written."), "{said}");
    assert_eq!(room.content(), original());
    fs::remove_file(room.dir().join("second")).unwrap();
    room.must(SET);
}

/// Standard output and standard error: where they go to, and what is to come of it.
#[test]
fn output_that_cannot_be_printed() {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let pipe = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let run = |args: &[&str], out: Stdio, err: Stdio| {
        let room = Room::new();
        let output = room.command(args).stdout(out).stderr(err).spawn().unwrap();
        let output = output.wait_with_output().unwrap();
        (room.content() != original(), room, output)
    };
    let full_before = "while printing to standard output: No space left on device";

    let (changed, _, output) = run(SET, full(), Stdio::piped());
    let said = told(&output);
    assert!(!changed && output.status.code() == Some(1), "{said}");
    assert!(said.contains(full_before) && said.contains("Nothing was written."), "{said}");

    let (changed, room, output) = run(SET_JSON, full(), Stdio::piped());
    let said = told(&output);
    assert!(changed && output.status.code() == Some(1), "{said}");
    assert!(said.contains(full_before) && said.contains("the new file is in place"), "{said}");
    assert_eq!(room.listed().unwrap().len(), 1);

    for args in [SET, SET_JSON] {
        for (out, err) in [(pipe(), Stdio::piped()), (pipe(), pipe()), (Stdio::null(), full())] {
            let (changed, room, output) = run(args, out, err);
            assert!(changed && output.status.success(), "{args:?}: {}", told(&output));
            assert!(room.debris().is_empty());
        }
    }
    let (_, _, output) = run(&["show"], full(), Stdio::piped());
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let (_, _, output) = run(&["show"], pipe(), Stdio::piped());
    assert!(output.status.success(), "{}", told(&output));
}

/// By a shell, which can close what Rust cannot, and set limits.
fn by_shell(room: &Room, line: &str) -> Output {
    let mut command = Command::new("sh");
    room.prepare(&mut command);
    command.args(["-c", &format!("{line} set-dns-mode udp-only --yes"), "sh"]);
    command.env("METAFIX_FILE", room.path());
    command.env("METAFIX", env!("CARGO_BIN_EXE_metafix")).output().unwrap()
}

#[test]
fn closed_streams_do_not_end_up_in_the_metabase() {
    for (closed, done) in [(">&-", false), ("2>&-", true), ("<&-", true), ("<&- >&- 2>&-", false)] {
        let room = Room::new();
        let (code, said) = with_closed(&room, "set-dns-mode udp-only --yes", closed);
        assert_eq!(code, Some(if done { 0 } else { 1 }), "{closed}: {said}");
        let clean = Room::new();
        if done {
            clean.must(SET);
        }
        assert_eq!(room.content(), clean.content(), "{closed}");
        assert!(room.debris().is_empty(), "{closed}");
    }
}

#[test]
fn a_closed_standard_output_is_an_error_for_whoever_prints_to_it() {
    let room = Room::new();
    for line in ["show", "check", "get SmtpSvc --format json", "man", "--help", "set --help"] {
        let (code, said) = with_closed(&room, line, ">&-");
        assert_eq!(code, Some(1), "{line}: {said}");
        assert!(said.contains("standard output: it is closed"), "{line}: {said}");
        // A null device that was asked for is none.
        for redirection in [">/dev/null", "1<>/dev/null"] {
            let (code, said) = with_closed(&room, line, redirection);
            assert_eq!(code, Some(0), "{line}: {said}");
        }
    }
}

fn with_closed(room: &Room, line: &str, closed: &str) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    room.prepare(&mut command);
    command.args(["-c", &format!("\"$METAFIX\" {line} {closed}")]);
    command.env("METAFIX_FILE", room.path());
    let output = command.env("METAFIX", env!("CARGO_BIN_EXE_metafix")).output().unwrap();
    (output.status.code(), told(&output))
}

#[test]
fn a_limit_on_open_files() {
    let (mut failed, mut done) = (0, 0);
    for limit in 3..12 {
        let room = Room::new();
        let output = by_shell(&room, &format!("ulimit -n {limit}; exec \"$METAFIX\""));
        let said = told(&output);
        if output.status.success() {
            done += 1;
            assert_ne!(room.content(), original());
        } else if said.contains("Too many open files") && said.contains("error:") {
            failed += 1;
            assert_eq!(room.content(), original(), "{said}");
            assert!(said.contains("Nothing was written."), "{said}");
        } else {
            // The system could not even load the program.
            assert!(said.contains("shared libraries"), "{said}");
        }
        room.must(SET);
        assert!(room.debris().is_empty(), "{:?}", room.debris());
    }
    assert!(failed > 1 && done > 1, "{failed} and {done}");
}

#[test]
fn a_limit_on_the_size_of_files() {
    let room = Room::new();
    // In blocks of 512 bytes: less than the metabase has.
    let output = by_shell(&room, "ulimit -f 8; exec \"$METAFIX\"");
    assert!(!output.status.success(), "{}", told(&output));
    assert_eq!(output.status.signal(), Some(25), "the system ends it: {}", told(&output));
    assert_eq!(room.content(), original());
    room.must(SET);
    assert!(room.debris().is_empty(), "{:?}", room.debris());
    assert!(room.path().ends_with(NAME));
}
