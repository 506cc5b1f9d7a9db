//! `metafix restore`: a backup in the metabase's place, by the same way as every other write.
//!
//! Owns the choice of the backup and what it must be like. The present file may be anything:
//! that it is broken is the reason to come here.

use std::path::Path;

use anyhow::Result;

use super::change::{self, Manner, Proposal};
use super::edit::activation;
use crate::cli::Restore;
use crate::console::Console;
use crate::diff::{Diff, difference, differing};
use crate::dns;
use crate::edit::{Edit, Edits};
use crate::error::{Exit, Problem, Refusal};
use crate::report::Warning;
use crate::scan::{Metabase, scan};
use crate::source::Source;
use crate::store::{Backups, StoreError, Target};

/// What is to be put back.
struct Chosen {
    /// What to call it.
    name: String,
    /// Where it is.
    path: std::path::PathBuf,
    bytes: Vec<u8>,
}

/// Restores a backup.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &Restore) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let backups = change::backups_of(&target, &args.writing);
    let asked = args.backup.as_deref();
    let why = format!("restore {}", asked.unwrap_or("the newest backup"));
    let lock = change::lock_ahead(console, &target, &args.writing, &why)?;
    let chosen = choose(&backups, asked)?;
    let mut warnings = Vec::new();
    let source = check(&chosen, args.force, &mut warnings)?;
    let activation = activation(
        source
            .as_ref()
            .is_some_and(|(source, metabase)| dns::edit_while_running(source, metabase).0),
    );
    let source = source.map(|(source, _)| source);

    let before = target.read()?;
    let (was, now) = differing(&before, &chosen.bytes);
    let edit = Edit { was: before[was.clone()].to_vec(), at: was, now: chosen.bytes[now].to_vec() };
    let edits = if edit.was == edit.now { Vec::new() } else { vec![edit] };
    let edits = Edits::new(edits)
        .map_err(|error| Problem::refused(&Refusal::Edits(error), target.asked(), None))?;
    let diff = compare(before, source.as_ref(), &mut warnings);
    let name = &chosen.name;
    let proposal = Proposal {
        command: "restore",
        why: format!("restore {name}"),
        unchanged: format!("Nothing to do: the metabase is {name} already, byte for byte."),
        done: format!("the metabase is {name} now."),
        changes: Vec::new(),
        diff,
        edits,
        after: std::borrow::Cow::Borrowed(&chosen.bytes),
        warnings,
        activation,
    };
    let manner = Manner { writing: &args.writing, exit_code: false, lock };
    change::carry_out(console, &target, &proposal, manner)
}

/// The backup that was asked for: the newest, one from the list, or a file by its path.
fn choose(backups: &Backups, asked: Option<&str>) -> Result<Chosen> {
    let backup = match asked {
        None => backups.newest()?,
        Some(asked) => match backups.find(asked) {
            Err(StoreError::NoBackup { .. }) if is_path(asked) => {
                let file = Target::resolve(Path::new(asked))?;
                let bytes = file.read()?;
                return Ok(Chosen { name: asked.to_owned(), path: file.path().to_owned(), bytes });
            }
            found => found?,
        },
    };
    let bytes = backups.read(&backup)?;
    Ok(Chosen {
        name: format!("backup {} ({})", backup.sequence, backup.name),
        path: backup.path,
        bytes,
    })
}

/// Whether an argument that is no backup's name or number means a file.
fn is_path(asked: &str) -> bool {
    asked.contains(['/', '\\']) || Path::new(asked).exists()
}

/// Checks that the backup is a metabase; with `force` that is only a warning.
fn check(
    chosen: &Chosen,
    force: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Option<(Source, Metabase)>> {
    let problem = match Source::decode(chosen.bytes.clone()) {
        Err(refusal) => Problem::refused(&refusal, &chosen.path, None),
        Ok(source) => match scan(&source) {
            Ok(metabase) => return Ok(Some((source, metabase))),
            Err(refusal) => Problem::refused(&refusal, &chosen.path, Some(&source)),
        },
    };
    if !force {
        let hint = "IIS would not start from it: choose another one (`metafix backups list`), \
             or add --force to restore it as it is"
            .into();
        return Err(Problem { hint, ..problem }.into());
    }
    warnings.push(Warning { name: "restored-by-force", message: problem.message });
    Ok(None)
}

/// The diff from the present file to the backup, where both are text.
fn compare(before: Vec<u8>, after: Option<&Source>, warnings: &mut Vec<Warning>) -> Diff {
    let (Ok(before), Some(after)) = (Source::decode(before), after) else {
        let message = "one of the two files is no text in a known encoding, so there is no diff";
        warnings.push(Warning { name: "no-diff", message: message.into() });
        return Diff::default();
    };
    let (was, now) = (before.text(), after.text());
    if before.encoding() != after.encoding() {
        let (was, now) = (before.encoding().name(), after.encoding().name());
        let message = format!("the encoding changes from {was} to {now}");
        warnings.push(Warning { name: "encoding-changes", message });
    }
    let edits = difference(was, now).into_iter().collect();
    Edits::new(edits).map(|edits| Diff::new(was, &edits)).unwrap_or_default()
}
