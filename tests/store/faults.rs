//! A disk that refuses: nothing is written, nothing is left behind, and the error says why.
#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::print_stdout, reason = "says why a test is skipped")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use crate::store_support;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use crate::store_support::{AFTER, BEFORE, NAME, Room, Told as _};
use metafix::store::{Backups, StoreError, Written};
use metafix::terminal::problem::Exit;

const WRAPPED: &str = "METAFIX_TEST_WRAPPED";
const NOBODY: u32 = 65534;

/// Runs the test of this name once more by another program, which prepares its surroundings.
/// True in that second run.
fn runs_within(test: &str, wrapper: &[&str], works: &[&str]) -> bool {
    if std::env::var_os(WRAPPED).is_some() {
        return true;
    }
    let try_out = Command::new(wrapper[0]).args(&wrapper[1..]).args(works).output();
    if !try_out.is_ok_and(|output| output.status.success()) {
        println!("{test} skipped: `{}` does not work here", wrapper.join(" "));
        return false;
    }
    // Where the other user can reach it.
    let dir = tempfile::tempdir().unwrap();
    let binary = dir.path().join("test");
    // By another process: a child that another thread starts just now would inherit our handle,
    // and a file that somebody can write to is not run ("text file busy").
    let copied = Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&binary).status();
    assert!(copied.unwrap().success());
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let output = Command::new(wrapper[0])
        .args(&wrapper[1..])
        .arg(binary)
        .args(crate::store_support::killing::arguments(module_path!(), test))
        .env(WRAPPED, "1")
        .current_dir("/")
        .output()
        .unwrap();
    assert!(output.status.success(), "{test}: {output:?}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("1 passed"), "{stdout}");
    false
}

fn as_nobody(test: &str) -> bool {
    if !rustix::process::geteuid().is_root() {
        return true;
    }
    let setpriv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    runs_within(test, &setpriv, &["true"])
}

fn with_own_mounts(test: &str) -> bool {
    let mount = ["sh", "-c", "d=$(mktemp -d) && mount -t tmpfs none $d && umount $d && rmdir $d"];
    runs_within(test, &["unshare", "--mount"], &mount)
}

fn assert_nothing_written(error: &StoreError, name: &str) {
    assert_eq!((error.name(), error.written()), (name, Written::Nothing), "{error}");
    assert!(!error.hint().is_empty());
    let text = error.to_string();
    assert!(text.contains("metafix-") || text.contains(NAME), "names no path: {text}");
}

#[test]
fn a_read_only_folder_is_left_alone() {
    if !as_nobody("a_read_only_folder_is_left_alone") {
        return;
    }
    let room = Room::new();
    fs::set_permissions(room.dir(), fs::Permissions::from_mode(0o555)).unwrap();
    let error =
        metafix::store::lock(&room.target(), "a test", std::time::Duration::ZERO).unwrap_err();
    assert_nothing_written(&error, "permission-denied");
    assert_eq!(error.exit(), Exit::Failure);
    assert_eq!(room.target().read().unwrap(), BEFORE);
    room.assert_clean(&[]);
    fs::set_permissions(room.dir(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_backup_folder_without_write_right_stops_everything() {
    if !as_nobody("a_backup_folder_without_write_right_stops_everything") {
        return;
    }
    let room = Room::new();
    let dir = room.backups().dir().to_owned();
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    assert_nothing_written(&room.commit().unwrap_err(), "permission-denied");
    assert_eq!(room.content(), BEFORE);
    assert_eq!(room.tree(), [NAME, "metafix-backups/"]);
}

#[test]
fn an_unreadable_metabase_is_an_error_of_reading() {
    if !as_nobody("an_unreadable_metabase_is_an_error_of_reading") {
        return;
    }
    let room = Room::new();
    fs::set_permissions(room.path(), fs::Permissions::from_mode(0o200)).unwrap();
    let error = room.target().read().unwrap_err();
    assert_nothing_written(&error, "permission-denied");
    assert!(error.to_string().starts_with("while reading the file: "), "{error}");
}

#[test]
fn a_file_of_another_owner_is_refused() {
    let test = "a_file_of_another_owner_is_refused";
    if std::env::var_os(WRAPPED).is_none() && !rustix::process::geteuid().is_root() {
        println!("{test} skipped: only root can give a file away");
        return;
    }
    // Root makes the room, nobody works in it.
    if std::env::var_os(WRAPPED).is_none() {
        let room = Room::new();
        fs::set_permissions(room.dir(), fs::Permissions::from_mode(0o777)).unwrap();
        fs::set_permissions(room.path(), fs::Permissions::from_mode(0o644)).unwrap();
        let path = format!("METAFIX_TEST_ROOM={}", room.path().display());
        let setpriv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", &path];
        runs_within(test, &setpriv, &["true"]);
        room.assert_clean(&[]);
        assert_eq!(room.content(), BEFORE);
        return;
    }
    use metafix::store::{self, Change, Target};
    let path = std::env::var_os("METAFIX_TEST_ROOM").unwrap();
    let target = Target::resolve(path.as_ref()).unwrap();
    let lock = store::lock(&target, "a test", std::time::Duration::ZERO).unwrap();
    let edits = store_support::edits(BEFORE, AFTER);
    let change = Change { edits: &edits, after: AFTER, why: "" };
    let backups = Backups::new(target.path(), None);
    let error = store::commit(&lock, &backups, &change, &mut |_| ()).unwrap_err();
    assert_nothing_written(&error, "rights-not-kept");
    assert_eq!(error.exit(), Exit::Refused);
}

#[test]
fn root_changes_another_users_file_in_a_sticky_folder() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can give a file away");
        return;
    }
    let room = Room::new();
    chown(room.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    chown(room.dir(), Some(4242), Some(4242)).unwrap();
    fs::set_permissions(room.dir(), fs::Permissions::from_mode(0o1777)).unwrap();
    let lock = room.dir().join(".MetaBase.xml.metafix-lock");
    // A killed run of that user left its lock file.
    fs::write(&lock, "").unwrap();
    chown(&lock, Some(NOBODY), Some(NOBODY)).unwrap();
    room.commit().unwrap();
    assert_eq!(fs::metadata(room.path()).unwrap().uid(), NOBODY);
    room.assert_clean(&[1]);
}

fn mount(options: &str, dir: &Path) {
    let status = Command::new("mount")
        .args(["-t", "tmpfs", "-o", options, "none"])
        .arg(dir)
        .status()
        .unwrap();
    assert!(status.success());
}

/// Tries with more and more left of what runs out, until it is enough.
fn walk_until_enough(make_scarce: impl Fn(&Path, u64)) {
    let mut refused = 0;
    for left in 0..100 {
        let place = tempfile::tempdir().unwrap();
        make_scarce(place.path(), left);
        let path = place.path().join("room");
        let Ok(()) = fs::create_dir(&path) else { continue };
        let Ok(()) = fs::write(path.join(NAME), BEFORE.repeat(500)) else { continue };
        let room = Room::at(path);
        let before = room.content();
        if before.len() != BEFORE.len() * 500 {
            continue;
        }
        let after = [AFTER, &before[BEFORE.len()..]].concat();
        let target = room.target();
        let result =
            metafix::store::lock(&target, "a test", std::time::Duration::ZERO).and_then(|lock| {
                let edits = store_support::edits(&before, &after);
                let change = metafix::store::Change { edits: &edits, after: &after, why: "" };
                metafix::store::commit(&lock, &room.backups(), &change, &mut |_| ())
            });
        match result {
            Ok(_) => {
                assert_eq!(room.content(), after);
                room.assert_clean(&[1]);
                assert!(refused > 3, "only {refused} ways to run out");
                return;
            }
            Err(error) => {
                assert_nothing_written(&error, "disk-full");
                assert_eq!(error.exit(), Exit::Failure);
                assert!(room.content() == before);
                room.assert_clean(&[]);
                refused += 1;
            }
        }
    }
    panic!("never enough");
}

#[test]
fn a_full_disk_loses_nothing() {
    if with_own_mounts("a_full_disk_loses_nothing") {
        walk_until_enough(|dir, left| mount(&format!("size={}k", 16 + 4 * left), dir));
    }
}

#[test]
fn a_disk_without_inodes_loses_nothing() {
    if with_own_mounts("a_disk_without_inodes_loses_nothing") {
        walk_until_enough(|dir, left| mount(&format!("size=1m,nr_inodes={}", 3 + left), dir));
    }
}

#[test]
fn a_disk_that_fills_up_while_a_file_grows_in_place_is_taken_back() {
    if !with_own_mounts("a_disk_that_fills_up_while_a_file_grows_in_place_is_taken_back") {
        return;
    }
    let mut put_back = 0;
    for left in 0..100 {
        let place = tempfile::tempdir().unwrap();
        mount(&format!("size={}k", 60 + 4 * left), place.path());
        let path = place.path().join("room");
        fs::create_dir(&path).unwrap();
        let before = BEFORE.repeat(500);
        fs::write(path.join(NAME), &before).unwrap();
        let room = Room::at(path);
        let after = [&[b' '; 40_000], &before[..]].concat();
        let edits = store_support::edits(&before, &after);
        let change = metafix::store::Change { edits: &edits, after: &after, why: "" };
        let (lock, backups) = (room.lock(), room.backups());
        let result = metafix::store::commit_in_place(&lock, &backups, &change, &mut |_| ());
        drop(lock);
        match result {
            Ok(_) => {
                assert!(room.content() == after);
                room.assert_clean(&[1]);
                assert!(put_back > 3, "only {put_back} ways to run out in the middle");
                return;
            }
            Err(error) => {
                assert_eq!(error.written(), Written::Nothing, "{error}");
                assert!(error.hint().contains("free some space"), "{error}");
                assert!(room.content() == before, "{error}");
                room.assert_clean(&[]);
                put_back += u32::from(error.name() == "put-back");
            }
        }
    }
    panic!("never enough");
}

#[test]
fn a_read_only_file_system_is_named() {
    if !with_own_mounts("a_read_only_file_system_is_named") {
        return;
    }
    let room = Room::new();
    let bind =
        format!("mount --bind '{0}' '{0}' && mount -o remount,bind,ro '{0}'", room.dir().display());
    assert!(Command::new("sh").args(["-c", &bind]).status().unwrap().success());
    let error =
        metafix::store::lock(&room.target(), "a test", std::time::Duration::ZERO).unwrap_err();
    assert_nothing_written(&error, "read-only");
    assert_eq!(room.target().read().unwrap(), BEFORE);
    assert!(Command::new("umount").arg(room.dir()).status().unwrap().success());
    room.assert_clean(&[]);
}
