//! A question to a DNS server, and what came of it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The MX records of the domain.
    Mx,
    /// What every DNS server can answer without asking another one (RFC 6303 section 4.2): the
    /// name of 127.0.0.1. It tells a dead server from a dead domain.
    Control,
    /// The IPv4 addresses of a host.
    Address(String),
}

/// How it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// As the SMTP service asks first: UDP without EDNS0, so that an answer has 512 bytes at most
    /// (RFC 1035 section 4.2.1).
    Udp,
    /// TCP.
    Tcp,
    /// UDP with EDNS0, which takes answers of up to so many bytes (RFC 6891).
    UdpEdns(u16),
}

/// The sizes that EDNS0 is tried with: what most programs offered for years, and what fits into
/// one packet almost everywhere, as DNS Flag Day 2020 recommends.
pub const EDNS_SIZES: [u16; 2] = [4096, 1232];

impl Transport {
    /// The name by which scripts know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::UdpEdns(_) => "udp-edns",
        }
    }

    /// The size that it offers to take with EDNS0.
    #[must_use]
    pub fn edns_size(self) -> Option<u16> {
        match self {
            Self::UdpEdns(size) => Some(size),
            Self::Udp | Self::Tcp => None,
        }
    }
}

/// The code of an answer (RFC 1035 section 4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rcode(pub u8);

impl Rcode {
    /// No error.
    pub const NO_ERROR: Self = Self(0);
    /// The server does not understand the question.
    pub const FORM_ERR: Self = Self(1);
    /// The server could not find out.
    pub const SERV_FAIL: Self = Self(2);
    /// There is no such name.
    pub const NX_DOMAIN: Self = Self(3);
    /// The server does not answer this to us.
    pub const REFUSED: Self = Self(5);

    /// The name by which everybody knows it.
    #[must_use]
    pub fn name(self) -> String {
        match self.0 {
            0 => "NOERROR".to_owned(),
            1 => "FORMERR".to_owned(),
            2 => "SERVFAIL".to_owned(),
            3 => "NXDOMAIN".to_owned(),
            4 => "NOTIMP".to_owned(),
            5 => "REFUSED".to_owned(),
            9 => "NOTAUTH".to_owned(),
            other => format!("RCODE{other}"),
        }
    }
}

/// A host that takes mail for the domain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mx {
    /// The lowest is tried first.
    pub preference: u16,
    /// Its name; empty is the root, with which a domain says that it takes no mail (RFC 7505).
    pub host: String,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its code.
    pub rcode: Rcode,
    /// Whether the server says that it was too long and is cut off (the bit TC).
    pub truncated: bool,
    /// Whether all records that it announces are in it and can be read.
    pub complete: bool,
    /// The MX records of the domain, or of the name that it is an alias of.
    pub mx: Vec<Mx>,
    /// The name that the domain is an alias of (CNAME).
    pub alias: Option<String>,
    /// The addresses, where addresses were asked for.
    pub addresses: Vec<IpAddr>,
    /// Its size.
    pub bytes: usize,
}

impl Answer {
    /// The names of its MX hosts, without case.
    #[must_use]
    pub fn hosts(&self) -> BTreeSet<String> {
        let named = self.mx.iter().filter(|mx| !mx.host.is_empty());
        named.map(|mx| mx.host.to_ascii_lowercase()).collect()
    }

    /// Whether the domain says that it takes no mail (RFC 7505 section 3).
    #[must_use]
    pub fn is_null_mx(&self) -> bool {
        !self.mx.is_empty() && self.mx.iter().all(|mx| mx.host.is_empty())
    }
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A DNS answer.
    Answer(Answer),
    /// Nobody listens there: the connection, or the datagram, was refused.
    Refused,
    /// The connection was made and then broken without an answer.
    Reset,
    /// Nothing came in time.
    Timeout,
    /// What came is no DNS answer.
    NotDns,
    /// The system could not ask, for this reason.
    Failed(String),
}

impl Outcome {
    /// The answer, if there is one.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Answer(answer) => Some(answer),
            _ => None,
        }
    }

    /// The name by which scripts know it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answer(answer) => match answer.rcode {
                Rcode::NO_ERROR if answer.truncated => "truncated",
                Rcode::NO_ERROR => "answer",
                Rcode::FORM_ERR => "formerr",
                Rcode::SERV_FAIL => "servfail",
                Rcode::NX_DOMAIN => "nxdomain",
                Rcode::REFUSED => "refused",
                _ => "error",
            },
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::NotDns | Self::Failed(_) => "error",
        }
    }
}

/// Something odd about the datagrams that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// The answer came only after the question had been repeated.
    Late,
    /// The answer came twice.
    Twice,
    /// An answer with another ID came: not counted.
    OtherId,
    /// An answer to another question came: not counted.
    OtherQuestion,
    /// An answer came from another address than the one that was asked: not counted.
    OtherAddress,
    /// Something came that is no DNS answer: not counted.
    Junk,
}

impl Oddity {
    /// The name by which scripts know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Twice => "twice",
            Self::OtherId => "other-id",
            Self::OtherQuestion => "other-question",
            Self::OtherAddress => "other-address",
            Self::Junk => "junk",
        }
    }

    /// What people are told.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Late => "came late, after the question was repeated",
            Self::Twice => "came twice",
            Self::OtherId => "an answer with another ID was left out",
            Self::OtherQuestion => "an answer to another question was left out",
            Self::OtherAddress => "an answer from another address was left out",
            Self::Junk => "something that is no DNS answer was left out",
        }
    }
}

/// A question, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What was asked.
    pub question: Question,
    /// How.
    pub transport: Transport,
    /// What came of it.
    pub outcome: Outcome,
    /// How long that took.
    pub took: Duration,
    /// What was odd about it.
    pub oddities: Vec<Oddity>,
}
