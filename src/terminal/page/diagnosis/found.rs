//! What a diagnosis shows: words and numbers, whoever found them.

use crate::inspect::events::DomainEvents;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The metabase, if there is one.
    pub file: Option<String>,
    /// What of it matters, in its order.
    pub settings: Vec<Setting>,
    /// What was read of event logs, if any was.
    pub log: Option<Log>,
    /// The domains, in the order in which they matter.
    pub domains: Vec<Domain>,
    /// What has changed since the last change of the metabase, in a sentence.
    pub since: Option<String>,
}

/// Something of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setting {
    /// Where: a key, or a key's property.
    pub place: String,
    /// What it says.
    pub value: String,
    /// What follows from it here.
    pub meaning: String,
}

/// What was read of event logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    /// The files, or the live log.
    pub from: Vec<String>,
    /// How many events they hold.
    pub read: usize,
    /// How many events 4000 have another cause.
    pub other_causes: usize,
    /// How many are the symptom without a domain that can be told.
    pub nameless: usize,
    /// Whether it is only likely which number of a date is the day.
    pub order_is_likely: bool,
}

/// A domain to which mail does not go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// Its events, if there are some.
    pub events: Option<DomainEvents>,
    /// What the DNS servers said of it.
    pub servers: Vec<Server>,
}

/// What one DNS server said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Server {
    /// Its address.
    pub address: String,
    /// What follows.
    pub verdict: Verdict,
    /// The MX hosts that the answer over plain UDP has.
    pub left: Vec<String>,
    /// The MX hosts that only another answer has.
    pub lost: Vec<String>,
    /// The questions in their order.
    pub probes: Vec<Probe>,
}

/// What follows from the answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Its name.
    pub name: String,
    /// How things are.
    pub standing: Standing,
    /// What it means.
    pub meaning: String,
    /// What to do.
    pub advice: String,
    /// The command for that, if there is one.
    pub command: Option<String>,
}

/// How things are with a domain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is to be done.
    Well,
    /// Something is.
    ToDo,
    /// Nothing could be learnt.
    #[default]
    Unknown,
}

/// A question and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probe {
    /// What was asked: `MX contoso.com`.
    pub question: String,
    /// By which way: `UDP without EDNS0`.
    pub way: String,
    /// What came, in a word: `truncated`.
    pub outcome: String,
    /// How it came.
    pub back: Back,
    /// How many MX hosts are in it.
    pub mx: Option<usize>,
    /// How many bytes it has.
    pub bytes: Option<usize>,
    /// How long it took.
    pub milliseconds: u128,
    /// What was strange about it.
    pub oddities: Vec<String>,
}

/// How an answer came back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Back {
    /// Whole.
    Whole,
    /// Cut off.
    Truncated,
    /// Not at all.
    #[default]
    Nothing,
}
