//! After a run was killed while it put several files in place together: completes what it began,
//! or takes it back. Only under the lock.

use std::fmt;
use std::io::{self, Write};

use fs_err as fs;

use super::bytes::{self, Hash};
use super::error::during;
use super::files::NewFile;
use super::journal::{Entry, Journal};
use super::lock::PATIENCE;
use super::missing::remove;
use super::names::SWAP;
use super::preserve::keep;
use super::sweep;
use super::undo::Undo;
use super::{Backup, Backups, Lock, Step, StoreError, Target, Verdict, platform};

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery {
    /// All the files are in place now.
    Completed {
        /// What was interrupted.
        why: String,
    },
    /// None of them is.
    RolledBack {
        /// What was interrupted.
        why: String,
    },
    /// Another program changed one of them since: everything stays as it is.
    Abandoned {
        /// What was interrupted.
        why: String,
    },
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed { why } => {
                write!(f, "an interrupted run, \"{why}\", is completed now")
            }
            Self::RolledBack { why } => {
                write!(f, "an interrupted run, \"{why}\", is taken back: nothing of it remains")
            }
            Self::Abandoned { why } => write!(
                f,
                "an interrupted run, \"{why}\", was not completed, because another program has \
                 changed one of its files since; the metabase and its schema may not belong \
                 together"
            ),
        }
    }
}

/// Whether a run was killed while it put several files in place. Changes nothing.
///
/// # Errors
/// The system's.
pub fn is_interrupted(metabase: &Target) -> Result<bool, StoreError> {
    Journal::is_there(metabase)
}

/// Completes such a run, or takes it back.
///
/// # Errors
/// The system's; the next run tries again.
pub fn recover(lock: &Lock, backups: &Backups) -> Result<Option<Recovery>, StoreError> {
    recover_target(lock.target(), backups)
}

pub(super) fn recover_target(
    metabase: &Target,
    backups: &Backups,
) -> Result<Option<Recovery>, StoreError> {
    let Some(journal) = Journal::read(metabase)? else { return Ok(None) };
    let mut files = Vec::new();
    for entry in &journal.entries {
        files.push(File::of(entry, metabase, backups)?);
    }
    let any = |state| files.iter().any(|file| file.state == state);
    let why = journal.why.clone();
    let recovery = if any(State::Foreign) {
        Recovery::Abandoned { why }
    } else if any(State::Lost) {
        roll_back(backups, &journal)?;
        Recovery::RolledBack { why }
    } else {
        for file in files.iter().filter(|file| file.state == State::Ready) {
            file.complete()?;
        }
        Recovery::Completed { why }
    };
    for file in &files {
        platform::sync_folder(file.target.folder()).map_err(during(Step::Sweep))?;
    }
    Journal::remove(metabase)?;
    for file in files {
        sweep::remove_leftovers(&file.target, &file.backups)?;
    }
    Ok(Some(recovery))
}

/// How far one file had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It is in place.
    Done,
    /// It is not in place yet, and can be put there.
    Ready,
    /// It is not in place, and is gone.
    Lost,
    /// Something else is in place.
    Foreign,
}

struct File<'a> {
    entry: &'a Entry,
    target: Target,
    backups: Backups,
    state: State,
    /// Of a second file.
    _lock: Option<Lock>,
}

impl<'a> File<'a> {
    fn of(entry: &'a Entry, metabase: &Target, backups: &Backups) -> Result<Self, StoreError> {
        let own = entry.path == metabase.path();
        let target = if own { metabase.clone() } else { Target::resolve_or_vacant(&entry.path)? };
        let purpose = "complete an interrupted run";
        let lock = if own { None } else { Some(super::lock(&target, purpose, PATIENCE)?) };
        let there = content_hash(&target)?;
        let state = if there == Some(entry.new) {
            State::Done
        } else if there != entry.old {
            State::Foreign
        } else if is_staged(&target, entry)? {
            State::Ready
        } else {
            State::Lost
        };
        let backups = backups.of_other(target.path());
        Ok(Self { entry, target, backups, state, _lock: lock })
    }

    fn complete(&self) -> Result<(), StoreError> {
        let staged = staged_path(&self.target, self.entry);
        if self.entry.old.is_none() {
            return platform::rename_new(&staged, self.target.path()).map_err(during(Step::Swap));
        }
        // What is displaced was backed up before the note was written; the sweep makes sure.
        platform::swap(&staged, self.target.path()).map(|_| ()).map_err(during(Step::Swap))
    }
}

fn staged_path(target: &Target, entry: &Entry) -> std::path::PathBuf {
    target.beside(&format!("{SWAP}{}", entry.staged))
}

/// Whether the new file is there, complete and under its own number.
fn is_staged(target: &Target, entry: &Entry) -> Result<bool, StoreError> {
    let failed = during(Step::Sweep);
    let mut file = match platform::open_read(&staged_path(target, entry)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        file => file.map_err(&failed)?,
    };
    let number = platform::identity(&file).map_err(&failed)?.file.1;
    let hash = bytes::hash(&mut file).map_err(&failed)?;
    Ok(number == entry.staged && hash == entry.new)
}

fn content_hash(target: &Target) -> Result<Option<Hash>, StoreError> {
    if target.is_vacant()? {
        return Ok(None);
    }
    let mut file = target.open(Step::Sweep)?;
    bytes::hash(&mut file).map(Some).map_err(during(Step::Sweep))
}

/// Takes every file that is in place back, from its backup.
pub(super) fn roll_back(backups: &Backups, journal: &Journal) -> Result<(), StoreError> {
    for entry in &journal.entries {
        let target = Target::resolve_or_vacant(&entry.path)?;
        if content_hash(&target)? != Some(entry.new) || entry.old == Some(entry.new) {
            continue;
        }
        match entry.old {
            // It was made from a file that is still there.
            None => fs::remove_file(target.path()).map_err(during(Step::Swap))?,
            Some(old) => put_back(&target, &backups.of_other(target.path()), &old, &entry.new)?,
        }
        platform::sync_folder(target.folder()).map_err(during(Step::Sync))?;
    }
    Ok(())
}

fn put_back(target: &Target, backups: &Backups, old: &Hash, new: &Hash) -> Result<(), StoreError> {
    let backup = backup_of(backups, old)?;
    let content = backups.read(&backup)?;
    let like = platform::open_read(&backup.path).map_err(during(Step::Secure))?;
    let mut undo = Undo::default();
    let mut made = NewFile::create(target, &like, &mut undo, &mut |_| ())?;
    let written = made.file.write_all(&content).and_then(|()| made.file.sync_all());
    written.map_err(during(Step::Write))?;
    let (_, path) = made.close()?;
    let displaced = platform::swap(&path, target.path()).map_err(during(Step::Swap))?;
    undo.disarm();
    let Some(displaced) = displaced else { return Ok(()) };
    let hash = platform::open_read(&displaced).and_then(|mut file| bytes::hash(&mut file));
    if hash.map_err(during(Step::Examine))? == *new {
        return remove(&displaced).map_err(during(Step::TidyUp));
    }
    keep(&displaced, backups, "written by another program in the last moment").map(|_| ())
}

fn backup_of(backups: &Backups, hash: &Hash) -> Result<Backup, StoreError> {
    for backup in backups.list()?.into_iter().rev() {
        if backup.sha256 == *hash && backups.verify(&backup)? == Verdict::Intact {
            return Ok(backup);
        }
    }
    let dir = backups.dir().to_owned();
    Err(StoreError::NoBackup { asked: Some("of the file as it was before".into()), dir })
}
