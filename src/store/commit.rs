//! Changing the metabase. The order of effects is the code; the table of it is in [`super`].

use super::files::{NewFile, OldFile, write_and_compare};
use super::preserve::{Original, preserve};
use super::start::clean_start;
use super::swap::Swap;
use super::undo::Undo;
use super::{Backup, Backups, Lock, Step, StoreError};
use crate::text::edit::Edits;

/// What is to be done to the metabase.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The edits, which also say what must be there before.
    pub edits: &'a Edits,
    /// What is there afterwards: the edits are applied already.
    pub after: &'a [u8],
    /// Why, for the list of backups.
    pub why: &'a str,
}

/// The change is made, durable, and was read back.
#[derive(Debug)]
pub struct Receipt {
    /// The file as it was.
    pub backup: Backup,
    /// What an interrupted earlier run had left and is a backup now.
    pub rescued: Vec<Backup>,
}

/// Makes the change, or leaves everything as it is. `on_step` hears of each step that is done,
/// in the order of [`Step::COMMIT`].
///
/// # Errors
/// See [`StoreError`]: [`StoreError::written`] says on which side of the swap it happened.
pub fn commit(
    lock: &Lock,
    backups: &Backups,
    change: &Change<'_>,
    on_step: &mut dyn FnMut(Step),
) -> Result<Receipt, StoreError> {
    let target = lock.target();
    let rescued = clean_start(target, backups)?;
    on_step(Step::Sweep);

    let mut undo = Undo::default();
    let mut old = OldFile::open(target)?;
    let mut new = NewFile::create(target, &old.file, &mut undo, on_step)?;
    let before = change.edits.before_chunks(change.after);
    let files = (&mut new, &mut old);
    let sha256 = write_and_compare(files, change.after, &before, on_step)?;

    let OldFile { file, identity } = &mut old;
    let mut original = Original { file, path: target.path(), identity, sha256, by_copy: false };
    let backup = preserve(&mut original, backups, change.why, &mut undo, on_step)?;
    let old = old.check(target)?;
    let (new, path) = new.close()?;
    on_step(Step::Check);

    let swap = Swap { target, backups, old: &old, new: &new, backup: &backup.path };
    swap.run(&path, &before, &mut undo, on_step)?;
    swap.finish(change.after, on_step)?;
    Ok(Receipt { backup, rescued })
}
