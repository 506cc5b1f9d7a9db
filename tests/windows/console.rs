//! In a real console: the question, colours, code pages. Ctrl-C is in `tests/windows/console`: it
//! reaches no program in such a console of Wine's.
#![cfg(windows)]
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::fs;

use crate::program::Room;
use crate::pseudo_console::{PseudoConsole, Scene};

const SERVER: &str = "servers/windows-2003.xml";
const SET: &[&str] = &["set-dns-mode", "udp-only"];
const DRY_RUN: &[&str] = &["set-dns-mode", "udp-only", "--dry-run"];

fn scene<'a>(room: &Room, name: &str, arguments: &[&str]) -> Scene<'a> {
    let file = ["--file".into(), room.path(name).into_os_string()];
    let arguments = file.into_iter().chain(arguments.iter().map(Into::into)).collect();
    Scene { arguments, ..Scene::default() }
}

fn in_console(room: &Room, arguments: &[&str]) -> PseudoConsole {
    PseudoConsole::run(&scene(room, "MetaBase.xml", arguments))
}

#[test]
fn the_question_is_asked_in_a_console() {
    for (answer, code, written) in [("y\r", 0, true), ("n\r", 5, false), ("\r", 5, false)] {
        let room = Room::of(SERVER);
        let before = room.metabase();
        let mut console = in_console(&room, SET);
        console.wait_for("[y/N]");
        console.type_in(answer);
        let (found, seen) = console.end();
        assert_eq!((found, room.metabase() != before), (code, written), "{answer:?}: {seen}");
        assert_eq!(room.backups().len(), usize::from(written), "{answer:?}: {seen}");
    }
}

#[test]
fn names_come_out_right_whatever_the_code_page() {
    let name = "Ünï-Ωмир-東京.xml";
    let room = Room::of(SERVER);
    fs::rename(room.path("MetaBase.xml"), room.path(name)).unwrap();
    for page in [437, 850, 932, 65001] {
        let scene = Scene { page: Some(page), ..scene(&room, name, DRY_RUN) };
        let (code, seen) = PseudoConsole::run(&scene).end();
        assert_eq!(code, 0, "{page}: {seen}");
        assert!(seen.contains(&format!("{name} @@")), "{page}: {seen}");
        // In a file it is UTF-8.
        let out = room.path("out");
        let (code, seen) = PseudoConsole::run(&Scene { output: Some(&out), ..scene }).end();
        assert_eq!(code, 0, "{page}: {seen}");
        let out = String::from_utf8(fs::read(out).unwrap()).unwrap();
        assert!(out.contains(&format!("{name}\n@@")), "{page}: {out}");
    }
}

#[test]
fn a_console_shows_colours_or_none_but_never_their_codes() {
    let room = Room::of(SERVER);
    let mut seen_in = Vec::new();
    for color in ["auto", "always", "never"] {
        let console = in_console(&room, &[&["--color", color], DRY_RUN].concat());
        console.wait_for("what it stops");
        // Green, as a sequence for the terminal that draws the console.
        let green = ["32m", "92m"].iter().any(|green| console.drawn().contains(green));
        assert_eq!(green, color != "never", "{color}: {:?}", console.drawn());
        let (code, seen) = console.end();
        assert_eq!(code, 0, "{color}: {seen}");
        seen_in.push(seen);
    }
    assert!(seen_in[0].contains("+ Name=\"SmtpUseTcpDns\""), "{}", seen_in[0]);
    assert!(!seen_in[0].contains("[1m") && !seen_in[0].contains("[0m"), "{}", seen_in[0]);
    assert_eq!(seen_in[0], seen_in[1]);
    assert_eq!(seen_in[0], seen_in[2]);
}

#[test]
fn a_file_has_no_colours_while_the_console_beside_it_has() {
    let room = Room::of(SERVER);
    let out = room.path("out");
    let scene = Scene { output: Some(&out), ..scene(&room, "MetaBase.xml", DRY_RUN) };
    let console = PseudoConsole::run(&scene);
    console.wait_for("what it stops");
    let drawn = console.drawn();
    let (code, seen) = console.end();
    assert_eq!(code, 0, "{seen}");
    let data = fs::read(out).unwrap();
    assert!(!data.contains(&0x1B) && !data.is_empty());
    // Yellow, as a sequence for the terminal that draws the console.
    let warning = drawn.find("warning:").unwrap();
    let style = &drawn[..warning];
    assert!(style.contains("33m") || style.contains("93m"), "{drawn:?}");
    assert!(!seen.contains("[1m"), "{seen}");
}
