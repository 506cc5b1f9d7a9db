//! The words of a refusal: what is wrong, what to do about it, and where else to look.

use std::fmt;

use super::Refusal;
use crate::metabase::protect::Protection;
use crate::text::shell;

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
            Self::PropertyAbsent { name, path, default, .. } => {
                write!(f, "{path} neither has {name} nor takes it over from a key above")?;
                match default.as_deref() {
                    Some(default) if !default.is_empty() => write!(f, "; its default is {default}"),
                    _ => Ok(()),
                }
            }
            Self::NotInSchema { name, .. } => write!(f, "the schema says nothing of {name}"),
            Self::NoProperty { path } => write!(f, "{path} is a key: which property of it?"),
            Self::TypeDataDiffer { name, what, found, asked } => {
                write!(f, "{name} is there with {what} {found}, not {asked}")
            }
            Self::NoValue { name, expected, .. } => {
                write!(f, "no value is given for {name}: it takes {expected}")
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
            Self::UnknownProperty { similar: Some(similar), .. } => {
                format!("is {similar} meant?")
            }
            Self::UnknownProperty { missing, .. } => format!(
                "is the name right? If so, say what it is, such as {}, or name the server's \
                 MBSchema.xml with --schema",
                missing.iter().map(|option| example(option)).collect::<Vec<_>>().join(" ")
            ),
            Self::PropertyAbsent { similar: Some(similar), .. } => format!("is {similar} meant?"),
            Self::PropertyAbsent { path, .. } | Self::NoProperty { path } => {
                format!("`metafix get {}` lists what is there", shell::argument(path))
            }
            Self::NotInSchema { similar: Some(similar), .. } => format!("is {similar} meant?"),
            Self::NotInSchema { .. } => "is the name right? The server's own MBSchema.xml knows \
                 more than the built-in table: name it with --schema"
                .into(),
            Self::TypeDataDiffer { .. } => "a present property keeps its type data: leave the \
                 option out, or unset the property first"
                .into(),
            Self::NoValue { name, path, example, .. } => {
                let (path, name) = (shell::argument(path), shell::argument(name));
                format!(
                    "give it behind the property, as in `metafix set {path} {name} {example}`; \
                     `metafix unset {path} {name}` removes the property"
                )
            }
            Self::BadArgument { name, .. } => {
                format!("`metafix schema {}` says what is known of it", shell::argument(name))
            }
            Self::NotWritten { .. } => "its layout is not published in full; set it with IIS \
                 Manager, or take it from another metabase with `metafix import`"
                .into(),
            Self::Protected { why: Protection::Secret, .. } => "only IIS on this machine can \
                 encrypt it: leave it as it is, or set it there with IIS Manager or adsutil.vbs"
                .into(),
            Self::Protected { why: Protection::Bookkeeping, .. } => "IIS writes it itself and \
                 relies on it: leave it as it is"
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

/// An option for type data, with a value that it takes.
fn example(option: &str) -> String {
    let value = match option {
        "--id" => "NUMBER",
        "--type" => "DWORD",
        "--user-type" => "IIS_MD_UT_SERVER",
        _ => "NO_ATTRIBUTES",
    };
    format!("{option} {value}")
}
