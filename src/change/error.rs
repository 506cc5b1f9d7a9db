//! Why a change is not planned or not carried out, as facts and in one sentence.
//!
//! Names, exit codes and hints are said at the top: see `command::problem`.

use thiserror::Error;

use crate::metabase::error::MetabaseError;
use crate::text::edit::EditError;
use crate::text::encoding::DecodeError;
use crate::xml::XmlError;

/// Why there is no plan, or its result is not what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChangeError {
    /// The metabase, or what it is asked for.
    #[error(transparent)]
    Metabase(#[from] MetabaseError),
    /// The edits contradict the file or each other.
    #[error(transparent)]
    Edits(#[from] EditError),
    /// A command that needs a property was given a key alone.
    #[error("{path} is a key: name one of its properties")]
    NoProperty {
        /// The key.
        path: String,
    },
    /// Two requests in one plan speak of the same property of the same key.
    #[error("{name} of {path} is requested twice")]
    AskedTwice {
        /// The property.
        name: String,
        /// The key.
        path: String,
    },
    /// A repair whose danger was not accepted.
    #[error("{danger}")]
    DangerNotAccepted {
        /// The repair.
        repair: &'static str,
        /// What is dangerous.
        danger: &'static str,
    },
    /// A change that makes what stops a server, and nobody to ask about it.
    #[error("this change makes a new finding: {}", findings.join("; "))]
    NewFindings {
        /// What is found, with the rule that finds it.
        findings: Vec<String>,
        /// The rules.
        rules: Vec<&'static str>,
    },
    /// The planned result is not the original and the asked change alone.
    #[error("the result differs from what was asked: {what}")]
    NotVerified {
        /// What differs.
        what: String,
    },
}

impl From<DecodeError> for ChangeError {
    fn from(error: DecodeError) -> Self {
        Self::Metabase(error.into())
    }
}

impl From<XmlError> for ChangeError {
    fn from(error: XmlError) -> Self {
        Self::Metabase(error.into())
    }
}
