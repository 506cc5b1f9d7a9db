//! `metafix import`: exported keys into the metabase, planned and written like any other change.

use std::path::Path;

use anyhow::Result;

use super::change::{self, Manner};
use super::edit::{self, Asked};
use super::open::{Opened, open};
use super::problem;
use super::proposal::{self, Proposal};
use super::schema::{self, OpenedSchema};
use super::version::{Content, Read};
use crate::change::plan::Requests;
use crate::change::transfer::{Conflict, Import, import};
use crate::cli::{Import as Args, OnConflict};
use crate::metabase::locate::{self, Index, KeyPath};
use crate::metabase::secrets::Secrets;
use crate::store::{Target, Written};
use crate::terminal::console::{Console, WARNING};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report::Warning;
use crate::text::escape;

/// Imports a file.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &Args) -> Result<Exit> {
    let export = read(&args.export, &schema::secrets_beside(file))?;
    let target = Target::resolve(file)?;
    let name = args.export.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let why = format!("import {name}");
    change::guarded(console, &target, &args.writing, &why, |console, ahead| {
        let proposal = propose(console, &target, args, &export, (&name, &why))?;
        let manner = Manner { writing: &args.writing, exit_code: args.exit_code, ahead };
        change::carry_out(console, &target, &proposal, manner)
    })
}

fn propose(
    console: &mut Console,
    target: &Target,
    args: &Args,
    export: &Read,
    (name, why): (&str, &str),
) -> Result<Proposal<'static>> {
    let opened = open(target)?;
    let Opened { source, metabase, .. } = &opened;
    let OpenedSchema { schema, warning } = schema::open(target.path(), None)?;
    let planned = import((&export.source, &export.metabase), (source, metabase), &schema)
        .map_err(|refusal| proposal::refused(target, refusal, source))?;
    let Import { mut requests, new_keys, conflicts, left_out } = planned;

    let (replaceable, fixed): (Vec<_>, Vec<_>) =
        conflicts.into_iter().partition(|conflict| conflict.replacement.is_some());
    let mut warnings: Vec<_> = warning.into_iter().collect();
    match args.on_conflict {
        None if replaceable.is_empty() && fixed.is_empty() => {}
        None => return Err(refuse(console, target, &[replaceable, fixed].concat())?.into()),
        Some(OnConflict::Keep) => {
            warnings.extend(replaceable.iter().chain(&fixed).map(kept));
        }
        Some(OnConflict::Replace) if !fixed.is_empty() => {
            return Err(refuse(console, target, &fixed)?.into());
        }
        Some(OnConflict::Replace) => {
            requests.extend(replaceable.into_iter().filter_map(|conflict| conflict.replacement));
        }
    }
    warnings.extend(left_out.iter().map(|left| Warning {
        name: "left-out",
        message: format!(
            "{} of {} is left out of the import: {}",
            left.name,
            left.location,
            left.why.name()
        ),
    }));
    let (here, comes) =
        (Index::new(source, metabase), Index::new(&export.source, &export.metabase));
    warnings.extend(new_keys.iter().filter_map(|key| {
        let (parent, _) = KeyPath::exact(&*key.location).parent()?;
        (!here.has(&parent) && !comes.has(&parent)).then(|| Warning {
            name: "no-parent",
            message: format!("{} comes without the key above it, {parent}", key.location),
        })
    }));
    let new = match new_keys.len() {
        1 => "1 key is new".to_owned(),
        count => format!("{count} keys are new"),
    };
    let asked = Asked {
        command: "import",
        why: why.to_owned(),
        unchanged: format!("Nothing to do: everything in {name} is here already."),
        done: format!("{name} is imported; {new}."),
        requests: Requests { properties: requests, new: new_keys, ..Requests::default() },
        warnings,
        schema: Some(schema.origin.in_words()),
        names_hidden: false,
    };
    edit::propose(target, opened, asked)
}

/// Reads the export, in which no key may be duplicated.
fn read(path: &Path, secrets: &Secrets) -> Result<Read> {
    let failed = |error| {
        let hint = Hint::run(["export", "KEY", "-o", "FILE"])
            .and(" makes one, on the server that it comes from");
        problem::stored_or(&error, path, hint)
    };
    let file = Target::resolve(path).map_err(failed)?;
    let bytes = file.read().map_err(failed)?;
    let name = path.to_string_lossy().into_owned();
    let export = Content { name, path: path.to_owned(), bytes }.checked(secrets)?;
    let index = Index::new(&export.source, &export.metabase);
    for key in &export.metabase.keys {
        let path = KeyPath::exact(locate::location(&export.source, key));
        index.find(&path).map_err(|refusal| {
            problem::refused(refusal, &export.path, Some(&export.source), secrets)
        })?;
    }
    Ok(export)
}

/// Names every conflict, and says what can be done.
fn refuse(console: &mut Console, target: &Target, conflicts: &[Conflict]) -> Result<Problem> {
    let sentences: Vec<_> = conflicts.iter().map(sentence).collect();
    if console.is_text() {
        for sentence in &sentences {
            let sentence = escape::escaped(sentence);
            console.say(&format!("{WARNING}conflict:{WARNING:#} {sentence}"))?;
        }
    }
    let count = match conflicts.len() {
        1 => "1 property has another value here than in the export".to_owned(),
        count => format!("{count} properties have other values here than in the export"),
    };
    let message =
        if console.is_text() { count } else { format!("{count}: {}", sentences.join("; ")) };
    let fixed = conflicts.iter().any(|conflict| conflict.replacement.is_none());
    let hint = if fixed {
        "--on-conflict keep leaves these as they are here; metafix does not replace the class of a \
         key, or a property whose type or ID it cannot tell"
    } else {
        "--on-conflict keep leaves these as they are here, --on-conflict replace takes the values \
         of the export"
    };
    Ok(Problem {
        exit: Exit::Refused,
        hint: Hint::say(hint),
        ..Problem::failed("conflict", message, target.asked(), Written::Nothing)
    })
}

fn sentence(conflict: &Conflict) -> String {
    let Conflict { location, name, line, here, there, .. } = conflict;
    format!("{name} of {location} is {here} here (line {line}), {there} in the export")
}

fn kept(conflict: &Conflict) -> Warning {
    Warning { name: "kept", message: format!("kept: {}", sentence(conflict)) }
}
