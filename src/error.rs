//! What can go wrong, as facts, and the one place that turns facts into words.
//!
//! Pure modules return a [`Refusal`], `store` returns a `StoreError`; both become a [`Problem`]:
//! message, hint, place and exit code. Nothing here decides whether something is wrong.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::edit::EditError;
use crate::mask;
use crate::protect::Protection;
use crate::source::{Encoding, Position, Source};
use crate::store::{StoreError, Written};
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
    /// `--exit-code`: a change is pending; also: two files differ, or `check` found something.
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
    /// A file that was to be a schema and defines no property.
    NotSchema,
    /// A property that is not there, and of which too little is known to write it.
    UnknownProperty {
        /// The property, as it was asked for.
        name: String,
        /// The options that would say what is missing.
        missing: Vec<&'static str>,
    },
    /// A property that a key neither has nor takes over.
    PropertyAbsent {
        /// The property, as it was asked for.
        name: String,
        /// The key.
        path: String,
        /// The value that holds then, where the schema says it.
        default: Option<String>,
    },
    /// A property of which the schema says nothing.
    NotInSchema {
        /// The property, as it was asked for.
        name: String,
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

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the file is empty"),
            Self::UnknownEncoding { found } => write!(f, "the file is encoded as {found}"),
            Self::NotEncoded { encoding, byte, offset, .. } => {
                let name = encoding.name().split(' ').next().unwrap_or_default();
                write!(f, "byte 0x{byte:02X} at offset {offset} is not {name}")
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
            Self::NotSchema => write!(f, "not a metabase schema: it defines no property"),
            Self::UnknownProperty { name, .. } => {
                write!(f, "too little is known of {name} to write it")
            }
            Self::PropertyAbsent { name, path, default } => {
                write!(f, "{path} neither has {name} nor takes it over from a key above")?;
                match default.as_deref() {
                    Some(default) if !default.is_empty() => write!(f, "; its default is {default}"),
                    _ => Ok(()),
                }
            }
            Self::NotInSchema { name } => write!(f, "the schema says nothing of {name}"),
            Self::NoProperty { path } => write!(f, "{path} is a key: which property of it?"),
            Self::TypeDataDiffer { name, what, found, asked } => {
                write!(f, "{name} is there with {what} {found}, not {asked}")
            }
            Self::BadArgument { name, found, expected } => {
                write!(f, "{name} cannot be \"{found}\": it takes {expected}")
            }
            Self::NotWritten { name, kind } => {
                write!(f, "{name} has the type {kind}, which metafix reads and does not write")
            }
            Self::Protected { name, why: Protection::Secret } => {
                write!(f, "{name} is a secret, which IIS keeps encrypted")
            }
            Self::Protected { name, why: Protection::Bookkeeping } => {
                write!(f, "{name} is part of IIS's own bookkeeping")
            }
            Self::AskedTwice { name, path } => {
                write!(f, "{name} of {path} is asked for twice at once")
            }
            Self::DangerNotAccepted { danger, .. } => write!(f, "{danger}"),
            Self::NotVerified { what } => {
                write!(f, "the planned result is not the asked change alone: {what}")
            }
            Self::Edits(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Empty => "the newest good copy is in metafix-backups (`metafix restore`) or in \
                 IIS's own History folder"
                .into(),
            Self::UnknownEncoding { .. } => "metafix edits UTF-8, and UTF-16 with a byte order \
                 mark; save a copy as UTF-8 and compare it with the original before using it"
                .into(),
            Self::NotEncoded { .. } => "IIS writes UTF-8; find out which program saved the file \
                 last, or go back to a backup"
                .into(),
            Self::Malformed(malformed) => malformed.flaw.hint().into(),
            Self::Doctype { .. } => "a metabase never has one, and entities that it defines could \
                 change what the file means; remove it, or go back to a backup"
                .into(),
            Self::NotMetabase { .. } => "is this the right file? The metabase is MetaBase.xml in \
                 %SystemRoot%\\System32\\inetsrv; name it with --file"
                .into(),
            Self::KeyAbsent { path } if path.eq_ignore_ascii_case("/LM/SmtpSvc") => {
                "is the SMTP service installed on this server, and is this the right file?".into()
            }
            Self::KeyAbsent { path } => {
                format!("is {path} the right path? `metafix keys` lists what is there")
            }
            Self::KeyTwice { .. } | Self::PropertyTwice { .. } => "metafix does not guess which \
                 one IIS takes; remove the wrong one by hand, then run it again"
                .into(),
            Self::NameIdConflict { .. } => "metafix does not guess which of the two is meant; \
                 correct the name or the ID by hand"
                .into(),
            Self::WrongType { .. } | Self::MissingAttribute { .. } | Self::BadValue { .. } => {
                "IIS would not take it as it stands; correct or remove the element by hand".into()
            }
            Self::NotSchema => "the schema is MBSchema.xml, next to MetaBase.xml".into(),
            Self::UnknownProperty { missing, .. } => format!(
                "is the name right? If so, say what it is with {}, or name the server's \
                 MBSchema.xml with --schema",
                missing.join(", ")
            ),
            Self::PropertyAbsent { path, .. } | Self::NoProperty { path } => {
                format!("`metafix get {path}` lists what is there")
            }
            Self::NotInSchema { .. } => "is the name right? The server's own MBSchema.xml knows \
                 more than the built-in table: name it with --schema"
                .into(),
            Self::TypeDataDiffer { .. } => "a present property keeps its type data: leave the \
                 option out, or unset the property first"
                .into(),
            Self::BadArgument { name, .. } => {
                format!("`metafix schema {name}` says what is known of it")
            }
            Self::NotWritten { .. } => "its layout is not published in full; set it with IIS \
                 Manager, or take it from another metabase with `metafix import`"
                .into(),
            Self::Protected { why: Protection::Secret, .. } => "only IIS on this machine can \
                 encrypt it: set it there, with IIS Manager or adsutil.vbs"
                .into(),
            Self::Protected { why: Protection::Bookkeeping, .. } => "IIS writes it itself, and \
                 takes the file for another one where it is wrong; leave it as it is"
                .into(),
            Self::AskedTwice { .. } => "say once what it is to be".into(),
            Self::DangerNotAccepted { repair, .. } => format!(
                "`metafix repair {repair} --dry-run` shows the change; if you have read this and \
                 want it, add --i-understand"
            ),
            Self::NotVerified { .. } | Self::Edits(_) => "this is a fault of metafix: please \
                 report it, with the file if it may be shown"
                .into(),
        }
    }

    /// Another place that belongs to it, and what is there.
    pub(crate) fn related(&self) -> Option<(usize, &'static str)> {
        match self {
            Self::KeyTwice { first, .. } | Self::PropertyTwice { first, .. } => {
                Some((*first, "the first one is in"))
            }
            Self::Malformed(malformed) => malformed.flaw.related().map(|at| (at, "see also")),
            _ => None,
        }
    }
}

/// An error as it is shown: the end of the way for every fact above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The exit code.
    pub exit: Exit,
    /// The name by which scripts know it.
    pub name: String,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// The file it is about.
    pub file: PathBuf,
    /// Where in the file, with the line to show.
    pub place: Option<Place>,
    /// A second place, and what is there.
    pub related: Option<(Position, &'static str)>,
    /// Whether anything was written, where that is in question.
    pub written: Option<Written>,
}

/// A place in a file, and its line as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Line and column.
    pub position: Position,
    /// The line, or the part of a long one around the column, masked and escaped.
    pub excerpt: String,
    /// How many characters of the excerpt stand before the column.
    pub caret: usize,
}

/// How many characters of a long line are shown on either side of the place.
const EXCERPT: usize = 60;

impl Problem {
    /// What was refused, and where.
    #[must_use]
    pub fn refused(refusal: &Refusal, file: &Path, source: Option<&Source>) -> Self {
        let place = match (refusal, refusal.at(), source) {
            (Refusal::NotEncoded { position, .. }, ..) => {
                Some(Place { position: *position, excerpt: String::new(), caret: 0 })
            }
            (_, Some(at), Some(source)) => {
                Some(Place::of(source, at, matches!(refusal, Refusal::Malformed(_))))
            }
            _ => None,
        };
        let related = refusal.related().zip(source);
        Self {
            exit: Exit::Refused,
            name: refusal.name().into(),
            message: mask::escaped(&refusal.to_string()).into_owned(),
            hint: refusal.hint(),
            file: file.into(),
            place,
            related: related.map(|((at, what), source)| (source.position(at), what)),
            written: Some(Written::Nothing),
        }
    }
}

impl Problem {
    /// What failed after all was well with the file.
    #[must_use]
    pub fn failed(name: &str, message: String, file: &Path, written: Written) -> Self {
        Self {
            exit: Exit::Failure,
            name: name.into(),
            message: mask::escaped(&message).into_owned(),
            hint: String::new(),
            file: file.into(),
            place: None,
            related: None,
            written: Some(written),
        }
    }

    /// What the disk did not allow.
    #[must_use]
    pub fn stored(error: &StoreError, file: &Path) -> Self {
        Self {
            exit: error.exit(),
            name: error.name().into(),
            message: mask::escaped(&error.to_string()).into_owned(),
            hint: error.hint().map(|hint| mask::escaped(&hint).into_owned()).unwrap_or_default(),
            file: file.into(),
            place: None,
            related: None,
            written: Some(error.written()),
        }
    }
}

impl Place {
    /// `broken`: the markup there cannot be trusted to say what is a secret.
    fn of(source: &Source, at: usize, broken: bool) -> Self {
        let text = source.text();
        let at = text.floor_char_boundary(at);
        let breaks = |character| character == '\n' || character == '\r';
        let start = text[..at].rfind(breaks).map_or(0, |end| end + 1);
        let start =
            text[start..at].char_indices().rev().nth(EXCERPT).map_or(start, |c| start + c.0);
        let line_end = text[at..].find(breaks).map_or(text.len(), |end| at + end);
        let end = text[at..line_end].char_indices().nth(EXCERPT).map_or(line_end, |c| at + c.0);

        if broken && mask::may_hide_one(text, start..end) {
            return Self { position: source.position(at), caret: 0, excerpt: String::new() };
        }
        let hidden = mask::secrets(text, start..end);
        let inside = |from: usize, to: usize| -> String {
            let cut = hidden.iter().map(|secret| secret.start.max(from)..secret.end.min(to));
            let cut = cut.filter(|secret| secret.start < secret.end);
            let cut: Vec<_> = cut.map(|secret| secret.start - from..secret.end - from).collect();
            mask::escaped(&mask::masked(&text[from..to], &cut)).replace('\t', " ")
        };
        let before = inside(start, at);
        let excerpt = inside(start, end);
        Self { position: source.position(at), caret: before.chars().count(), excerpt }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", mask::escaped(&self.file.to_string_lossy()))?;
        if let Some(Place { position, .. }) = &self.place {
            write!(f, ":{}:{}", position.line, position.column)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(Place { position, excerpt, caret }) = &self.place
            && !excerpt.is_empty()
        {
            let line = position.line.to_string();
            write!(f, "\n{line} | {excerpt}\n{:1$} | {2:caret$}^", "", line.len(), "")?;
        }
        if let Some((position, what)) = &self.related {
            write!(f, "\n{what} line {}, column {}", position.line, position.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
