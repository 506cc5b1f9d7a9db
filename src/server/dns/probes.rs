//! All questions about some domains to some servers, at once.
//!
//! Owns the threads: a bounded number of them, so that a server that hangs costs its time once and
//! not once for each domain.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::exchange::{Ask, Told, ask};
use super::message::Kind;
use super::name::DomainName;
use crate::inspect::diagnosis::probe::{EDNS_SIZES, Outcome, Probe, Question, Rcode, Transport};
use crate::inspect::diagnosis::verdict::Seen;

/// How many questions wait for their answers at a time: those of 64 pairs.
const AT_ONCE: usize = 256;
/// What a thread that asks needs at most; 256 of them fit into a small server.
const STACK: usize = 256 * 1024;
/// Of how many of the best hosts the addresses are asked for.
const BEST: usize = 3;
/// What every DNS server answers by itself (RFC 6303 section 4.2).
const CONTROL: &str = "1.0.0.127.in-addr.arpa";

/// The probes of each domain and each server, in the order of both.
#[must_use]
pub fn run(
    domains: &[DomainName],
    servers: &[SocketAddr],
    timeout: Duration,
) -> Vec<Vec<Vec<Probe>>> {
    let closed: HashMap<SocketAddr, AtomicBool> =
        servers.iter().map(|server| (*server, AtomicBool::new(false))).collect();
    let open = AtomicBool::new(false);
    let work = |(ask_for, question): &(Ask, Question)| {
        let refused = closed.get(&ask_for.server).unwrap_or(&open);
        let Told { outcome, took, oddities } =
            ask(ask_for, *question == Question::Control, refused);
        let (question, transport) = (question.clone(), ask_for.transport);
        Probe { question, transport, outcome, took, oddities }
    };

    // First each server's control question, which tells the others that a port is closed.
    let to = |server: &SocketAddr, name: &str, kind, transport, question| {
        (Ask { server: *server, name: name.to_owned(), kind, transport, timeout }, question)
    };
    let mut jobs = Vec::new();
    for server in servers {
        jobs.push(to(server, CONTROL, Kind::Ptr, Transport::Udp, Question::Control));
    }
    let ways = [
        Transport::Udp,
        Transport::Tcp,
        Transport::UdpEdns(EDNS_SIZES[0]),
        Transport::UdpEdns(EDNS_SIZES[1]),
    ];
    for domain in domains {
        for server in servers {
            for way in ways {
                jobs.push(to(server, domain.ascii(), Kind::Mx, way, Question::Mx));
            }
        }
    }
    let mut told = all(&jobs, work).into_iter();
    let control: Vec<Probe> = told.by_ref().take(servers.len()).collect();
    let mut pairs = Vec::new();
    for _ in domains {
        for control in &control {
            let mut probes: Vec<Probe> = told.by_ref().take(ways.len()).collect();
            probes.push(control.clone());
            pairs.push(probes);
        }
    }

    // Then the addresses that the first answers lead to.
    let mut jobs = Vec::new();
    let mut whose = Vec::new();
    for (at, probes) in pairs.iter().enumerate() {
        let (domain, server) = (&domains[at / servers.len()], &servers[at % servers.len()]);
        for (name, transport) in next(domain, probes) {
            let question = Question::Address(name.clone());
            jobs.push(to(server, &name, Kind::A, transport, question));
            whose.push(at);
        }
    }
    for (at, probe) in whose.into_iter().zip(all(&jobs, work)) {
        pairs[at].push(probe);
    }
    let mut pairs = pairs.into_iter();
    domains.iter().map(|_| pairs.by_ref().take(servers.len()).collect()).collect()
}

/// Of which hosts the addresses are asked for, and how: the best ones, or the domain itself where
/// it has no MX record.
fn next(domain: &DomainName, probes: &[Probe]) -> Vec<(String, Transport)> {
    let seen = Seen::of(probes);
    let way = if seen.udp.answer().is_some() { Transport::Udp } else { Transport::Tcp };
    let used = match (seen.udp, seen.tcp) {
        (Outcome::Answer(udp), _) if !udp.mx.is_empty() => Some(udp),
        _ => seen.fullest(),
    };
    let Some(answer) = used else { return Vec::new() };
    if answer.rcode == Rcode::NO_ERROR && answer.mx.is_empty() && !answer.truncated {
        return vec![(domain.ascii().to_owned(), way)];
    }
    let named = answer.mx.iter().filter(|mx| !mx.host.is_empty());
    named.take(BEST).map(|mx| (mx.host.clone(), way)).collect()
}

/// Does all jobs, so many at a time, and gives their results in their order.
fn all<T: Sync, R: Send>(jobs: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(jobs.len()));
    let worker = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { return };
            let result = work(job);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    thread::scope(|scope| {
        for _ in 1..jobs.len().min(AT_ONCE) {
            // Where the system gives no more threads, fewer do it.
            if thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker).is_err() {
                break;
            }
        }
        worker();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_jobs_are_done_in_their_order_and_at_once() {
        let jobs: Vec<usize> = (0..1000).collect();
        assert_eq!(all(&jobs, |job| job * 2), jobs.iter().map(|job| job * 2).collect::<Vec<_>>());
        let begun = std::time::Instant::now();
        all(&jobs[..AT_ONCE], |_| thread::sleep(Duration::from_millis(100)));
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert!(all::<usize, usize>(&[], |job| *job).is_empty());
    }
}
