//! Writing in place: the file stays the same file, a failure puts the original back, and a kill
//! in the middle is noticed and mended.
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::print_stdout, reason = "tells who kills it")]
#![cfg_attr(windows, allow(unused_imports, dead_code, reason = "some tests are Unix's alone"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use crate::store_support;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::store_support::killing::{self, assert_killed, die};
use crate::store_support::{AFTER, BEFORE, Commit, RIVAL, Room, Told as _, edits};
use metafix::store::{self, Change, Receipt, Step, StoreError, Target, Written};
use metafix::terminal::problem::Exit;

const METABASE: &str = "METAFIX_TEST_METABASE";
const KILL_AFTER: &str = "METAFIX_TEST_KILL_AFTER";
const SIZE: &str = "METAFIX_TEST_SIZE";

fn in_place(
    room: &Room,
    before: &[u8],
    after: &[u8],
    on_step: &mut dyn FnMut(Step),
) -> Result<Receipt, StoreError> {
    room.commit_by(store::commit_in_place, &room.backups(), (before, after), on_step)
}

/// Content of several pieces, and what an insertion, a removal and a replacement make of it.
fn large() -> (Vec<u8>, [Vec<u8>; 3]) {
    let old: Vec<u8> = (0..1_200_000_u32).map(|n| (n % 251) as u8).collect();
    let with = |at: std::ops::Range<usize>, new: &[u8]| {
        let mut content = old.clone();
        content.splice(at, new.iter().copied());
        content
    };
    let grown = with(1000..1000, &[7; 500]);
    let shrunk = with(1000..100_000, b"");
    let same = with(1000..1004, b"abcd");
    (old, [grown, shrunk, same])
}

#[test]
fn the_same_file_has_the_new_content_and_the_backup_is_a_copy() {
    let room = Room::new();
    let held = fs::File::open(room.path()).unwrap();
    let mut steps = Vec::new();
    let receipt = in_place(&room, BEFORE, AFTER, &mut |step| steps.push(step)).unwrap();
    assert_eq!(steps, Step::IN_PLACE);
    // Whoever has it open sees the change: it is the same file.
    assert_eq!(std::io::read_to_string(held).unwrap().as_bytes(), AFTER);
    assert_eq!(room.content(), AFTER);
    assert_eq!(room.backups().read(&receipt.backup).unwrap(), BEFORE);
    room.assert_clean(&[1]);
    in_place(&room, AFTER, BEFORE, &mut |_| ()).unwrap();
    assert_eq!(room.content(), BEFORE);
    room.assert_clean(&[1, 2]);
}

#[test]
fn large_files_grow_shrink_and_stay() {
    let (old, changed) = large();
    for new in changed {
        let room = Room::new();
        fs::write(room.path(), &old).unwrap();
        in_place(&room, &old, &new, &mut |_| ()).unwrap();
        assert!(room.content() == new);
        in_place(&room, &new, &old, &mut |_| ()).unwrap();
        assert!(room.content() == old);
        room.assert_clean(&[1, 2]);
    }
}

#[test]
fn other_names_of_the_file_have_the_new_content_too() {
    let room = Room::new();
    let other = room.dir().join("other.xml");
    fs::hard_link(room.path(), &other).unwrap();
    in_place(&room, BEFORE, AFTER, &mut |_| ()).unwrap();
    assert_eq!(fs::read(other).unwrap(), AFTER);
}

#[test]
fn a_file_that_is_not_what_was_read_is_left_alone() {
    let room = Room::new();
    fs::write(room.path(), RIVAL).unwrap();
    let error = in_place(&room, BEFORE, AFTER, &mut |_| ()).unwrap_err();
    assert_eq!((error.name(), error.exit()), ("changed-meanwhile", Exit::Busy));
    assert_eq!(room.content(), RIVAL);
    room.assert_clean(&[]);
}

/// Windows keeps others from writing meanwhile.
#[test]
#[cfg(unix)]
fn what_reads_back_differently_is_kept_and_the_original_put_back() {
    let room = Room::new();
    let path = room.path();
    let mut on_step = store_support::after(Step::Sync, || fs::write(&path, RIVAL).unwrap());
    let error = in_place(&room, BEFORE, AFTER, &mut on_step).unwrap_err();
    let StoreError::PutBack { kept: Some(kept), .. } = &error else { panic!("{error}") };
    assert_eq!((error.name(), error.written()), ("put-back", Written::Nothing));
    assert_eq!(fs::read(kept).unwrap(), RIVAL);
    assert_eq!(room.content(), BEFORE);
    room.assert_clean(&[2]);
}

/// Windows keeps others from writing meanwhile.
#[test]
#[cfg(unix)]
fn without_a_backup_to_go_back_to_the_error_says_that_the_file_is_damaged() {
    let room = Room::new();
    let (path, backups) = (room.path(), room.backups());
    let mut on_step = |step| match step {
        // The worst case: nothing is as it should be.
        Step::Note => fs::write(backups.newest().unwrap().path, "damaged").unwrap(),
        Step::Sync => fs::write(&path, RIVAL).unwrap(),
        _ => {}
    };
    let error = in_place(&room, BEFORE, AFTER, &mut on_step).unwrap_err();
    assert_eq!((error.name(), error.written()), ("interrupted-write", Written::Torn), "{error}");
    let found = store::check_whole(&room.target(), &room.content()).unwrap_err();
    assert_eq!((found.name(), found.written()), ("interrupted-write", Written::Nothing));
}

/// The process that is killed: this test binary again, asked for this test alone.
#[test]
fn child() {
    let Some(path) = std::env::var_os(METABASE) else { return };
    let target = Target::resolve(path.as_ref()).unwrap();
    let (before, after) = contents(&std::env::var(SIZE).unwrap());
    let lock = store::lock(&target, "a run to be killed", Duration::from_secs(10)).unwrap();
    let edits = edits(&before, &after);
    let change = Change { edits: &edits, after: &after, why: "before a kill" };
    let backups = metafix::store::Backups::new(target.path(), None);
    let kill = std::env::var(KILL_AFTER).unwrap();
    let mut on_step = |step| {
        if kill == format!("{step:?}") {
            die();
        }
    };
    store::commit_in_place(&lock, &backups, &change, &mut on_step).unwrap();
}

fn contents(size: &str) -> (Vec<u8>, Vec<u8>) {
    let (old, [grown, shrunk, same]) = large();
    match size {
        "small" => (BEFORE.to_vec(), AFTER.to_vec()),
        "grown" => (old, grown),
        "shrunk" => (old, shrunk),
        other => {
            assert_eq!(other, "same");
            (old, same)
        }
    }
}

#[test]
fn killed_after_any_step_the_original_is_there_or_in_the_backup() {
    let mut torn = Vec::new();
    for size in ["small", "grown", "shrunk", "same"] {
        let (before, after) = contents(size);
        for step in Step::IN_PLACE {
            let room = Room::new();
            fs::write(room.path(), &before).unwrap();
            kill_after(&room, step, size);
            let case = format!("{size} after {step:?}");
            let content = room.content();
            match store::check_whole(&room.target(), &content) {
                Ok(()) => assert!(content == before || content == after, "{case}"),
                Err(error) => {
                    assert!(content != before && content != after, "{case}");
                    assert!(error.to_string().contains(".0001."), "{case}: {error}");
                    torn.push(case.clone());
                }
            }
            // Whatever it is: a restore of what was there works, by either way.
            if (step as usize).is_multiple_of(2) {
                restore(&room, &content, &before, store::commit, &case);
            } else {
                restore(&room, &content, &before, store::commit_in_place, &case);
            }
        }
    }
    assert!(torn.iter().any(|case| case == "grown after Extend"), "{torn:?}");
    assert!(torn.iter().any(|case| case == "shrunk after Overwrite"), "{torn:?}");
    assert!(torn.len() < 10, "{torn:?}");
}

fn restore(room: &Room, content: &[u8], before: &[u8], commit: Commit, case: &str) {
    if content == before {
        return;
    }
    let saved = room.backups().newest().unwrap();
    assert!(room.backups().read(&saved).unwrap() == before, "{case}");
    room.commit_by(commit, &room.backups(), (content, before), &mut |_| ()).unwrap();
    assert!(room.content() == before, "{case}");
    store::check_whole(&room.target(), before).unwrap();
    room.assert_clean(&[1, 2]);
}

fn kill_after(room: &Room, step: Step, size: &str) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(killing::arguments(module_path!(), "child"))
        .env(METABASE, room.path())
        .env(KILL_AFTER, format!("{step:?}"))
        .env(SIZE, size);
    assert_killed(&mut child, step);
}

#[test]
fn owner_and_rights_of_the_file_are_not_touched() {
    let room = Room::new();
    let old = fs::metadata(room.path()).unwrap();
    in_place(&room, BEFORE, AFTER, &mut |_| ()).unwrap();
    let new = fs::metadata(room.path()).unwrap();
    assert_eq!(old.permissions(), new.permissions());
    #[cfg(unix)]
    assert_eq!(old.created().ok(), new.created().ok());
    assert!(!Path::new(&room.dir().join(".MetaBase.xml.metafix-in-place")).exists());
}
