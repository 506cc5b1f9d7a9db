//! A file of our own making: what `export` writes, which is new, and a report, which may take the
//! place of an older one.

use std::io::{self, Write};
use std::path::Path;

use fs_err as fs;

use super::error::during;
use super::undo::Undo;
use super::{Step, StoreError, Target, platform};

/// Writes a new file, durable and readable by its owner alone. Never replaces one.
///
/// # Errors
/// [`StoreError::Exists`] and the system's; then nothing is there.
pub fn write_new(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let mut file = match platform::create_private(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(StoreError::Exists { path: path.to_owned() });
        }
        file => file.map_err(during(Step::Write))?,
    };
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let written = file.write_all(content).and_then(|()| file.sync_all());
    let written = written.and_then(|()| platform::sync_folder(folder.unwrap_or(Path::new("."))));
    if let Err(error) = written {
        drop(file);
        fs::remove_file(path).map_err(during(Step::Write))?;
        return Err(during(Step::Write)(error));
    }
    Ok(())
}

/// How much of a file is looked at before it is replaced.
const HEAD: usize = 1024;

/// Writes a file in one instant: a new one, or one that takes the place of what `may_replace` says
/// yes to, which is shown how that begins. Durable, and readable by its owner alone.
///
/// # Errors
/// [`StoreError::Exists`] for a file that is to stay, [`StoreError::Changed`] when it changes
/// meanwhile, those of [`Target::resolve_or_vacant`], and the system's; then all is as it was.
pub fn write_over(
    path: &Path,
    content: &[u8],
    may_replace: &dyn Fn(&[u8]) -> bool,
) -> Result<(), StoreError> {
    let target = Target::resolve_or_vacant(path)?;
    let was = if target.is_vacant()? { None } else { Some(target.open(Step::Read)?) };
    let was = match was {
        None => None,
        Some(file) => {
            let mut head = [0; HEAD];
            let read = platform::read_at(&file, &mut head, 0).map_err(during(Step::Read))?;
            if !may_replace(&head[..read]) {
                return Err(StoreError::Exists { path: path.to_owned() });
            }
            Some(platform::identity(&file).map_err(during(Step::Read))?)
        }
    };
    // Each process has a name of its own for it, so what has that name is of one that was killed.
    let made = target.beside(&format!("report-{}", std::process::id()));
    if platform::identity_at(&made).is_ok() {
        platform::remove(&made).map_err(during(Step::Sweep))?;
    }
    let mut undo = Undo::default();
    let mut file = platform::create_private(&made).map_err(during(Step::Create))?;
    undo.file(made.clone());
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.map_err(during(Step::Write))?;
    drop(file);
    match was {
        None => platform::rename_new(&made, target.path()).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.to_owned() },
            _ => during(Step::Swap)(error),
        })?,
        Some(was) => {
            let there = platform::identity_at(target.path()).map_err(during(Step::Check))?;
            if !there.is_unchanged(&was) {
                return Err(target.changed());
            }
            fs::rename(&made, target.path()).map_err(during(Step::Swap))?;
        }
    }
    undo.disarm();
    platform::sync_name(target.path()).map_err(during(Step::Sync))
}
