//! `metafix apply` and `metafix state`: a wanted state, made so or printed.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;

use super::change::{self, Manner};
use super::edit::{self, Asked};
use super::open::{Opened, open};
use super::problem;
use super::proposal::{self, Proposal};
use super::schema::{self, OpenedSchema};
use super::set::warning;
use super::standard_input;
use super::wanted_hint::{Language, of_flaw, of_refusal};
use crate::change::state::{self, Flaw, StateError, WantedKey};
use crate::cli::keys::{Apply, State};
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, KeyPath, folded};
use crate::metabase::secrets::Secrets;
use crate::store::{Target, Written};
use crate::terminal::console::{Console, ERROR};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Place, Problem};
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::text::encoding::DecodeError;
use crate::text::escape;
use crate::text::source::Source;

/// Makes a metabase what a file says.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn apply(console: &mut Console, file: &Path, args: &Apply) -> Result<Exit> {
    if args.print_schema {
        let schema = serde_json::to_string_pretty(&state::json_schema())?;
        writeln!(console.out, "{schema}")?;
        console.out.flush()?;
        return Ok(Exit::Success);
    }
    let path = args.state.clone().unwrap_or_default();
    let wanted = Wanted::read(&path)?;
    let keys = match state::read(&wanted.text) {
        Ok(keys) => keys,
        Err(errors) => return Err(wanted.refuse(console, &errors)?.into()),
    };
    let target = Target::resolve(file)?;
    let name = wanted.shown.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let why = format!("apply {name}");
    let writing = &args.changing.writing;
    change::guarded(console, &target, writing, &why, |console, ahead| {
        let schema = args.changing.schema.schema.as_deref();
        let wish = Wish { keys: &keys, schema, command: "apply", why: &why };
        let refuse = |errors: &[StateError]| wanted.refuse(console, errors);
        let proposal = propose(&target, open(&target)?, &wish, refuse)?;
        let manner = Manner { writing, exit_code: args.changing.exit_code, ahead };
        change::carry_out(console, &target, &proposal, manner)
    })
}

/// What is wanted, and how it is called.
pub(super) struct Wish<'a> {
    /// The keys.
    pub keys: &'a [WantedKey],
    /// Where it is said what a property is.
    pub schema: Option<&'a Path>,
    /// The command, as JSON names it.
    pub command: &'static str,
    /// Why the backup is made.
    pub why: &'a str,
}

/// Plans what makes a metabase so; `refuse` tells what is wrong with the wanted state.
///
/// # Errors
/// That of `refuse`, and those of [`edit::propose`].
pub(super) fn propose(
    target: &Target,
    opened: Opened,
    wish: &Wish<'_>,
    refuse: impl FnOnce(&[StateError]) -> Result<Problem>,
) -> Result<Proposal<'static>> {
    let Opened { source, metabase, .. } = &opened;
    let OpenedSchema { schema, warning: about_schema } = schema::open(target.path(), wish.schema)?;
    let asked = match state::requests(wish.keys, source, metabase, &schema) {
        Ok(asked) => asked,
        Err(errors) => return Err(refuse(&errors)?.into()),
    };
    let copied = asked.remarks.iter().map(|(key, name, remark)| warning(key, name, remark));
    // What needs not be done is what a second run finds everywhere.
    let warnings = copied.filter(|warning| warning.name == "list-copied").chain(about_schema);
    let count = match wish.keys.len() {
        1 => "1 key".to_owned(),
        count => format!("{count} keys"),
    };
    let asked = Asked {
        command: wish.command,
        why: wish.why.to_owned(),
        unchanged: format!("Nothing to do: {count} are as wanted already.")
            .replace("1 key are", "1 key is"),
        done: format!("{count} are as wanted now.").replace("1 key are", "1 key is"),
        requests: asked.requests,
        warnings: warnings.collect(),
        schema: Some(schema.origin.in_words()),
        names_hidden: true,
    };
    edit::propose(target, opened, asked)
}

/// How much of a line is shown after the place of an error, in characters.
const EXCERPT: usize = 60;
/// How many of the things that are wrong are told.
const SHOWN: usize = 20;

/// A file with a wanted state.
struct Wanted {
    /// How it is called in messages.
    shown: PathBuf,
    text: String,
}

impl Wanted {
    fn read(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self { shown: standard_input::NAME.into(), text: standard_input::text()? });
        }
        let failed = |error| {
            let hint = Hint::say("name a file with the wanted state; ");
            let hint = hint.and_run(["state", "KEY"]).and(" prints one to begin with");
            problem::stored_or(&error, path, hint)
        };
        let file = Target::resolve(path).map_err(failed)?;
        let bytes = file.read().map_err(failed)?;
        let text = match Source::decode(bytes) {
            Ok(source) => source.text().to_owned(),
            Err(DecodeError::Empty) => String::new(),
            Err(error) => {
                return Err(problem::refused(error, path, None, &Secrets::default()).into());
            }
        };
        Ok(Self { shown: path.to_owned(), text })
    }

    /// Names everything that is wrong with it.
    fn refuse(&self, console: &mut Console, errors: &[StateError]) -> Result<Problem> {
        let problem = |error: &StateError| self.problem(error);
        if let [one] = errors {
            return Ok(problem(one));
        }
        let problems: Vec<_> = errors.iter().take(SHOWN).map(problem).collect();
        let mut sentences = Vec::new();
        for Problem { message, hint, place, .. } in &problems {
            let place = place.as_ref().map(|place| place.position);
            let (line, column) = place.map_or((1, 1), |place| (place.line, place.column));
            sentences.push(format!("{line}:{column}: {message}"));
            if console.is_text() {
                let file = self.shown.to_string_lossy();
                let file = escape::escaped(&file);
                console
                    .say(&format!("{ERROR}error:{ERROR:#} {file}:{line}:{column}: {message}"))?;
                if !hint.is_empty() {
                    console.say(&format!("  hint: {hint}"))?;
                }
            }
        }
        let more = errors.len().saturating_sub(SHOWN);
        if more > 0 {
            sentences.push(format!("and {more} more"));
            if console.is_text() {
                console.say(&format!("and {more} more"))?;
            }
        }
        let count = format!("{} things are wrong with the wanted state", errors.len());
        let message =
            if console.is_text() { count } else { format!("{count}: {}", sentences.join("; ")) };
        Ok(Problem {
            exit: Exit::Refused,
            hint: Hint::say("nothing is written before all of it is right"),
            ..Problem::failed("wanted-state", message, &self.shown, Written::Nothing)
        })
    }

    fn problem(&self, error: &StateError) -> Problem {
        let before = &self.text[..error.at.min(self.text.len())];
        let start = before.rfind('\n').map_or(0, |line| line + 1);
        let line = self.text[start..].lines().next().unwrap_or_default();
        let column = before[start..].chars().count();
        let position = crate::text::source::Position {
            line: before.matches('\n').count() + 1,
            column: column + 1,
        };
        let shown: String = line.trim_end().chars().take(column + EXCERPT).collect();
        let excerpt = escape::escaped(&shown).into_owned();
        let language = Language::of(&self.text);
        let (name, message, hint) = match &error.flaw {
            Flaw::Refused(refused) => {
                let told =
                    problem::refused(refused.clone(), &self.shown, None, &Secrets::default());
                (told.name, told.message, of_refusal(refused, language).unwrap_or(told.hint))
            }
            flaw => {
                let message = escape::escaped(&flaw.to_string()).into_owned();
                ("wanted-state".into(), message, of_flaw(flaw, language))
            }
        };
        // Who typed a secret does not want to see it again.
        let excerpt = if name == "secret" { String::new() } else { excerpt };
        let place = Some(Place { position, excerpt, caret: column });
        Problem {
            exit: Exit::Refused,
            hint,
            place,
            ..Problem::failed(&name, message, &self.shown, Written::Nothing)
        }
    }
}

/// The JSON object of `state`.
#[derive(Serialize)]
struct Printed {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: String,
    keys: usize,
    left_out: usize,
    state: String,
}

/// Prints what keys say.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn state(console: &mut Console, file: &Path, args: &State) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let opened = open(&target)?;
    let Opened { source, metabase, .. } = &opened;
    let schema = schema::open(target.path(), args.schema.schema.as_deref())?;
    schema::warn(console, &schema)?;
    let refused = |error: MetabaseError| proposal::refused(&target, error, source);
    let keys = keys_of(&opened, &args.keys, args.recursive).map_err(refused)?;
    let printed = state::print(source, metabase, &keys, &schema.schema).map_err(refused)?;
    if console.is_text() {
        write!(console.out, "{}", printed.text)?;
        console.out.flush()?;
        return Ok(Exit::Success);
    }
    let printed = Printed {
        schema_version: SCHEMA_VERSION,
        command: "state",
        changed: false,
        file: target.asked().to_string_lossy().into_owned(),
        keys: keys.len(),
        left_out: printed.left_out,
        state: printed.text,
    };
    report::json(console, &printed)?;
    Ok(Exit::Success)
}

/// The keys that paths name, and those below them too if that is asked; in the order of the file.
///
/// # Errors
/// Those of [`locate::find`] for a path that is no pattern, or that nothing fits.
pub(super) fn keys_of(
    opened: &Opened,
    paths: &[KeyPath],
    recursive: bool,
) -> Result<Vec<usize>, MetabaseError> {
    let Opened { source, metabase, .. } = opened;
    let mut keys = BTreeSet::new();
    for path in paths {
        let found = locate::matching(source, metabase, path);
        if found.is_empty() || !path.is_pattern() {
            keys.insert(locate::find(source, metabase, path)?);
        } else {
            keys.extend(found);
        }
    }
    if recursive {
        let path = |key: usize| folded(&locate::location(source, &metabase.keys[key]));
        // The root ends with a slash, which each path below begins with.
        let above = |key: &usize| path(*key).trim_end_matches('/').to_owned();
        let named: HashSet<_> = keys.iter().map(above).collect();
        let is_below = |key: &usize| locate::is_at_or_below(&path(*key), &named);
        keys.extend((0..metabase.keys.len()).filter(is_below));
    }
    Ok(keys.into_iter().collect())
}
