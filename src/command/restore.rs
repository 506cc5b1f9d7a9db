//! `metafix restore`: a backup in the metabase's place, by the same way as every other write.
//!
//! Owns the choice of the backup and what it must be like. The present file may be anything:
//! that it is broken is the reason to come here.

mod difference;
mod history;

use std::path::Path;

use anyhow::Result;

use super::activation::Activation;
use super::caution;
use super::change::{self, Manner};
use super::live::Ahead;
use super::problem;
use super::proposal::{self, Proposal};
use super::schema;
use super::version::{self, Content};
use crate::cli::Restore;
use crate::metabase::dns;
use crate::metabase::scan::scan;
use crate::metabase::secrets::Secrets;
use crate::store::{self, Backups, Lock, Part, Step, Target, place};
use crate::terminal::console::Console;
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report::Warning;
use crate::text::source::Source;
use difference::{compare, edits, present};

/// Restores a backup, or a version of IIS's history.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &Restore) -> Result<Exit> {
    let target = Target::resolve_or_vacant(file)?;
    if let Some(wanted) = args.history {
        return history::run(console, &target, args, wanted);
    }
    let backups = proposal::backups_of(&target, &args.writing);
    let asked = args.backup.as_deref();
    let why = format!("restore {}", asked.unwrap_or("the newest backup"));
    change::guarded(console, &target, &args.writing, &why, |console, ahead| {
        let chosen = choose(&backups, asked)?;
        put_back(console, &target, args, &chosen, ahead)
    })
}

fn put_back(
    console: &mut Console,
    target: &Target,
    args: &Restore,
    chosen: &Content,
    ahead: &mut Ahead,
) -> Result<Exit> {
    let mut warnings = Vec::new();
    let secrets = schema::secrets_beside(target.path());
    let source = check(chosen, args.writing.force, &secrets, &mut warnings)?;
    let before = present(target)?;
    if let Some(Err(torn)) = before.as_ref().map(|before| store::check_whole(target, before)) {
        warnings.push(Warning { name: problem::name(&torn), message: torn.to_string() });
    }
    let known = before.as_deref().and_then(edit_while_running);
    let name = &chosen.name;
    let proposal = Proposal {
        command: "restore",
        why: format!("restore {name}"),
        unchanged: format!("Nothing to do: the metabase is {name} already, byte for byte."),
        done: format!("the metabase is {name} now."),
        changes: Vec::new(),
        edits: edits(target, before.as_deref(), &chosen.bytes)?,
        diff: compare(before.as_deref(), source.as_ref(), &secrets, &mut warnings),
        after: chosen.bytes.as_slice().into(),
        warnings,
        faults: caution::faults_of_restoring(before.as_deref(), source.as_ref(), &secrets),
        schema: None,
        // What a running IIS makes of the new file is decided by the one that it has read.
        activation: known.map_or(Activation::MustNotRun, Activation::of),
        over_broken: known.is_none(),
    };
    let manner = Manner { writing: &args.writing, exit_code: false, ahead };
    if before.is_some() {
        return change::carry_out(console, target, &proposal, manner);
    }
    let part = Part { target, before: None, after: &chosen.bytes, like: &chosen.path };
    let mut put = |lock: &Lock, backups: &Backups, on_step: &mut dyn FnMut(Step)| {
        Ok(place(lock, backups, &[part], &proposal.why, on_step)?)
    };
    change::carry_out_by(console, target, &proposal, manner, true, &mut put).map(|done| done.exit)
}

/// What the present file says of edit-while-running, if it is a metabase.
fn edit_while_running(present: &[u8]) -> Option<bool> {
    let source = Source::decode(present).ok()?;
    let metabase = scan(&source).ok()?;
    Some(dns::edit_while_running(&source, &metabase).0)
}

/// The backup that was asked for: the newest, one from the list, or a file by its path.
fn choose(backups: &Backups, asked: Option<&str>) -> Result<Content> {
    match asked {
        None => version::of_backup(backups, &backups.newest()?),
        Some(asked) => version::backup_or_file(backups, asked, true),
    }
}

/// Checks that the backup is a metabase; with `force` that is only a warning.
fn check<'a>(
    chosen: &'a Content,
    force: bool,
    secrets: &Secrets,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Source<'a>>> {
    let problem = match Source::decode(&chosen.bytes) {
        Err(refusal) => problem::refused(refusal, &chosen.path, None, secrets),
        Ok(source) => match scan(&source) {
            Ok(_) => return Ok(Some(source)),
            Err(refusal) => problem::refused(refusal, &chosen.path, Some(&source), secrets),
        },
    };
    if !force {
        let hint = Hint::say("IIS would not start from it: choose another one (")
            .and_run(["backups", "list"])
            .and("), or add --force to restore it as it is");
        return Err(Problem { hint, ..problem }.into());
    }
    warnings.push(Warning { name: "restored-by-force", message: problem.message });
    Ok(None)
}
