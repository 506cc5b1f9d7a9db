//! Cleaning up after a run that was killed. Only under the lock, so that nobody is at work, and
//! only what is ours by its exact name. What could be somebody's content is kept as a backup.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::error::during;
use super::missing::{remove, there};
use super::names::{NEW, SWAP};
use super::note::Note;
use super::preserve::keep;
use super::{Backup, Backups, Kind, Step, StoreError, Target, Verdict, bytes, platform};

/// Cleans up after a killed run, but for a restore of several files that was interrupted.
/// Says what was kept as a backup.
pub(super) fn remove_leftovers(
    target: &Target,
    backups: &Backups,
) -> Result<Vec<Backup>, StoreError> {
    remove(&target.beside(NEW)).map_err(during(Step::Sweep))?;
    Note::sweep(target).map_err(during(Step::Sweep))?;
    Note::remove_if_whole(target)?;
    if backups.is_there()? {
        backups.look()?;
        remove(&backups.part_path()).map_err(during(Step::Sweep))?;
        remove_second_names(target, backups)?;
        remove_orphans(backups)?;
    }
    let mut kept = Vec::new();
    for (path, number) in swaps(target)? {
        // On Windows a name is listed until the last one who has the file open closes it.
        let found = there(platform::identity_at(&path), Step::Sweep)?;
        let Some(found) = found.filter(|found| found.kind == Kind::File) else { continue };
        // Under its own number it is a new file that never came to be the metabase.
        if found.file.1 == number || is_backed_up(&path, backups)? {
            remove(&path).map_err(during(Step::Sweep))?;
        } else {
            // As a backup it would be the newest, which is restored where none is named.
            backups.look_at_leftover(&path)?;
            kept.push(keep(&path, backups, "found after an interrupted run")?);
        }
    }
    Ok(kept)
}

/// Killed between making the backup and the swap: the metabase is its own backup.
fn remove_second_names(target: &Target, backups: &Backups) -> Result<(), StoreError> {
    if target.is_vacant()? {
        return Ok(());
    }
    let live = platform::identity_at(target.path()).map_err(during(Step::Sweep))?;
    if live.links == 1 {
        return Ok(());
    }
    for (label, found) in backups.found()? {
        let name = backups.name(&label);
        let path = backups.dir().join(&name);
        if found.backup && found.sidecar {
            let second = platform::identity_at(&path).map_err(during(Step::Sweep))?;
            if second.file == live.file && is_ours(backups, &name)? {
                remove(&path).map_err(during(Step::Sweep))?;
                remove(&backups.sidecar_path(&name)).map_err(during(Step::Sweep))?;
            }
        }
    }
    Ok(())
}

/// Checksums of backups that were never made, or are pruned already.
fn remove_orphans(backups: &Backups) -> Result<(), StoreError> {
    for (label, found) in backups.found()? {
        let name = backups.name(&label);
        if !found.backup && is_ours(backups, &name)? {
            remove(&backups.sidecar_path(&name)).map_err(during(Step::Sweep))?;
        }
    }
    Ok(())
}

/// Another metabase may have its backups in the same folder, and be at work there now.
fn is_ours(backups: &Backups, name: &str) -> Result<bool, StoreError> {
    Ok(backups.sidecar(name)?.is_some_and(|sidecar| sidecar.of == backups.of()))
}

/// The files under swap names, with the numbers in their names.
fn swaps(target: &Target) -> Result<Vec<(PathBuf, u128)>, StoreError> {
    let start = target.beside(SWAP);
    let start = start.file_name().unwrap_or_default().as_encoded_bytes();
    let mut all = Vec::new();
    for entry in fs::read_dir(target.folder()).map_err(during(Step::Sweep))? {
        let entry = entry.map_err(during(Step::Sweep))?;
        let name = entry.file_name();
        let number = name.as_encoded_bytes().strip_prefix(start);
        let number = number.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        all.extend(number.map(|number| (entry.path(), number)));
    }
    Ok(all)
}

/// Whether a backup that is intact has the same bytes.
fn is_backed_up(path: &Path, backups: &Backups) -> Result<bool, StoreError> {
    let hash = platform::open_read(path).and_then(|mut file| bytes::hash(&mut file));
    let hash = hash.map_err(during(Step::Sweep))?;
    for backup in backups.list()?.iter().rev() {
        if backup.sha256 == hash && backups.verify(backup)? == Verdict::Intact {
            return Ok(true);
        }
    }
    Ok(false)
}
