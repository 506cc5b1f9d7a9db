//! A diagnosis as a JSON object.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::configuration::Configured;
use super::text::command;
use crate::inspect::diagnosis::case::{Case, Domain, ModeChange, Server, Since};
use crate::inspect::diagnosis::notes::Note;
use crate::inspect::diagnosis::probe::{Mx, Outcome, Probe, Question};
use crate::inspect::events::Time;
use crate::terminal::console::Console;
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION};

/// The JSON object of `diagnose`.
#[derive(Serialize)]
struct Diagnosed<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    /// The metabase, if there is one.
    file: Option<String>,
    exit: &'static str,
    /// What event logs say.
    log: Option<LogRow<'a>>,
    /// What the metabase says of delivery.
    configuration: Option<Configured<'a>>,
    /// What changed since the last change of a DNS mode.
    since: Option<SinceRow<'a>>,
    /// Who named the DNS servers: `command-line`, `metabase` or `system`.
    dns_servers_from: &'static str,
    domains: Vec<DomainRow<'a>>,
}

#[derive(Serialize)]
struct LogRow<'a> {
    /// None for the live log.
    files: &'a [String],
    read: usize,
    other_causes: usize,
    nameless: usize,
    /// Whether it is only likely which number of a date is the day.
    order_is_likely: bool,
    not_asked: &'a [String],
}

#[derive(Serialize)]
struct EventsRow {
    count: usize,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Serialize)]
struct SinceRow<'a> {
    backup: &'a str,
    made: &'a str,
    changes: Vec<ChangeRow<'a>>,
}

#[derive(Serialize)]
struct ChangeRow<'a> {
    key: &'a str,
    was: &'static str,
    now: &'static str,
}

impl<'a> SinceRow<'a> {
    fn of(since: &'a Since) -> Self {
        let row = |ModeChange { key, was, now }: &'a ModeChange| ChangeRow { key, was, now };
        let changes = since.changes.iter().map(row).collect();
        Self { backup: &since.backup, made: &since.made, changes }
    }
}

#[derive(Serialize)]
struct DomainRow<'a> {
    domain: &'a str,
    /// The name as DNS servers are asked for it.
    ascii: &'a str,
    events: Option<EventsRow>,
    /// What the metabase says that bears upon it.
    notes: Vec<NoteRow<'a>>,
    servers: Vec<ServerRow<'a>>,
}

#[derive(Serialize)]
struct NoteRow<'a> {
    name: &'static str,
    key: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct ServerRow<'a> {
    address: String,
    probes: Vec<ProbeRow<'a>>,
    hosts: Vec<HostRow<'a>>,
    verdict: VerdictRow<'a>,
}

/// A question and what came of it.
#[derive(Serialize)]
struct ProbeRow<'a> {
    /// `mx`, `control` or `address`.
    question: &'static str,
    /// The host whose address was asked for.
    host: Option<&'a str>,
    transport: &'static str,
    edns_size: Option<u16>,
    outcome: &'static str,
    /// Why the system could not ask.
    error: Option<&'a str>,
    /// The code of the answer, if there was one.
    rcode: Option<String>,
    /// How many MX hosts the answer names.
    mx: Option<usize>,
    addresses: Option<Vec<String>>,
    alias: Option<&'a str>,
    bytes: Option<usize>,
    /// Whether all records that the answer announces are in it.
    complete: Option<bool>,
    milliseconds: u128,
    oddities: Vec<&'static str>,
}

/// An MX host.
#[derive(Serialize)]
struct HostRow<'a> {
    host: &'a str,
    preference: u16,
    /// Whether it is in the answer over UDP without EDNS0.
    left: bool,
}

#[derive(Serialize)]
struct VerdictRow<'a> {
    name: &'static str,
    meaning: &'a str,
    advice: &'a str,
    command: Option<String>,
}

/// Prints it.
///
/// # Errors
/// When standard output cannot be written.
pub fn write(console: &mut Console, file: Option<&Path>, case: &Case, exit: Exit) -> Result<()> {
    let diagnosed = Diagnosed {
        schema_version: SCHEMA_VERSION,
        command: "diagnose",
        changed: false,
        file: file.map(|file| file.to_string_lossy().into_owned()),
        exit: exit.name(),
        log: case.log.as_ref().map(|log| LogRow {
            files: &log.files,
            read: log.events.read,
            other_causes: log.events.other_causes,
            nameless: log.events.nameless,
            order_is_likely: log.events.order_is_likely,
            not_asked: &log.strange,
        }),
        configuration: case.delivery.as_ref().map(Configured::of),
        since: case.since.as_ref().map(SinceRow::of),
        dns_servers_from: case.origin.name(),
        domains: case.domains.iter().map(|domain| domain_row(domain, file)).collect(),
    };
    Ok(report::json(console, &diagnosed)?)
}

fn domain_row<'a>(domain: &'a Domain, file: Option<&Path>) -> DomainRow<'a> {
    let servers = domain.servers.iter().map(|server| server_row(server, file)).collect();
    let note = |note: &'a Note| NoteRow { name: note.name, key: &note.key, message: &note.says };
    let notes = domain.notes.iter().map(note).collect();
    let time = |time: &Option<Time>| time.as_ref().map(ToString::to_string);
    let events = domain.events.as_ref().map(|events| EventsRow {
        count: events.count,
        first: time(&events.first),
        last: time(&events.last),
    });
    DomainRow { domain: &domain.name, ascii: &domain.ascii, events, notes, servers }
}

fn server_row<'a>(server: &'a Server, file: Option<&Path>) -> ServerRow<'a> {
    let host = |left| move |mx: &'a Mx| HostRow { host: &mx.host, preference: mx.preference, left };
    let (left, lost) = (server.left.iter().map(host(true)), server.lost.iter().map(host(false)));
    ServerRow {
        address: server.address.to_string(),
        probes: server.probes.iter().map(probe_row).collect(),
        hosts: left.chain(lost).collect(),
        verdict: VerdictRow {
            name: server.verdict.name(),
            meaning: &server.advice.meaning,
            advice: &server.advice.advice,
            command: server.advice.command.as_ref().map(|words| command(words, file)),
        },
    }
}

fn probe_row(probe: &Probe) -> ProbeRow<'_> {
    let answer = probe.outcome.answer();
    let (question, host) = match &probe.question {
        Question::Mx => ("mx", None),
        Question::Control => ("control", None),
        Question::Address(host) => ("address", Some(host.as_str())),
    };
    let is_mx = probe.question == Question::Mx;
    let addresses = answer.filter(|_| host.is_some());
    ProbeRow {
        question,
        host,
        transport: probe.transport.name(),
        edns_size: probe.transport.edns_size(),
        outcome: probe.outcome.name(),
        error: match &probe.outcome {
            Outcome::Failed(why) => Some(why),
            _ => None,
        },
        rcode: answer.map(|answer| answer.rcode.name()),
        mx: answer.filter(|_| is_mx).map(|answer| answer.hosts().len()),
        addresses: addresses.map(|found| found.addresses.iter().map(ToString::to_string).collect()),
        alias: answer.and_then(|answer| answer.alias.as_deref()),
        bytes: answer.map(|answer| answer.bytes),
        complete: answer.map(|answer| answer.complete),
        milliseconds: probe.took.as_millis(),
        oddities: probe.oddities.iter().map(|oddity| oddity.name()).collect(),
    }
}
