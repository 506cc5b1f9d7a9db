//! What can be wrong with a wanted state, as facts and in one sentence.

use thiserror::Error;

use crate::change::error::ChangeError;
use crate::metabase::locate::ForeignPath;

/// What is wrong with a wanted state. Places are offsets in its text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{flaw}")]
pub struct StateError {
    /// Where it is.
    pub at: usize,
    /// What it is.
    pub flaw: Flaw,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Flaw {
    /// It is no TOML or no JSON.
    #[error("not well-formed: {message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// A field that does not exist.
    #[error("there is no field \"{name}\" here")]
    UnknownField {
        /// The field.
        name: String,
        /// Those that there are.
        known: &'static [&'static str],
    },
    /// A field that must be there.
    #[error("{what} has no \"{name}\"")]
    MissingField {
        /// What lacks it.
        what: &'static str,
        /// The field.
        name: &'static str,
    },
    /// A value of another kind.
    #[error("\"{name}\" is {found}, not {expected}")]
    WrongKind {
        /// The field.
        name: String,
        /// What it is.
        found: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// The same key, property or field twice.
    #[error("{what} is duplicated")]
    Twice {
        /// What.
        what: String,
    },
    /// Properties of a key that is to be absent.
    #[error("{path} is to be absent and to have properties")]
    AbsentWithProperties {
        /// The key.
        path: String,
    },
    /// Nothing is wanted at all.
    #[error("no key is wanted")]
    Nothing,
    /// A path of another computer.
    #[error("{0}")]
    Foreign(ForeignPath),
    /// What the metabase says to it.
    #[error("{0}")]
    Refused(ChangeError),
}
