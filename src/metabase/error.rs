//! What is wrong with a metabase or a schema, as facts and in one sentence.
//!
//! Names, exit codes and hints are said at the top: see `command::problem`.

use thiserror::Error;

use crate::metabase::address_list::Unwritten;
use crate::metabase::protect::Protected;
use crate::text::encoding::DecodeError;
use crate::xml::XmlError;

/// Why a file is not a metabase that metafix edits, or a request does not fit it. Places are
/// offsets in the text, see [`crate::text::source`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MetabaseError {
    /// The file is no text that metafix edits, or says that it is in another encoding.
    #[error(transparent)]
    Text(#[from] DecodeError),
    /// Not well-formed, or with a document type declaration.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// A property that no editor of the file may change.
    #[error(transparent)]
    Protected(#[from] Protected),
    /// Well-formed, but not a metabase.
    #[error("not a metabase: {found}")]
    NotMetabase {
        /// Where it stops looking like one.
        at: usize,
        /// What is there instead.
        found: String,
    },
    /// No key has this `Location`.
    #[error("there is no key {path}")]
    KeyAbsent {
        /// The path asked for.
        path: String,
    },
    /// Two keys have this `Location`.
    #[error("the key {path} is duplicated")]
    KeyTwice {
        /// The path asked for.
        path: String,
        /// The first one.
        first: usize,
        /// The second one.
        second: usize,
    },
    /// A property stands twice in a key, in one form or in both.
    #[error("{name} is duplicated in one key")]
    PropertyTwice {
        /// Its name.
        name: String,
        /// The first one.
        first: usize,
        /// The second one.
        second: usize,
    },
    /// A name and an ID that do not belong together.
    #[error(
        "the name {name} and the ID {id} do not belong together: {expected_name} has the ID {expected_id}"
    )]
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
    #[error("{name} has the type \"{found}\", not {expected}")]
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
    #[error("the Custom element of {name} has no {missing}")]
    MissingAttribute {
        /// Where the element begins.
        at: usize,
        /// The property.
        name: String,
        /// The attribute that is missing.
        missing: &'static str,
    },
    /// A value that its type does not have.
    #[error("the value of {name}, \"{found}\", is not a {expected}")]
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
    #[error("not a metabase schema: it defines no property")]
    NotSchema,
    /// A property that is missing, and whose type is not known.
    #[error("the type of {name} is not known")]
    UnknownProperty {
        /// The property, as it was asked for.
        name: String,
        /// The options that would say what is missing.
        missing: Vec<&'static str>,
        /// A property with nearly this name.
        similar: Option<String>,
    },
    /// A property that a key neither has nor inherits.
    #[error("{path} neither sets nor inherits {name}{}", its_default(.default.as_deref()))]
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
    /// A single flag where only a whole property can be meant.
    #[error("{name} is a flag of {property}, not a property")]
    IsFlag {
        /// The flag, as it was asked for.
        name: String,
        /// The key.
        path: String,
        /// The property that it is a bit of.
        property: String,
    },
    /// A property of which the schema says nothing.
    #[error("the schema has no property {name}")]
    NotInSchema {
        /// The property, as it was asked for.
        name: String,
        /// A property with nearly this name.
        similar: Option<String>,
    },
    /// A property that is there with other type data than asked for.
    #[error("{name} is set with the {what} {found}, not {asked}")]
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
    #[error("no value is given for {name}: it takes {expected}")]
    NoValue {
        /// The property.
        name: String,
        /// The key.
        path: String,
        /// What the value would have to be.
        expected: String,
        /// One that it could be, in the words of a command line.
        example: Vec<String>,
    },
    /// An argument that the property's type does not take.
    #[error("{name} cannot be \"{found}\": it takes {expected}")]
    BadArgument {
        /// The property.
        name: String,
        /// The argument.
        found: String,
        /// What it would have to be.
        expected: String,
    },
    /// What is no single address, for a list of addresses.
    #[error("{name} cannot hold \"{found}\", {what}: single IPv4 addresses alone can be written")]
    AddressNotWritten {
        /// The property.
        name: String,
        /// The argument.
        found: String,
        /// What it is.
        what: Unwritten,
    },
    /// Entries were to be edited of what is no list.
    #[error("{name} has the type {kind}, which is no list")]
    NoList {
        /// The property.
        name: String,
        /// Its type.
        kind: &'static str,
    },
    /// An entry that was to become another one, of which neither is there.
    #[error("{name} has no entry \"{entry}\"")]
    EntryAbsent {
        /// The property.
        name: String,
        /// The entry.
        entry: String,
        /// What is there.
        entries: Vec<String>,
    },
    /// A type that metafix reads and does not write.
    #[error("{name} has the type {kind}, which metafix reads but does not write")]
    NotWritten {
        /// The property.
        name: String,
        /// Its type.
        kind: &'static str,
    },
}

impl MetabaseError {
    /// The place in the text that it speaks of.
    #[must_use]
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::Xml(error) => Some(error.at()),
            Self::NotMetabase { at, .. }
            | Self::NameIdConflict { at, .. }
            | Self::WrongType { at, .. }
            | Self::MissingAttribute { at, .. }
            | Self::BadValue { at, .. } => Some(*at),
            Self::KeyTwice { second, .. } | Self::PropertyTwice { second, .. } => Some(*second),
            _ => None,
        }
    }
}

fn its_default(default: Option<&str>) -> String {
    match default {
        Some(default) if !default.is_empty() => format!("; its default is {default}"),
        _ => String::new(),
    }
}
