//! A diagnosis as what a page shows.

use std::path::Path;

use super::text::{came, command, since_in_words};
use crate::inspect::diagnosis::case::{self, Case};
use crate::inspect::diagnosis::delivery::{Delivery, SmartHost, SmtpServer};
use crate::inspect::diagnosis::probe::{self, Outcome, Question, Transport};
use crate::metabase::dns::Setting as Mode;
use crate::metabase::property::DnsMode;
use crate::terminal::page::diagnosis::{
    Back, Diagnosis, Domain, Log, Probe, Server, Setting, Standing, Verdict,
};

/// What the page shows.
#[must_use]
pub fn of(file: Option<&Path>, case: &Case) -> Diagnosis {
    Diagnosis {
        file: file.map(|file| file.to_string_lossy().into_owned()),
        settings: case.delivery.as_ref().map(settings).unwrap_or_default(),
        log: case.log.as_ref().map(log),
        domains: case.domains.iter().map(|one| domain(one, file)).collect(),
        since: case.since.as_ref().map(since_in_words),
    }
}

fn log(log: &case::Log) -> Log {
    let live = || vec!["the live event log".to_owned()];
    Log {
        from: if log.files.is_empty() { live() } else { log.files.clone() },
        read: log.events.read,
        other_causes: log.events.other_causes,
        nameless: log.events.nameless,
        order_is_likely: log.events.order_is_likely,
    }
}

fn settings(delivery: &Delivery) -> Vec<Setting> {
    let mut settings = vec![mode(&delivery.service)];
    for server in &delivery.servers {
        settings.push(mode(&server.mode));
        settings.extend(smart_host(server));
        if server.stopped {
            let (place, value) = (server.mode.location.clone(), "stopped".to_owned());
            let meaning = "it sends nothing until it is started".to_owned();
            settings.push(Setting { place, value, meaning });
        }
    }
    settings
}

fn mode(mode: &Mode) -> Setting {
    let place = format!("{} SmtpUseTcpDns", mode.location);
    let meaning = DnsMode::of(mode.value()).unwrap_or(DnsMode::UdpThenTcp).meaning().to_owned();
    Setting { place, value: mode.mode_name().to_owned(), meaning }
}

fn smart_host(server: &SmtpServer) -> Option<Setting> {
    let (host, meaning) = match &server.smart_host {
        SmartHost::None => return None,
        SmartHost::AfterDns(host) => (host, "asked where DNS names no host"),
        SmartHost::Always(host) => (host, "takes all mail: the domain's DNS is never asked"),
    };
    let place = format!("{} SmartHost", server.mode.location);
    Some(Setting { place, value: host.clone(), meaning: meaning.to_owned() })
}

fn domain(domain: &case::Domain, file: Option<&Path>) -> Domain {
    Domain {
        name: domain.name.clone(),
        events: domain.events.clone(),
        servers: domain.servers.iter().map(|one| server(domain, one, file)).collect(),
    }
}

fn server(domain: &case::Domain, server: &case::Server, file: Option<&Path>) -> Server {
    let hosts = |all: &[probe::Mx]| all.iter().map(|mx| mx.host.clone()).collect();
    let standing = match server.verdict {
        verdict if verdict.is_well() => Standing::Well,
        verdict if verdict.is_blank() => Standing::Unknown,
        _ => Standing::ToDo,
    };
    let notes = domain.notes.iter().map(|note| format!(" {} {}.", note.key, note.says));
    Server {
        address: server.address.to_string(),
        verdict: Verdict {
            name: server.verdict.name().to_owned(),
            standing,
            meaning: server.advice.meaning.clone(),
            advice: server.advice.advice.clone() + &notes.collect::<String>(),
            command: server.advice.command.as_ref().map(|words| command(words, file)),
        },
        left: hosts(&server.left),
        lost: hosts(&server.lost),
        probes: server.probes.iter().map(|one| probe(&domain.ascii, one)).collect(),
    }
}

fn probe(domain: &str, probe: &probe::Probe) -> Probe {
    let answer = probe.outcome.answer();
    let is_mx = probe.question == Question::Mx;
    Probe {
        question: match &probe.question {
            Question::Mx => format!("MX {domain}"),
            Question::Control => "a question that every server answers".to_owned(),
            Question::Address(host) => format!("A {host}"),
        },
        way: match probe.transport {
            Transport::Udp => "UDP without EDNS0".to_owned(),
            Transport::Tcp => "TCP".to_owned(),
            Transport::UdpEdns(size) => format!("UDP, EDNS0 {size}"),
        },
        outcome: match &probe.outcome {
            Outcome::Answer(answer) if !answer.truncated => probe.outcome.name().to_owned(),
            Outcome::Answer(_) => "truncated".to_owned(),
            _ => came(probe),
        },
        back: match answer {
            Some(answer) if answer.truncated => Back::Truncated,
            Some(_) => Back::Whole,
            None => Back::Nothing,
        },
        mx: answer.filter(|_| is_mx).map(|answer| answer.hosts().len()),
        bytes: answer.map(|answer| answer.bytes),
        milliseconds: probe.took.as_millis(),
        oddities: probe.oddities.iter().map(|oddity| oddity.in_words().to_owned()).collect(),
    }
}
