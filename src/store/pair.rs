//! Several files put in place together: all of them or none, also across a crash.
//!
//! The steps are those of [`super::commit`], for each file up to `BackUp`; then, for all:
//!
//! | step | what is on the disk afterwards |
//! |---|---|
//! | `Check` | nothing new: every file is still as it was backed up |
//! | `Journal` | the note that says what is about to happen: killed from here on, the next run completes it |
//! | `Swap`, `Examine`, `TidyUp` | one more file is in place |
//! | `Sync` | all of it survives a power cut |
//! | `ReadBack` | nothing new: the files were read again |
//! | `Forget` | the note is gone |
//!
//! Killed before `Journal`, a run has changed nothing, and the next one sweeps what it left.
//! What fails after it is taken back at once, from the backups.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::during;
use super::files::{NewFile, OldFile, write_and_compare};
use super::journal::{Entry, Journal};
use super::lock::PATIENCE;
use super::preserve::{Original, preserve};
use super::start::clean_start;
use super::swap::Swap;
use super::undo::Undo;
use super::{Backup, Backups, Identity, Lock, Step, StoreError, Target, bytes, platform, recovery};

/// One of the files.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Where it belongs; the first part's is the lock's.
    pub target: &'a Target,
    /// What must be there before; nothing where the file is missing.
    pub before: Option<&'a [u8]>,
    /// What is there afterwards.
    pub after: &'a [u8],
    /// The file whose owner and rights a missing one gets.
    pub like: &'a Path,
}

/// All are in place, durable, and were read back.
#[derive(Debug)]
pub struct Placed {
    /// The files as they were, those that were there.
    pub backups: Vec<Backup>,
    /// What an interrupted earlier run had left and is a backup now.
    pub rescued: Vec<Backup>,
}

/// Puts all the files in place, or leaves everything as it is. `on_step` hears of each step that
/// is done, for each file.
///
/// # Errors
/// See [`StoreError`]: [`StoreError::written`] says whether anything was changed.
pub fn place(
    lock: &Lock,
    backups: &Backups,
    parts: &[Part<'_>],
    why: &str,
    on_step: &mut dyn FnMut(Step),
) -> Result<Placed, StoreError> {
    let metabase = lock.target();
    let mut rescued = clean_start(metabase, backups)?;
    let mut locks = Vec::new();
    for part in parts.iter().filter(|part| part.target.path() != metabase.path()) {
        locks.push(super::lock(part.target, why, PATIENCE)?);
        rescued.extend(clean_start(part.target, &backups.of_other(part.target.path()))?);
    }
    on_step(Step::Sweep);

    let mut staged = Vec::new();
    for part in parts {
        staged.push(Staged::make(part, backups, why, on_step)?);
    }
    for staged in &mut staged {
        staged.check()?;
    }
    on_step(Step::Check);
    let entries = staged.iter().map(Staged::entry).collect();
    let journal = Journal { why: why.to_owned(), entries };
    if let Err(error) = journal.write(metabase) {
        Journal::remove(metabase)?;
        return Err(error);
    }
    on_step(Step::Journal);
    for index in 0..staged.len() {
        if let Err(error) = staged[index].swap(on_step) {
            return Err(give_up(metabase, backups, &journal, staged, error));
        }
    }
    for staged in &staged {
        staged.finish(on_step)?;
    }
    // Whoever is killed from here on leaves nothing that only a run on the second file would see.
    drop(locks);
    let kept = staged.iter().find_map(|staged| Some(staged.backup.as_ref()?.path.clone()));
    Journal::remove(metabase).map_err(|error| StoreError::AfterSwap {
        backup: kept.unwrap_or_else(|| parts[0].like.to_owned()),
        error: Box::new(error),
    })?;
    on_step(Step::Forget);
    let backups = staged.into_iter().filter_map(|staged| staged.backup).collect();
    Ok(Placed { backups, rescued })
}

/// One could not be put in place: those that were are taken back. What cannot be taken back now
/// the next run completes, so what it needs for that stays.
fn give_up(
    metabase: &Target,
    backups: &Backups,
    journal: &Journal,
    mut staged: Vec<Staged<'_>>,
    error: StoreError,
) -> StoreError {
    match recovery::roll_back(backups, journal).and_then(|()| Journal::remove(metabase)) {
        Ok(()) => match error {
            // It was in place, and is no longer.
            StoreError::AfterSwap { error, .. } => *error,
            error => error,
        },
        Err(_) => {
            staged.iter_mut().for_each(|staged| staged.undo.disarm());
            StoreError::HalfWay { error: Box::new(error) }
        }
    }
}

/// A new file that is ready, and the backup of what it will displace.
struct Staged<'a> {
    part: &'a Part<'a>,
    backups: Backups,
    new: Identity,
    /// Where the new file is.
    path: PathBuf,
    hash: bytes::Hash,
    old: Option<OldFile>,
    old_hash: Option<bytes::Hash>,
    /// What [`Staged::check`] found it to be.
    checked: Option<Identity>,
    backup: Option<Backup>,
    undo: Undo,
}

impl<'a> Staged<'a> {
    fn make(
        part: &'a Part<'a>,
        backups: &Backups,
        why: &str,
        on_step: &mut dyn FnMut(Step),
    ) -> Result<Self, StoreError> {
        let mut undo = Undo::default();
        let backups = backups.of_other(part.target.path());
        let hash = bytes::hash_of(part.after);
        let Some(before) = part.before else {
            if !part.target.is_vacant()? {
                return Err(part.target.changed());
            }
            let like = platform::open_read(part.like).map_err(during(Step::Secure))?;
            let mut new = NewFile::create(part.target, &like, &mut undo, on_step)?;
            new.file
                .write_all(part.after)
                .and_then(|()| new.file.sync_all())
                .map_err(during(Step::Write))?;
            on_step(Step::Write);
            let (new, path) = new.close()?;
            let (old, old_hash, checked, backup) = (None, None, None, None);
            return Ok(Self {
                part,
                backups,
                new,
                path,
                hash,
                old,
                old_hash,
                checked,
                backup,
                undo,
            });
        };
        let mut old = OldFile::open(part.target)?;
        let mut new = NewFile::create(part.target, &old.file, &mut undo, on_step)?;
        let sha256 = write_and_compare((&mut new, &mut old), part.after, &[before], on_step)?;
        let OldFile { file, identity } = &mut old;
        let mut original =
            Original { file, path: part.target.path(), identity, sha256, by_copy: false };
        let backup = preserve(&mut original, &backups, why, &mut undo, on_step)?;
        let (new, path) = new.close()?;
        let (old, old_hash, backup) = (Some(old), Some(sha256), Some(backup));
        Ok(Self { part, backups, new, path, hash, old, old_hash, checked: None, backup, undo })
    }

    /// Makes sure that the file is still what was backed up, and lets go of it.
    fn check(&mut self) -> Result<(), StoreError> {
        if let Some(old) = self.old.take() {
            self.checked = Some(old.check(self.part.target)?);
        }
        Ok(())
    }

    fn entry(&self) -> Entry {
        let path = self.part.target.path().to_owned();
        Entry { path, staged: self.new.file.1, old: self.old_hash, new: self.hash }
    }

    fn swap(&mut self, on_step: &mut dyn FnMut(Step)) -> Result<(), StoreError> {
        let target = self.part.target;
        let (Some(before), Some(old), Some(backup)) =
            (self.part.before, &self.checked, &self.backup)
        else {
            return match platform::rename_new(&self.path, target.path()) {
                Ok(()) => {
                    self.undo.disarm();
                    on_step(Step::Swap);
                    Ok(())
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(target.changed()),
                Err(error) => Err(during(Step::Swap)(error)),
            };
        };
        let backups = &self.backups;
        let swap = Swap { target, backups, old, new: &self.new, backup: &backup.path };
        swap.run(&self.path, &[before], &mut self.undo, on_step)
    }

    /// Makes it durable and reads it back.
    fn finish(&self, on_step: &mut dyn FnMut(Step)) -> Result<(), StoreError> {
        let (target, backups) = (self.part.target, &self.backups);
        let backup = self.backup.as_ref().map_or(self.part.like, |backup| &backup.path);
        let swap = Swap { target, backups, old: &self.new, new: &self.new, backup };
        swap.finish(self.part.after, on_step)
    }
}
