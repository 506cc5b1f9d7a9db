//! `metafix diagnose`: is it the fault of KB 820284, and would the cure help?

mod configuration;
mod json;
mod report;
mod since;
mod text;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::open::open;
use super::page;
use super::problem;
use super::proposal;
use super::schema;
use crate::cli::Diagnose;
use crate::inspect::diagnosis::advice::advise;
use crate::inspect::diagnosis::case::{Case, Domain, Log, Origin, Server, Since};
use crate::inspect::diagnosis::delivery::{self, Delivery};
use crate::inspect::diagnosis::notes::notes;
use crate::inspect::diagnosis::probe::{Mx, Probe};
use crate::inspect::diagnosis::verdict::{Seen, judge};
use crate::inspect::events::{self, Events};
use crate::metabase::error::MetabaseError;
use crate::metabase::property::DnsMode;
use crate::server::dns::{name::DomainName, probes, system};
use crate::server::event_log;
use crate::server::services::Machine;
use crate::store::{StoreError, Target, Written};
use crate::terminal::console::Console;
use crate::terminal::hint::Hint;
use crate::terminal::page::diagnosis;
use crate::terminal::problem::{Exit, Problem};
use crate::text::escape;

/// Asks, judges, and prints what came of it.
///
/// # Errors
/// A [`Problem`] where no DNS server is known, or a store error.
pub fn run(console: &mut Console, file: &Path, args: &Diagnose) -> Result<Exit> {
    let (domains, log) = domains(file, &args.domains, log(file, &args.events)?)?;
    let (metabase, since) = metabase(console, file)?.unzip();
    let since = since.flatten();
    let modes = metabase.as_ref().map(Delivery::modes).unwrap_or_default();
    let (origin, servers) = servers(file, args, metabase.as_ref())?;
    console.progress.stage("asking the DNS servers");
    let told = probes::run(&domains, &servers, args.timeout);
    let mut domains = judged(&domains, &servers, told, &modes, metabase.as_ref());
    for domain in &mut domains {
        let events = log.as_ref().and_then(|log| log.events.of(&domain.ascii));
        domain.events = events.cloned();
    }
    let case = Case { log, delivery: metabase, since, origin, domains };
    let exit = match &case {
        case if case.is_well() => Exit::Success,
        case if case.is_blank() => Exit::Failure,
        _ => Exit::Pending,
    };
    let file = case.delivery.is_some().then_some(file);
    page::write(&args.page, |made| diagnosis::page(&report::of(file, &case), made))?;
    if console.is_text() {
        text::write(console, file, &case)?;
    } else {
        json::write(console, file, &case, exit)?;
    }
    page::say(console, &args.page)?;
    Ok(exit)
}

/// What the saved logs say or, where none is named, the live log of the server that has the
/// metabase in memory, else of this machine, if it is a Windows.
fn log(file: &Path, files: &[PathBuf]) -> Result<Option<Log>> {
    let mut events = Events::default();
    for path in files {
        let failed = |error| {
            let hint = "name a saved event log: XML, csv, text or .evt";
            problem::stored_or(&error, path, Hint::say(hint))
        };
        let bytes = Target::resolve(path).map_err(failed)?.read().map_err(failed)?;
        let read = events::read(&bytes)
            .map_err(|error| Problem { written: None, ..problem::events(&error, path) })?;
        events.add(read);
    }
    if files.is_empty() {
        let machine = Target::resolve(file).ok().and_then(|target| Machine::of_target(&target));
        let server = machine.as_ref().and_then(Machine::name);
        let live = event_log::read(server).map_err(|error| problem::event_log(&error, file))?;
        let Some(live) = live else { return Ok(None) };
        events = live;
    }
    let files = files.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    Ok(Some(Log { files, events, strange: Vec::new() }))
}

/// How many domains of a log are asked for when none is named: those with the most events.
const MOST: usize = 20;

/// The domains to ask for: those that are named, else those of the log.
fn domains(
    file: &Path,
    named: &[DomainName],
    mut log: Option<Log>,
) -> Result<(Vec<DomainName>, Option<Log>)> {
    if !named.is_empty() {
        return Ok((unique(named), log));
    }
    let mut domains = Vec::new();
    if let Some(log) = &mut log {
        for (name, _) in log.events.domains() {
            match name.parse::<DomainName>() {
                Ok(domain) if domains.len() < MOST => domains.push(domain),
                Ok(_) | Err(_) => log.strange.push(name.to_owned()),
            }
        }
        // Nothing failed, so there is nothing to ask.
        return Ok((unique(&domains), Some(log.clone())));
    }
    let message = "no domain is named, and there is no event log to take one from".to_owned();
    Err(Problem {
        exit: Exit::Usage,
        hint: Hint::say("name the domain that mail does not reach, or a saved log with --events"),
        written: None,
        ..Problem::failed("no-domain", message, file, Written::Nothing)
    }
    .into())
}

/// What the metabase says of delivery, and what changed in it; nothing where there is none, or no
/// SMTP service in it.
fn metabase(console: &mut Console, file: &Path) -> Result<Option<(Delivery, Option<Since>)>> {
    let shown = escape::escaped(&file.to_string_lossy()).into_owned();
    let target = match Target::resolve(file) {
        Err(StoreError::Missing { .. }) => {
            console.say(&format!("There is no {shown}: the DNS servers alone are looked at."))?;
            return Ok(None);
        }
        target => target?,
    };
    let opened = open(&target)?;
    let schema = schema::open(target.path(), None)?;
    schema::warn(console, &schema)?;
    match delivery::read(&opened.source, &opened.metabase, &schema.schema) {
        Err(MetabaseError::KeyAbsent { .. }) => {
            let why = "has no SMTP service: the DNS servers alone are looked at";
            console.say(&format!("{shown} {why}."))?;
            Ok(None)
        }
        read => {
            let refused = |error| proposal::refused(&target, error, &opened.source);
            let delivery = read.map_err(refused)?;
            let since = since::since(&target, &delivery);
            Ok(Some((delivery, since)))
        }
    }
}

/// The DNS servers to ask, and who named them.
fn servers(
    file: &Path,
    args: &Diagnose,
    metabase: Option<&Delivery>,
) -> Result<(Origin, Vec<SocketAddr>)> {
    if !args.dns.is_empty() {
        return Ok((Origin::Asked, unique(&args.dns)));
    }
    let named = metabase.map(Delivery::dns_servers).unwrap_or_default();
    if !named.is_empty() {
        let servers = named.into_iter().map(|address| SocketAddr::new(address, system::PORT));
        return Ok((Origin::Metabase, servers.collect()));
    }
    let problem = |message: String| Problem {
        hint: Hint::say("name one with --dns ADDRESS"),
        written: None,
        ..Problem::failed("no-dns-server", message, file, Written::Nothing)
    };
    match system::servers() {
        Err(error) => {
            Err(problem(format!("which DNS servers to ask is not known: {error}")).into())
        }
        Ok(none) if none.is_empty() => {
            Err(problem("this machine names no DNS server to ask".to_owned()).into())
        }
        Ok(servers) => Ok((Origin::System, servers)),
    }
}

fn unique<T: Clone + PartialEq>(all: &[T]) -> Vec<T> {
    let mut unique: Vec<T> = Vec::new();
    for one in all {
        if !unique.contains(one) {
            unique.push(one.clone());
        }
    }
    unique
}

fn judged(
    domains: &[DomainName],
    servers: &[SocketAddr],
    told: Vec<Vec<Vec<Probe>>>,
    modes: &[DnsMode],
    metabase: Option<&Delivery>,
) -> Vec<Domain> {
    let server = |(address, probes): (&SocketAddr, Vec<Probe>)| {
        let seen = Seen::of(&probes);
        let verdict = judge(&seen, modes);
        let (advice, (left, lost)) = (advise(verdict, &seen, modes), hosts(&seen));
        Server { address: *address, verdict, advice, left, lost, probes }
    };
    let domain = |(name, told): (&DomainName, Vec<Vec<Probe>>)| Domain {
        name: name.typed().to_owned(),
        ascii: name.ascii().to_owned(),
        events: None,
        notes: metabase.map(|metabase| notes(metabase, name.ascii())).unwrap_or_default(),
        servers: servers.iter().zip(told).map(server).collect(),
    };
    domains.iter().zip(told).map(domain).collect()
}

/// The MX hosts that the plain answer over UDP has, and those that only another one names.
fn hosts(seen: &Seen<'_>) -> (Vec<Mx>, Vec<Mx>) {
    let named = |mx: &&Mx| !mx.host.is_empty();
    let answer = seen.udp.answer();
    let left: Vec<Mx> =
        answer.into_iter().flat_map(|answer| &answer.mx).filter(named).cloned().collect();
    let stays = answer.map(|answer| answer.hosts()).unwrap_or_default();
    let all = seen.fullest().into_iter().flat_map(|answer| &answer.mx).filter(named);
    let lost = all.filter(|mx| !stays.contains(&mx.host.to_ascii_lowercase())).cloned().collect();
    (left, lost)
}
