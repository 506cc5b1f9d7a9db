//! What no editor of the file may change: secrets and IIS's own bookkeeping.
//!
//! Secrets stand encrypted with a key of the machine (TechNet cc785283), so no value from
//! outside could be read by IIS. The bookkeeping is how IIS knows its own files (TechNet
//! cc759312); changing it makes IIS take an old file for a new one or lose what was edited.

use thiserror::Error;

use crate::metabase::property::Definition;
use crate::metabase::secrets::Secrets;

/// Why a property is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Its value is encrypted with a key of the machine.
    Secret,
    /// IIS counts its files and edits in it.
    Bookkeeping,
}

impl Protection {
    /// The name by which JSON knows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Bookkeeping => "bookkeeping",
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Secret => "a secret, which IIS keeps encrypted",
            Self::Bookkeeping => "part of IIS's own bookkeeping",
        }
    }
}

/// A property that no editor of the file may change.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} is {}", .why.in_words())]
pub struct Protected {
    /// The property.
    pub name: String,
    /// Why not.
    pub why: Protection,
}

/// The properties in which IIS keeps its books, by name.
const BOOKKEEPING: [&str; 8] = [
    "HistoryMajorVersionNumber",
    "ChangeNumber",
    "BINSchemaTimeStamp",
    "XMLSchemaTimeStamp",
    "MetabaseSetTimeStamp",
    "TimeStamp",
    "KeyType",
    "Location",
];

/// Whether IIS keeps its books in a property.
#[must_use]
pub fn is_bookkeeping(name: &str) -> bool {
    BOOKKEEPING.iter().any(|kept| kept.eq_ignore_ascii_case(name))
}

/// Whether a property is left alone, and why.
#[must_use]
pub fn protection(
    name: &str,
    id: Option<u32>,
    flags: &str,
    secrets: &Secrets,
) -> Option<Protection> {
    if secrets.has(name, id, flags) {
        return Some(Protection::Secret);
    }
    is_bookkeeping(name).then_some(Protection::Bookkeeping)
}

/// Refuses a property that is left alone.
///
/// # Errors
/// A property that is [`Protected`].
pub fn check(property: &Definition, secrets: &Secrets) -> Result<(), Protected> {
    let id = Some(property.id).filter(|id| *id != 0);
    match protection(&property.name, id, &property.attributes, secrets) {
        Some(why) => Err(Protected { name: property.name.to_string(), why }),
        None => Ok(()),
    }
}
