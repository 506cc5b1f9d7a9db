//! `metafix show`: the DNS modes, where each comes from, who may relay, and what kind of file this
//! is.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::open::{Opened, open};
use super::proposal;
use crate::metabase::address_list::AddressList;
use crate::metabase::dns::{self, Origin, Own, Setting};
use crate::metabase::locate::{self, KeyParts, KeyPath};
use crate::metabase::model::properties;
use crate::metabase::scan::Metabase;
use crate::store::Target;
use crate::terminal::console::{Console, STRONG};
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::text::escape;
use crate::text::source::{LineEnds, Source};

/// The ID of RelayIpList.
const RELAY_IP_LIST: u32 = 36970;

/// The JSON object of `show`.
#[derive(Serialize)]
struct Shown<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: String,
    encoding: &'static str,
    line_ends: Ends,
    keys: usize,
    edit_while_running: bool,
    edit_while_running_line: Option<usize>,
    service: Row<'a>,
    servers: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Ends {
    crlf: usize,
    lf: usize,
    cr: usize,
}

/// One key's mode.
#[derive(Serialize)]
struct Row<'a> {
    key: &'a str,
    mode: &'static str,
    value: Option<u32>,
    origin: &'static str,
    form: Option<&'static str>,
    line: Option<usize>,
    /// Who may relay, where the key says so itself.
    relay: Option<String>,
}

/// Shows the modes.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let Opened { source, metabase, .. } = open(&target)?;
    let survey = dns::survey(&source, &metabase)
        .map_err(|refusal| proposal::refused(&target, refusal, &source))?;
    let (edit_while_running, edit_while_running_line) = survey.edit_while_running;
    let ends = source.line_ends();
    let relays = relays(&source, &metabase);
    let row = |setting| row(setting, &relays);
    let shown = Shown {
        schema_version: SCHEMA_VERSION,
        command: "show",
        changed: false,
        file: target.asked().to_string_lossy().into_owned(),
        encoding: source.encoding().name(),
        line_ends: Ends { crlf: ends.crlf, lf: ends.lf, cr: ends.cr },
        keys: metabase.keys.len(),
        edit_while_running,
        edit_while_running_line,
        service: row(&survey.service),
        servers: survey.servers.iter().map(row).collect(),
    };
    if console.is_text() {
        text(console, &shown, ends)?;
    } else {
        report::json(console, &shown)?;
    }
    Ok(Exit::Success)
}

fn row<'s>(setting: &'s Setting, relays: &HashMap<String, String>) -> Row<'s> {
    let (origin, own): (_, Option<&Own>) = match &setting.origin {
        Origin::Own(own) => ("own", Some(own)),
        Origin::Inherited(own) => ("inherited", Some(own)),
        Origin::Default => ("default", None),
    };
    Row {
        key: &setting.location,
        mode: setting.mode_name(),
        value: own.map(|own| own.value),
        origin,
        form: own.map(|own| own.form.name()),
        line: own.map(|own| own.line),
        relay: relays.get(&setting.location).cloned(),
    }
}

/// Who may relay, by the RelayIpList that the service and each virtual server states itself.
fn relays(source: &Source, metabase: &Metabase) -> HashMap<String, String> {
    let service = locate::find(source, metabase, &KeyPath::smtp_service()).ok();
    let servers = locate::smtp_servers(source, metabase).into_iter().map(|(_, key)| key);
    let relay = |key: usize| {
        let found = &metabase.keys[key];
        let parts = KeyParts::read(source, found).ok()?;
        let mut own = properties(source.text(), &parts).into_iter();
        let list = own.find(|one| one.name == "RelayIpList" || one.id == Some(RELAY_IP_LIST))?;
        let location = locate::location(source, found).into_owned();
        Some((location, AddressList::of(&list.value).to_string()))
    };
    service.into_iter().chain(servers).filter_map(relay).collect()
}

fn text(console: &mut Console, shown: &Shown<'_>, ends: LineEnds) -> Result<()> {
    let out = &mut console.out;
    let name = escape::escaped(&shown.file);
    let keys = shown.keys;
    writeln!(out, "{STRONG}{name}{STRONG:#}")?;
    writeln!(out, "  {}, {}, {keys} keys", shown.encoding, ends_in_words(ends))?;
    let state = match (shown.edit_while_running, shown.edit_while_running_line) {
        (true, Some(line)) => format!("on (line {line}): a running IIS takes edits of this file"),
        (_, Some(line)) => format!("off (line {line}): a running IIS overwrites edits"),
        (_, None) => "off (not set): a running IIS overwrites edits".into(),
    };
    writeln!(out, "  edit-while-running: {state}\n")?;

    let rows: Vec<_> = std::iter::once(&shown.service).chain(&shown.servers).collect();
    let width = report::column(rows.iter().map(|row| row.key));
    for row in rows {
        let key = escape::escaped(row.key);
        let mode = row.mode;
        let value = row.value.map_or_else(|| "-".into(), |value| value.to_string());
        let origin = match (row.origin, row.form, row.line) {
            ("own", Some(form), Some(line)) => format!("its own, {form} in line {line}"),
            ("inherited", _, Some(line)) => {
                format!("inherited from {} (line {line})", escape::escaped(shown.service.key))
            }
            _ => "not set: the default".into(),
        };
        writeln!(out, "{key:width$}  {STRONG}{mode:12}{STRONG:#}  {value:>10}  {origin}")?;
    }
    for row in std::iter::once(&shown.service).chain(&shown.servers) {
        if let Some(relay) = &row.relay {
            let key = escape::escaped(row.key);
            writeln!(out, "{key:width$}  may relay: {}", escape::escaped(relay))?;
        }
    }
    writeln!(
        out,
        "\nValues by KB 820284: 0 udp-then-tcp, 1 tcp-only, 2 udp-only. MSDN ms524979 has\n\
         0 and 2 the other way round; the article's cure was tested. Not set, or\n\
         4294967295: the default."
    )?;
    Ok(out.flush()?)
}

fn ends_in_words(ends: LineEnds) -> String {
    match (ends.crlf, ends.lf, ends.cr) {
        (0, 0, 0) => "one line".into(),
        (_, 0, 0) => "CRLF".into(),
        (0, _, 0) => "LF".into(),
        (0, 0, _) => "CR".into(),
        (crlf, lf, cr) => format!("mixed line ends ({crlf} CRLF, {lf} LF, {cr} CR)"),
    }
}
