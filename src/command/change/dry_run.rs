//! The page of a dry run.

use std::ffi::OsString;

use super::outcome::Outcome;
use crate::cli::Writing;
use crate::command::proposal::{Proposal, Told, absolute, metafix};
use crate::command::schema;
use crate::store::Target;
use crate::terminal::page::Made;
use crate::terminal::page::change::{self, Change};
use crate::text::shell;

/// What would be done, as a page.
pub(super) fn page(
    target: &Target,
    (proposal, told): (&Proposal<'_>, &Told),
    outcome: Outcome,
    writing: &Writing,
    made: &Made,
) -> String {
    let file = absolute(target);
    let dir = writing.backup_dir.as_deref();
    let dir = dir.map(|dir| format!(" --backup-dir {}", shell::path(dir))).unwrap_or_default();
    let pending = outcome == Outcome::Pending;
    let force = if proposal.over_broken { " --force" } else { "" };
    let page = Change {
        title: &format!("metafix {}, a dry run", proposal.why),
        pending,
        sentence: match pending {
            true => "There is a change to make. Nothing was written.",
            false => &proposal.unchanged,
        },
        file: &file.to_string_lossy(),
        changes: &proposal.changes,
        diff: &proposal.diff,
        warnings: &told.warnings,
        activation: &told.before,
        schema: proposal.schema.as_deref(),
        commands: &[
            ("This shows the change once more, asks, and makes it:", again(target)),
            (
                "This takes it back, as long as nothing else was changed:",
                format!("{} restore{dir}{force}", metafix(target)),
            ),
        ],
        secrets: &schema::secrets_beside(target.path()),
    };
    change::page(&page, made)
}

/// The command of this run without what made it a dry one.
fn again(target: &Target) -> String {
    let mut words = Vec::new();
    let mut given = std::env::args_os().skip(1);
    while let Some(word) = given.next() {
        match word.to_str() {
            Some("-n" | "--dry-run" | "--exit-code" | "--overwrite") => {}
            Some("--report") => drop(given.next()),
            Some(word) if word.starts_with("--report=") => {}
            _ => words.push(word),
        }
    }
    let program = if words.iter().any(names_file) { "metafix".into() } else { metafix(target) };
    let words = words.iter().map(shell::argument);
    [program].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

/// Whether a word of the command line is, or holds, the option for the metabase.
fn names_file(word: &OsString) -> bool {
    let word = word.to_string_lossy();
    word == "--file"
        || word.starts_with("--file=")
        || word.starts_with('-') && !word.starts_with("--") && word.contains('f')
}
