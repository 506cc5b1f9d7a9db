//! A diagnosis for people.

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use super::configuration;
use crate::command::text::entry;
use crate::inspect::diagnosis::advice::Command;
use crate::inspect::diagnosis::case::{Case, Domain, Log, ModeChange, Origin, Server, Since};
use crate::inspect::diagnosis::probe::{Mx, Outcome, Probe, Question, Rcode, Transport};
use crate::inspect::diagnosis::verdict::Verdict;
use crate::inspect::events::DomainEvents;
use crate::terminal::console::{Console, HINT, STRONG, WARNING};
use crate::terminal::report;
use crate::text::{escape, shell};

/// A command as it is pasted: a metafix command on the metabase that was looked at, if one was.
#[must_use]
pub fn command(command: &Command, file: Option<&Path>) -> String {
    match command {
        Command::Metafix(words) => {
            let file = file.map(|file| format!("--file {} ", shell::path(file)));
            format!("metafix {}{}", file.unwrap_or_default(), words.join(" "))
        }
        Command::Other(words) => (*words).to_owned(),
    }
}

/// Prints it.
///
/// # Errors
/// When standard output cannot be written.
pub fn write(console: &mut Console, file: Option<&Path>, case: &Case) -> Result<()> {
    if console.quiet {
        return Ok(());
    }
    let out = &mut console.out;
    let mut blank = "";
    if let Some((delivery, file)) = case.delivery.as_ref().zip(file) {
        configuration::write(out, file, delivery)?;
        blank = "\n";
    }
    // A live log that has nothing to say is not worth a line.
    let tells = |log: &&Log| {
        !log.files.is_empty() || log.events.nameless > 0 || !log.events.domains().is_empty()
    };
    if let Some(log) = case.log.as_ref().filter(|log| case.domains.is_empty() || tells(log)) {
        writeln!(out, "{blank}{}", escape::escaped(&log_in_words(log)))?;
        blank = "\n";
    }
    match case.origin {
        _ if case.domains.is_empty() => {}
        Origin::Asked => {}
        Origin::Metabase => writeln!(out, "The DNS servers are those that the metabase names.")?,
        Origin::System => writeln!(out, "The DNS servers are those that this machine asks.")?,
    }
    for domain in &case.domains {
        for server in &domain.servers {
            write!(out, "{blank}")?;
            blank = "\n";
            one(out, domain, server, file)?;
        }
    }
    if let Some(since) = &case.since {
        writeln!(out, "\n{}", escape::escaped(&since_in_words(since)))?;
    }
    Ok(out.flush()?)
}

/// What was read of event logs.
#[must_use]
pub fn log_in_words(log: &Log) -> String {
    let Log { files, events, strange } = log;
    let from = if files.is_empty() { "the live event log".to_owned() } else { files.join(", ") };
    let symptom: usize = events.domains().iter().map(|(_, events)| events.count).sum();
    let mut words = format!(
        "{from}: {} events, of which {symptom} say what KB 820284 says (event 4000, c00402e7)",
        events.read
    );
    if events.nameless > 0 {
        words.push_str(&format!("; {} more name no domain", events.nameless));
    }
    if events.other_causes > 0 {
        words.push_str(&format!("; {} events 4000 have another cause", events.other_causes));
    }
    if events.order_is_likely {
        words.push_str("; which number of a date is the day is only likely");
    }
    if !strange.is_empty() {
        words.push_str(&format!("; not asked for: {}", strange.join(", ")));
    }
    words + "."
}

/// What changed in the metabase since a backup.
#[must_use]
pub fn since_in_words(since: &Since) -> String {
    let change = |change: &ModeChange| {
        let ModeChange { key, was, now } = change;
        format!("{key} was {was} and is {now}")
    };
    let changes: Vec<_> = since.changes.iter().map(change).collect();
    format!("Since the backup of {}: {}.", since.made, changes.join("; "))
}

/// How often, first and last.
#[must_use]
pub fn events_in_words(events: &DomainEvents) -> String {
    let times = if events.count == 1 { "once".into() } else { format!("{} times", events.count) };
    match (&events.first, &events.last) {
        (Some(first), Some(last)) if first != last => {
            format!("event 4000 {times}, first {first}, last {last}")
        }
        (Some(first), _) => format!("event 4000 {times}, {first}"),
        _ => format!("event 4000 {times}"),
    }
}

fn one(out: &mut dyn Write, domain: &Domain, server: &Server, file: Option<&Path>) -> Result<()> {
    let name = escape::escaped(&domain.name);
    let ascii = if domain.is_plain() { String::new() } else { format!(" ({})", domain.ascii) };
    let verdict = server.verdict;
    let style = if verdict.is_well() { STRONG } else { WARNING };
    writeln!(
        out,
        "{STRONG}{name}{ascii} at {}:{STRONG:#} {style}{}{style:#}",
        server.address,
        verdict.name()
    )?;
    if let Some(events) = &domain.events {
        entry(out, "Events", &events_in_words(events))?;
    }
    let questions: Vec<String> = server.probes.iter().map(asked).collect();
    let width = report::column(questions.iter().map(String::as_str));
    for (question, probe) in questions.iter().zip(&server.probes) {
        let took = format!("{} ms", probe.took.as_millis());
        writeln!(out, "  {question:width$}  {took:>7}  {}", came(probe))?;
        for oddity in &probe.oddities {
            writeln!(out, "  {:width$}  {:>7}  ({})", "", "", oddity.in_words())?;
        }
    }
    if matches!(verdict, Verdict::Kb820284 | Verdict::Cured | Verdict::TcpWorks) {
        hosts(out, "Left", &server.left)?;
        match server.is_known_in_full() {
            true => hosts(out, "Lost", &server.lost)?,
            false => entry(out, "Lost", "not known: no answer names all hosts")?,
        }
    }
    for note in &domain.notes {
        entry(out, "Note", &escape::escaped(&format!("{} {}.", note.key, note.says)))?;
    }
    entry(out, "Meaning", &escape::escaped(&server.advice.meaning))?;
    entry(out, "Advice", &server.advice.advice)?;
    if let Some(words) = &server.advice.command {
        writeln!(out, "  Command: {HINT}{}{HINT:#}", command(words, file))?;
    }
    Ok(())
}

/// What was asked, and how.
pub fn asked(probe: &Probe) -> String {
    let how = match probe.transport {
        Transport::Udp => "UDP".to_owned(),
        Transport::Tcp => "TCP".to_owned(),
        Transport::UdpEdns(size) => format!("UDP, EDNS0 {size}"),
    };
    match &probe.question {
        Question::Mx => format!("MX, {how}"),
        Question::Control => format!("control question, {how}"),
        Question::Address(host) => format!("A {}, {how}", escape::escaped(host)),
    }
}

/// What came of it.
pub fn came(probe: &Probe) -> String {
    let answer = match &probe.outcome {
        Outcome::Refused => return "refused: nobody listens there".to_owned(),
        Outcome::Reset => return "connection cut off without an answer".to_owned(),
        Outcome::Timeout => return "no answer".to_owned(),
        Outcome::NotDns => return "what came is no DNS answer".to_owned(),
        Outcome::Failed(why) => return format!("failed: {}", escape::escaped(why)),
        Outcome::Answer(answer) => answer,
    };
    let mut words = vec![format!("{} bytes", answer.bytes)];
    if answer.rcode != Rcode::NO_ERROR {
        words.insert(0, answer.rcode.name());
    }
    if answer.truncated {
        words.insert(0, "truncated".to_owned());
    }
    if !answer.complete {
        words.push("records missing".to_owned());
    }
    match &probe.question {
        Question::Mx if answer.is_null_mx() => words.push("null MX".to_owned()),
        Question::Mx if answer.rcode == Rcode::NO_ERROR => {
            let count = answer.hosts().len();
            words.push(if count == 1 { "1 MX host".into() } else { format!("{count} MX hosts") });
        }
        Question::Address(_) if answer.addresses.is_empty() => words.push("no address".to_owned()),
        Question::Address(_) => words.extend(answer.addresses.iter().map(ToString::to_string)),
        Question::Mx | Question::Control => {}
    }
    if let Some(alias) = &answer.alias {
        words.push(format!("alias of {}", escape::escaped(alias)));
    }
    words.join(", ")
}

/// The hosts in a line, best first.
fn hosts(out: &mut dyn Write, label: &str, hosts: &[Mx]) -> Result<()> {
    if hosts.is_empty() {
        return Ok(());
    }
    let mut names = hosts.iter().map(|mx| escape::escaped(&mx.host).into_owned());
    let shown: Vec<_> = names.by_ref().take(SHOWN).collect();
    let more = match names.count() {
        0 => String::new(),
        more => format!(" … and {more} more; --format json lists all"),
    };
    let count = hosts.len();
    Ok(entry(out, label, &format!("{count}: {}{more}", shown.join(", ")))?)
}

/// How many hosts people are shown.
const SHOWN: usize = 5;
