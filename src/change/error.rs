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
    /// A value, and entries to edit as well.
    #[error("a value and --add, --remove or --replace exclude each other")]
    ValueAndEntries,
    /// What is no text of one line.
    #[error("\"{text}\" is no text of one line")]
    NoText {
        /// The text.
        text: String,
    },
    /// A key that was to be made is there.
    #[error("there is a key {path} already")]
    KeyExists {
        /// The key.
        path: String,
    },
    /// A key without which the metabase is none, or a service is not there.
    #[error("{path} is never deleted or renamed")]
    KeyFixed {
        /// The key.
        path: String,
    },
    /// A key that was to be deleted has keys below it.
    #[error("{path} has {count} {} below it", if *.count == 1 { "key" } else { "keys" })]
    KeysBelow {
        /// The key.
        path: String,
        /// How many.
        count: usize,
    },
    /// The key above one that was to be made is not there.
    #[error("{path} cannot be made: there is no key {parent}")]
    NoParent {
        /// The key.
        path: String,
        /// The key above it.
        parent: String,
    },
    /// Of which class a key is to be cannot be told from its place.
    #[error("the class of {path} cannot be told from its path")]
    ClassUnknown {
        /// The key.
        path: String,
    },
    /// What is no class of a key.
    #[error("\"{class}\" is no class of a key")]
    BadClass {
        /// The class.
        class: String,
    },
    /// What is no name of a key.
    #[error("\"{name}\" is no name of a key: {why}")]
    BadName {
        /// The name.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// A key was to be copied below itself.
    #[error("{path} cannot be copied to {into}, which is below it")]
    Inside {
        /// The key.
        path: String,
        /// Where to.
        into: String,
    },
    /// Two requests in one plan speak of the same property of the same key.
    #[error("{name} of {path} is requested twice")]
    AskedTwice {
        /// The property.
        name: String,
        /// The key.
        path: String,
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
