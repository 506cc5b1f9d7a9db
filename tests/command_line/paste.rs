//! The commands that are printed to be pasted: whatever a file is called, the shell that gets
//! them does what they say and nothing else.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::program::Room;

const SERVER: &str = "servers/windows-2003.xml";

const NAMES: [&[u8]; 14] = [
    b"a b.xml",
    b"a\"b.xml",
    b"it's.xml",
    b"$(touch pwned).xml",
    b"`touch pwned`.xml",
    b"a;touch pwned;.xml",
    b"back\\slash.xml",
    b"-dash.xml",
    b"~.xml",
    b"*.xml",
    b"line\nend.xml",
    b"\x1b[31m.xml",
    b"\xE2\x80\xAE.xml",
    b"b\xFFad.xml",
];

/// Pastes a command into a shell in the room.
fn pasted(room: &Room, command: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_metafix"));
    let mut path = program.parent().expect("it is in a folder").as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut bash = Command::new("bash");
    bash.args(["-c", command]).current_dir(room.path("")).env("PATH", path);
    bash.output().expect("there is a shell")
}

/// What the program says in a line that begins like this.
fn said(output: &Output, start: &str) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = told.lines().find_map(|line| line.strip_prefix(start));
    line.unwrap_or_else(|| panic!("no {start:?}: {told}")).trim().to_owned()
}

#[test]
fn the_undo_command_can_be_pasted_whatever_the_file_is_called() {
    for name in NAMES {
        for folder in [&[][..], &[b"metafix", name].concat()] {
            let room = Room::of(SERVER);
            let before = room.metabase();
            let name = OsStr::from_bytes(name);
            fs::rename(room.path("MetaBase.xml"), room.path("").join(name)).expect("renamed");
            let mut command = room.command(&["set-dns-mode", "udp-only"]);
            command.env("METAFIX_FILE", name);
            let mut command = without_file(command);
            if !folder.is_empty() {
                command.arg("--backup-dir").arg(OsStr::from_bytes(folder));
            }
            let ran = command.output().expect("the program runs");
            assert!(ran.status.success(), "{name:?}: {ran:?}");
            assert_ne!(fs::read(room.path("").join(name)).expect("read"), before, "{name:?}");

            let undo = said(&ran, "Undo: ");
            let undone = pasted(&room, &undo);
            assert!(undone.status.success(), "{undo}: {undone:?}");
            assert_eq!(fs::read(room.path("").join(name)).expect("read"), before, "{undo}");
            assert!(!room.path("pwned").exists(), "{undo}");
        }
    }
}

/// The same command, but for `--file` and its value.
fn without_file(command: Command) -> Command {
    let mut same = Command::new(command.get_program());
    same.args(command.get_args().skip(2));
    same.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    same.current_dir(command.get_current_dir().expect("the room"));
    same
}

#[test]
fn the_command_that_finds_other_names_can_be_pasted() {
    let room = Room::of(SERVER);
    let name = "it's $(touch pwned).xml";
    fs::rename(room.path("MetaBase.xml"), room.path(name)).expect("renamed");
    fs::hard_link(room.path(name), room.path("second.xml")).expect("linked");
    let mut command = without_file(room.command(&["set-dns-mode", "udp-only"]));
    let ran = command.env("METAFIX_FILE", name).output().expect("the program runs");
    assert_eq!(ran.status.code(), Some(3), "{ran:?}");
    let hint = said(&ran, "hint: ");
    let find = hint.split('`').find(|part| part.starts_with("find ")).expect("a command");
    let room_alone = find.replace("find / ", "find . ");
    let mut bash = Command::new("bash");
    let found = bash.args(["-c", &room_alone]).current_dir(room.path("")).output();
    let found = String::from_utf8(found.expect("there is a shell").stdout).expect("text");
    assert!(found.contains("second.xml"), "{find}: {found}");
    assert!(!room.path("pwned").exists(), "{find}");
}
