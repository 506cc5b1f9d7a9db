//! `metafix diff`: what two versions of a metabase say differently.
//!
//! Owns how a [`Comparison`] is shown. Writes nothing.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::page;
use super::schema::{self, OpenedSchema};
use super::version::{self, Content, Read};
use crate::cli::{Diff as Args, Operand};
use crate::inspect::compare::{Comparison, Difference, KeyDifference, Side, State, compare};
use crate::store::{Backups, History, StoreError, Target};
use crate::terminal::console::{ADDED, Console, HUNK, REMOVED, STRONG, WARNING};
use crate::terminal::page::diff as page_of_diff;
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::text::escape;

/// Compares two versions, or one with the metabase.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &Args) -> Result<Exit> {
    let metabase = match Target::resolve(file) {
        Ok(target) => target.path().to_owned(),
        Err(StoreError::Missing { path }) => path,
        Err(error) => return Err(error.into()),
    };
    let backups = Backups::new(&metabase, args.backup_dir.as_deref());
    let backups = backups.trusting(args.trust_folder);
    let history = History::new(&metabase);
    let secrets = schema::secrets_beside(&metabase);
    let was = match &args.was {
        Some(was) => was.clone(),
        None => newest(&backups)?,
    };
    let was = version::read(&backups, &history, &was)?.checked(&secrets)?;
    let now = match &args.now {
        Some(now) => version::read(&backups, &history, now)?,
        None => the_metabase(file)?,
    };
    let now = now.checked(&secrets)?;
    let (before, after) = (side(&was), side(&now));
    let OpenedSchema { schema, warning } = schema::open(&metabase, None)?;
    if let Some(warning) = warning {
        let message = escape::escaped(&warning.message);
        console.say(&format!("{WARNING}warning:{WARNING:#} {message}"))?;
    }
    let comparison = compare(before, after, &schema, args.bookkeeping)?;
    page::write(&args.page, |made| {
        let summary = summary(&comparison);
        let (was, now) = (&was.name, &now.name);
        let compared =
            page_of_diff::Compared { was, now, summary: &summary, comparison: &comparison };
        page_of_diff::page(&compared, made)
    })?;
    if console.is_text() {
        text(console, &was, &now, &comparison)?;
    } else {
        report::json(console, &Compared::of(&was, &now, &comparison))?;
    }
    page::say(console, &args.page)?;
    Ok(if comparison.is_same() { Exit::Success } else { Exit::Pending })
}

/// The newest backup, as an operand.
fn newest(backups: &Backups) -> Result<Operand> {
    let newest = backups.list()?.pop();
    let none = || StoreError::NoBackup { asked: None, dir: backups.dir().to_owned() };
    Ok(Operand::BackupOrFile(newest.ok_or_else(none)?.sequence.to_string()))
}

fn the_metabase(file: &Path) -> Result<Content> {
    let target = Target::resolve(file)?;
    let bytes = target.read()?;
    Ok(Content { name: file.to_string_lossy().into_owned(), path: file.to_owned(), bytes })
}

fn side(read: &Read) -> Side<'_> {
    Side { source: &read.source, metabase: &read.metabase }
}

/// The JSON object of `diff`.
#[derive(Serialize)]
struct Compared<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    same: bool,
    was: Named<'a>,
    now: Named<'a>,
    keys: Vec<KeyRow<'a>>,
    bookkeeping: &'a [String],
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    path: String,
}

#[derive(Serialize)]
struct KeyRow<'a> {
    key: &'a str,
    was_line: Option<usize>,
    now_line: Option<usize>,
    properties: Vec<PropertyRow<'a>>,
}

#[derive(Serialize)]
struct PropertyRow<'a> {
    property: &'a str,
    id: Option<u32>,
    secret: bool,
    was: Option<StateRow<'a>>,
    now: Option<StateRow<'a>>,
}

#[derive(Serialize)]
struct StateRow<'a> {
    value: &'a str,
    form: &'static str,
    line: usize,
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    user_type: Option<&'a str>,
    attributes: Option<&'a str>,
}

impl<'a> Compared<'a> {
    fn of(was: &'a Read, now: &'a Read, comparison: &'a Comparison) -> Self {
        let named = |read: &'a Read| Named {
            name: &read.name,
            path: read.path.to_string_lossy().into_owned(),
        };
        let key = |key: &'a KeyDifference| KeyRow {
            key: &key.location,
            was_line: key.was_line,
            now_line: key.now_line,
            properties: key.properties.iter().map(row).collect(),
        };
        Self {
            schema_version: SCHEMA_VERSION,
            command: "diff",
            changed: false,
            same: comparison.is_same(),
            was: named(was),
            now: named(now),
            keys: comparison.keys.iter().map(key).collect(),
            bookkeeping: &comparison.bookkeeping,
        }
    }
}

fn row(difference: &Difference) -> PropertyRow<'_> {
    PropertyRow {
        property: &difference.name,
        id: difference.id,
        secret: difference.secret,
        was: difference.was.as_ref().map(StateRow::of),
        now: difference.now.as_ref().map(StateRow::of),
    }
}

impl<'a> StateRow<'a> {
    fn of(state: &'a State) -> Self {
        let word = |at: usize| state.type_data.as_ref().map(|words| words[at].as_str());
        Self {
            value: &state.value,
            form: state.form.name(),
            line: state.line,
            kind: word(0),
            user_type: word(1),
            attributes: word(2),
        }
    }
}

fn text(console: &mut Console, was: &Read, now: &Read, comparison: &Comparison) -> Result<()> {
    if !comparison.is_same() && !console.quiet {
        let out = &mut console.out;
        let (was, now) = (escape::escaped(&was.name), escape::escaped(&now.name));
        writeln!(out, "{STRONG}--- {was}{STRONG:#}\n{STRONG}+++ {now}{STRONG:#}")?;
        for key in &comparison.keys {
            write_key(out, key)?;
        }
        out.flush()?;
    }
    console.say(&summary(comparison))?;
    if comparison.keys.iter().flat_map(|key| &key.properties).any(|property| property.secret) {
        console.say("Secrets are masked: that they differ is all that is said of them.")?;
    }
    if !comparison.bookkeeping.is_empty() {
        let names = comparison.bookkeeping.join(", ");
        console.say(&format!(
            "Left out, as IIS's own bookkeeping: {} (--bookkeeping shows it).",
            escape::escaped(&names)
        ))?;
    }
    Ok(())
}

fn write_key(out: &mut dyn Write, key: &KeyDifference) -> io::Result<()> {
    let location = escape::escaped(&key.location);
    match (key.was_line, key.now_line) {
        (Some(line), None) => {
            writeln!(out, "{REMOVED}-{location}{REMOVED:#}  {HUNK}line {line}{HUNK:#}")?;
        }
        (None, Some(line)) => {
            writeln!(out, "{ADDED}+{location}{ADDED:#}  {HUNK}line {line}{HUNK:#}")?;
        }
        _ => writeln!(out, " {STRONG}{location}{STRONG:#}")?,
    }
    for property in &key.properties {
        write_state(out, property, '-', property.was.as_ref())?;
        write_state(out, property, '+', property.now.as_ref())?;
    }
    Ok(())
}

fn write_state(
    out: &mut dyn Write,
    property: &Difference,
    sign: char,
    state: Option<&State>,
) -> io::Result<()> {
    let Some(state) = state else { return Ok(()) };
    let style = if sign == '-' { REMOVED } else { ADDED };
    let name = escape::escaped(&property.name);
    let id = property.id.map(|id| format!(" ({id})")).unwrap_or_default();
    let value = shown_value(&state.value);
    // The type data are of interest where they are what differs.
    let both = property.was.as_ref().zip(property.now.as_ref());
    let differs = both.is_some_and(|(was, now)| {
        was.type_data != now.type_data && was.type_data.is_some() && now.type_data.is_some()
    });
    let words = state.type_data.as_ref().filter(|_| differs).map(|words| words.join(", "));
    let words = words.map(|words| format!("  [{}]", escape::escaped(&words))).unwrap_or_default();
    let line = state.line;
    writeln!(out, "{style}{sign}   {name}{id} = {value}{words}{style:#}  {HUNK}line {line}{HUNK:#}")
}

/// A value on one line; several strings one after the other.
fn shown_value(value: &str) -> String {
    let lines = value.split(['\r', '\n']).map(|line| line.trim_matches([' ', '\t']));
    let strings: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    match strings.len() {
        0 => "\"\"".into(),
        1 => escape::escaped(value.trim_matches(['\r', '\n'])).into_owned(),
        _ => escape::escaped(&strings.join(" | ")).into_owned(),
    }
}

/// How much differs, in one sentence.
fn summary(comparison: &Comparison) -> String {
    let count = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    };
    let only = |is: fn(&&KeyDifference) -> bool| comparison.keys.iter().filter(is).count();
    let (gone, new) = (only(|key| key.now_line.is_none()), only(|key| key.was_line.is_none()));
    if comparison.is_same() {
        return "The two say the same: no key and no property differs.".into();
    }
    let properties = count(comparison.properties(), "property", "properties");
    let keys = count(comparison.keys.len(), "key", "keys");
    let verb = if comparison.properties() == 1 { "differs" } else { "differ" };
    let mut sentence = format!("{properties} in {keys} {verb}");
    if gone + new > 0 {
        sentence
            .push_str(&format!("; {gone} of the keys only in the first, {new} only in the second"));
    }
    sentence + "."
}
