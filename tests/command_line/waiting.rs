//! Every command that writes waits for the lock before it reads: what its holder writes meanwhile
//! is what the command starts from.
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use metafix::store::{self, Lock, Target};

use crate::program::Room;

const SERVER: &str = "servers/windows-2003.xml";
/// What another run writes while it holds the lock.
const RIVAL: &str = "<!-- written by another run -->";
/// Longer than a run takes to come to the lock, and much shorter than it waits for it.
const MEANWHILE: Duration = Duration::from_millis(500);

fn lock(room: &Room) -> Lock {
    let target = Target::resolve(&room.path("MetaBase.xml")).expect("the metabase is there");
    store::lock(&target, "a test", Duration::ZERO).expect("nobody else has it")
}

/// Runs a command while another run holds the lock and writes; afterwards both must be true.
fn waits(room: &Room, args: &[&str], writes: bool) -> String {
    let lock = lock(room);
    let before = room.files();
    let mut child = room.command(args);
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("it runs");
    std::thread::sleep(MEANWHILE);
    let ended = child.try_wait().expect("it can be asked");
    assert!(ended.is_none(), "{args:?} did not wait for the lock");
    assert_eq!(room.files(), before, "{args:?} wrote without the lock");
    if writes {
        let text = String::from_utf8(room.metabase()).expect("it is text");
        let text = text.replacen("<MBProperty>", &format!("<MBProperty>{RIVAL}"), 1);
        fs::write(room.path("MetaBase.xml"), text).expect("it can be written");
    }
    drop(lock);
    let output = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?}: {told}");
    told
}

#[test]
fn a_change_starts_from_what_the_holder_of_the_lock_wrote() {
    let other = Room::of(SERVER);
    other.done(&["set", "SmtpSvc/1", "SmartHost", "relay.contoso.com", "--yes"]);
    other.done(&["export", "SmtpSvc/1", "-o", "export.xml"]);
    let export = other.path("export.xml");
    let import = ["import", export.to_str().expect("a path"), "--on-conflict", "replace"];
    let cases: [(&[&str], &str); 6] = [
        (&["set-dns-mode", "udp-only"], "SmtpUseTcpDns"),
        (&["set-dns-mode", "udp-only", "--write", "in-place"], "SmtpUseTcpDns"),
        (&["set", "SmtpSvc", "HopCount", "77"], "HopCount=\"77\""),
        (&["unset", "SmtpSvc", "HopCount"], RIVAL),
        (&["repair", "direct-edit"], "EnableEditWhileRunning=\"1\""),
        (&import, "relay.contoso.com"),
    ];
    std::thread::scope(|scope| {
        for (args, expected) in cases {
            scope.spawn(move || {
                let room = Room::of(SERVER);
                waits(&room, args, true);
                let after = String::from_utf8(room.metabase()).expect("it is text");
                assert!(after.contains(RIVAL), "{args:?}: the other run's change is lost");
                assert!(after.contains(expected), "{args:?}");
                assert_eq!(room.backups().len(), 1, "{args:?}");
            });
        }
    });
}

#[test]
fn a_restore_keeps_what_the_holder_of_the_lock_wrote() {
    let room = Room::of(SERVER);
    let original = room.metabase();
    room.done(&["set-dns-mode", "udp-only", "--yes"]);
    waits(&room, &["restore", "1"], true);
    assert_eq!(room.metabase(), original);
    let kept = room.path("metafix-backups").join(&room.backups()[1]);
    let kept = fs::read_to_string(kept).expect("it is text");
    assert!(kept.contains(RIVAL), "the other run's change is in no backup");
}

#[test]
fn backups_are_not_removed_without_the_lock() {
    let room = Room::of(SERVER);
    room.done(&["set-dns-mode", "udp-only", "--yes"]);
    room.done(&["set-dns-mode", "tcp-only", "--yes"]);
    let newest = room.backups().remove(1);
    waits(&room, &["backups", "prune", "--keep", "1"], false);
    assert_eq!(room.backups(), [newest]);
}

/// What a killed run can leave: a new file in the making, and content that no backup has.
#[test]
fn a_run_that_changes_nothing_cleans_up_after_a_killed_one() {
    let room = Room::of(SERVER);
    room.done(&["set-dns-mode", "udp-only", "--yes"]);
    let before = room.files();
    let displaced = room.path(".MetaBase.xml.metafix-swap-1");
    for (path, content) in
        [(&room.path(".MetaBase.xml.metafix-new"), ""), (&displaced, "somebody's content")]
    {
        fs::write(path, content).expect("it can be written");
    }
    let told = room.done(&["set-dns-mode", "udp-only", "--yes"]).stderr;
    assert!(told.contains("Nothing to do"), "{told}");
    assert!(told.contains("an interrupted run had left a file that is in no backup"), "{told}");
    let mut after = room.files();
    assert!(!after.keys().any(|name| name.starts_with(".MetaBase.xml")), "{:?}", after.keys());
    let kept = room.backups();
    assert_eq!(kept.len(), 2, "{kept:?}");
    let kept = after.remove(&format!("metafix-backups/{}", kept[1])).expect("it is there");
    assert_eq!(kept, b"somebody's content");
    let whole = |files: &std::collections::BTreeMap<String, Vec<u8>>| files["MetaBase.xml"].clone();
    assert_eq!(whole(&after), whole(&before), "the metabase is left alone");
    // A dry run takes no lock and cleans nothing up.
    fs::write(&displaced, "again").expect("it can be written");
    room.done(&["set-dns-mode", "udp-only", "--dry-run"]);
    assert!(displaced.exists());
}
