//! Removing old backups.

use std::io;

use super::error::during;
use super::missing::remove;
use super::start::clean_start;
use super::{Backup, Backups, Lock, Step, StoreError, platform};

impl Backups {
    /// Removes the oldest of this metabase, all but the `keep` latest, and says which they were.
    ///
    /// # Errors
    /// The system's; [`StoreError::PrunedInPart`] when some are gone already.
    pub fn prune(&self, lock: &Lock, keep: usize) -> Result<Vec<Backup>, StoreError> {
        clean_start(lock.target(), self)?;
        let own = self.surplus(keep)?;
        let mut gone = 0;
        remove_all(self, &own, &mut gone).map_err(during(Step::Prune)).map_err(
            |error| match gone {
                0 => error,
                _ => StoreError::PrunedInPart { gone, error: Box::new(error) },
            },
        )?;
        Ok(own)
    }

    /// Those of this metabase that [`Backups::prune`] would remove, oldest first.
    ///
    /// # Errors
    /// Those of [`Backups::list`].
    pub fn surplus(&self, keep: usize) -> Result<Vec<Backup>, StoreError> {
        let mut own = self.list()?;
        own.retain(|backup| self.is_own(backup));
        own.truncate(own.len().saturating_sub(keep));
        Ok(own)
    }
}

/// Removes these and counts them.
fn remove_all(folder: &Backups, backups: &[Backup], gone: &mut usize) -> io::Result<()> {
    for backup in backups {
        // In this order a run killed in between leaves no backup, only a checksum of none,
        // which the next run recognises.
        remove(&backup.path)?;
        *gone += 1;
        remove(&folder.sidecar_path(&backup.name))?;
    }
    if backups.is_empty() { Ok(()) } else { platform::sync_folder(folder.dir()) }
}
