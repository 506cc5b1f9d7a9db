//! A change that is ready: what every command that changes the metabase hands to
//! [`crate::command::change`], and how it is named in the commands that are printed.

use std::borrow::Cow;
use std::path::PathBuf;

use super::caution::Faults;
use super::problem;
use crate::change::diff::Diff;
use crate::change::error::ChangeError;
use crate::cli::Writing;
use crate::command::activation::Activation;
use crate::command::schema;
use crate::store::{Backups, Target};
use crate::terminal::problem::Problem;
use crate::terminal::report::{ChangeRow, Warning};
use crate::text::edit::Edits;
use crate::text::shell;
use crate::text::source::Source;

/// A change that is ready to be written.
pub struct Proposal<'a> {
    /// The command, as JSON names it.
    pub command: &'static str,
    /// Why the backup is made, in one line.
    pub why: String,
    /// The sentence for "there is nothing to do".
    pub unchanged: String,
    /// The sentence that says what is true once it is written.
    pub done: String,
    /// The properties that change.
    pub changes: Vec<ChangeRow>,
    /// What to show.
    pub diff: Diff,
    /// The edits of the file.
    pub edits: Edits,
    /// The whole file after them, which was checked.
    pub after: Cow<'a, [u8]>,
    /// What else to know.
    pub warnings: Vec<Warning>,
    /// The findings that it makes, and that taking it back makes.
    pub faults: Faults,
    /// What type data and inheritance were judged by, where a schema was asked.
    pub schema: Option<String>,
    /// What makes IIS take the change.
    pub activation: Activation,
    /// Whether what is replaced is no metabase, so that only force brings it back.
    pub over_broken: bool,
}

/// What is said beside the change itself.
pub struct Told {
    /// Of the command and of what was done before it.
    pub warnings: Vec<Warning>,
    /// What must be done before the change for IIS to take it, in lines.
    pub before: String,
    /// What is left to do after it, in lines.
    pub after: String,
}

/// The folder of the backups of a metabase.
#[must_use]
pub fn backups_of(target: &Target, writing: &Writing) -> Backups {
    let backups = Backups::new(target.path(), writing.backup_dir.as_deref());
    backups.trusting(writing.trust_folder)
}

/// How a command that is printed begins: it must mean this file, whatever the default is and in
/// whatever folder it is run.
#[must_use]
pub fn metafix(target: &Target) -> String {
    format!("metafix --file {}", shell::path(&absolute(target)))
}

/// The metabase as it was named, from the root of the file system.
#[must_use]
pub fn absolute(target: &Target) -> PathBuf {
    std::path::absolute(target.asked()).unwrap_or_else(|_| target.path().to_owned())
}

/// The refusal of an argument that only the file can judge.
#[must_use]
pub fn refused(target: &Target, error: impl Into<ChangeError>, source: &Source) -> Problem {
    problem::refused(error, target.asked(), Some(source), &schema::secrets_beside(target.path()))
}
