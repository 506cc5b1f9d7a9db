//! What the outcomes of the probes mean together: one verdict for a domain and a DNS server.
//!
//! The order of the questions matters and is this: does anybody answer at all; what do UDP and
//! TCP say of the domain; does the answer fit; would the cure help; does EDNS0 get through.

use super::probe::{Answer, EDNS_SIZES, Outcome, Probe, Question, Rcode, Transport};
use crate::metabase::property::DnsMode;

/// What is wrong between the SMTP service and a DNS server about a domain, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The UDP answer is whole.
    Fits,
    /// The UDP answer is truncated, and TCP answers.
    TcpWorks,
    /// It would be [`Verdict::Kb820284`] or [`Verdict::UdpBlocked`], and the mode in force is the
    /// cure already.
    Cured,
    /// Truncated with at least one MX host left, and TCP does not answer: the article's case.
    Kb820284,
    /// Truncated with no MX host left, and TCP does not answer.
    CureWouldNotHelp,
    /// The default mode would find the hosts; the one in force does not.
    ModeInTheWay,
    /// TCP answers, UDP does not.
    UdpBlocked,
    /// Plain UDP answers, UDP with EDNS0 does not: KB 832223.
    EdnsBlocked,
    /// UDP and TCP both answer whole, and differ.
    AnswersDiffer,
    /// The domain has no MX record.
    NoMx,
    /// The domain says that it takes no mail.
    NullMx,
    /// The domain does not exist.
    NoSuchDomain,
    /// The server is alive and cannot say.
    ServerFailure,
    /// The server does not answer at all.
    Unreachable,
    /// Something answers that is no DNS server.
    NotDns,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 15] = [
        Self::Fits,
        Self::TcpWorks,
        Self::Cured,
        Self::Kb820284,
        Self::CureWouldNotHelp,
        Self::ModeInTheWay,
        Self::UdpBlocked,
        Self::EdnsBlocked,
        Self::AnswersDiffer,
        Self::NoMx,
        Self::NullMx,
        Self::NoSuchDomain,
        Self::ServerFailure,
        Self::Unreachable,
        Self::NotDns,
    ];

    /// The name by which scripts know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::TcpWorks => "tcp-works",
            Self::Cured => "cured",
            Self::Kb820284 => "kb-820284",
            Self::CureWouldNotHelp => "cure-would-not-help",
            Self::ModeInTheWay => "mode-in-the-way",
            Self::UdpBlocked => "udp-blocked",
            Self::EdnsBlocked => "edns-blocked",
            Self::AnswersDiffer => "answers-differ",
            Self::NoMx => "no-mx",
            Self::NullMx => "null-mx",
            Self::NoSuchDomain => "no-such-domain",
            Self::ServerFailure => "server-failure",
            Self::Unreachable => "unreachable",
            Self::NotDns => "not-dns",
        }
    }

    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_well(self) -> bool {
        matches!(self, Self::Fits | Self::TcpWorks | Self::Cured)
    }

    /// Whether nothing could be learnt about the domain.
    #[must_use]
    pub fn is_blank(self) -> bool {
        matches!(self, Self::Unreachable | Self::NotDns)
    }
}

/// What the probes of one domain and one server brought.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The MX question over UDP, as the SMTP service asks it.
    pub udp: &'a Outcome,
    /// The MX question over TCP.
    pub tcp: &'a Outcome,
    /// The MX question over UDP with EDNS0, once for each of [`EDNS_SIZES`].
    pub edns: [&'a Outcome; 2],
    /// The control question.
    pub control: &'a Outcome,
}

impl<'a> Seen<'a> {
    /// Finds them among the probes of a domain and a server; what was not asked counts as not
    /// answered.
    #[must_use]
    pub fn of(probes: &'a [Probe]) -> Self {
        let found = |question: Question, transport| {
            let mut probes = probes.iter();
            let probe = probes.find(|p| p.question == question && p.transport == transport);
            probe.map_or(&Outcome::Timeout, |probe| &probe.outcome)
        };
        Self {
            udp: found(Question::Mx, Transport::Udp),
            tcp: found(Question::Mx, Transport::Tcp),
            edns: EDNS_SIZES.map(|size| found(Question::Mx, Transport::UdpEdns(size))),
            control: found(Question::Control, Transport::Udp),
        }
    }

    fn all(&self) -> [&'a Outcome; 5] {
        [self.udp, self.tcp, self.edns[0], self.edns[1], self.control]
    }

    /// The answer that says most about the domain: a whole one, if there is one.
    #[must_use]
    pub fn fullest(&self) -> Option<&'a Answer> {
        let answers = self.all().into_iter().take(4).filter_map(Outcome::answer);
        let good = answers.filter(|answer| answer.rcode == Rcode::NO_ERROR);
        good.max_by_key(|answer| (answer.complete && !answer.truncated, answer.hosts().len()))
    }
}

/// What one answer says of the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// It has MX hosts.
    Hosts,
    /// It has none.
    NoMx,
    /// It takes no mail.
    NullMx,
    /// It does not exist.
    NoDomain,
    /// The server cannot say.
    Failure,
}

impl Says {
    fn of(answer: &Answer) -> Self {
        match answer.rcode {
            Rcode::NO_ERROR if answer.is_null_mx() => Self::NullMx,
            Rcode::NO_ERROR if answer.hosts().is_empty() => Self::NoMx,
            Rcode::NO_ERROR => Self::Hosts,
            Rcode::NX_DOMAIN => Self::NoDomain,
            _ => Self::Failure,
        }
    }

    /// The verdict where that is all there is to say.
    fn alone(self) -> Option<Verdict> {
        match self {
            Self::Hosts => None,
            Self::NoMx => Some(Verdict::NoMx),
            Self::NullMx => Some(Verdict::NullMx),
            Self::NoDomain => Some(Verdict::NoSuchDomain),
            Self::Failure => Some(Verdict::ServerFailure),
        }
    }
}

/// Whether an answer is there in full: neither cut off by the server nor on the way.
fn whole(outcome: &Outcome) -> Option<&Answer> {
    outcome.answer().filter(|answer| !answer.truncated && answer.complete)
}

/// Judges one domain and one server; `modes` are the DNS modes in force, one for each virtual
/// server, and none where no metabase says so.
#[must_use]
pub fn judge(seen: &Seen<'_>, modes: &[DnsMode]) -> Verdict {
    let always = |mode| !modes.is_empty() && modes.iter().all(|one| *one == mode);
    if seen.all().iter().all(|outcome| outcome.answer().is_none()) {
        let is_junk = seen.all().into_iter().any(|outcome| *outcome == Outcome::NotDns);
        return if is_junk { Verdict::NotDns } else { Verdict::Unreachable };
    }
    let verdict = match (seen.udp.answer(), whole(seen.tcp)) {
        (Some(udp), tcp) if udp.rcode == Rcode::NO_ERROR && (udp.truncated || !udp.complete) => {
            truncated(udp, tcp, modes)
        }
        (Some(udp), Some(tcp)) if differ(udp, tcp) => Verdict::AnswersDiffer,
        (Some(udp), tcp) => match Says::of(udp).alone() {
            Some(verdict) => verdict,
            None if tcp.is_none() && modes.contains(&DnsMode::TcpOnly) => Verdict::ModeInTheWay,
            None if edns_is_blocked(seen) => Verdict::EdnsBlocked,
            None => Verdict::Fits,
        },
        (None, Some(tcp)) => match Says::of(tcp).alone() {
            Some(verdict) => verdict,
            None if always(DnsMode::TcpOnly) => Verdict::Cured,
            None => Verdict::UdpBlocked,
        },
        // It is alive: something else was answered.
        (None, None) => Verdict::ServerFailure,
    };
    // What works for the SMTP service may still not work for a DNS server behind this firewall.
    match verdict {
        Verdict::TcpWorks if edns_is_blocked(seen) => Verdict::EdnsBlocked,
        verdict => verdict,
    }
}

/// UDP was truncated.
fn truncated(udp: &Answer, tcp: Option<&Answer>, modes: &[DnsMode]) -> Verdict {
    let left = udp.hosts().len();
    match tcp.map(Says::of) {
        Some(Says::Hosts) if left == 0 && modes.contains(&DnsMode::UdpOnly) => {
            Verdict::ModeInTheWay
        }
        Some(Says::Hosts) => Verdict::TcpWorks,
        Some(Says::NoDomain) => Verdict::AnswersDiffer,
        Some(Says::NoMx | Says::NullMx) if left > 0 => Verdict::AnswersDiffer,
        Some(Says::NoMx) => Verdict::NoMx,
        Some(Says::NullMx) => Verdict::NullMx,
        None | Some(Says::Failure) if left == 0 => Verdict::CureWouldNotHelp,
        None | Some(Says::Failure)
            if !modes.is_empty() && modes.iter().all(|mode| *mode == DnsMode::UdpOnly) =>
        {
            Verdict::Cured
        }
        None | Some(Says::Failure) => Verdict::Kb820284,
    }
}

/// Whether two whole answers contradict each other. A failure contradicts nothing.
fn differ(udp: &Answer, tcp: &Answer) -> bool {
    let (one, other) = (Says::of(udp), Says::of(tcp));
    let failed = one == Says::Failure || other == Says::Failure;
    !failed && (one != other || udp.hosts() != tcp.hosts())
}

/// Whether plain UDP answers and EDNS0 does not. FORMERR is an answer: an old server that does not
/// know EDNS0 says so, and whoever asks then asks without it.
fn edns_is_blocked(seen: &Seen<'_>) -> bool {
    seen.udp.answer().is_some() && seen.edns.iter().any(|outcome| outcome.answer().is_none())
}

#[cfg(test)]
mod tests;
