//! How a change ended, for people and as JSON: what was written, where the old file is, and what
//! takes it back.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::cli::{Write, Writing};
use crate::command::proposal::{Proposal, Told, absolute};
use crate::command::{activation, caution};
use crate::store::{self, Backup, Backups, Target};
use crate::terminal::console::{Console, HINT, STRONG};
use crate::terminal::report::{self, ChangeRow, EditRow, SCHEMA_VERSION, Warning};
use crate::text::escape;
use crate::text::shell;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Unchanged,
    /// A dry run.
    Pending,
    Declined,
    Written,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Pending => "pending",
            Self::Declined => "declined",
            Self::Written => "written",
        }
    }
}

/// The JSON object of every command that changes the metabase.
#[derive(Serialize)]
struct Object<'a> {
    schema_version: u32,
    command: &'static str,
    file: String,
    outcome: &'static str,
    changed: bool,
    pending: bool,
    changes: &'a [ChangeRow],
    edits: Vec<EditRow>,
    diff: String,
    backup: Option<BackupRow>,
    /// Of what was changed together with the metabase.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more_backups: Vec<BackupRow>,
    undo: Option<String>,
    activation: String,
    warnings: &'a [Warning],
    /// What the change makes that `check` calls an error.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<caution::Row<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'a str>,
}

/// A backup, as JSON shows it.
#[derive(Serialize)]
struct BackupRow {
    number: u64,
    name: String,
    path: String,
    sha256: String,
}

impl BackupRow {
    fn of(backup: &Backup) -> Self {
        Self {
            number: backup.sequence,
            name: backup.name.clone(),
            path: backup.path.to_string_lossy().into_owned(),
            sha256: backup.sha256_hex(),
        }
    }
}

/// Says how it ended; `undo` has the command for each of the backups.
pub(super) fn ended(
    console: &mut Console,
    target: &Target,
    (proposal, told): (&Proposal<'_>, &Told),
    writing: &Writing,
    (outcome, backups, undo): (Outcome, &[Backup], &[String]),
) -> Result<()> {
    if !console.is_text() {
        let file = target.asked().to_string_lossy().into_owned();
        let object = Object {
            schema_version: SCHEMA_VERSION,
            command: proposal.command,
            outcome: outcome.name(),
            changed: outcome == Outcome::Written,
            pending: outcome == Outcome::Pending,
            changes: &proposal.changes,
            edits: report::edit_rows(&proposal.diff),
            diff: proposal.diff.unified(&file, &file),
            file,
            backup: backups.first().map(BackupRow::of),
            more_backups: backups.iter().skip(1).map(BackupRow::of).collect(),
            undo: (!undo.is_empty()).then(|| undo.join(" && ")),
            activation: match outcome {
                Outcome::Written => &told.after,
                _ => &told.before,
            }
            .replace('\n', " "),
            warnings: &told.warnings,
            findings: caution::rows(&proposal.faults.new, &writing.findings()),
            schema: proposal.schema.as_deref(),
        };
        return Ok(report::json(console, &object)?);
    }
    match outcome {
        Outcome::Unchanged => console.say(&escape::escaped(&proposal.unchanged))?,
        Outcome::Pending => {
            console.say(&format!("{STRONG}Dry run:{STRONG:#} nothing was written."))?;
            let rules = caution::not_allowed(&proposal.faults.new, &writing.findings());
            if !rules.is_empty() {
                let allow = rules.iter().map(|rule| format!("--allow {rule}"));
                let allow = allow.collect::<Vec<_>>().join(" ");
                console.say(&format!(
                    "With --yes, or where nobody can be asked, this is refused without {allow}."
                ))?;
            }
            activation::say(console, &told.before)?;
        }
        Outcome::Declined => console.say("Nothing was written.")?,
        Outcome::Written => {
            console
                .say(&format!("{STRONG}Written:{STRONG:#} {}", escape::escaped(&proposal.done)))?;
            for backup in backups {
                let path = backup.path.to_string_lossy();
                console.say(&format!("Backup:  {}", escape::escaped(&path)))?;
            }
            for undo in undo {
                console.say(&format!("Undo:    {HINT}{undo}{HINT:#}"))?;
            }
            activation::say(console, &told.after)?;
        }
    }
    Ok(())
}

/// The commands that take a change back, one for each file that it had.
pub(super) fn undo(
    target: &Target,
    proposal: &Proposal<'_>,
    writing: &Writing,
    backups: &[Backup],
) -> Vec<String> {
    // What the change needed, taking it back needs too, and a fault that it cured comes back.
    let in_place = writing.write == Write::InPlace;
    let switches = [
        (writing.trust_folder, " --trust-folder"),
        (writing.stop_services, " --stop-services"),
        (in_place, " --write in-place"),
    ];
    let switches = switches.iter().filter(|(on, _)| *on).map(|(_, word)| (*word).to_owned());
    let allow = proposal.faults.back.iter().map(|rule| format!(" --allow {rule}"));
    let switches: String = switches.chain(allow).collect();
    backups
        .iter()
        .map(|backup| undo_one(target, backup, proposal.over_broken) + &switches)
        .collect()
}

/// The command that takes the change of one file back; what is no metabase, the schema beside it
/// for one, comes back by force alone.
fn undo_one(target: &Target, backup: &Backup, over_broken: bool) -> String {
    let own = store::path_text(target.path()) == backup.of;
    let file = if own { absolute(target) } else { Path::new(&backup.of).to_owned() };
    let default = Backups::new(Path::new(&backup.of), None);
    let elsewhere = backup.path.parent() != Some(default.dir());
    let dir = backup.path.parent().filter(|_| elsewhere);
    // It must mean this folder wherever it is run.
    let whole = |dir: &Path| std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let dir = dir.map(|dir| format!(" --backup-dir {}", shell::path(&whole(dir))));
    let force = if over_broken || !own { " --force" } else { "" };
    let (number, dir) = (backup.sequence, dir.unwrap_or_default());
    format!("metafix --file {} restore {number}{dir}{force}", shell::path(&file))
}
