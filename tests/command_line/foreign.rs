//! Text from outside, a file's name and what is in it, is shown and never obeyed, whatever
//! command shows it.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::fs;
use std::process::Command;

use crate::program::Room;

/// What a terminal obeys: escape sequences, also of one character, a bell, and what turns the
/// direction of writing.
const OBEYED: [char; 4] = ['\u{1b}', '\u{9b}', '\u{7}', '\u{202e}'];
const NAME: &str = "\u{1b}[31m\u{9b}1m\u{7}\u{202e}.xml";

/// A metabase with what a terminal obeys wherever XML allows it, and a secret that stays one.
fn metabase() -> String {
    let custom = |name: &str, id: u32, value: &str, flags: &str| {
        format!(
            "\t<Custom Value=\"{value}\"\r\n\t\tName=\"{name}\"\r\n\t\tID=\"{id}\"\r\n\t\t\
             Type=\"STRING\"\r\n\t\tUserType=\"IIS_MD_UT_SERVER\"\r\n\t\tAttributes=\"{flags}\"\r\n\t/>\r\n"
        )
    };
    let foreign = "\u{9b}1m\u{202e}";
    let near = custom("UnknownName_36996", 36996, "x", foreign)
        + &custom("UnknownName_36998", 36998, "4963d5", "INHERIT | SECURE");
    format!(
        "<?xml version =\"1.0\"?>\r\n<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\r\n\
         <MBProperty>\r\n<IIsSmtpService\tLocation =\"/LM/SmtpSvc\"\r\n\t\tAdminACL=\"4963d5\"\r\n\t>\r\n\
         {near}</IIsSmtpService>\r\n<IIsConfigObject\tLocation =\"/LM/{foreign}\"\r\n\t>\r\n\
         </IIsConfigObject>\r\n</MBProperty>\r\n</configuration>\r\n"
    )
}

/// Everything that a command prints, on both ways out.
fn said(room: &Room, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_metafix"));
    command.args(args).env("METAFIX_FILE", NAME).current_dir(room.path(""));
    let done = command.output().expect("the program runs");
    let both = [done.stdout, done.stderr].concat();
    String::from_utf8(both).expect("it prints text")
}

fn judge(room: &Room, args: &[&str], must_say: &str) {
    for format in ["text", "json"] {
        let said = said(room, &[args, &["--format", format]].concat());
        let shown = said.contains(must_say) || format == "json";
        assert!(shown, "{args:?} does not say {must_say:?}: {said}");
        assert!(!said.contains(OBEYED), "{args:?}: {said:?}");
        assert!(!said.contains("4963d5"), "{args:?}: {said:?}");
    }
}

#[test]
fn what_a_terminal_would_obey_is_shown_and_a_secret_is_not() {
    let room = Room::with(metabase().as_bytes());
    fs::rename(room.path("MetaBase.xml"), room.path(NAME)).expect("renamed");
    let name = "\\u{1b}[31m\\u{9b}1m\\u{7}\\u{202e}.xml";
    let value = "Attributes=\"\\u{9b}1m\\u{202e}\"";
    judge(&room, &["show"], name);
    judge(&room, &["check"], name);
    judge(&room, &["set-dns-mode", "udp-only", "--dry-run"], value);
    judge(&room, &["set-dns-mode", "udp-only", "--dry-run"], &format!("--- {name}"));
    assert!(said(&room, &["set-dns-mode", "udp-only", "--dry-run"]).contains("********"));

    let both = said(&room, &["set-dns-mode", "udp-only"]);
    assert!(both.contains("Backup:  ") && !both.contains(OBEYED), "{both:?}");
    judge(&room, &["set-dns-mode", "udp-only"], "Nothing to do");
    judge(&room, &["backups", "list"], "set-dns-mode udp-only");
    judge(&room, &["backups", "verify"], "OK");
    judge(&room, &["backups", "prune", "--keep", "1", "--dry-run"], "nothing to remove");
    judge(&room, &["restore", "--dry-run"], value);
    judge(&room, &["restore", NAME], "Nothing to do");
    judge(&room, &["restore", &format!("./no{NAME}")], "there is no ");

    let folder = "back\u{1b}[31m\u{9b}ups";
    let both = said(&room, &["set-dns-mode", "tcp-only", "--backup-dir", folder]);
    assert!(both.contains("Backup:  back\\u{1b}") && !both.contains(OBEYED), "{both:?}");
    // Now the secret itself is what changes.
    fs::write(room.path(NAME), metabase().replace("4963d5", "5d3694")).expect("written");
    judge(&room, &["restore", "1", "--dry-run"], "********");
    judge(&room, &["restore", "1"], "Written");
    assert_eq!(fs::read(room.path(NAME)).expect("read"), metabase().as_bytes());

    let second = room.path("second.xml");
    fs::hard_link(room.path(NAME), &second).expect("linked");
    judge(&room, &["set-dns-mode", "tcp-only"], "has 2 names");
    fs::remove_file(second).expect("it can go");
    let broken = metabase().replace("<IIsConfigObject", "<IIs\u{202e}ConfigObject &");
    fs::write(room.path(NAME), broken).expect("written");
    judge(&room, &["show"], "\\u{202e}ConfigObject");
    judge(&room, &["set-dns-mode", "udp-only"], name);
    fs::remove_file(room.path(NAME)).expect("it can go");
    judge(&room, &["show"], name);
}
