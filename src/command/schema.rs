//! `metafix schema`: what a property is, and who says so. Opens the schema for the others.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::problem;
use crate::cli::property;
use crate::metabase::error::MetabaseError;
use crate::metabase::flag;
use crate::metabase::protect::{Protection, protection};
use crate::metabase::schema::{self, Origin, Row, Schema};
use crate::metabase::secrets::Secrets;
use crate::store::Target;
use crate::terminal::console::{Console, STRONG};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report::{self, SCHEMA_VERSION, Warning};
use crate::text::escape;
use crate::text::source::Source;

/// A schema, and what is to be said of how it was found.
pub struct OpenedSchema {
    /// The schema.
    pub schema: Schema,
    /// Why the one next to the metabase is not used.
    pub warning: Option<Warning>,
}

/// Opens the schema that was asked for, else the one next to the metabase, else the table.
///
/// # Errors
/// When the schema that was asked for cannot be read.
pub fn open(metabase: &Path, asked: Option<&Path>) -> Result<OpenedSchema> {
    if let Some(asked) = asked {
        return Ok(OpenedSchema { schema: read(asked)?, warning: None });
    }
    let beside = metabase.with_file_name("MBSchema.xml");
    let built_in = |warning| OpenedSchema { schema: Schema::built_in(), warning };
    if !beside.try_exists().unwrap_or(false) {
        return Ok(built_in(None));
    }
    Ok(match read(&beside) {
        Ok(schema) => OpenedSchema { schema, warning: None },
        Err(problem) => built_in(Some(Warning {
            name: "schema-unreadable",
            message: format!(
                "{}; the built-in table of published properties is used instead",
                problem.sentence()
            ),
        })),
    })
}

/// What is secret in a metabase: what is published, and what the schema next to it marks. A schema
/// that cannot be read marks nothing.
#[must_use]
pub fn secrets_beside(metabase: &Path) -> Secrets {
    open(metabase, None).map(|opened| opened.schema.secrets().clone()).unwrap_or_default()
}

fn read(file: &Path) -> Result<Schema, Problem> {
    let failed = |error| {
        let hint = "name the server's MBSchema.xml, which is beside its MetaBase.xml, or leave \
                    --schema out: the built-in table has the published properties";
        problem::stored_or(&error, file, Hint::say(hint))
    };
    let target = Target::resolve(file).map_err(failed)?;
    let bytes = target.read().map_err(failed)?;
    let secrets = Secrets::default();
    let source =
        Source::decode(bytes).map_err(|error| problem::refused(error, file, None, &secrets))?;
    schema::read(&source, &file.to_string_lossy())
        .map_err(|error| problem::refused(error, file, Some(&source), &secrets))
}

/// Says why the schema next to the metabase is not used, if it is not.
///
/// # Errors
/// When standard error cannot be written.
pub fn warn(console: &mut Console, opened: &OpenedSchema) -> Result<()> {
    if let Some(warning) = &opened.warning {
        let style = crate::terminal::console::WARNING;
        console.say(&format!("{style}warning:{style:#} {}", escape::escaped(&warning.message)))?;
    }
    Ok(())
}

/// The schema that was used, in JSON.
#[derive(Serialize)]
pub struct Used {
    origin: &'static str,
    name: String,
}

impl Used {
    /// The schema that was used.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        Self::origin(&schema.origin)
    }

    /// The schema that was used, by where it is from.
    #[must_use]
    pub fn origin(origin: &Origin) -> Self {
        Self { origin: origin.name(), name: origin.in_words() }
    }
}

/// The JSON object of `schema`.
#[derive(Serialize)]
struct Said<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    schema: Used,
    /// The flag that was asked for, where one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<&'a str>,
    property: &'a str,
    id: Option<u32>,
    #[serde(rename = "type")]
    kind: &'static str,
    user_type: Option<&'a str>,
    attributes: Option<&'a str>,
    default: Option<&'a str>,
    classes: Vec<&'a str>,
    flags: Vec<Flag<'a>>,
    /// The names of values.
    values: Vec<Flag<'a>>,
    source: Option<&'a str>,
    protected: Option<&'static str>,
}

#[derive(Serialize)]
struct Flag<'a> {
    name: &'a str,
    value: Option<u32>,
}

/// Says what a property is.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &property::Schema) -> Result<Exit> {
    let resolved = Target::resolve(file);
    let metabase = resolved.as_ref().map_or(file, Target::path);
    let opened = open(metabase, args.schema.schema.as_deref())?;
    warn(console, &opened)?;
    let schema = &opened.schema;
    let flag = flag::meant(schema, &args.property);
    let row = flag.map(|flag| flag.row).or_else(|| args.property.in_schema(schema));
    let row = row.ok_or_else(|| {
        let error = MetabaseError::NotInSchema {
            name: args.property.shown(),
            similar: schema.similar(&args.property.shown()),
        };
        let shown = match &schema.origin {
            schema::Origin::File(name) => Path::new(name),
            schema::Origin::BuiltIn => file,
        };
        problem::refused(error, shown, None, &Secrets::default())
    })?;
    let said = Said { flag: flag.map(|flag| flag.name), ..said(schema, row) };
    if console.is_text() {
        text(console, &said)?
    } else {
        report::json(console, &said)?
    }
    Ok(Exit::Success)
}

fn said<'a>(schema: &Schema, row: &'a Row) -> Said<'a> {
    let known = |word: &'a str| (!word.is_empty()).then_some(word);
    let definition = &row.definition;
    let flag = |(name, value): &'a (String, Option<u32>)| Flag { name, value: *value };
    let protection = protection(
        &definition.name,
        Some(definition.id).filter(|id| *id != 0),
        &definition.attributes,
        schema.secrets(),
    );
    Said {
        schema_version: SCHEMA_VERSION,
        command: "schema",
        changed: false,
        schema: Used::of(schema),
        flag: None,
        property: &definition.name,
        id: Some(definition.id).filter(|id| *id != 0),
        kind: definition.kind.name(),
        user_type: known(&definition.user_type),
        attributes: known(&definition.attributes),
        default: row.default.as_deref(),
        classes: row.classes.iter().map(String::as_str).collect(),
        flags: row.flags.iter().map(flag).collect(),
        values: row.values.iter().map(|(name, n)| Flag { name, value: Some(*n) }).collect(),
        source: row.source,
        protected: protection.map(Protection::name),
    }
}

fn text(console: &mut Console, said: &Said<'_>) -> Result<()> {
    let out = &mut console.out;
    let name = escape::escaped(said.property);
    if let Some(flag) = said.flag {
        writeln!(out, "{} is a flag of {name}.", escape::escaped(flag))?;
    }
    writeln!(out, "{STRONG}{name}{STRONG:#}")?;
    let mut line = |what: &str, word: &str| {
        let word = if word.is_empty() { "not known" } else { word };
        writeln!(out, "  {what:<11} {}", escape::escaped(word))
    };
    line("ID", &said.id.map(|id| id.to_string()).unwrap_or_default())?;
    line("type", said.kind)?;
    line("user type", said.user_type.unwrap_or_default())?;
    line("attributes", said.attributes.unwrap_or_default())?;
    line(
        "default",
        said.default.map_or("none", |word| if word.is_empty() { "empty" } else { word }),
    )?;
    let classes = if said.classes.is_empty() { "no class".into() } else { said.classes.join(", ") };
    line("listed for", &classes)?;
    for (what, named) in [("flags", &said.flags), ("values", &said.values)] {
        let word = |flag: &Flag<'_>| match flag.value {
            Some(value) => format!("{} ({value})", flag.name),
            None => flag.name.to_owned(),
        };
        if !named.is_empty() {
            line(what, &named.iter().map(word).collect::<Vec<_>>().join(", "))?;
        }
    }
    if let Some(why) = said.protected {
        line("not set", if why == "secret" { "a secret" } else { "IIS's own bookkeeping" })?;
    }
    match said.source {
        Some(source) => line("source", source)?,
        None => line("source", &said.schema.name)?,
    }
    if said.source.is_some() {
        writeln!(out, "From {}.", said.schema.name)?;
    }
    Ok(out.flush()?)
}
