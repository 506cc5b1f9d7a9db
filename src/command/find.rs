//! `metafix find`: every key at which a property holds.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::get::Row;
use super::open::open;
use super::proposal;
use super::schema::{self, Used};
use crate::cli::property;
use crate::metabase::equal::same_value;
use crate::metabase::flag::{self, meant};
use crate::metabase::property::Type;
use crate::metabase::schema::Row as SchemaRow;
use crate::metabase::survey::{Found, Survey};
use crate::store::Target;
use crate::terminal::console::{Console, STRONG};
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::text::escape;

/// The JSON object of `find`.
#[derive(Serialize)]
struct FoundKeys {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: String,
    schema: Used,
    keys: Vec<KeyRow>,
}

#[derive(Serialize)]
struct KeyRow {
    key: String,
    inherited: bool,
    #[serde(flatten)]
    holds: Row,
    hides: Option<Row>,
}

/// Finds the keys.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &property::Find) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let opened = open(&target)?;
    let schema = schema::open(target.path(), args.schema.schema.as_deref())?;
    schema::warn(console, &schema)?;
    let survey = Survey::new(&opened.source, &opened.metabase, &schema.schema);
    let refused = |refusal| proposal::refused(&target, refusal, &opened.source);
    let pattern = args.property.shown();
    let is_pattern = pattern.contains('*');
    let mut found = match is_pattern {
        true => survey.find_pattern(&pattern),
        false => survey.find(&args.property),
    }
    .map_err(refused)?;
    let flag = meant(&schema.schema, &args.property).filter(|_| found.is_empty());
    if let Some(flag) = flag {
        let words: Vec<String> = args.value.iter().cloned().collect();
        let on = words.is_empty() || flag::truth(&flag, &words).map_err(refused)?;
        found = survey.find(&flag.property()).map_err(refused)?;
        found.retain(|found| !found.holds.secret && flag.is_in(&found.holds.value) == on);
    } else if let Some(value) = &args.value {
        let row = args.property.in_schema(&schema.schema);
        found.retain(|found| has_value(found, row, value));
    }
    let row = |found: &Found| KeyRow {
        key: found.location.clone(),
        inherited: !found.is_own(),
        holds: Row::of(&found.holds),
        hides: found.hides.as_ref().map(Row::of),
    };
    let keys = FoundKeys {
        schema_version: SCHEMA_VERSION,
        command: "find",
        changed: false,
        file: target.asked().to_string_lossy().into_owned(),
        schema: Used::of(&schema.schema),
        keys: found.iter().map(row).collect(),
    };
    if console.is_text() {
        print(console, &found, args, &schema.schema)?;
    } else {
        report::json(console, &keys)?;
    }
    Ok(Exit::Success)
}

/// Whether the value that holds is the one asked for; a secret has none that is told.
fn has_value(found: &Found, row: Option<&SchemaRow>, value: &str) -> bool {
    let stated = &found.holds;
    let kind = Type::of(&stated.kind).unwrap_or(Type::String);
    let named = row.and_then(|row| row.value_named(value)).map(|number| number.to_string());
    let flags = row.map(|row| row.flags.as_slice()).unwrap_or_default();
    let value = named.as_deref().unwrap_or(value);
    !stated.secret && same_value(Some(kind.name()), flags, &stated.value, value)
}

fn print(
    console: &mut Console,
    found: &[Found],
    args: &property::Find,
    schema: &crate::metabase::schema::Schema,
) -> Result<()> {
    let width = report::column(found.iter().map(|found| found.location.as_str()));
    for found in found {
        let key = escape::escaped(&found.location);
        let holds = Row::of(&found.holds);
        let form = found.holds.form.name();
        let place = match (&found.hides, found.is_own()) {
            (Some(hides), _) => format!(
                "its own, {form} in line {}; hides {} of {}",
                found.holds.line,
                Row::of(hides).shown(),
                hides.location
            ),
            (None, true) => format!("its own, {form} in line {}", found.holds.line),
            (None, false) => {
                format!("inherited from {} (line {})", found.holds.location, found.holds.line)
            }
        };
        let place = escape::escaped(&place);
        let name = match args.property.shown().contains('*') {
            true => format!("{} = ", escape::escaped(&found.holds.name)),
            false => String::new(),
        };
        let value = holds.shown();
        writeln!(console.out, "{STRONG}{key:width$}{STRONG:#}  {name}{value}  {place}")?;
    }
    if found.is_empty() {
        let name = args.property.shown();
        let name = escape::escaped(&name);
        let known = args.property.in_schema(schema);
        let known = known.or_else(|| meant(schema, &args.property).map(|flag| flag.row));
        console.say(&match (known, &args.value) {
            (Some(_), None) => format!("{name} holds at no key."),
            (Some(_), Some(_)) => format!("{name} has this value at no key."),
            (None, _) => format!(
                "{name} was found at no key, and the schema says nothing of it: is it spelt right?"
            ),
        })?;
    }
    console.out.flush()?;
    let schema = schema.origin.in_words();
    Ok(console.say(&format!("Inheritance is judged by {}.", escape::escaped(&schema)))?)
}
