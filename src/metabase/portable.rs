//! What of a metabase can move to another machine.
//!
//! Owns the one list of what cannot: secrets, which only the machine that wrote them can read;
//! IIS's bookkeeping; and what is true of one machine alone. What is a setting moves, also where
//! it names a folder, a host or an address; such are named, to be looked at over there.

use crate::metabase::model::{Property, canonical};
use crate::metabase::protect::{Protection, protection};
use crate::metabase::schema::Schema;

/// Why a property stays behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Encrypted with a key of the machine (TechNet cc785283).
    Secret,
    /// IIS counts its files and edits in it (TechNet cc759312).
    Bookkeeping,
    /// A list of accounts by their SIDs, which mean nothing elsewhere.
    Accounts,
    /// An account of the machine, whose password stays behind.
    Account,
    /// A certificate in a store of the machine.
    Certificate,
    /// The version of what is installed.
    Version,
    /// What a service did last.
    State,
}

impl Bound {
    /// The word for it in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Bookkeeping => "bookkeeping",
            Self::Accounts => "list of accounts",
            Self::Account => "account of the machine",
            Self::Certificate => "certificate of the machine",
            Self::Version => "version of what is installed",
            Self::State => "state of the service",
        }
    }
}

/// What is true of one machine alone, by name.
const BOUND: [(&str, Bound); 10] = [
    ("AnonymousUserName", Bound::Account),
    ("MajorIIsVersionNumber", Bound::Version),
    ("MinorIIsVersionNumber", Bound::Version),
    ("SSLCertHash", Bound::Certificate),
    ("SSLStoreName", Bound::Certificate),
    ("ServerState", Bound::State),
    ("SmtpServiceVersion", Bound::Version),
    ("UNCUserName", Bound::Account),
    ("WAMUserName", Bound::Account),
    ("Win32Error", Bound::State),
];

/// Why a property stays behind, if it does.
#[must_use]
pub fn bound(property: &Property<'_>, schema: &Schema) -> Option<Bound> {
    let name = &canonical(property, schema);
    let flags = property.flags.as_deref().unwrap_or_default();
    let secrets = schema.secrets();
    if secrets.has(&property.name, property.id, flags) {
        return Some(Bound::Secret);
    }
    match protection(name, property.id, flags, secrets) {
        Some(Protection::Secret) => return Some(Bound::Secret),
        // The class of a key is no setting, but it is the same everywhere.
        Some(Protection::Bookkeeping) if name != "KeyType" => return Some(Bound::Bookkeeping),
        _ => {}
    }
    if property.kind.as_deref() == Some("NTACL") {
        return Some(Bound::Accounts);
    }
    let found = BOUND.iter().find(|(bound, _)| bound.eq_ignore_ascii_case(name));
    found.map(|(_, why)| *why)
}

/// Settings that name a host, an address or a folder, by name.
const TO_REVIEW: [&str; 12] = [
    "BadMailDirectory",
    "DefaultDomain",
    "DropDirectory",
    "FullyQualifiedDomainName",
    "LogFileDirectory",
    "Path",
    "PickupDirectory",
    "QueueDirectory",
    "RelayIpList",
    "SecureBindings",
    "ServerBindings",
    "SmartHost",
];

/// Whether a setting should be looked at on the other machine.
#[must_use]
pub fn is_to_review(name: &str) -> bool {
    TO_REVIEW.iter().any(|review| review.eq_ignore_ascii_case(name))
}
