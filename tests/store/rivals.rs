//! Programs that change the metabase at the same time and do not know the lock.
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![cfg_attr(windows, allow(unused_imports, dead_code, reason = "some tests are Unix's alone"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use crate::store_support;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::store_support::{AFTER, BEFORE, RIVAL, Room, Told as _, after};
use metafix::store::{self, Change, Step, StoreError, Written};
use metafix::terminal::problem::Exit;

/// The ways in which a rival writes.
#[derive(Debug, Clone, Copy)]
enum Rival {
    /// Into the file, and sets its time back.
    InPlace,
    /// A file of its own, renamed over it.
    ByRename,
    #[cfg(unix)]
    /// The same bytes, but fewer people may read them.
    ByMode,
    Deletes,
}

impl Rival {
    fn act(self, path: &Path) {
        self.tries(path).unwrap();
    }

    fn tries(self, path: &Path) -> io::Result<()> {
        match self {
            Self::InPlace => {
                let time = fs::metadata(path)?.modified()?;
                let mut file = fs::File::options().write(true).open(path)?;
                file.write_all(RIVAL)?;
                file.set_modified(time)
            }
            Self::ByRename => write_by_rename(path, RIVAL),
            #[cfg(unix)]
            Self::ByMode => {
                let mode = std::os::unix::fs::PermissionsExt::from_mode(0o400);
                fs::set_permissions(path, mode)
            }
            Self::Deletes => fs::remove_file(path),
        }
    }
}

fn write_by_rename(path: &Path, content: &[u8]) -> io::Result<()> {
    let own = path.with_file_name("rival");
    fs::write(&own, content)?;
    fs::rename(&own, path).inspect_err(|_| fs::remove_file(&own).unwrap())
}

/// Makes the change with a rival after this step. `None`: the system kept the rival out, as
/// Windows does while metafix has the file open, and the change was made.
fn against(room: &Room, step: Step, rival: Rival) -> Option<StoreError> {
    let path = room.path();
    let mut tried = Ok(());
    let result = room.commit_with(&mut after(step, || tried = rival.tries(&path)));
    match tried {
        Ok(()) => Some(result.unwrap_err()),
        Err(error) => {
            assert!(!cfg!(unix) && room.path().exists(), "{rival:?} after {step:?}: {error}");
            result.unwrap();
            assert_eq!(room.content(), AFTER);
            room.assert_clean(&[1]);
            None
        }
    }
}

/// The steps before the swap, and those after it.
fn steps() -> (&'static [Step], &'static [Step]) {
    Step::COMMIT.split_at(Step::COMMIT.iter().position(|step| *step == Step::Swap).unwrap())
}

#[test]
fn before_the_swap_a_rival_wins_and_nothing_is_left_of_us() {
    let mut won = 0;
    for step in steps().0 {
        for rival in [Rival::InPlace, Rival::ByRename] {
            for days in [0, 1000] {
                // In the last window only the content tells; an old file's content is not looked
                // at again, so a rival that also sets the time back is not seen there.
                if days > 0 && *step == Step::Check && matches!(rival, Rival::InPlace) {
                    continue;
                }
                let room = Room::new();
                make_older(&room.path(), days);
                let Some(error) = against(&room, *step, rival) else { continue };
                won += 1;
                let case = format!("{rival:?} after {step:?}: {error}");
                assert_eq!(
                    (error.name(), error.exit()),
                    ("changed-meanwhile", Exit::Busy),
                    "{case}"
                );
                assert_eq!(error.written(), Written::Nothing, "{case}");
                assert_eq!(room.content(), RIVAL, "{case}");
                room.assert_clean(&[]);
            }
        }
    }
    assert!(won >= if cfg!(windows) { 5 } else { 30 }, "{won}");
}

#[test]
#[cfg(unix)]
fn a_rival_that_takes_rights_away_wins_too() {
    for step in &steps().0[2..] {
        let room = Room::new();
        let path = room.path();
        let result = room.commit_with(&mut after(*step, || Rival::ByMode.act(&path)));
        assert_eq!(result.unwrap_err().name(), "changed-meanwhile", "after {step:?}");
        let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&path).unwrap());
        assert_eq!(mode & 0o777, 0o400);
        assert_eq!(room.content(), BEFORE);
        room.assert_clean(&[]);
    }
}

#[test]
fn a_metabase_deleted_meanwhile_stays_deleted() {
    for step in steps().0 {
        let room = Room::new();
        let Some(error) = against(&room, *step, Rival::Deletes) else { continue };
        assert_eq!(error.written(), Written::Nothing, "after {step:?}");
        assert!(!room.path().exists());
        assert_eq!(room.tree(), [""; 0], "after {step:?}: {error}");
    }
}

#[test]
fn after_the_swap_a_rival_wins_and_the_backup_is_kept() {
    let (_, steps) = steps();
    for step in &steps[..steps.len() - 1] {
        for rival in [Rival::InPlace, Rival::ByRename] {
            let room = Room::new();
            let path = room.path();
            let error = room.commit_with(&mut after(*step, || rival.act(&path))).unwrap_err();
            let case = format!("{rival:?} after {step:?}: {error}");
            assert_eq!((error.name(), error.exit()), ("written-but", Exit::Failure), "{case}");
            assert_eq!(error.written(), Written::Complete, "{case}");
            assert!(case.contains(".bak"), "{case}");
            let expected = match rival {
                Rival::InPlace => [RIVAL, &AFTER[RIVAL.len()..]].concat(),
                _ => RIVAL.to_vec(),
            };
            assert_eq!(room.content(), expected, "{case}");
            room.assert_clean(&[1]);
            let backup = room.backups().newest().unwrap();
            assert_eq!(room.backups().read(&backup).unwrap(), BEFORE, "{case}");
        }
    }
}

#[test]
fn of_a_rival_that_writes_before_and_after_the_swap_both_are_kept() {
    let second = b"what the rival wrote last";
    let room = Room::new();
    let path = room.path();
    let mut on_step = |step| match step {
        Step::Check => write_by_rename(&path, RIVAL).unwrap(),
        Step::Swap => write_by_rename(&path, second).unwrap(),
        _ => {}
    };
    let error = room.commit_with(&mut on_step).unwrap_err();
    let StoreError::Changed { rescued: Some(rescued), .. } = &error else { panic!("{error}") };
    assert!(error.to_string().contains(rescued.to_str().unwrap()));
    assert_eq!(room.content(), second);
    assert_eq!(fs::read(rescued).unwrap(), RIVAL);
    room.assert_clean(&[2]);
}

#[test]
fn of_many_writers_none_loses_a_change() {
    const EACH: usize = 10;
    let room = Room::new();
    fs::write(room.path(), "0").unwrap();
    let add_one = || {
        let lock = room.lock();
        let before = lock.target().read().unwrap();
        let number: usize = std::str::from_utf8(&before).unwrap().parse().unwrap();
        let after = (number + 1).to_string().into_bytes();
        let edits = store_support::edits(&before, &after);
        let change = Change { edits: &edits, after: &after, why: "counting" };
        store::commit(&lock, &room.backups(), &change, &mut |_| ()).unwrap();
    };
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..EACH).for_each(|_| add_one()));
        }
    });
    assert_eq!(room.content(), (8 * EACH).to_string().as_bytes());
    let backups = room.backups();
    for (number, backup) in backups.list().unwrap().iter().enumerate() {
        assert_eq!(backups.read(backup).unwrap(), number.to_string().as_bytes());
    }
    room.assert_clean(&(1..=8 * EACH as u64).collect::<Vec<_>>());
}

#[test]
fn a_file_that_was_only_touched_is_not_refused() {
    let room = Room::new();
    let lock = room.lock();
    let before = room.target().read().unwrap();
    fs::write(room.path(), &before).unwrap();
    make_older(&room.path(), 3);
    drop(lock);
    room.commit().unwrap();
    assert_eq!(room.content(), AFTER);
}

#[test]
#[cfg(unix)]
fn a_writer_that_holds_the_old_file_open_is_seen_in_the_backup() {
    let room = Room::new();
    let mut held = fs::File::options().write(true).open(room.path()).unwrap();
    let receipt = room.commit().unwrap();
    held.write_all(RIVAL).unwrap();
    assert_eq!(room.content(), AFTER);
    let verdict = room.backups().verify(&receipt.backup).unwrap();
    assert_eq!(verdict, metafix::store::Verdict::Altered);
}

fn make_older(path: &Path, days: u64) {
    let time = SystemTime::now() - Duration::from_secs(days * 86_400);
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}
