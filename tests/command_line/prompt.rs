//! The question before a change is written: what is shown with it, and what each answer does.
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use clap::Parser;
use metafix::cli::Cli;
use metafix::command;
use metafix::terminal::console::Console;
use metafix::terminal::problem::Exit;

use crate::program::Room;

const SERVER: &str = "servers/windows-2003.xml";

#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).expect("it prints text")
    }
}

/// Runs a command before somebody who types this; what is on standard output and error.
fn asked(room: &Room, args: &[&str], typed: &'static [u8]) -> (Exit, String, String) {
    let file = room.path("MetaBase.xml");
    let start = [std::ffi::OsStr::new("metafix"), "--file".as_ref(), file.as_os_str()];
    let cli = Cli::parse_from(start.into_iter().chain(args.iter().map(AsRef::as_ref)));
    let (out, err) = (Shared::default(), Shared::default());
    let mut console = Console {
        out: Box::new(out.clone()),
        err: Box::new(err.clone()),
        person: Some(Box::new(typed)),
        ..Console::of_process(cli.global.settings())
    };
    let exit = command::run(&cli, &mut console);
    (exit, out.text(), err.text())
}

#[test]
fn only_yes_is_a_yes() {
    for typed in [&b""[..], b"\n", b"n\n", b"yep\n", b"no\ny\n", b"\xFF\n", b"y\xFF\n", b"1\n"] {
        let room = Room::of(SERVER);
        let before = room.files();
        let (exit, _, told) = asked(&room, &["set-dns-mode", "udp-only"], typed);
        assert_eq!(exit, Exit::NotConfirmed, "{typed:?}: {told}");
        assert!(told.ends_with("Nothing was written.\n"), "{typed:?}: {told}");
        assert_eq!(room.files(), before, "{typed:?}");
    }
    for typed in [&b"y\n"[..], b"Y", b" yes \r\n", b"YES\n"] {
        let room = Room::of(SERVER);
        let before = room.metabase();
        let (exit, _, told) = asked(&room, &["set-dns-mode", "udp-only"], typed);
        assert_eq!(exit, Exit::Success, "{typed:?}: {told}");
        assert_ne!(room.metabase(), before, "{typed:?}");
    }
}

#[test]
fn who_said_yes_before_is_not_asked() {
    let room = Room::of(SERVER);
    let before = room.metabase();
    let (exit, _, told) = asked(&room, &["set-dns-mode", "udp-only", "--yes"], b"n\n");
    assert_eq!(exit, Exit::Success, "{told}");
    assert!(!told.contains("[y/N]"), "{told}");
    assert_ne!(room.metabase(), before);
}

#[test]
fn nobody_is_asked_about_what_was_not_shown() {
    for (extra, in_data) in [(&[][..], true), (&["-q"], false), (&["--format", "json"], false)] {
        let room = Room::of(SERVER);
        let (exit, data, told) =
            asked(&room, &[&["set-dns-mode", "udp-only"], extra].concat(), b"n\n");
        assert_eq!(exit, Exit::NotConfirmed);
        let line = "+\t\tName=\"SmtpUseTcpDns\"";
        let shown = if in_data { &data } else { &told };
        let question = told.find("[y/N]").expect("somebody is asked");
        assert!(shown.contains(line), "{extra:?}: {shown}");
        assert_eq!(told[..question].contains(line), !in_data, "{extra:?}: {told}");
    }
}
