//! The moment of the change, and what comes after it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::during;
use super::missing::remove;
use super::note::Note;
use super::preserve::keep;
use super::undo::Undo;
use super::{Backups, Identity, Step, StoreError, Target, bytes, platform};

/// File systems tell times apart that differ by more than this (FAT is the coarsest).
const COARSEST: Duration = Duration::from_secs(2);

/// Everything is ready: the new file and the backup are durable.
pub(super) struct Swap<'a> {
    pub(super) target: &'a Target,
    pub(super) backups: &'a Backups,
    /// The file that was read and backed up.
    pub(super) old: &'a Identity,
    /// The new file.
    pub(super) new: &'a Identity,
    /// Where the backup is.
    pub(super) backup: &'a Path,
}

impl Swap<'_> {
    /// Puts the new file in place; when that displaced something else than the file that was
    /// read, puts it back.
    pub(super) fn run(
        &self,
        new: &Path,
        before: &[&[u8]],
        undo: &mut Undo,
        on_step: &mut dyn FnMut(Step),
    ) -> Result<(), StoreError> {
        let displaced = match platform::swap(new, self.target.path()) {
            Ok(displaced) => displaced,
            // A network file system can do what it is asked and then lose the answer.
            Err(_) if self.is_in_place() => Some(platform::displaced(new)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(self.target.changed());
            }
            Err(error) => return Err(during(Step::Swap)(error)),
        };
        // What the new file was called can be the only name of somebody's content now.
        undo.disarm();
        on_step(Step::Swap);
        if let Some(displaced) = displaced {
            let known = self.is_known(&displaced, before);
            if !known.map_err(during(Step::Examine)).map_err(|error| self.failed(error))? {
                return Err(self.put_back(&displaced, undo));
            }
            on_step(Step::Examine);
            remove(&displaced).map_err(during(Step::TidyUp)).map_err(|error| self.failed(error))?;
            on_step(Step::TidyUp);
        }
        Ok(())
    }

    /// Makes the change durable and reads it back.
    pub(super) fn finish(
        &self,
        after: &[u8],
        on_step: &mut dyn FnMut(Step),
    ) -> Result<(), StoreError> {
        platform::sync_name(self.target.path())
            .map_err(during(Step::Sync))
            .map_err(|error| self.failed(error))?;
        on_step(Step::Sync);
        // What a killed run had half written in place is out of the way now.
        Note::remove(self.target)
            .map_err(during(Step::TidyUp))
            .map_err(|error| self.failed(error))?;
        self.read_back(after).map_err(|error| self.failed(error))?;
        on_step(Step::ReadBack);
        Ok(())
    }

    /// Whether what was displaced is the file that was read and backed up, with the same content.
    fn is_known(&self, displaced: &Path, before: &[&[u8]]) -> io::Result<bool> {
        let found = platform::identity_at(displaced)?;
        if !found.is_unchanged(self.old) {
            return Ok(false);
        }
        // A file that was written just before can be written once more without its time showing
        // it: then only the content tells. (An older one would have to be written, and its time
        // set back, between the last check and the swap.)
        if found.modified + COARSEST < self.new.modified {
            return Ok(true);
        }
        bytes::is_same(&platform::open_read(displaced)?, before)
    }

    /// Another program, which does not know the lock, changed the metabase in the last moment.
    /// What it wrote becomes the metabase again.
    fn put_back(&self, displaced: &Path, undo: &mut Undo) -> StoreError {
        let changed =
            |rescued| StoreError::Changed { path: self.target.path().to_owned(), rescued };
        let returned = match platform::swap(displaced, self.target.path()) {
            Ok(Some(returned)) => returned,
            Ok(None) => {
                undo.rearm();
                return changed(None);
            }
            Err(error) => return self.failed(during(Step::Examine)(error)),
        };
        if platform::sync_folder(self.target.folder()).is_err() {
            // Until that is on the disk the other name must not go: the next run removes it.
            return changed(None);
        }
        if platform::identity_at(&returned).is_ok_and(|found| found.is_unchanged(self.new)) {
            undo.file(returned);
            undo.rearm();
            return changed(None);
        }
        match self.rescue(&returned) {
            Ok(rescued) => {
                undo.rearm();
                changed(Some(rescued))
            }
            // The next run finds it under that name, and keeps it.
            Err(_) => changed(Some(returned)),
        }
    }

    /// What came back is not the new file: that program wrote twice. What it wrote last stays
    /// the metabase, what it wrote first becomes a backup.
    fn rescue(&self, returned: &Path) -> Result<PathBuf, StoreError> {
        let first = platform::swap(returned, self.target.path()).map_err(during(Step::Examine))?;
        let why = "written by another program while metafix made its change";
        let first = first.unwrap_or_else(|| returned.to_owned());
        keep(&first, self.backups, why).map(|backup| backup.path)
    }

    fn is_in_place(&self) -> bool {
        platform::identity_at(self.target.path()).is_ok_and(|found| found.file == self.new.file)
    }

    fn read_back(&self, after: &[u8]) -> Result<(), StoreError> {
        let file = self.target.open(Step::ReadBack)?;
        let same = bytes::is_same(&file, &[after]).map_err(during(Step::ReadBack))?;
        let found = platform::identity(&file).map_err(during(Step::ReadBack))?;
        let path = || self.target.path().to_owned();
        if !same {
            return Err(StoreError::NotAsWritten { path: path() });
        }
        if found.access != self.new.access {
            return Err(StoreError::RightsChanged { path: path() });
        }
        Ok(())
    }

    fn failed(&self, error: StoreError) -> StoreError {
        StoreError::AfterSwap { backup: self.backup.to_owned(), error: Box::new(error) }
    }
}
