//! `metafix export`: keys in a file of their own.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::open::{Opened, open};
use super::problem;
use super::proposal;
use super::schema::{self, OpenedSchema};
use crate::change::transfer::{Exported, LeftOut, export};
use crate::cli::Export as Args;
use crate::store::{self, Target};
use crate::terminal::console::{Console, STRONG, WARNING};
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::text::escape;

/// The JSON object of `export`.
#[derive(Serialize)]
struct Written<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: String,
    output: String,
    keys: usize,
    left_out: Vec<LeftOutRow<'a>>,
    to_review: Vec<ReviewRow<'a>>,
}

/// A property that was left out.
#[derive(Serialize)]
pub struct LeftOutRow<'a> {
    key: &'a str,
    property: &'a str,
    why: &'static str,
}

#[derive(Serialize)]
struct ReviewRow<'a> {
    key: &'a str,
    property: &'a str,
}

/// Writes keys to a new file.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &Args) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let Opened { source, metabase, .. } = open(&target)?;
    let OpenedSchema { schema, warning } = schema::open(target.path(), None)?;
    if let Some(warning) = warning {
        let message = escape::escaped(&warning.message);
        console.say(&format!("{WARNING}warning:{WARNING:#} {message}"))?;
    }
    let exported = export(&source, &metabase, &args.keys, &schema)
        .map_err(|refusal| proposal::refused(&target, refusal, &source))?;
    if args.output == Path::new("-") {
        console.out.write_all(exported.text.as_bytes())?;
        console.out.flush()?;
        if console.is_text() {
            say(console, &exported)?;
        }
        return Ok(Exit::Success);
    }
    store::write_new(&args.output, exported.text.as_bytes())
        .map_err(|error| problem::stored(&error, &args.output))?;
    if console.is_text() {
        let (keys, output) = (exported.keys, args.output.to_string_lossy());
        let noun = if keys == 1 { "key" } else { "keys" };
        console.say(&format!(
            "{STRONG}Exported:{STRONG:#} {keys} {noun} to {}",
            escape::escaped(&output)
        ))?;
        say(console, &exported)?;
        return Ok(Exit::Success);
    }
    let written = Written {
        schema_version: SCHEMA_VERSION,
        command: "export",
        changed: false,
        file: target.asked().to_string_lossy().into_owned(),
        output: args.output.to_string_lossy().into_owned(),
        keys: exported.keys,
        left_out: exported.left_out.iter().map(LeftOutRow::of).collect(),
        to_review: exported.to_review.iter().map(ReviewRow::of).collect(),
    };
    report::json(console, &written)?;
    Ok(Exit::Success)
}

impl<'a> LeftOutRow<'a> {
    fn of(left: &'a LeftOut) -> Self {
        Self { key: &left.location, property: &left.name, why: left.why.name() }
    }
}

impl<'a> ReviewRow<'a> {
    fn of((key, property): &'a (String, String)) -> Self {
        Self { key, property }
    }
}

fn say(console: &mut Console, exported: &Exported) -> Result<()> {
    if !exported.left_out.is_empty() {
        console.say("Left out, because it means nothing on another machine:")?;
    }
    for LeftOut { location, name, why } in &exported.left_out {
        let (location, name) = (escape::escaped(location), escape::escaped(name));
        console.say(&format!("  {location}  {name}  ({})", why.name()))?;
    }
    if !exported.to_review.is_empty() {
        console.say("Names hosts, addresses or folders; look at it on the other machine:")?;
    }
    for (location, name) in &exported.to_review {
        console.say(&format!("  {}  {}", escape::escaped(location), escape::escaped(name)))?;
    }
    Ok(())
}
