//! The page of `diagnose`: the symptom, the exchange with each DNS server, and the verdict.
//!
//! [`Diagnosis`] is what is shown and nothing else: words and numbers, whoever found them.

mod days;
mod found;
mod sequence;

use maud::{Markup, html};

use super::change::commands;
use super::frame::{Made, Mood, Top, document, section, shown};

pub use found::{Back, Diagnosis, Domain, Log, Probe, Server, Setting, Standing, Verdict};

impl Standing {
    fn mood(self) -> Mood {
        match self {
            Self::Well => Mood::Good,
            Self::ToDo => Mood::Open,
            Self::Unknown => Mood::Bad,
        }
    }
}

/// The page.
#[must_use]
pub fn page(diagnosis: &Diagnosis, made: &Made) -> String {
    let all = || diagnosis.domains.iter().flat_map(|domain| &domain.servers);
    let stands = |standing| all().any(|server| server.verdict.standing == standing);
    let standing = match () {
        () if stands(Standing::ToDo) => Standing::ToDo,
        () if stands(Standing::Unknown) || all().next().is_none() => Standing::Unknown,
        () => Standing::Well,
    };
    let sentence = sentence(diagnosis);
    let mut facts = Vec::new();
    facts.extend(diagnosis.file.as_deref().map(|file| ("Metabase", file)));
    let events = diagnosis.log.as_ref().map(log_in_words);
    facts.extend(events.as_deref().map(|events| ("Events", events)));
    facts.extend(diagnosis.since.as_deref().map(|since| ("Since then", since)));
    let body = html! {
        @for domain in &diagnosis.domains { (section(&domain.name, &of_domain(domain))) }
        (section("Configuration", &settings(&diagnosis.settings)))
    };
    let mood = standing.mood();
    let top = Top { title: "metafix diagnose", mood, sentence: &sentence, facts: &facts };
    document(&top, made, &body)
}

/// The verdict in a sentence.
fn sentence(diagnosis: &Diagnosis) -> String {
    let pairs = || {
        let domains = diagnosis.domains.iter();
        domains.flat_map(|domain| domain.servers.iter().map(move |server| (domain, server)))
    };
    let told = |(domain, server): (&Domain, &Server)| {
        format!("{} by {} is {}", domain.name, server.address, server.verdict.name)
    };
    let to_do: Vec<_> =
        pairs().filter(|(_, server)| server.verdict.standing != Standing::Well).collect();
    match (pairs().count(), &to_do[..]) {
        (0, _) => "No domain was asked for.".into(),
        (1, _) => pairs().map(|pair| told(pair) + ": " + &pair.1.verdict.meaning).collect(),
        (_, []) => "Nothing is to be done for any of these domains.".into(),
        (all, to_do) => {
            const NAMED: usize = 3;
            let named: Vec<_> = to_do.iter().take(NAMED).copied().map(told).collect();
            let more = if to_do.len() > NAMED { " …" } else { "" };
            format!("{} of {all} need a look: {}{more}", to_do.len(), named.join(", "))
        }
    }
}

fn log_in_words(log: &Log) -> String {
    let mut words = format!("{} read from {}", log.read, log.from.join(", "));
    if log.other_causes > 0 {
        words += &format!("; {} of the events 4000 have another cause", log.other_causes);
    }
    if log.nameless > 0 {
        words += &format!("; {} are the symptom, but name no domain", log.nameless);
    }
    if log.order_is_likely {
        words += "; which number of a date is the day is only likely";
    }
    words
}

fn of_domain(domain: &Domain) -> Markup {
    html! {
        @match &domain.events {
            Some(events) => (days::chart(&domain.name, events)),
            None => p.soft { "No event 4000 with the data c00402e7 names this domain." },
        }
        @for server in &domain.servers { (of_server(server)) }
    }
}

fn of_server(server: &Server) -> Markup {
    let Verdict { name, standing, meaning, advice, command } = &server.verdict;
    html! {
        h3 { "DNS server " (shown(&server.address)) }
        p.verdict.(standing.mood().class()) {
            span.sign { (standing.mood().sign()) } span { (shown(name)) }
        }
        p { (shown(meaning)) }
        @if !advice.is_empty() { p { (shown(advice)) } }
        @if let Some(command) = command { (commands(&[("Command:", command.clone())])) }
        (sequence::drawn(server))
        @if !server.lost.is_empty() {
            dl {
                dt { "Left" } dd { (hosts(&server.left)) }
                dt { "Lost" } dd { (hosts(&server.lost)) }
            }
        }
        (probes(&server.probes))
    }
}

fn hosts(hosts: &[String]) -> Markup {
    html! {
        @if hosts.is_empty() { span.soft { "none" } }
        @for (at, host) in hosts.iter().enumerate() {
            @if at > 0 { ", " }
            (shown(host))
        }
    }
}

fn probes(probes: &[Probe]) -> Markup {
    html! {
        @if !probes.is_empty() {
            table {
                thead {
                    tr {
                        th { "Question" } th { "Way" } th { "Outcome" } th.number { "MX" }
                        th.number { "Bytes" } th.number { "ms" }
                    }
                }
                tbody {
                    @for probe in probes {
                        tr {
                            td { (shown(&probe.question)) }
                            td { (shown(&probe.way)) }
                            td {
                                (shown(&probe.outcome))
                                @for oddity in &probe.oddities { br; span.soft { (shown(oddity)) } }
                            }
                            td.number { @if let Some(mx) = probe.mx { (mx) } }
                            td.number { @if let Some(bytes) = probe.bytes { (bytes) } }
                            td.number { (probe.milliseconds) }
                        }
                    }
                }
            }
        }
    }
}

fn settings(settings: &[Setting]) -> Markup {
    html! {
        @if !settings.is_empty() {
            table {
                thead { tr { th { "Where" } th { "Value" } th { "What follows" } } }
                tbody {
                    @for setting in settings {
                        tr {
                            td { (shown(&setting.place)) }
                            td { code { (shown(&setting.value)) } }
                            td { (shown(&setting.meaning)) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
