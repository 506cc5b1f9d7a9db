//! A clean start: before anything is changed, what a killed run began is completed or taken back,
//! and what it left is swept away. Only under the lock.

use super::recovery::recover_target;
use super::sweep::remove_leftovers;
use super::{Backup, Backups, Lock, StoreError, Target};

/// Cleans up where nothing is to be changed: a run that was killed may have done that already.
/// Says what was kept as a backup.
///
/// # Errors
/// The system's.
pub fn tidy_up(lock: &Lock, backups: &Backups) -> Result<Vec<Backup>, StoreError> {
    clean_start(lock.target(), backups)
}

/// Cleans up, and says what was kept as a backup.
pub(super) fn clean_start(target: &Target, backups: &Backups) -> Result<Vec<Backup>, StoreError> {
    // Before anything is removed: it may be what an interrupted restore still needs.
    recover_target(target, backups)?;
    remove_leftovers(target, backups)
}
