//! Carrying out a planned change: the one way from a plan to the disk and back to the user.
//!
//! Owns the order: show, ask, back up, write, read back, tell. Every command that changes the
//! metabase hands a [`Proposal`] to [`carry_out`]. How it ended is told by `outcome`.

mod dry_run;
mod outcome;

use anyhow::Result;

use super::activation;
use super::caution;
use super::live::{self, Ahead, Rehearsal};
use super::page;
use super::problem::problem_of;
use super::proposal::{Proposal, Told, backups_of};
use crate::cli::{Write, Writing};
use crate::store::{self, Backup, Backups, Lock, Placed, Receipt, Step, Target, Written};
use crate::terminal::console::{Console, WARNING};
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::prompt;
use crate::terminal::report;
use crate::text::escape;
use outcome::{Outcome, ended, undo};

/// How it is to be carried out.
pub struct Manner<'a> {
    /// The user's options.
    pub writing: &'a Writing,
    /// Whether a pending change has an exit code of its own.
    pub exit_code: bool,
    /// What was done before the file was read.
    pub ahead: &'a mut Ahead,
}

/// Does what a command does with a metabase, after a look at a running IIS and, where nobody will
/// be asked, under the lock. Services that were stopped for it are started again, however it ends;
/// where nothing is to be done none is stopped, so `work` may be called once more for that alone.
///
/// # Errors
/// Those of [`live::prepare`] and of the work; when the folder of backups cannot be trusted; when
/// another run holds the lock for too long; when a service does not start again.
pub fn guarded(
    console: &mut Console,
    target: &Target,
    writing: &Writing,
    why: &str,
    mut work: impl FnMut(&mut Console, &mut Ahead) -> Result<Exit>,
) -> Result<Exit> {
    // Before a service is stopped or a question asked: it would be for nothing.
    if !writing.dry_run {
        backups_of(target, writing).look()?;
        if !store::is_interrupted(target)?
            && let Some(mut ahead) = live::rehearsal(target)
        {
            let done = work(console, &mut ahead)?;
            if ahead.rehearsal == Some(Rehearsal::Idle) {
                return Ok(done);
            }
        }
    }
    let mut ahead = Ahead::default();
    let done = live::prepare(console, target, writing, &mut ahead)
        .and_then(|()| lock_ahead(console, target, writing, why, &mut ahead))
        .and_then(|()| work(console, &mut ahead));
    match (done, ahead.start_again(console)) {
        (done, None) => done,
        (Ok(_), Some(left)) => Err(left.alone(target, "", Written::Nothing).into()),
        (Err(error), Some(left)) => Err(left.beside(problem_of(&error, target.asked())).into()),
    }
}

/// A person may think for long, so there the lock comes after the question, and what changed
/// meanwhile is noticed when it is written.
fn lock_ahead(
    console: &mut Console,
    target: &Target,
    writing: &Writing,
    why: &str,
    ahead: &mut Ahead,
) -> Result<()> {
    if writing.dry_run || asks(console, writing) && !store::is_interrupted(target)? {
        return Ok(());
    }
    let lock = store::lock(target, why, store::PATIENCE)?;
    // What a killed run began is completed first, so that what is read now is what stays.
    if let Some(recovery) = store::recover(&lock, &backups_of(target, writing))? {
        let recovery = recovery.to_string();
        console.say(&format!("{WARNING}note:{WARNING:#} {}", escape::escaped(&recovery)))?;
    }
    ahead.lock = (!asks(console, writing)).then_some(lock);
    Ok(())
}

fn asks(console: &Console, writing: &Writing) -> bool {
    console.person.is_some() && !writing.yes
}

/// How a change was carried out.
pub struct Done {
    /// How the command ends.
    pub exit: Exit,
    /// The old files, where something was written.
    pub backups: Vec<Backup>,
    /// The command that takes each of them back.
    pub undo: Vec<String>,
}

/// Shows a proposal, asks where there is somebody to ask, writes it, and says what was done.
///
/// # Errors
/// Those of the store, as they are.
pub fn carry_out(
    console: &mut Console,
    target: &Target,
    proposal: &Proposal<'_>,
    manner: Manner<'_>,
) -> Result<Exit> {
    carry_out_told(console, target, proposal, manner).map(|done| done.exit)
}

/// The same for a caller that says itself what was done.
///
/// # Errors
/// Those of [`carry_out`].
pub fn carry_out_told(
    console: &mut Console,
    target: &Target,
    proposal: &Proposal<'_>,
    manner: Manner<'_>,
) -> Result<Done> {
    let write = manner.writing.write;
    let mut commit = |lock: &Lock, backups: &Backups, on_step: &mut dyn FnMut(Step)| {
        let (edits, after) = (&proposal.edits, &*proposal.after);
        let change = store::Change { edits, after, why: &proposal.why };
        let Receipt { backup, rescued } = match write {
            Write::Replace => store::commit(lock, backups, &change, on_step)?,
            Write::InPlace => store::commit_in_place(lock, backups, &change, on_step)?,
        };
        Ok(Placed { backups: vec![backup], rescued })
    };
    let pending = !proposal.edits.is_empty();
    carry_out_by(console, target, proposal, manner, pending, &mut commit)
}

/// How the files are put in place.
type Put<'a> = dyn FnMut(&Lock, &Backups, &mut dyn FnMut(Step)) -> Result<Placed> + 'a;

/// The same for a change that is more than one edited file; `pending` is whether there is
/// anything to do.
///
/// # Errors
/// Those of `put`, as they are.
pub fn carry_out_by(
    console: &mut Console,
    target: &Target,
    proposal: &Proposal<'_>,
    mut manner: Manner<'_>,
    pending: bool,
    put: &mut Put<'_>,
) -> Result<Done> {
    if pending && manner.ahead.rehearsal.is_some() {
        refuse_findings(console, target, proposal, manner.writing)?;
        manner.ahead.rehearsal = Some(Rehearsal::Pending);
        return Ok(Done { exit: Exit::Success, backups: Vec::new(), undo: Vec::new() });
    }
    let activation = manner.ahead.activation.unwrap_or(proposal.activation);
    let server = manner.ahead.server.as_deref();
    let told = Told {
        warnings: [&manner.ahead.warnings[..], &proposal.warnings].concat(),
        before: activation.before(server),
        after: activation.after(server),
    };
    let writing = manner.writing;
    let (outcome, backups) =
        go_through(console, target, (proposal, &told), &mut manner, pending, put)?;
    let written = if outcome == Outcome::Written { Written::Complete } else { Written::Nothing };
    let undo = undo(target, proposal, writing, &backups);
    let mut done = String::new();
    for backup in &backups {
        done.push_str(&format!("; the old file is {}", backup.path.display()));
    }
    let tell = |console: &mut Console| {
        ended(console, target, (proposal, &told), writing, (outcome, &backups, &undo)).map_err(
            |error| {
                let message = format!("the new file is in place, but {error:#}{done}");
                match outcome {
                    Outcome::Written => {
                        Problem::failed("written-but", message, target.asked(), written).into()
                    }
                    _ => error,
                }
            },
        )
    };
    let page = manner.writing.page();
    if manner.writing.dry_run {
        page::write(&page, |made| {
            dry_run::page(target, (proposal, &told), outcome, manner.writing, made)
        })?;
    }
    // One who waits for a service to start knows by then what was done; one JSON object says all.
    if console.is_text() {
        tell(console)?;
    }
    if let Some(left) = manner.ahead.start_again(console) {
        let done = match outcome {
            Outcome::Written => format!("the new file is in place{done}; but "),
            _ => String::new(),
        };
        return Err(left.alone(target, &done, written).into());
    }
    if !console.is_text() {
        tell(console)?;
    }
    page::say(console, &page)?;
    let exit = match outcome {
        Outcome::Declined => Exit::NotConfirmed,
        Outcome::Pending if manner.exit_code => Exit::Pending,
        _ => Exit::Success,
    };
    Ok(Done { exit, backups, undo })
}

/// What a change would break is for a person to decide, or for `--allow`.
fn refuse_findings(
    console: &Console,
    target: &Target,
    proposal: &Proposal<'_>,
    writing: &Writing,
) -> Result<()> {
    match caution::refusal(target, &proposal.faults.new, &writing.findings()) {
        Some(refusal) if !asks(console, writing) => Err(refusal.into()),
        _ => Ok(()),
    }
}

/// Shows, asks, writes: how it ended, and the backups that were made.
fn go_through(
    console: &mut Console,
    target: &Target,
    (proposal, told): (&Proposal<'_>, &Told),
    manner: &mut Manner<'_>,
    pending: bool,
    put: &mut Put<'_>,
) -> Result<(Outcome, Vec<Backup>)> {
    let writing = manner.writing;
    let lock = manner.ahead.lock.take();
    let backups = backups_of(target, writing);
    if !pending {
        if let Some(lock) = &lock {
            say_rescued(console, &store::tidy_up(lock, &backups)?)?;
        }
        warn(console, proposal, told)?;
        return Ok((Outcome::Unchanged, Vec::new()));
    }
    if console.is_text() {
        let name = target.asked().to_string_lossy().into_owned();
        report::diff(console, &proposal.diff, (&name, &name))?;
    }
    warn(console, proposal, told)?;
    caution::say(console, &proposal.faults.new, false)?;
    if writing.dry_run {
        return Ok((Outcome::Pending, Vec::new()));
    }
    refuse_findings(console, target, proposal, writing)?;
    if asks(console, writing) && !confirmed(console, target, proposal, told, manner.ahead)? {
        return Ok((Outcome::Declined, Vec::new()));
    }
    let lock = match lock {
        Some(lock) => lock,
        None => store::lock(target, &proposal.why, store::PATIENCE)?,
    };
    if manner.ahead.is_interrupted() {
        console.say("Interrupted before the write.")?;
        return Ok((Outcome::Declined, Vec::new()));
    }
    let mut steps = Vec::new();
    console.progress.stage("writing");
    let placed = console.undisturbed(|| {
        let placed = put(&lock, &backups, &mut |step| steps.push(step));
        drop(lock);
        placed
    })?;
    for step in steps {
        console.step(&format!("done: {}", step.doing()))?;
    }
    say_rescued(console, &placed.rescued)?;
    Ok((Outcome::Written, placed.backups))
}

/// Asks, beside what must be known for the answer: a long diff has pushed all else away.
fn confirmed(
    console: &mut Console,
    target: &Target,
    proposal: &Proposal<'_>,
    told: &Told,
    ahead: &Ahead,
) -> Result<bool> {
    // Nobody can say yes to what was not shown.
    let name = target.asked().to_string_lossy().into_owned();
    report::diff_to_ask_about(console, &proposal.diff, (&name, &name))?;
    caution::say(console, &proposal.faults.new, true)?;
    console.say(&format!("File:    {}", escape::escaped(&target.path().to_string_lossy())))?;
    console.say(&format!("Change:  {}", escape::escaped(&proposal.why)))?;
    activation::say(console, &told.before)?;
    let interrupted = || ahead.is_interrupted();
    let watch = ahead.has_stopped().then_some(&interrupted as &dyn Fn() -> bool);
    Ok(prompt::confirm(console, "Write this change?", watch)?)
}

/// Says what an interrupted earlier run had left, if that could be somebody's content.
fn say_rescued(console: &mut Console, rescued: &[Backup]) -> Result<()> {
    for backup in rescued {
        let (number, path) = (backup.sequence, backup.path.to_string_lossy());
        console.say(&format!(
            "{WARNING}warning:{WARNING:#} an interrupted run had left a file that is in no backup; \
             it is backup {number} now: {}",
            escape::escaped(&path)
        ))?;
    }
    Ok(())
}

fn warn(console: &mut Console, proposal: &Proposal<'_>, told: &Told) -> Result<()> {
    if !console.is_text() {
        return Ok(());
    }
    for warning in &told.warnings {
        let message = escape::escaped(&warning.message);
        console.say(&format!("{WARNING}warning:{WARNING:#} {message}"))?;
    }
    if let Some(schema) = proposal.schema.as_ref().filter(|_| !proposal.edits.is_empty()) {
        console.say(&format!("Schema:  {}", escape::escaped(schema)))?;
    }
    if proposal.diff.has_secrets() {
        console.say("Secrets in the diff are masked; in the file they stay as they are.")?;
    }
    Ok(())
}
