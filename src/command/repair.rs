//! `metafix repair`: lists the known repairs, or carries one out as any other change.

use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::change::{self, Manner};
use super::edit::{self, Asked};
use super::open::{Opened, open};
use super::proposal::{self, Proposal};
use super::text::entry;
use crate::change::repair::{REPAIRS, Repair};
use crate::cli;
use crate::metabase::address_list::AddressList;
use crate::metabase::property::Type;
use crate::store::Target;
use crate::terminal::console::{Console, HINT, STRONG};
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION, Warning};
use crate::text::escape;
use crate::text::shell;

/// The JSON object of `repair` without a name.
#[derive(Serialize)]
struct List<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: &'a str,
    repairs: Vec<Row>,
}

/// One repair.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    does: &'static str,
    when: &'static str,
    danger: &'static str,
    property: String,
    id: u32,
    value: &'static str,
    source: &'static str,
    /// The keys it would change in this file.
    keys: Vec<String>,
    /// Why it cannot be carried out in this file.
    refused: Option<String>,
}

/// Lists the repairs, or carries one out.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &cli::Repair) -> Result<Exit> {
    match args.name {
        None => list(console, file),
        Some(repair) => carry_out(console, file, args, repair),
    }
}

fn carry_out(
    console: &mut Console,
    file: &Path,
    args: &cli::Repair,
    repair: &Repair,
) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let why = format!("repair {}", repair.name);
    change::guarded(console, &target, &args.writing, &why, |console, ahead| {
        let proposal = propose(&target, repair, &args.writing.relays(), &why)?;
        let manner = Manner { writing: &args.writing, exit_code: args.exit_code, ahead };
        change::carry_out(console, &target, &proposal, manner)
    })
}

fn propose(
    target: &Target,
    repair: &Repair,
    allow: &[Ipv4Addr],
    why: &str,
) -> Result<Proposal<'static>> {
    let opened = open(target)?;
    let requests = repair
        .requests(&opened.source, &opened.metabase, allow)
        .map_err(|error| proposal::refused(target, error, &opened.source))?;
    let keys = requests.iter().map(|request| request.key.to_string()).collect::<Vec<_>>();
    let (name, value) = (&repair.property.name, repair.value(allow));
    let value = match repair.property.kind {
        Type::IpSecList => AddressList::of(&value).to_string(),
        _ => format!("\"{value}\""),
    };
    let warnings = if requests.is_empty() {
        Vec::new()
    } else {
        vec![Warning { name: "danger", message: repair.danger.into() }]
    };
    let asked = Asked {
        command: "repair",
        unchanged: format!("Nothing to do: {} changes nothing in this file.", repair.name),
        done: format!("{name} is {value} now at {}.", keys.join(", ")),
        why: why.to_owned(),
        requests: requests.into(),
        warnings,
        schema: None,
        names_hidden: true,
    };
    edit::propose(target, opened, asked)
}

fn list(console: &mut Console, file: &Path) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let opened = open(&target)?;
    let rows: Vec<Row> = REPAIRS.iter().map(|repair| row(repair, &opened)).collect();
    let shown = target.asked().to_string_lossy();
    if console.is_text() {
        text(console, target.asked(), &rows)?;
    } else {
        let list = List {
            schema_version: SCHEMA_VERSION,
            command: "repair",
            changed: false,
            file: &shown,
            repairs: rows,
        };
        report::json(console, &list)?;
    }
    Ok(Exit::Success)
}

fn row(repair: &Repair, opened: &Opened) -> Row {
    let requests = repair.requests(&opened.source, &opened.metabase, &[]);
    let (keys, refused) = match requests {
        Ok(requests) => (requests.iter().map(|r| r.key.to_string()).collect(), None),
        Err(refusal) => (Vec::new(), Some(refusal.to_string())),
    };
    Row {
        name: repair.name,
        does: repair.does,
        when: repair.when,
        danger: repair.danger,
        property: repair.property.name.to_string(),
        id: repair.property.id,
        value: repair.value,
        source: repair.source,
        keys,
        refused,
    }
}

fn text(console: &mut Console, file: &Path, rows: &[Row]) -> Result<()> {
    if console.quiet {
        return Ok(());
    }
    let out = &mut console.out;
    for row in rows {
        writeln!(out, "{STRONG}{}{STRONG:#}", row.name)?;
        entry(out, "Does", row.does)?;
        entry(out, "When", row.when)?;
        entry(out, "Danger", row.danger)?;
        entry(out, "Source", row.source)?;
        match (&row.refused, &row.keys[..]) {
            (Some(refused), _) => {
                entry(out, "Here", &format!("not possible: {}", escape::escaped(refused)))?;
            }
            (None, []) => entry(out, "Here", "nothing to do in this file")?,
            (None, keys) => {
                let file = shell::path(file);
                entry(out, "Here", &format!("would change {}", keys.join(", ")))?;
                let command = format!("metafix --file {file} repair {}", row.name);
                writeln!(out, "  Run:     {HINT}{command}{HINT:#}")?;
            }
        }
        writeln!(out)?;
    }
    Ok(out.flush()?)
}
