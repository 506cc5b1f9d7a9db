//! `metafix restore --history`: a version that IIS kept itself, metabase and schema together.
//!
//! IIS reads the two as a pair, so both are put back or neither is; what they displace becomes
//! ordinary backups.

use std::ffi::OsStr;

use anyhow::Result;

use super::difference::{compare, edits, present};
use crate::cli::{Restore, Write, Writing};
use crate::command::activation::Activation;
use crate::command::caution;
use crate::command::change::{self, Manner};
use crate::command::live::Ahead;
use crate::command::proposal::{self, Proposal};
use crate::command::schema::secrets_beside;
use crate::command::version::{Good, is_metabase, newest_good};
use crate::store::{
    self, Backups, Change, History, Lock, Part, Placed, Step, Target, Version, Wanted, Written,
    commit_in_place, place,
};
use crate::terminal::console::Console;
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report::Warning;
use crate::text::source::Source;

/// Restores a version of the history.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn run(console: &mut Console, target: &Target, args: &Restore, wanted: Wanted) -> Result<Exit> {
    let why = format!("restore --history {wanted}");
    change::guarded(console, target, &args.writing, &why, |console, ahead| {
        put_back(console, target, args, wanted, ahead)
    })
}

fn put_back(
    console: &mut Console,
    target: &Target,
    args: &Restore,
    wanted: Wanted,
    ahead: &mut Ahead,
) -> Result<Exit> {
    let history = History::to_restore(target.path(), args.writing.trust_folder);
    let good = newest_good(&history, wanted)?.map_err(|problem| with_hint(problem, &history))?;
    let schema = Target::resolve_or_vacant(&history.schema()?)?;
    let before = [present(target)?, present(&schema)?];
    let Good { pair, metabase, schema: (schema_after, schema_path), passed_over } = &good;
    let parts = [
        Part { target, before: before[0].as_deref(), after: metabase, like: &pair.metabase.path },
        Part {
            target: &schema,
            before: before[1].as_deref(),
            after: schema_after,
            like: schema_path,
        },
    ];
    let differs = |part: &&Part<'_>| part.before != Some(part.after);
    let parts: Vec<_> = parts.iter().filter(differs).copied().collect();
    // What is missing is made; there is nothing to write into.
    let in_place = args.writing.write == Write::InPlace && parts.iter().any(|p| p.before.is_some());
    if in_place && parts.len() > 1 {
        return Err(not_in_place(target, &schema, &good).into());
    }

    let mut warnings: Vec<_> = passed_over.iter().map(|version| passed(*version)).collect();
    let (diff, faults) = if before[0].as_deref() == Some(metabase) {
        Default::default()
    } else {
        let (before, source) = (before[0].as_deref(), Source::decode(metabase).ok());
        let secrets = secrets_beside(target.path());
        let faults = caution::faults_of_restoring(before, source.as_ref(), &secrets);
        (compare(before, source.as_ref(), &secrets, &mut warnings), faults)
    };
    warnings.push(about_schema(&schema, before[1].as_deref(), schema_after, schema_path));
    let name = format!("version {} of IIS's history", pair.version);
    let proposal = Proposal {
        command: "restore",
        why: format!("restore history {}", pair.version),
        unchanged: format!("Nothing to do: metabase and schema are {name} already."),
        done: format!("metabase and schema are {name} now."),
        changes: Vec::new(),
        edits: edits(target, before[0].as_deref(), metabase)?,
        diff,
        after: metabase.into(),
        warnings,
        faults,
        schema: None,
        activation: Activation::MustNotRun,
        over_broken: !before[0].as_deref().is_some_and(is_metabase),
    };
    let manner = Manner { writing: &args.writing, exit_code: false, ahead };
    let mut put = |lock: &Lock, backups: &Backups, on_step: &mut dyn FnMut(Step)| match parts[..] {
        [part] if in_place => write_in_place(lock, &part, &args.writing, &proposal.why, on_step),
        _ => Ok(place(lock, backups, &parts, &proposal.why, on_step)?),
    };
    change::carry_out_by(console, target, &proposal, manner, !parts.is_empty(), &mut put)
        .map(|done| done.exit)
}

/// Writes the one file that differs into itself.
fn write_in_place(
    lock: &Lock,
    part: &Part<'_>,
    writing: &Writing,
    why: &str,
    on_step: &mut dyn FnMut(Step),
) -> Result<Placed> {
    let own = (lock.target().path() != part.target.path())
        .then(|| store::lock(part.target, why, store::PATIENCE))
        .transpose()?;
    let edits = edits(part.target, part.before, part.after)?;
    let change = Change { edits: &edits, after: part.after, why };
    let backups = proposal::backups_of(part.target, writing);
    let receipt = commit_in_place(own.as_ref().unwrap_or(lock), &backups, &change, on_step)?;
    Ok(Placed { backups: vec![receipt.backup], rescued: receipt.rescued })
}

/// Two files cannot be written into themselves so that a crash leaves both or neither.
fn not_in_place(target: &Target, schema: &Target, good: &Good) -> Problem {
    let message = "--write in-place writes one file, and here metabase and schema belong together: \
         a crash between the two would leave one of each";
    let (metabase, schema_from) = (good.pair.metabase.path.as_os_str(), good.schema.1.as_os_str());
    let [restore, write, in_place, force] =
        ["restore", "--write", "in-place", "--force"].map(OsStr::new);
    let hint = Hint::say(
        "without --write in-place both are replaced, or neither. One after the other, at that \
         risk: ",
    )
    .and_run_on(&proposal::absolute(target), [restore, metabase, write, in_place])
    .and(", then ")
    .and_run_on(&proposal::absolute(schema), [restore, schema_from, write, in_place, force]);
    let problem =
        Problem::failed("in-place-pair", message.into(), target.asked(), Written::Nothing);
    Problem { exit: Exit::Refused, hint, ..problem }
}

/// No version that was asked for will do: which one would?
fn with_hint(problem: Problem, history: &History) -> Problem {
    let Ok(Ok(good)) = newest_good(history, Wanted::Newest) else { return problem };
    let version = good.pair.version.to_string();
    let hint =
        Hint::say(format!("the newest version of which both files are well-formed is {version}: "))
            .and_run(["restore", "--history", &version]);
    Problem { hint, ..problem }
}

/// A newer version is not what IIS could read.
fn passed(version: Version) -> Warning {
    let message = format!("version {version} is newer, but one of its files is missing or broken");
    Warning { name: "passed-over", message }
}

/// What becomes of the schema.
fn about_schema(
    schema: &Target,
    before: Option<&[u8]>,
    after: &[u8],
    from: &std::path::Path,
) -> Warning {
    let (path, from) = (schema.path().display(), from.display());
    let message = match before {
        Some(before) if before == after => format!("{path} stays: it is {from} already"),
        Some(_) => format!("{path} is replaced as well, by {from}"),
        None => format!("{path} is missing and comes from {from}"),
    };
    Warning { name: "schema", message }
}
