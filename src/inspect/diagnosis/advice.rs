//! What a verdict means, in two sentences, and what to do about it.
//!
//! Owns the words. The commands in them are values until they are printed.

use super::probe::{EDNS_SIZES, Outcome};
use super::verdict::{Seen, Verdict};
use crate::metabase::property::DnsMode;

/// What to do about a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What the verdict means: two sentences.
    pub meaning: String,
    /// What to do.
    pub advice: String,
    /// The command that does it, if there is one.
    pub command: Option<Command>,
}

/// A command that helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The arguments of a metafix command.
    Metafix(Vec<&'static str>),
    /// Another program's, with what the reader has to fill in, in capitals.
    Other(&'static str),
}

fn set(mode: DnsMode) -> Option<Command> {
    Some(Command::Metafix(vec!["set-dns-mode", mode.name()]))
}

/// Says what a verdict means where this was seen, with these DNS modes in force.
#[must_use]
pub fn advise(verdict: Verdict, seen: &Seen<'_>, modes: &[DnsMode]) -> Advice {
    let (meaning, advice, command) = match verdict {
        Verdict::Fits
        | Verdict::TcpWorks
        | Verdict::Cured
        | Verdict::ModeInTheWay
        | Verdict::Kb820284
        | Verdict::CureWouldNotHelp => about_length(verdict, seen, modes),
        Verdict::UdpBlocked | Verdict::EdnsBlocked | Verdict::AnswersDiffer => {
            about_way(verdict, seen)
        }
        Verdict::NoMx | Verdict::NullMx | Verdict::NoSuchDomain => about_domain(verdict, seen),
        Verdict::ServerFailure | Verdict::Unreachable | Verdict::NotDns => {
            about_server(verdict, seen)
        }
    };
    Advice { meaning, advice: advice.to_owned(), command }
}

type Words = (String, &'static str, Option<Command>);

/// Does the answer fit, and does the mode in force suit it?
fn about_length(verdict: Verdict, seen: &Seen<'_>, modes: &[DnsMode]) -> Words {
    let bytes = seen.udp.answer().map_or(0, |answer| answer.bytes);
    let left = seen.udp.answer().map_or(0, |answer| answer.hosts().len());
    let whole = seen.fullest().filter(|answer| answer.complete && !answer.truncated);
    let all = whole.map_or(left, |answer| answer.hosts().len());
    let of_all = if all > left { format!("{left} of {all}") } else { left.to_string() };
    let tcp = silence(seen.tcp);
    match verdict {
        Verdict::TcpWorks if modes.contains(&DnsMode::UdpOnly) => (
            format!(
                "The answer over UDP is truncated ({bytes} bytes, {of_all} MX hosts), and TCP \
                 answers. The mode in force, udp-only, uses the truncated answer all the same."
            ),
            "Mail arrives as long as one of the hosts left does. Go back to the default mode, \
             which asks over TCP and finds all of them (RFC 1123 section 6.1.3.2).",
            set(DnsMode::UdpThenTcp),
        ),
        Verdict::TcpWorks => (
            format!(
                "The answer over UDP is truncated ({bytes} bytes, {of_all} MX hosts), and TCP \
                 answers. The default mode asks over TCP then and finds all hosts."
            ),
            "Nothing is to be done.",
            None,
        ),
        Verdict::Cured if seen.udp.answer().is_none() => (
            "TCP answers, UDP does not. The mode in force is tcp-only, which is the cure."
                .to_owned(),
            "Nothing is to be done; better is a DNS server that answers over UDP too.",
            None,
        ),
        Verdict::Cured => (
            format!(
                "The answer over UDP is truncated ({bytes} bytes, {of_all} MX hosts), and TCP \
                 {tcp}. The mode in force is udp-only, so the SMTP service uses the hosts that \
                 are left: the cure of KB 820284."
            ),
            "Nothing is to be done; better is a DNS server that answers over TCP port 53 too.",
            None,
        ),
        Verdict::Kb820284 => (
            format!(
                "The answer over UDP is truncated ({bytes} bytes, {of_all} MX hosts), and TCP \
                 {tcp}: the case of KB 820284. In the default mode the SMTP service finds no \
                 host and logs event 4000."
            ),
            "Best, open TCP port 53 to the DNS server, or take another one. Else set the mode to \
             udp-only: the SMTP service then uses the hosts that are left.",
            set(DnsMode::UdpOnly),
        ),
        Verdict::CureWouldNotHelp => (
            format!(
                "The answer over UDP is truncated to {bytes} bytes with no MX host left in it, \
                 and TCP {tcp}. The cure of KB 820284, udp-only, finds no host here."
            ),
            "Open TCP port 53 to the DNS server, or let the SMTP service ask another DNS server, \
             or send the domain's mail through a smart host.",
            None,
        ),
        Verdict::ModeInTheWay if modes.contains(&DnsMode::TcpOnly) && left > 0 => (
            format!(
                "The answer over UDP is whole, and TCP {tcp}. The mode in force, tcp-only, never \
                 asks over UDP and so finds no host of any domain."
            ),
            "Go back to the default mode.",
            set(DnsMode::UdpThenTcp),
        ),
        Verdict::ModeInTheWay => (
            "The answer over UDP is truncated with no MX host left in it, and TCP answers. The \
             mode in force, udp-only, never asks over TCP and so finds no host."
                .to_owned(),
            "Go back to the default mode.",
            set(DnsMode::UdpThenTcp),
        ),
        _ => (
            format!(
                "The answer over UDP is whole ({bytes} bytes, {left} MX hosts). The fault of KB \
                 820284 is not the problem here."
            ),
            "Nothing is to be done.",
            None,
        ),
    }
}

/// What gets through between here and the server?
fn about_way(verdict: Verdict, seen: &Seen<'_>) -> Words {
    match verdict {
        Verdict::UdpBlocked => (
            format!(
                "TCP answers, and UDP {}. In the default mode the SMTP service asks over UDP \
                 first and finds no host.",
                silence(seen.udp)
            ),
            "Best, open UDP port 53 to the DNS server, or take another one. Else set the mode to \
             tcp-only.",
            set(DnsMode::TcpOnly),
        ),
        Verdict::EdnsBlocked => {
            let sizes = EDNS_SIZES.into_iter().zip(seen.edns);
            let silent = sizes.filter(|(_, outcome)| outcome.answer().is_none());
            let silent: Vec<_> = silent.map(|(size, _)| format!("{size} bytes")).collect();
            (
                format!(
                    "Plain UDP answers; with EDNS0 no answer of up to {} comes through. The SMTP \
                     service does not use EDNS0, but a DNS server of Windows that asks through \
                     this firewall does: KB 832223.",
                    silent.join(" or ")
                ),
                "If a DNS server of Windows asks through this firewall, let UDP answers of more \
                 than 512 bytes and their fragments through, or have it ask without EDNS0.",
                Some(Command::Other("dnscmd SERVER /Config /EnableEDnsProbes 0")),
            )
        }
        _ => (
            "UDP and TCP both answer whole, and the answers differ. Which hosts the SMTP service \
             finds depends on the way it asks."
                .to_owned(),
            "Find out what answers in the DNS server's place: a firewall, a load balancer in \
             front of servers that do not agree, or a zone that was changed just now.",
            None,
        ),
    }
}

/// What does the domain say of itself?
fn about_domain(verdict: Verdict, seen: &Seen<'_>) -> Words {
    let alias = seen.fullest().and_then(|answer| answer.alias.as_deref());
    let alias = alias.map(|alias| format!(" It is an alias of {alias}."));
    match verdict {
        Verdict::NullMx => (
            "The domain says that it takes no mail: its one MX record names no host (RFC 7505). \
             No DNS mode changes that."
                .to_owned(),
            "Ask the domain's owner for another address.",
            None,
        ),
        Verdict::NoSuchDomain => (
            "The DNS server says that the domain does not exist. No DNS mode changes that."
                .to_owned(),
            "Check how the name is written; for a name inside the company, check that this is \
             the DNS server that knows it.",
            None,
        ),
        _ => (
            format!(
                "The domain has no MX record.{} The SMTP service then delivers to the address of \
                 the domain itself, if it has one (RFC 5321 section 5.1).",
                alias.unwrap_or_default()
            ),
            "Ask the domain's owner whether its host takes mail.",
            None,
        ),
    }
}

/// What is wrong with the server?
fn about_server(verdict: Verdict, seen: &Seen<'_>) -> Words {
    match verdict {
        Verdict::Unreachable => (
            format!(
                "Nothing answers at this address: UDP {}, TCP {}. Nothing was learnt about the \
                 domain.",
                silence(seen.udp),
                silence(seen.tcp)
            ),
            "Check the address, the DNS server's service, and the firewall between: port 53, UDP \
             and TCP.",
            None,
        ),
        Verdict::NotDns => (
            "Something answers at this address that does not speak DNS. Nothing was learnt about \
             the domain."
                .to_owned(),
            "Check the address and the port.",
            None,
        ),
        _ => {
            let codes = [seen.udp, seen.tcp].into_iter().filter_map(Outcome::answer);
            let code = codes.map(|answer| answer.rcode.name()).next();
            let says = match code {
                Some(code) => format!("The DNS server is alive and answers {code} for the domain."),
                None => "The DNS server is alive, but does not answer for the domain.".to_owned(),
            };
            (
                format!("{says} The SMTP service finds no host, whatever its mode is."),
                "Look at the DNS server: its forwarders, whom it answers, and the way to the \
                 domain's own servers. Ask another DNS server with --dns to compare.",
                None,
            )
        }
    }
}

/// How somebody does not answer.
fn silence(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answer(answer) if answer.truncated => "is truncated too".to_owned(),
        Outcome::Answer(answer) if !answer.complete => "breaks off".to_owned(),
        Outcome::Answer(answer) => format!("answers {}", answer.rcode.name()),
        Outcome::Refused => "is refused".to_owned(),
        Outcome::Reset => "is cut off".to_owned(),
        Outcome::Timeout => "does not answer".to_owned(),
        Outcome::NotDns => "does not speak DNS".to_owned(),
        Outcome::Failed(why) => format!("fails ({why})"),
    }
}
