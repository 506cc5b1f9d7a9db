//! `diagnose` on the command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::page::Page;
use crate::server::dns::name::DomainName;
use crate::server::dns::system::PORT;

const DIAGNOSE_EXIT_CODES: &str = "\
Verdicts:
  fits                 the UDP answer is whole: this is not the problem here
  tcp-works            the UDP answer is truncated, and TCP answers: the default mode works
  cured                the mode in force is the cure, and it works
  kb-820284            truncated with MX hosts left, TCP does not answer: udp-only helps in part
  cure-would-not-help  truncated with no MX host left, TCP does not answer: udp-only finds none
  mode-in-the-way      the default mode would find the hosts, the one in force does not
  udp-blocked          TCP answers, UDP does not: tcp-only would work
  edns-blocked         plain UDP answers, EDNS0 does not (KB 832223)
  answers-differ       UDP and TCP both answer whole, with different hosts
  no-mx, null-mx, no-such-domain, server-failure, unreachable, not-dns

Exit codes:
  0  nothing is to be done: fits, tcp-works, cured
  1  failure: nothing could be learnt
  2  usage: the command line is wrong
  3  refused: the metabase cannot be read
  6  something is to be done

Asks the named DNS servers for the MX records of the named domains, and for addresses; sends
nothing else anywhere, and writes nothing.";

/// What `diagnose` takes.
#[derive(Debug, Args)]
#[command(after_long_help = DIAGNOSE_EXIT_CODES)]
pub struct Diagnose {
    /// The domains that mail does not reach [default: those that the event log names]
    #[arg(value_name = "DOMAIN")]
    pub domains: Vec<DomainName>,

    /// A saved event log: XML, csv, text or .evt; can be given more than once [default: on Windows
    /// the live log]
    #[arg(long, value_name = "FILE")]
    pub events: Vec<PathBuf>,

    /// A DNS server to ask, instead of those that the metabase names or this machine asks
    #[arg(long, value_name = "ADDRESS[:PORT]", value_parser = dns_server)]
    pub dns: Vec<SocketAddr>,

    /// How long each answer may take
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub timeout: Duration,

    /// Where a report goes.
    #[command(flatten)]
    pub page: Page,
}

fn dns_server(text: &str) -> Result<SocketAddr, &'static str> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok().filter(|ip| bare == text || ip.is_ipv6());
    let server = match address {
        Some(address) => SocketAddr::new(address, PORT),
        None => text.parse().map_err(|_| {
            "not the address of a DNS server, such as 192.0.2.53, 192.0.2.53:5353 or \
             [2001:db8::53]:5353"
        })?,
    };
    if server.port() == 0 { Err("nobody listens on port 0") } else { Ok(server) }
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.1..=60.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("not a number of seconds from 0.1 to 60"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dns_server_is_an_address_with_or_without_a_port() {
        let told = |text| dns_server(text).map_or_else(str::to_owned, |found| found.to_string());
        assert_eq!(told("192.0.2.53"), "192.0.2.53:53");
        assert_eq!(told("192.0.2.53:5353"), "192.0.2.53:5353");
        assert_eq!(told("2001:db8::53"), "[2001:db8::53]:53");
        assert_eq!(told("[2001:db8::53]"), "[2001:db8::53]:53");
        assert_eq!(told("[2001:db8::53]:5353"), "[2001:db8::53]:5353");
        for wrong in ["", "dns.example.com", "192.0.2.53:", "192.0.2.53:x", "[192.0.2.53]", "1.2.3"]
        {
            assert!(told(wrong).starts_with("not the address"), "{wrong}");
        }
        assert!(told("192.0.2.53:0").contains("port 0"));
    }

    #[test]
    fn a_timeout_is_neither_nothing_nor_for_ever() {
        assert_eq!(seconds("5"), Ok(Duration::from_secs(5)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "NaN", "inf", "61", "5s", ""] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
