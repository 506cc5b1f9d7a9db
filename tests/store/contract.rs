//! What `store` promises when nothing goes wrong, and what it refuses.
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::print_stdout, reason = "says why a test is skipped")]
#![cfg_attr(windows, allow(unused_imports, dead_code, reason = "some tests are Unix's alone"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use crate::store_support;
use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::store_support::{AFTER, BEFORE, NAME, RIVAL, Room, Told as _};
use metafix::store::{self, Backups, Step, StoreError, Target, Verdict, Written};
use metafix::terminal::problem::Exit;

#[test]
fn the_metabase_is_the_new_one_and_the_backup_is_the_old_one() {
    let room = Room::new();
    let old = fs::metadata(room.path()).unwrap();
    let receipt = room.commit().unwrap();
    assert_eq!(room.content(), AFTER);
    assert_eq!(fs::read(&receipt.backup.path).unwrap(), BEFORE);
    assert_eq!(room.backups().list().unwrap(), std::slice::from_ref(&receipt.backup));
    assert_eq!(room.backups().read(&receipt.backup).unwrap(), BEFORE);
    let kept = fs::metadata(&receipt.backup.path).unwrap();
    #[cfg(unix)]
    assert_eq!(kept.ino(), old.ino());
    assert_eq!(kept.modified().unwrap(), old.modified().unwrap());
    assert_eq!(receipt.backup.size, BEFORE.len() as u64);
    assert_eq!(receipt.backup.why, "before a test");
    assert!(receipt.rescued.is_empty());
    room.assert_clean(&[1]);
}

#[test]
fn every_step_is_reported_in_order() {
    let room = Room::new();
    let mut steps = Vec::new();
    room.commit_with(&mut |step| steps.push(step)).unwrap();
    assert_eq!(steps, Step::COMMIT);
}

#[test]
fn a_large_file_is_compared_beyond_the_first_piece() {
    let room = Room::new();
    let mut before: Vec<u8> = (0..3_500_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write(room.path(), &before).unwrap();
    let mut after = before.clone();
    after.splice(2_000_000..2_000_001, *b"some more");
    let backups = room.backups();
    room.commit_to(&backups, &before, &after, &mut |_| ()).unwrap();
    assert_eq!(room.content(), after);
    assert_eq!(backups.read(&backups.newest().unwrap()).unwrap(), before);

    before[3_000_000] ^= 1;
    let mut wrong = before.clone();
    wrong.truncate(10);
    let error = room.commit_to(&backups, &before, &wrong, &mut |_| ()).unwrap_err();
    assert_eq!(error.name(), "changed-meanwhile");
    assert_eq!(room.content(), after);
}

#[test]
fn a_file_of_another_length_is_not_the_one_that_was_read() {
    for there in [&BEFORE[..BEFORE.len() - 1], &[BEFORE, b"\n"].concat(), b""] {
        let room = Room::new();
        fs::write(room.path(), there).unwrap();
        let error = room.commit().unwrap_err();
        assert_eq!((error.name(), error.exit()), ("changed-meanwhile", Exit::Busy));
        assert_eq!(error.written(), Written::Nothing);
        assert_eq!(room.content(), there);
        room.assert_clean(&[]);
    }
}

#[test]
#[cfg(unix)]
fn sha256sum_checks_the_backups() {
    let room = Room::new();
    room.commit().unwrap();
    room.commit_other_way().unwrap();
    let check = || {
        let dir = room.backups().dir().to_owned();
        Command::new("sh")
            .args(["-c", "sha256sum -c -- *.sha256"])
            .current_dir(dir)
            .output()
            .unwrap()
    };
    let output = check();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).matches(": OK").count(), 2);
    assert!(output.stderr.is_empty(), "{output:?}");

    let newest = room.backups().newest().unwrap();
    fs::write(&newest.path, RIVAL).unwrap();
    assert!(!check().status.success());
    assert_eq!(room.backups().verify(&newest).unwrap(), Verdict::Altered);
    assert_eq!(room.backups().read(&newest).unwrap_err().name(), "backup-altered");
}

#[test]
fn the_reason_for_a_backup_stays_on_its_line() {
    let room = Room::new();
    let edits = store_support::edits(BEFORE, AFTER);
    let why = "two\nlines\r\u{1b}[31m";
    let change = store::Change { edits: &edits, after: AFTER, why };
    store::commit(&room.lock(), &room.backups(), &change, &mut |_| ()).unwrap();
    let list = room.backups().list().unwrap();
    assert_eq!(list[0].why, "two\u{FFFD}lines\u{FFFD}\u{FFFD}[31m");
}

/// A change that no time of the file shows but the one that nobody can set.
#[test]
#[cfg(unix)]
fn a_rival_that_sets_the_time_back_is_noticed_before_the_backup() {
    let room = Room::new();
    let path = room.path();
    let yesterday = std::time::SystemTime::now() - Duration::from_secs(86_400);
    let set_back = || {
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_modified(yesterday).unwrap();
    };
    set_back();
    let mut steps = Vec::new();
    let error = room.commit_with(&mut |step| {
        steps.push(step);
        if step == Step::Record {
            fs::write(&path, RIVAL).unwrap();
            set_back();
        }
    });
    let error = error.unwrap_err();
    assert_eq!((error.name(), error.written()), ("changed-meanwhile", Written::Nothing));
    assert_eq!(steps.last(), Some(&Step::Record), "{steps:?}");
    assert_eq!(room.content(), RIVAL);
    room.assert_clean(&[]);
}

#[test]
#[cfg(unix)]
fn a_link_stays_a_link() {
    let (room, links) = (Room::new(), tempfile::tempdir().unwrap());
    let (first, second) = (links.path().join("first"), links.path().join("second"));
    symlink(room.path(), &first).unwrap();
    symlink("first", &second).unwrap();
    let target = Target::resolve(&second).unwrap();
    assert_eq!((target.asked(), target.path()), (&*second, room.target().path()));
    let lock = store::lock(&target, "a test", Duration::ZERO).unwrap();
    let edits = store_support::edits(BEFORE, AFTER);
    let change = store::Change { edits: &edits, after: AFTER, why: "" };
    let backups = Backups::new(target.path(), None);
    let receipt = store::commit(&lock, &backups, &change, &mut |_| ()).unwrap();
    drop(lock);
    assert!(second.is_symlink() && first.is_symlink());
    assert_eq!(room.content(), AFTER);
    assert_eq!(receipt.backup.path.parent().unwrap(), room.backups().dir());
    room.assert_clean(&[1]);
    assert_eq!(fs::read_dir(links.path()).unwrap().count(), 2);
}

#[test]
fn a_file_with_another_name_is_refused() {
    let room = Room::new();
    let other = room.dir().join("other.xml");
    fs::hard_link(room.path(), &other).unwrap();
    let error = room.commit().unwrap_err();
    assert!(matches!(error, StoreError::HardLinked { links: 2, .. }), "{error}");
    assert_eq!((error.name(), error.exit()), ("hard-linked", Exit::Refused));
    assert_eq!(room.tree(), [NAME, "other.xml"]);
    fs::remove_file(other).unwrap();
    room.commit().unwrap();
    room.assert_clean(&[1]);
}

#[test]
#[cfg(unix)]
fn what_is_not_a_file_is_refused_without_opening_it() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, mode).unwrap();
    let socket = dir.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let cases = [
        (dir.path(), "a folder"),
        (&fifo, "a FIFO"),
        (&socket, "a socket"),
        (Path::new("/dev/null"), "a device"),
        (Path::new("/dev/zero"), "a device"),
    ];
    for (path, what) in cases {
        let error = Target::resolve(path).unwrap_err();
        assert!(error.to_string().ends_with(&format!("is {what}, not a regular file")), "{error}");
        assert_eq!((error.name(), error.exit()), ("not-a-file", Exit::Refused));
    }
}

#[test]
#[cfg(unix)]
fn a_fifo_that_takes_the_files_place_does_not_block() {
    let room = Room::new();
    let (target, backups, lock) = (room.target(), room.backups(), room.lock());
    fs::remove_file(room.path()).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, room.path(), mode).unwrap();
    assert_eq!(target.read().unwrap_err().name(), "not-a-file");
    let edits = store_support::edits(BEFORE, AFTER);
    let change = store::Change { edits: &edits, after: AFTER, why: "" };
    let error = store::commit(&lock, &backups, &change, &mut |_| ()).unwrap_err();
    assert_eq!(error.name(), "not-a-file");
}

#[test]
#[cfg(unix)]
fn what_is_not_there_has_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let (missing, link) = (dir.path().join("missing"), dir.path().join("link"));
    assert_eq!(Target::resolve(&missing).unwrap_err().name(), "file-missing");
    symlink(&missing, &link).unwrap();
    assert_eq!(Target::resolve(&link).unwrap_err().name(), "dangling-link");
}

#[test]
fn a_file_that_holds_more_than_its_size_is_changing() {
    let status = Path::new("/proc/self/status");
    if fs::read(status).is_ok() {
        let error = Target::resolve(status).unwrap().read().unwrap_err();
        assert_eq!((error.name(), error.exit()), ("changed-meanwhile", Exit::Busy));
    } else {
        println!("skipped: no file here grows while it is read");
    }
}

#[test]
fn reading_leaves_room_for_an_edit() {
    let room = Room::new();
    let read = room.target().read().unwrap();
    assert_eq!(read, BEFORE);
    assert!(read.capacity() >= BEFORE.len() + 1024);
    room.assert_clean(&[]);
}

#[test]
fn the_second_of_two_locks_learns_who_has_the_first() {
    let room = Room::new();
    let first = room.lock();
    let error = store::lock(&room.target(), "another", Duration::from_millis(30)).unwrap_err();
    assert_eq!((error.name(), error.exit()), ("locked", Exit::Busy));
    let text = error.to_string();
    let process = format!("process {} on ", std::process::id());
    assert!(
        text.contains("a test") && text.contains(&process) && text.contains("since 20"),
        "{text}"
    );
    let path = room.dir().join(".MetaBase.xml.metafix-lock");
    #[cfg(unix)]
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    assert!(!fs::read_to_string(&path).unwrap().contains("another"));
    drop(first);
    assert!(!path.exists());
    drop(store::lock(&room.target(), "another", Duration::ZERO).unwrap());
    room.assert_clean(&[]);
}

#[test]
fn a_waiting_writer_gets_the_lock_when_it_is_free() {
    let room = Room::new();
    let turns = std::sync::atomic::AtomicU32::new(0);
    let inside = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    use std::sync::atomic::Ordering::SeqCst;
                    let lock = room.lock();
                    assert!(!inside.swap(true, SeqCst), "two at once");
                    turns.fetch_add(1, SeqCst);
                    std::thread::yield_now();
                    inside.store(false, SeqCst);
                    drop(lock);
                }
            });
        }
    });
    assert_eq!(turns.into_inner(), 200);
    room.assert_clean(&[]);
}

#[test]
#[cfg(unix)]
fn a_lock_that_is_a_planted_link_is_not_followed() {
    let room = Room::new();
    let victim = room.dir().join("victim");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, room.dir().join(".MetaBase.xml.metafix-lock")).unwrap();
    let error = store::lock(&room.target(), "a test", Duration::ZERO).unwrap_err();
    assert!(error.to_string().contains("metafix-lock"), "{error}");
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
}
