//! Two files put in place together: both or neither, whenever the run is killed.
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![cfg_attr(windows, allow(unused_imports, dead_code, reason = "some tests are Unix's alone"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::store_support::killing::{self, assert_killed, die};
use crate::store_support::{AFTER, BEFORE, NAME, RIVAL, Room, Told as _};
use metafix::store::{
    self, Backups, Part, Placed, Recovery, Step, StoreError, Target, Verdict, Written, place,
};
use metafix::terminal::problem::Exit;

const SCHEMA: &str = "MBSchema.xml";
const OLD_SCHEMA: &[u8] = b"<schema old='1'/>\r\n";
const NEW_SCHEMA: &[u8] = b"<schema new='one, and longer'/>\r\n";

const FOLDER: &str = "METAFIX_TEST_FOLDER";
const KILL_AFTER: &str = "METAFIX_TEST_KILL_AFTER_STEPS";

/// Which of the two files are there before.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Before {
    Both,
    SchemaAlone,
    Neither,
}

const ALL: [Before; 3] = [Before::Both, Before::SchemaAlone, Before::Neither];

/// A folder with the files to put in place, kept in `History`.
fn room(before: Before) -> Room {
    let room = Room::new();
    fs::create_dir(room.dir().join("History")).unwrap();
    fs::write(kept(room.dir(), NAME), AFTER).unwrap();
    fs::write(kept(room.dir(), SCHEMA), NEW_SCHEMA).unwrap();
    fs::write(room.dir().join(SCHEMA), OLD_SCHEMA).unwrap();
    if before != Before::Both {
        fs::remove_file(room.path()).unwrap();
    }
    if before == Before::Neither {
        fs::remove_file(room.dir().join(SCHEMA)).unwrap();
    }
    room
}

fn kept(dir: &Path, name: &str) -> PathBuf {
    dir.join("History").join(name)
}

/// What both files hold; nothing for one that is missing.
fn contents(dir: &Path) -> [Option<Vec<u8>>; 2] {
    [NAME, SCHEMA].map(|name| fs::read(dir.join(name)).ok())
}

fn old(before: Before) -> [Option<Vec<u8>>; 2] {
    match before {
        Before::Both => [Some(BEFORE.to_vec()), Some(OLD_SCHEMA.to_vec())],
        Before::SchemaAlone => [None, Some(OLD_SCHEMA.to_vec())],
        Before::Neither => [None, None],
    }
}

fn new() -> [Option<Vec<u8>>; 2] {
    [Some(AFTER.to_vec()), Some(NEW_SCHEMA.to_vec())]
}

fn lock_of(dir: &Path) -> store::Lock {
    let target = Target::resolve_or_vacant(&dir.join(NAME)).unwrap();
    store::lock(&target, "a test", Duration::from_secs(10)).unwrap()
}

fn put(dir: &Path, on_step: &mut dyn FnMut(Step)) -> Result<Placed, StoreError> {
    let lock = lock_of(dir);
    let schema = Target::resolve_or_vacant(&dir.join(SCHEMA)).unwrap();
    let backups = Backups::new(lock.target().path(), None);
    let before = contents(dir);
    let (metabase_like, schema_like) = (kept(dir, NAME), kept(dir, SCHEMA));
    let parts = [
        Part {
            target: lock.target(),
            before: before[0].as_deref(),
            after: AFTER,
            like: &metabase_like,
        },
        Part {
            target: &schema,
            before: before[1].as_deref(),
            after: NEW_SCHEMA,
            like: &schema_like,
        },
    ];
    place(&lock, &backups, &parts, "restore history 12.3", on_step)
}

fn recover(dir: &Path) -> Option<Recovery> {
    let lock = lock_of(dir);
    let backups = Backups::new(lock.target().path(), None);
    store::recover(&lock, &backups).unwrap()
}

/// What the backups of a file hold, oldest first; all of them verify.
fn backed_up(dir: &Path, name: &str) -> Vec<Vec<u8>> {
    let backups = Backups::new(&fs::canonicalize(dir).unwrap().join(name), None);
    let list = backups.list().unwrap();
    for backup in &list {
        assert_eq!(backups.verify(backup).unwrap(), Verdict::Intact, "{}", backup.name);
    }
    list.iter().map(|backup| backups.read(backup).unwrap()).collect()
}

/// No hidden file is left.
fn assert_clean(room: &Room) {
    let hidden: Vec<_> = room.tree().into_iter().filter(|path| path.contains(".metafix")).collect();
    assert_eq!(hidden, [""; 0]);
}

/// The process that is killed: this test binary again, asked for this test alone.
#[test]
fn child() {
    let Some(dir) = std::env::var_os(FOLDER) else { return };
    let mut left: u32 = std::env::var(KILL_AFTER).unwrap().parse().unwrap();
    let mut on_step = |_| {
        left -= 1;
        if left == 0 {
            die();
        }
    };
    put(Path::new(&dir), &mut on_step).unwrap();
}

fn kill_after(room: &Room, steps: usize) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(killing::arguments(module_path!(), "child"))
        .env(FOLDER, room.dir())
        .env(KILL_AFTER, steps.to_string());
    assert_killed(&mut child, steps);
}

/// The steps of a run that is not killed.
fn steps(before: Before) -> Vec<Step> {
    let mut steps = Vec::new();
    put(room(before).dir(), &mut |step| steps.push(step)).unwrap();
    steps
}

#[test]
fn both_files_are_put_in_place_and_the_old_ones_are_backups() {
    for before in ALL {
        let room = room(before);
        let placed = put(room.dir(), &mut |_| ()).unwrap();
        assert_eq!(contents(room.dir()), new(), "{before:?}");
        let there: Vec<_> = old(before).into_iter().flatten().collect();
        assert_eq!(placed.backups.len(), there.len(), "{before:?}");
        let kept = [backed_up(room.dir(), NAME), backed_up(room.dir(), SCHEMA)].concat();
        assert_eq!(kept, there, "{before:?}");
        assert_clean(&room);
    }
}

#[test]
#[cfg(unix)]
fn a_missing_file_gets_the_rights_of_the_kept_one() {
    let room = room(Before::Neither);
    for (name, mode) in [(NAME, 0o600), (SCHEMA, 0o640)] {
        fs::set_permissions(kept(room.dir(), name), fs::Permissions::from_mode(mode)).unwrap();
    }
    put(room.dir(), &mut |_| ()).unwrap();
    for (name, mode) in [(NAME, 0o600), (SCHEMA, 0o640)] {
        let found = fs::metadata(room.dir().join(name)).unwrap();
        assert_eq!(found.mode() & 0o7777, mode, "{name}");
    }
}

#[test]
fn killed_after_any_step_the_next_run_finds_both_or_neither() {
    for before in ALL {
        let steps = steps(before);
        let journal = steps.iter().position(|step| *step == Step::Journal).unwrap();
        assert_eq!(steps.last(), Some(&Step::Forget));
        assert!(steps.len() - journal > 5, "{steps:?}");
        for count in 1..=steps.len() {
            let room = room(before);
            kill_after(&room, count);
            let recovery = recover(room.dir());
            let when = format!("{before:?}, killed after step {count}, {:?}", steps[count - 1]);
            if count <= journal {
                assert_eq!(recovery, None, "{when}");
                assert_eq!(contents(room.dir()), old(before), "{when}");
            } else {
                let why = "restore history 12.3".to_owned();
                let expected = (count < steps.len()).then_some(Recovery::Completed { why });
                assert_eq!(recovery, expected, "{when}");
                assert_eq!(contents(room.dir()), new(), "{when}");
                let there: Vec<_> = old(before).into_iter().flatten().collect();
                let kept = [backed_up(room.dir(), NAME), backed_up(room.dir(), SCHEMA)].concat();
                assert_eq!(kept, there, "{when}");
                // At the end only the lock file of the killed run is left, which means nothing.
                if count < steps.len() {
                    assert_clean(&room);
                }
            }
            // And the same once more leads to the end from wherever it was.
            put(room.dir(), &mut |_| ()).unwrap();
            assert_eq!(contents(room.dir()), new(), "{when}");
            assert_clean(&room);
        }
    }
}

#[test]
fn every_other_change_completes_it_first() {
    let steps = steps(Before::Both);
    let swapped = steps.iter().position(|step| *step == Step::Swap).unwrap();
    let room = room(Before::Both);
    kill_after(&room, swapped + 1);
    assert_eq!(contents(room.dir()), [Some(AFTER.to_vec()), Some(OLD_SCHEMA.to_vec())]);
    room.commit_to(&room.backups(), AFTER, RIVAL, &mut |_| ()).unwrap();
    assert_eq!(contents(room.dir()), [Some(RIVAL.to_vec()), Some(NEW_SCHEMA.to_vec())]);
    assert_eq!(backed_up(room.dir(), NAME), [BEFORE, AFTER]);
    assert_clean(&room);
}

#[test]
fn what_cannot_be_completed_is_taken_back() {
    let steps = steps(Before::Both);
    let swapped = steps.iter().position(|step| *step == Step::Swap).unwrap();
    let room = room(Before::Both);
    kill_after(&room, swapped + 1);
    let start = format!(".{SCHEMA}.metafix-swap-");
    let mut lost = 0;
    for entry in fs::read_dir(room.dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with(&start) {
            fs::remove_file(path).unwrap();
            lost += 1;
        }
    }
    assert_eq!(lost, 1);
    let why = "restore history 12.3".to_owned();
    assert_eq!(recover(room.dir()), Some(Recovery::RolledBack { why }));
    assert_eq!(contents(room.dir()), old(Before::Both));
    assert_eq!(backed_up(room.dir(), NAME), [BEFORE]);
    assert_clean(&room);
}

#[test]
fn what_another_program_wrote_since_stays() {
    let steps = steps(Before::Both);
    let swapped = steps.iter().position(|step| *step == Step::Swap).unwrap();
    for name in [NAME, SCHEMA] {
        let room = room(Before::Both);
        kill_after(&room, swapped + 1);
        fs::write(room.dir().join(name), RIVAL).unwrap();
        let found = contents(room.dir());
        let why = "restore history 12.3".to_owned();
        assert_eq!(recover(room.dir()), Some(Recovery::Abandoned { why }), "{name}");
        assert_eq!(contents(room.dir()), found, "{name}");
        assert_clean(&room);
    }
}

#[test]
fn when_the_second_file_changes_in_the_last_moment_the_first_goes_back() {
    for before in ALL {
        let room = room(before);
        let schema = room.dir().join(SCHEMA);
        let mut intrude = |step| {
            if step == Step::Journal {
                fs::write(&schema, RIVAL).unwrap();
            }
        };
        let error = put(room.dir(), &mut intrude).unwrap_err();
        assert_eq!((error.name(), error.exit()), ("changed-meanwhile", Exit::Busy), "{before:?}");
        assert_eq!(error.written(), Written::Nothing);
        let [metabase, _] = old(before);
        assert_eq!(contents(room.dir()), [metabase, Some(RIVAL.to_vec())], "{before:?}");
        assert_clean(&room);
    }
}

#[test]
fn when_the_first_file_changes_in_the_last_moment_neither_is_touched() {
    let room = room(Before::Both);
    let metabase = room.path();
    let mut intrude = |step| {
        if step == Step::Journal {
            fs::write(&metabase, RIVAL).unwrap();
        }
    };
    let error = put(room.dir(), &mut intrude).unwrap_err();
    assert_eq!(error.name(), "changed-meanwhile");
    assert_eq!(contents(room.dir()), [Some(RIVAL.to_vec()), Some(OLD_SCHEMA.to_vec())]);
    assert_clean(&room);
}

#[test]
fn a_note_that_is_not_ours_is_not_acted_on() {
    let room = room(Before::Both);
    let note = room.dir().join(".MetaBase.xml.metafix-journal");
    fs::write(&note, "file: 1 - 2 /etc/passwd\n").unwrap();
    let error = put(room.dir(), &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("metafix-journal"), "{error}");
    assert_eq!(contents(room.dir()), old(Before::Both));
    fs::remove_file(note).unwrap();
    put(room.dir(), &mut |_| ()).unwrap();
    assert_eq!(contents(room.dir()), new());
}
