//! `metafix diagnose`: is it the fault of KB 820284, and would the cure help?

mod json;
mod text;

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;

use super::open::open;
use super::proposal;
use crate::cli::Diagnose;
use crate::inspect::diagnosis::advice::advise;
use crate::inspect::diagnosis::case::{Case, Domain, Server};
use crate::inspect::diagnosis::probe::{Mx, Probe};
use crate::inspect::diagnosis::verdict::{Seen, judge};
use crate::metabase::dns;
use crate::metabase::property::DnsMode;
use crate::server::dns::{name::DomainName, probes, system};
use crate::store::{StoreError, Target, Written};
use crate::terminal::console::Console;
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};

/// Asks, judges, and prints what came of it.
///
/// # Errors
/// A [`Problem`] where no DNS server is known, or a store error.
pub fn run(console: &mut Console, file: &Path, args: &Diagnose) -> Result<Exit> {
    let modes = modes(file)?;
    let servers = servers(file, args)?;
    let domains = unique(&args.domains);
    console.progress.stage("asking the DNS servers");
    let told = probes::run(&domains, &servers, args.timeout);
    let case = case(&domains, &servers, told, modes.as_deref().unwrap_or_default());
    let exit = match &case {
        case if case.is_well() => Exit::Success,
        case if case.is_blank() => Exit::Failure,
        _ => Exit::Pending,
    };
    let metabase = modes.is_some().then_some(file);
    if console.is_text() {
        text::write(console, metabase, &case)?;
    } else {
        json::write(console, metabase, &case, exit)?;
    }
    Ok(exit)
}

/// The DNS modes in force, one for each virtual server; nothing where there is no metabase.
fn modes(file: &Path) -> Result<Option<Vec<DnsMode>>> {
    let target = match Target::resolve(file) {
        Err(StoreError::Missing { .. }) => return Ok(None),
        target => target?,
    };
    let opened = open(&target)?;
    let survey = dns::survey(&opened.source, &opened.metabase)
        .map_err(|refusal| proposal::refused(&target, refusal, &opened.source))?;
    let settings = if survey.servers.is_empty() { vec![survey.service] } else { survey.servers };
    Ok(Some(settings.iter().filter_map(|setting| DnsMode::of(setting.value())).collect()))
}

/// The DNS servers to ask.
fn servers(file: &Path, args: &Diagnose) -> Result<Vec<SocketAddr>> {
    let named = if args.dns.is_empty() { system::servers() } else { Ok(args.dns.clone()) };
    let problem = |message: String| Problem {
        hint: Hint::say("name one with --dns ADDRESS"),
        ..Problem::failed("no-dns-server", message, file, Written::Nothing)
    };
    match named {
        Err(error) => {
            Err(problem(format!("which DNS servers to ask is not known: {error}")).into())
        }
        Ok(none) if none.is_empty() => {
            Err(problem("this machine names no DNS server to ask".to_owned()).into())
        }
        Ok(servers) => Ok(unique(&servers)),
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

fn case(
    domains: &[DomainName],
    servers: &[SocketAddr],
    told: Vec<Vec<Vec<Probe>>>,
    modes: &[DnsMode],
) -> Case {
    let server = |(address, probes): (&SocketAddr, Vec<Probe>)| {
        let seen = Seen::of(&probes);
        let verdict = judge(&seen, modes);
        let (advice, (left, lost)) = (advise(verdict, &seen, modes), hosts(&seen));
        Server { address: *address, verdict, advice, left, lost, probes }
    };
    let domain = |(name, told): (&DomainName, Vec<Vec<Probe>>)| Domain {
        name: name.typed().to_owned(),
        ascii: name.ascii().to_owned(),
        servers: servers.iter().zip(told).map(server).collect(),
    };
    Case { domains: domains.iter().zip(told).map(domain).collect() }
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
