//! `metafix sites`: web and FTP sites and SMTP virtual servers.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::open::open;
use super::proposal;
use super::schema;
use crate::cli::property::{Sites, Table};
use crate::inspect::sites::{Place, Site, sites};
use crate::store::Target;
use crate::terminal::console::{Console, STRONG};
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::text::escape;

/// The JSON object of `sites`.
#[derive(Serialize)]
struct Listed<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: String,
    sites: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    service: &'static str,
    number: u32,
    key: &'a str,
    line: usize,
    name: &'a str,
    bindings: Vec<PlaceRow<'a>>,
    path: Option<&'a str>,
    pool: Option<&'a str>,
    state: &'static str,
    log: Option<&'a str>,
}

#[derive(Serialize)]
struct PlaceRow<'a> {
    entry: &'a str,
    address: &'a str,
    port: Option<u16>,
    host: &'a str,
    secure: bool,
}

/// Lists the sites.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &Sites) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let opened = open(&target)?;
    let schema = schema::open(target.path(), args.schema.schema.as_deref())?;
    schema::warn(console, &schema)?;
    let all = sites(&opened.source, &opened.metabase, &schema.schema)
        .map_err(|error| proposal::refused(&target, error, &opened.source))?;
    match args.table {
        Some(Table::Csv) => csv(console, &all)?,
        None if console.is_text() => text(console, &all)?,
        None => {
            let listed = Listed {
                schema_version: SCHEMA_VERSION,
                command: "sites",
                changed: false,
                file: target.asked().to_string_lossy().into_owned(),
                sites: all.iter().map(row).collect(),
            };
            report::json(console, &listed)?;
        }
    }
    Ok(Exit::Success)
}

fn row(site: &Site) -> Row<'_> {
    Row {
        service: site.service,
        number: site.number,
        key: &site.location,
        line: site.line,
        name: &site.name,
        bindings: site.bindings.iter().map(place_row).collect(),
        path: site.path.as_deref(),
        pool: site.pool.as_deref(),
        state: site.state,
        log: site.log.as_deref(),
    }
}

fn place_row(place: &Place) -> PlaceRow<'_> {
    let Place { entry, address, port, host, secure } = place;
    PlaceRow { entry, address, port: *port, host, secure: *secure }
}

fn text(console: &mut Console, all: &[Site]) -> Result<()> {
    for site in all {
        let (key, name) = (escape::escaped(&site.location), escape::escaped(&site.name));
        writeln!(
            console.out,
            "{STRONG}{key}{STRONG:#}  {}  {name}  ({})",
            site.service, site.state
        )?;
        let places: Vec<_> = site.bindings.iter().map(Place::shown).collect();
        let mut line = |what: &str, value: &str| {
            let value = escape::escaped(value);
            writeln!(console.out, "  {what:<9}{value}")
        };
        line("listens", &places.join(", "))?;
        for (what, value) in [("path", &site.path), ("pool", &site.pool), ("log", &site.log)] {
            value.iter().try_for_each(|value| line(what, value))?;
        }
    }
    if all.is_empty() {
        console.say("There is no site and no virtual server.")?;
    }
    Ok(console.out.flush()?)
}

fn csv(console: &mut Console, all: &[Site]) -> Result<()> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let head = ["service", "number", "key", "name", "bindings", "path", "pool", "state", "log"];
    table.write_record(head)?;
    for site in all {
        let places: Vec<_> = site.bindings.iter().map(Place::shown).collect();
        let number = site.number.to_string();
        let word = |value: &Option<String>| value.clone().unwrap_or_default();
        table.write_record([
            site.service,
            &number,
            &site.location,
            &site.name,
            &places.join(" ¦ "),
            &word(&site.path),
            &word(&site.pool),
            site.state,
            &word(&site.log),
        ])?;
    }
    console.out.write_all(&table.into_inner()?)?;
    Ok(console.out.flush()?)
}
