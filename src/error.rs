//! What can go wrong, as facts, and the one place that turns facts into words.
//!
//! Pure modules return a [`Refusal`], `store` returns a `StoreError`; both become a [`Problem`]:
//! message, hint, place and exit code. Nothing here decides whether something is wrong.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::edit::EditError;
use crate::source::{Encoding, Position, Source};
use crate::xml::Malformed;

/// How a run ends; the numbers are the exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Success = 0,
    /// The system failed: a read error, a full disk.
    Failure = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The input is not what metafix edits: nothing was written.
    Refused = 3,
    /// Another run holds the lock, or the file changed meanwhile: try again.
    Busy = 4,
    /// The question was not answered with yes.
    NotConfirmed = 5,
    /// `--exit-code`: a change is pending; also: two files differ.
    Pending = 6,
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The name that JSON output gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::Busy => "busy",
            Self::NotConfirmed => "not-confirmed",
            Self::Pending => "pending",
        }
    }
}

/// Why an input is refused. Places are offsets in the text, see [`crate::source`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The file has no content.
    Empty,
    /// An encoding that metafix does not edit.
    UnknownEncoding {
        /// What it looks like, or what the XML declaration says.
        found: String,
    },
    /// Bytes that are not the encoding's.
    NotEncoded {
        /// The encoding by the byte order mark.
        encoding: Encoding,
        /// The first byte that does not fit.
        byte: u8,
        /// Where it stands, in bytes of the file.
        offset: usize,
        /// Where it stands, as people count.
        position: Position,
    },
    /// Not well-formed XML 1.0.
    Malformed(Malformed),
    /// A document type declaration.
    Doctype {
        /// Where it begins.
        at: usize,
    },
    /// Well-formed, but not a metabase.
    NotMetabase {
        /// Where it stops looking like one.
        at: usize,
        /// What is there instead.
        found: String,
    },
    /// No key has this `Location`.
    KeyAbsent {
        /// The path asked for.
        path: String,
    },
    /// Two keys have this `Location`.
    KeyTwice {
        /// The path asked for.
        path: String,
        /// The first one.
        first: usize,
        /// The second one.
        second: usize,
    },
    /// A property stands twice in a key, in one form or in both.
    PropertyTwice {
        /// Its name.
        name: String,
        /// The first one.
        first: usize,
        /// The second one.
        second: usize,
    },
    /// A name and an ID that do not belong together.
    NameIdConflict {
        /// Where the element begins.
        at: usize,
        /// The name found.
        name: String,
        /// The ID found.
        id: String,
        /// The name that belongs to the ID asked for.
        expected_name: String,
        /// The ID asked for.
        expected_id: u32,
    },
    /// A property of another type.
    WrongType {
        /// Where the type stands.
        at: usize,
        /// The property.
        name: String,
        /// The type found.
        found: String,
        /// The type it must have.
        expected: String,
    },
    /// A `<Custom>` that lacks an attribute without which it cannot be edited.
    MissingAttribute {
        /// Where the element begins.
        at: usize,
        /// The property.
        name: String,
        /// The attribute that is missing.
        missing: &'static str,
    },
    /// A value that its type does not have.
    BadValue {
        /// Where the value begins.
        at: usize,
        /// The property.
        name: String,
        /// The value found.
        found: String,
        /// The type.
        expected: String,
    },
    /// The planned result is not the original and the asked change alone.
    NotVerified {
        /// What differs.
        what: String,
    },
    /// The edits contradict the file or each other.
    Edits(EditError),
}

impl Refusal {
    /// The name by which scripts know the refusal.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Empty => "empty-file",
            Self::UnknownEncoding { .. } => "unknown-encoding",
            Self::NotEncoded { .. } => "bad-bytes",
            Self::Malformed(_) => "not-well-formed",
            Self::Doctype { .. } => "document-type",
            Self::NotMetabase { .. } => "not-a-metabase",
            Self::KeyAbsent { .. } => "key-absent",
            Self::KeyTwice { .. } => "key-twice",
            Self::PropertyTwice { .. } => "property-twice",
            Self::NameIdConflict { .. } => "name-id-conflict",
            Self::WrongType { .. } => "wrong-type",
            Self::MissingAttribute { .. } => "missing-attribute",
            Self::BadValue { .. } => "bad-value",
            Self::NotVerified { .. } => "not-verified",
            Self::Edits(_) => "stale-plan",
        }
    }

    /// The place in the text that the refusal speaks of.
    #[must_use]
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::Malformed(malformed) => Some(malformed.at),
            Self::Doctype { at }
            | Self::NotMetabase { at, .. }
            | Self::NameIdConflict { at, .. }
            | Self::WrongType { at, .. }
            | Self::MissingAttribute { at, .. }
            | Self::BadValue { at, .. } => Some(*at),
            Self::KeyTwice { second, .. } | Self::PropertyTwice { second, .. } => Some(*second),
            Self::Empty
            | Self::UnknownEncoding { .. }
            | Self::NotEncoded { .. }
            | Self::KeyAbsent { .. }
            | Self::NotVerified { .. }
            | Self::Edits(_) => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the file is empty"),
            Self::UnknownEncoding { found } => write!(f, "the file is encoded as {found}"),
            Self::NotEncoded { encoding, byte, offset, .. } => {
                write!(f, "byte 0x{byte:02X} at offset {offset} is not {}", encoding.name())
            }
            Self::Malformed(malformed) => write!(f, "not well-formed: {}", malformed.flaw),
            Self::Doctype { .. } => write!(f, "the file has a document type declaration"),
            Self::NotMetabase { found, .. } => write!(f, "not a metabase: {found}"),
            Self::KeyAbsent { path } => write!(f, "there is no key {path}"),
            Self::KeyTwice { path, .. } => write!(f, "the key {path} is there twice"),
            Self::PropertyTwice { name, .. } => write!(f, "{name} is there twice in one key"),
            Self::NameIdConflict { name, id, expected_name, expected_id, .. } => write!(
                f,
                "a property named {name} has ID {id}, but {expected_name} is {expected_id}"
            ),
            Self::WrongType { name, found, expected, .. } => {
                write!(f, "{name} has Type {found}, not {expected}")
            }
            Self::MissingAttribute { name, missing, .. } => {
                write!(f, "the Custom element of {name} has no {missing}")
            }
            Self::BadValue { name, found, expected, .. } => {
                write!(f, "the value of {name}, \"{found}\", is no {expected}")
            }
            Self::NotVerified { what } => {
                write!(f, "the planned result is not the asked change alone: {what}")
            }
            Self::Edits(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Refusal {}
