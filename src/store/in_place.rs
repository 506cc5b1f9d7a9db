//! Changing the metabase where it is, without another file in its place: owner, rights, number
//! and other names stay, and a program that watches this very file sees it being saved.
//!
//! The price: while it is written it is neither the old nor the new one. So a backup that is a
//! copy comes first, and a note beside the file ([`note`]) says until the end what is being done:
//! a run that finds the note and a file that is neither knows what happened. The order:
//!
//! | step | what is on the disk afterwards |
//! |---|---|
//! | `Sweep` … `Check` | the same as in [`super::commit()`], but no new file |
//! | `Note` | the note |
//! | `Extend` | what the file grows by is written beyond its old end: a full disk is noticed here |
//! | `Overwrite` | a piece of the rest, from the end to the beginning where the file grows |
//! | `Sync` | all of it survives a power cut |
//! | `ReadBack` | nothing new: the metabase was read again and is what was asked |
//! | `TidyUp` | no note |
//!
//! Whatever fails after `Note`, the original is put back from the backup.
//!
//! [`note`]: super::note

use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use fs_err::File;

use super::bytes;
use super::commit::{Change, Receipt};
use super::error::during;
use super::note::Note;
use super::preserve::{Original, preserve};
use super::start::clean_start;
use super::undo::Undo;
use super::{Backups, Identity, Lock, Step, StoreError, Target, platform};

/// Makes the change in the file itself, or puts everything back. `on_step` hears of each step
/// that is done, in the order of [`Step::IN_PLACE`].
///
/// # Errors
/// See [`StoreError`]: [`StoreError::written`] says what the metabase is afterwards.
pub fn commit_in_place(
    lock: &Lock,
    backups: &Backups,
    change: &Change<'_>,
    on_step: &mut dyn FnMut(Step),
) -> Result<Receipt, StoreError> {
    let target = lock.target();
    let rescued = clean_start(target, backups)?;
    on_step(Step::Sweep);

    let mut file = target.open_in_place(Step::Compare)?;
    let mut identity = platform::identity(&file).map_err(during(Step::Compare))?;
    let before = change.edits.before_chunks(change.after);
    let hash = bytes::hash_if_same(&file, &before).map_err(during(Step::Compare))?;
    let Some(sha256) = hash else { return Err(target.changed()) };
    on_step(Step::Compare);

    let mut undo = Undo::default();
    let mut original = Original {
        file: &mut file,
        path: target.path(),
        identity: &mut identity,
        sha256,
        by_copy: true,
    };
    let backup = preserve(&mut original, backups, change.why, &mut undo, on_step)?;
    check(target, &identity)?;
    on_step(Step::Check);

    let note = Note::new(&backup, change.after);
    note.write(target, &file).map_err(during(Step::Note))?;
    // From here on the backup can be the only place of the original.
    undo.disarm();
    on_step(Step::Note);

    let parts = Parts::of(change, identity.size);
    let written = write(&mut file, change.after, &parts, on_step)
        .and_then(|()| read_back(&mut file, change.after, on_step));
    let mut rewrite = Rewrite { target, backups, file, backup: &backup.path, sha256 };
    match written {
        Ok(true) => {
            Note::remove(target).map_err(during(Step::TidyUp)).map_err(|error| {
                StoreError::AfterSwap { backup: backup.path.clone(), error: Box::new(error) }
            })?;
            on_step(Step::TidyUp);
            Ok(Receipt { backup, rescued })
        }
        Ok(false) => Err(rewrite.put_back_another(&mut undo)),
        Err(error) => Err(rewrite.put_back(error, &mut undo)),
    }
}

fn check(target: &Target, known: &Identity) -> Result<(), StoreError> {
    match platform::identity_at(target.path()) {
        Ok(there) if there == *known => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(during(Step::Check)(error)),
        _ => Err(target.changed()),
    }
}

/// The places of the new content that differ from the old one.
struct Parts {
    /// After the old end.
    tail: Range<usize>,
    /// Before it.
    rest: Range<usize>,
    /// Whether the rest is written from its end to its beginning, so that what has moved up is
    /// not overwritten before it is at its new place.
    backwards: bool,
}

impl Parts {
    fn of(change: &Change<'_>, old_size: u64) -> Self {
        let new = change.after.len();
        let old = usize::try_from(old_size).unwrap_or(usize::MAX);
        let edits = change.edits.as_slice();
        let start = edits.first().map_or(new, |edit| edit.at.start).min(new);
        let end = match edits.last() {
            // After the last edit everything is where it was.
            Some(last) if new == old => last.at.end,
            _ => new.min(old),
        };
        Self { tail: old.min(new)..new, rest: start..end.max(start), backwards: new > old }
    }

    fn pieces(&self) -> Vec<Range<usize>> {
        let starts = self.rest.clone().step_by(bytes::PIECE);
        let mut pieces: Vec<_> =
            starts.map(|start| start..(start + bytes::PIECE).min(self.rest.end)).collect();
        if self.backwards {
            pieces.reverse();
        }
        pieces
    }
}

fn write(
    file: &mut File,
    after: &[u8],
    parts: &Parts,
    on_step: &mut dyn FnMut(Step),
) -> Result<(), StoreError> {
    if !parts.tail.is_empty() {
        write_at(file, after, parts.tail.clone()).map_err(during(Step::Extend))?;
        file.sync_all().map_err(during(Step::Extend))?;
    }
    on_step(Step::Extend);
    for piece in parts.pieces() {
        write_at(file, after, piece).map_err(during(Step::Overwrite))?;
        on_step(Step::Overwrite);
    }
    file.set_len(after.len() as u64).map_err(during(Step::Overwrite))?;
    file.sync_all().map_err(during(Step::Sync))?;
    on_step(Step::Sync);
    Ok(())
}

fn write_at(file: &mut File, after: &[u8], at: Range<usize>) -> io::Result<()> {
    file.seek(SeekFrom::Start(at.start as u64))?;
    file.write_all(&after[at])
}

fn read_back(
    file: &mut File,
    after: &[u8],
    on_step: &mut dyn FnMut(Step),
) -> Result<bool, StoreError> {
    let same = bytes::is_same(file, &[after]).map_err(during(Step::ReadBack))?;
    if same {
        on_step(Step::ReadBack);
    }
    Ok(same)
}

/// The way back.
struct Rewrite<'a> {
    target: &'a Target,
    backups: &'a Backups,
    file: File,
    backup: &'a Path,
    sha256: bytes::Hash,
}

impl Rewrite<'_> {
    /// Puts the original back, and takes the backup away again.
    fn put_back(&mut self, error: StoreError, undo: &mut Undo) -> StoreError {
        match self.copy_back() {
            Ok(()) => {
                undo.rearm();
                StoreError::PutBack { kept: None, error: Box::new(error) }
            }
            Err(second) => self.torn(error, &second),
        }
    }

    /// What was read is not what was written. Where the system lets others write meanwhile, it
    /// can be theirs, so it is kept.
    fn put_back_another(&mut self, undo: &mut Undo) -> StoreError {
        let path = self.target.path().to_owned();
        let error = StoreError::NotAsWritten { path };
        match self.keep() {
            Err(second) => self.torn(error, &second),
            Ok(kept) => match self.put_back(error, undo) {
                StoreError::PutBack { error, .. } => {
                    StoreError::PutBack { kept: Some(kept), error }
                }
                torn => torn,
            },
        }
    }

    fn keep(&mut self) -> Result<std::path::PathBuf, StoreError> {
        let failed = during(Step::ReadBack);
        let mut identity = platform::identity(&self.file).map_err(&failed)?;
        let sha256 = bytes::hash(&mut self.file).map_err(&failed)?;
        let mut original = Original {
            file: &mut self.file,
            path: self.target.path(),
            identity: &mut identity,
            sha256,
            by_copy: true,
        };
        let why = "what was read after writing in place";
        let mut undo = Undo::default();
        let kept = preserve(&mut original, self.backups, why, &mut undo, &mut |_| ())?;
        undo.disarm();
        Ok(kept.path)
    }

    fn copy_back(&mut self) -> Result<(), StoreError> {
        let failed = during(Step::PutBack);
        let mut backup = platform::open_read(self.backup).map_err(&failed)?;
        self.file.rewind().map_err(&failed)?;
        let hash = bytes::copy(&mut backup, &mut self.file).map_err(&failed)?;
        let size = platform::identity(&backup).map_err(&failed)?.size;
        self.file.set_len(size).and_then(|()| self.file.sync_all()).map_err(&failed)?;
        if hash != self.sha256 {
            return Err(StoreError::BackupAltered { path: self.backup.to_owned() });
        }
        if bytes::hash(&mut self.file).map_err(&failed)? != self.sha256 {
            return Err(StoreError::NotAsWritten { path: self.target.path().to_owned() });
        }
        Note::remove(self.target).map_err(failed)
    }

    fn torn(&self, error: StoreError, second: &StoreError) -> StoreError {
        StoreError::Torn {
            path: self.target.path().to_owned(),
            backup: self.backup.to_owned(),
            why: format!("{error}, and then {second}"),
            now: true,
        }
    }
}
