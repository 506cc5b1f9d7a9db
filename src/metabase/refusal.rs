//! Why an input is refused, as facts: what was found, and where.
//!
//! Pure modules return a [`Refusal`] and decide nothing about words: those are in `words`.
//! Places are offsets in the text, see [`crate::text::source`].

use crate::metabase::protect::Protection;
use crate::text::edit::EditError;
use crate::text::source::{Encoding, Position};
use crate::xml::Malformed;

mod words;

/// Why an input is refused. Places are offsets in the text, see [`crate::text::source`].
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
    /// A file that was to be a schema and defines no property.
    NotSchema,
    /// A property that is not there, and of which too little is known to write it.
    UnknownProperty {
        /// The property, as it was asked for.
        name: String,
        /// The options that would say what is missing.
        missing: Vec<&'static str>,
        /// A property with nearly this name.
        similar: Option<String>,
    },
    /// A property that a key neither has nor takes over.
    PropertyAbsent {
        /// The property, as it was asked for.
        name: String,
        /// The key.
        path: String,
        /// The value that holds then, where the schema says it.
        default: Option<String>,
        /// A property with nearly this name, where none has it.
        similar: Option<String>,
    },
    /// A property of which the schema says nothing.
    NotInSchema {
        /// The property, as it was asked for.
        name: String,
        /// A property with nearly this name.
        similar: Option<String>,
    },
    /// A command that needs a property was given a key alone.
    NoProperty {
        /// The key.
        path: String,
    },
    /// A property that is there with other type data than asked for.
    TypeDataDiffer {
        /// The property.
        name: String,
        /// Which part of the type data.
        what: &'static str,
        /// The word in the file.
        found: String,
        /// The word asked for.
        asked: String,
    },
    /// A property was to be set, and no value was given.
    NoValue {
        /// The property.
        name: String,
        /// The key.
        path: String,
        /// What the value would have to be.
        expected: String,
        /// One that it could be.
        example: String,
    },
    /// An argument that the property's type does not take.
    BadArgument {
        /// The property.
        name: String,
        /// The argument.
        found: String,
        /// What it would have to be.
        expected: String,
    },
    /// A type that metafix reads and does not write.
    NotWritten {
        /// The property.
        name: String,
        /// Its type.
        kind: &'static str,
    },
    /// A property that no editor of the file may change.
    Protected {
        /// The property.
        name: String,
        /// Why not.
        why: Protection,
    },
    /// Two requests in one plan speak of the same property of the same key.
    AskedTwice {
        /// The property.
        name: String,
        /// The key.
        path: String,
    },
    /// A repair whose danger was not accepted.
    DangerNotAccepted {
        /// The repair.
        repair: &'static str,
        /// What is dangerous.
        danger: &'static str,
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
            Self::NotSchema => "not-a-schema",
            Self::UnknownProperty { .. } => "unknown-property",
            Self::PropertyAbsent { .. } => "property-absent",
            Self::NotInSchema { .. } => "not-in-schema",
            Self::NoProperty { .. } => "no-property",
            Self::TypeDataDiffer { .. } => "type-data-differ",
            Self::NoValue { .. } => "no-value",
            Self::BadArgument { .. } => "bad-argument",
            Self::NotWritten { .. } => "not-written",
            Self::Protected { why: Protection::Secret, .. } => "secret",
            Self::Protected { why: Protection::Bookkeeping, .. } => "bookkeeping",
            Self::AskedTwice { .. } => "asked-twice",
            Self::DangerNotAccepted { .. } => "danger-not-accepted",
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
            | Self::NotSchema
            | Self::UnknownProperty { .. }
            | Self::PropertyAbsent { .. }
            | Self::NotInSchema { .. }
            | Self::NoProperty { .. }
            | Self::TypeDataDiffer { .. }
            | Self::NoValue { .. }
            | Self::BadArgument { .. }
            | Self::NotWritten { .. }
            | Self::Protected { .. }
            | Self::AskedTwice { .. }
            | Self::DangerNotAccepted { .. }
            | Self::NotVerified { .. }
            | Self::Edits(_) => None,
        }
    }
}
