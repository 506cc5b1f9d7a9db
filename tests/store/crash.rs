//! A run that is killed after any step: the metabase is the old or the new one, the backups that
//! are listed verify, and the next run cleans up.
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use crate::store_support;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::store_support::killing::{self, assert_killed, die};
use crate::store_support::{AFTER, BEFORE, NAME, RIVAL, Room, another_file_system};
use metafix::store::{self, Backups, Change, Step, Target};
use sha2::Digest;

const METABASE: &str = "METAFIX_TEST_METABASE";
const BACKUP_DIR: &str = "METAFIX_TEST_BACKUP_DIR";
const KILL_AFTER: &str = "METAFIX_TEST_KILL_AFTER";
const RIVAL_AFTER: &str = "METAFIX_TEST_RIVAL_AFTER";

/// The process that is killed: this test binary again, asked for this test alone.
#[test]
fn child() {
    let Some(path) = std::env::var_os(METABASE) else { return };
    let is = |name, step| std::env::var(name).is_ok_and(|value| value == format!("{step:?}"));
    let target = Target::resolve(path.as_ref()).unwrap();
    let lock = store::lock(&target, "a run to be killed", Duration::from_secs(10)).unwrap();
    let dir = std::env::var_os(BACKUP_DIR);
    let backups = Backups::new(target.path(), dir.as_deref().map(Path::new));
    let edits = store_support::edits(BEFORE, AFTER);
    let change = Change { edits: &edits, after: AFTER, why: "before a kill" };
    let mut on_step = |step| {
        if is(RIVAL_AFTER, step) {
            let own = target.path().with_file_name("rival");
            fs::write(&own, RIVAL).unwrap();
            fs::rename(own, target.path()).unwrap();
        }
        if is(KILL_AFTER, step) {
            die();
        }
    };
    store::commit(&lock, &backups, &change, &mut on_step).unwrap();
}

fn kill_after(room: &Room, step: Step, more: &[(&str, &OsStr)]) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(killing::arguments(module_path!(), "child"))
        .env(METABASE, room.path())
        .env(KILL_AFTER, format!("{step:?}"))
        .envs(more.iter().copied());
    assert_killed(&mut child, step);
}

fn is_after_swap(step: Step) -> bool {
    let place = |step| Step::COMMIT.iter().position(|other| *other == step);
    place(step) >= place(Step::Swap)
}

#[test]
fn killed_after_any_step() {
    for step in Step::COMMIT {
        let room = Room::new();
        kill_after(&room, step, &[]);
        let (content, numbers): (_, &[u64]) =
            if is_after_swap(step) { (AFTER, &[1, 2]) } else { (BEFORE, &[1]) };
        assert_eq!(room.content(), content, "after {step:?}");
        // Until the swap the backup is a second name of the metabase: none yet.
        room.assert_backups_verify(&numbers[1..].iter().map(|n| n - 1).collect::<Vec<_>>());
        let receipt = room.commit_other_way().unwrap();
        assert_eq!(fs::read(receipt.backup.path).unwrap(), content, "after {step:?}");
        assert!(receipt.rescued.is_empty(), "after {step:?}");
        room.assert_clean(numbers);
    }
}

#[test]
fn killed_after_any_step_with_backups_on_another_file_system() {
    let Some(elsewhere) = another_file_system() else { return };
    for step in Step::COMMIT {
        let room = Room::new();
        let dir = elsewhere.path().join(format!("{step:?}"));
        let backups = Backups::new(room.target().path(), Some(&dir));
        kill_after(&room, step, &[(BACKUP_DIR, dir.as_os_str())]);
        let content = if is_after_swap(step) { AFTER } else { BEFORE };
        assert_eq!(room.content(), content, "after {step:?}");
        let complete = is_after_swap(step) || matches!(step, Step::BackUp | Step::Check);
        let before = backups.list().unwrap();
        assert_eq!(before.len(), usize::from(complete), "after {step:?}");
        for backup in &before {
            assert_eq!(backups.read(backup).unwrap(), BEFORE, "after {step:?}");
        }
        let other = if content == AFTER { BEFORE } else { AFTER };
        let receipt = room.commit_to(&backups, content, other, &mut |_| ()).unwrap();
        assert_eq!(backups.read(&receipt.backup).unwrap(), content);
        assert!(receipt.rescued.is_empty(), "after {step:?}");
        assert_eq!(room.tree(), [NAME], "after {step:?}");
        assert_eq!(backups.list().unwrap().len(), before.len() + 1);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2 * before.len() + 2, "after {step:?}");
    }
}

#[test]
fn pruning_cleans_up_as_well() {
    for step in Step::COMMIT {
        let room = Room::new();
        kill_after(&room, step, &[]);
        let numbers: &[u64] = if is_after_swap(step) { &[1] } else { &[] };
        assert!(room.backups().prune(&room.lock(), 5).unwrap().is_empty());
        room.assert_backups_verify(numbers);
        let left = room.tree().into_iter().filter(|path| path.starts_with('.')).count();
        assert_eq!(left, 0, "after {step:?}");
    }
}

#[test]
fn a_rivals_file_that_a_killed_run_displaced_is_kept_as_a_backup() {
    let room = Room::new();
    kill_after(&room, Step::Swap, &[(RIVAL_AFTER, OsStr::new("Check"))]);
    assert_eq!(room.content(), AFTER);
    room.assert_backups_verify(&[1]);
    let receipt = room.commit_other_way().unwrap();
    let [rescued] = &receipt.rescued[..] else { panic!("{receipt:?}") };
    assert_eq!(room.backups().read(rescued).unwrap(), RIVAL);
    assert_eq!(rescued.why, "found after an interrupted run");
    room.assert_clean(&[1, 2, 3]);
}

#[test]
fn a_killed_run_leaves_no_lock() {
    let room = Room::new();
    kill_after(&room, Step::Write, &[]);
    assert!(room.dir().join(".MetaBase.xml.metafix-lock").exists());
    drop(store::lock(&room.target(), "the next", Duration::ZERO).unwrap());
    assert!(!room.dir().join(".MetaBase.xml.metafix-lock").exists());
}

#[test]
fn a_backup_in_the_making_is_swept() {
    let room = Room::new();
    let of = sha2::Sha256::digest(room.target().path().as_os_str().as_encoded_bytes());
    let of: String = of[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    fs::create_dir(room.backups().dir()).unwrap();
    let part = room.backups().dir().join(format!(".{NAME}.metafix-part-{of}"));
    // Killed just after the link, when it had that name.
    fs::hard_link(room.path(), &part).unwrap();
    room.commit().unwrap();
    room.assert_clean(&[1]);
}

#[test]
fn leftovers_of_another_metabase_in_the_same_backup_folder_are_not_touched() {
    let (one, two, shared) = (Room::new(), Room::new(), tempfile::tempdir().unwrap());
    kill_after(&one, Step::Record, &[(BACKUP_DIR, shared.path().as_os_str())]);
    let count = || fs::read_dir(shared.path()).unwrap().count();
    assert_eq!(count(), 1);
    let backups = Backups::new(two.target().path(), Some(shared.path()));
    two.commit_to(&backups, BEFORE, AFTER, &mut |_| ()).unwrap();
    assert_eq!(count(), 3);
    let backups = Backups::new(one.target().path(), Some(shared.path()));
    one.commit_to(&backups, BEFORE, AFTER, &mut |_| ()).unwrap();
    assert_eq!(count(), 4);
}
