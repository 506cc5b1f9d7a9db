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
    let length = Length::of(seen);
    let (meaning, advice, command) = match verdict {
        Verdict::Fits => length.fits(),
        Verdict::TcpWorks => length.tcp_works(modes.contains(&DnsMode::UdpOnly)),
        Verdict::Cured if seen.udp.answer().is_none() => cured_of_udp(),
        Verdict::Cured => length.cured(),
        Verdict::Kb820284 => length.article(),
        Verdict::CureWouldNotHelp => length.beyond_the_cure(),
        Verdict::ModeInTheWay => length.mode_in_the_way(modes.contains(&DnsMode::TcpOnly)),
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

/// How long the answer over UDP is, and what is left in it.
struct Length {
    bytes: usize,
    left: usize,
    /// How many hosts are left, of how many.
    hosts: String,
    /// How TCP does not answer.
    tcp: String,
}

impl Length {
    fn of(seen: &Seen<'_>) -> Self {
        let (bytes, left) =
            seen.udp.answer().map_or((0, 0), |answer| (answer.bytes, answer.hosts().len()));
        let whole = seen.fullest().filter(|answer| answer.complete && !answer.truncated);
        let all = whole.map_or(left, |answer| answer.hosts().len());
        let hosts = match (left, all) {
            (1, 1) => "1 MX host".to_owned(),
            (left, all) if all > left => format!("{left} of {all} MX hosts"),
            (left, _) => format!("{left} MX hosts"),
        };
        Self { bytes, left, hosts, tcp: silence(seen.tcp) }
    }

    /// The answer, and that it is cut off.
    fn truncated(&self) -> String {
        let Self { bytes, hosts, .. } = self;
        format!("The answer over UDP is truncated ({bytes} bytes, {hosts})")
    }

    fn fits(&self) -> Words {
        let Self { bytes, hosts, .. } = self;
        let meaning = format!(
            "The answer over UDP is whole ({bytes} bytes, {hosts}). The fault of KB 820284 is not \
             the problem here."
        );
        (meaning, NOTHING, None)
    }

    fn tcp_works(&self, is_udp_only: bool) -> Words {
        let truncated = self.truncated();
        if is_udp_only {
            let meaning = format!(
                "{truncated}, and TCP answers. The mode in force, udp-only, uses the truncated \
                 answer all the same."
            );
            let advice = "Mail arrives as long as one of the hosts left takes it. Go back to the \
                          default mode, which asks over TCP and finds all of them (RFC 1123 \
                          section 6.1.3.2).";
            return (meaning, advice, set(DnsMode::UdpThenTcp));
        }
        let meaning = format!(
            "{truncated}, and TCP answers. The default mode asks over TCP then and finds all hosts."
        );
        (meaning, NOTHING, None)
    }

    fn cured(&self) -> Words {
        let meaning = format!(
            "{}, and TCP {}. The mode in force is udp-only, so the SMTP service uses what is \
             left: the cure of KB 820284.",
            self.truncated(),
            self.tcp
        );
        let advice =
            "Nothing is to be done; better is a DNS server that answers over TCP port 53 too.";
        (meaning, advice, None)
    }

    fn article(&self) -> Words {
        let meaning = format!(
            "{}, and TCP {}: the case of KB 820284. In the default mode the SMTP service finds no \
             host and logs event 4000.",
            self.truncated(),
            self.tcp
        );
        let advice = "Best, open TCP port 53 to the DNS server, or take another one. Else set the \
                      mode to udp-only: the SMTP service then uses the hosts that are left.";
        (meaning, advice, set(DnsMode::UdpOnly))
    }

    fn beyond_the_cure(&self) -> Words {
        let Self { bytes, tcp, .. } = self;
        let meaning = format!(
            "The answer over UDP is truncated to {bytes} bytes with no MX host left in it, and \
             TCP {tcp}. The cure of KB 820284, udp-only, finds no host here."
        );
        let advice = "Open TCP port 53 to the DNS server, or let the SMTP service ask another DNS \
                      server, or send the domain's mail through a smart host.";
        (meaning, advice, None)
    }

    fn mode_in_the_way(&self, is_tcp_only: bool) -> Words {
        let meaning = if is_tcp_only && self.left > 0 {
            format!(
                "The answer over UDP is whole, and TCP {}. The mode in force, tcp-only, never \
                 asks over UDP and so finds no host of any domain.",
                self.tcp
            )
        } else {
            "The answer over UDP is truncated with no MX host left in it, and TCP answers. The \
             mode in force, udp-only, never asks over TCP and so finds no host."
                .to_owned()
        };
        (meaning, "Go back to the default mode.", set(DnsMode::UdpThenTcp))
    }
}

const NOTHING: &str = "Nothing is to be done.";

fn cured_of_udp() -> Words {
    let meaning = "TCP answers, UDP does not. The mode in force is tcp-only, which is the cure.";
    let advice = "Nothing is to be done; better is a DNS server that answers over UDP too.";
    (meaning.to_owned(), advice, None)
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
        Outcome::Failed(_) => "cannot be asked".to_owned(),
    }
}
