//! All that a diagnosis found, as plain values: who was asked what, what came of it, and the
//! verdicts. What is printed, as text, JSON or a report, is made from this alone.

use std::net::SocketAddr;

use super::advice::Advice;
use super::delivery::Delivery;
use super::notes::Note;
use super::probe::{Mx, Probe};
use super::verdict::{Seen, Verdict};
use crate::inspect::events::{DomainEvents, Events};

/// A whole diagnosis.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What event logs say, if any was read.
    pub log: Option<Log>,
    /// What the metabase says of delivery, if there is one.
    pub delivery: Option<Delivery>,
    /// What changed since the last change of a DNS mode.
    pub since: Option<Since>,
    /// Who said which DNS servers to ask.
    pub origin: Origin,
    /// The domains, in the order in which they were asked for.
    pub domains: Vec<Domain>,
}

/// What was read of event logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The files; nothing for the live log.
    pub files: Vec<String>,
    /// What they say.
    pub events: Events,
    /// The domains in them that no DNS server can be asked for.
    pub strange: Vec<String>,
}

/// What has become of the DNS modes since a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The name of the backup.
    pub backup: String,
    /// When it was made.
    pub made: String,
    /// The keys whose mode is another one now.
    pub changes: Vec<ModeChange>,
}

/// A key whose DNS mode was another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeChange {
    /// Its `Location`.
    pub key: String,
    /// The name of the mode in the backup.
    pub was: &'static str,
    /// The name of the mode at present.
    pub now: &'static str,
}

/// Who said which DNS servers to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Asked,
    /// The metabase.
    Metabase,
    /// The system.
    System,
}

impl Origin {
    /// The name by which scripts know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "command-line",
            Self::Metabase => "metabase",
            Self::System => "system",
        }
    }
}

/// A domain that mail should reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// Its name as the user gave it.
    pub name: String,
    /// Its name as DNS servers are asked for it: the same, unless it is an internationalized one.
    pub ascii: String,
    /// Its events in the log, if there are some.
    pub events: Option<DomainEvents>,
    /// What the metabase says that bears upon it.
    pub notes: Vec<Note>,
    /// What each DNS server says of it.
    pub servers: Vec<Server>,
}

/// A DNS server and a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// The DNS server.
    pub address: SocketAddr,
    /// What it was asked, and what came of it.
    pub probes: Vec<Probe>,
    /// What is wrong, if anything.
    pub verdict: Verdict,
    /// What that means and what to do.
    pub advice: Advice,
    /// The MX hosts that are in the answer by UDP without EDNS0, best first.
    pub left: Vec<Mx>,
    /// The other MX hosts, as far as another answer names them.
    pub lost: Vec<Mx>,
}

impl Domain {
    /// Whether DNS servers are asked for just what the user gave.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.name.trim_end_matches('.').eq_ignore_ascii_case(&self.ascii)
    }
}

impl Server {
    /// Whether an answer names all MX hosts.
    #[must_use]
    pub fn is_known_in_full(&self) -> bool {
        Seen::of(&self.probes).fullest().is_some_and(|answer| answer.complete && !answer.truncated)
    }
}

impl Case {
    /// Every domain and server.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.domains.iter().flat_map(|domain| &domain.servers)
    }

    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.servers().all(|server| server.verdict.is_well())
    }

    /// Whether nothing could be learnt.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.servers().all(|server| server.verdict.is_blank())
    }
}
