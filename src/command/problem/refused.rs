//! What is said of an input that is refused: a name, an exit code, what to do, and where.

use std::path::Path;

use super::{flaw, place};
use crate::change::error::ChangeError;
use crate::metabase::error::MetabaseError;
use crate::metabase::protect::{Protected, Protection};
use crate::metabase::secrets::{MASK, Secrets};
use crate::store::Written;
use crate::terminal::problem::{Exit, Place, Problem};
use crate::text::encoding::DecodeError;
use crate::text::source::Source;
use crate::text::{escape, shell};
use crate::xml::{Malformed, XmlError};

/// What was refused, and where; `source` is the text that the places are in.
#[must_use]
pub fn refused(
    error: impl Into<ChangeError>,
    file: &Path,
    source: Option<&Source>,
    secrets: &Secrets,
) -> Problem {
    let error = error.into();
    let related = related(&error).zip(source);
    Problem {
        exit: exit(&error),
        name: name(&error).into(),
        message: escape::escaped(&message(&error, source, secrets)).into_owned(),
        hint: hint(&error),
        file: file.into(),
        place: place(&error, source, secrets),
        related: related.map(|((at, what), source)| (source.position(at), what)),
        written: Some(Written::Nothing),
        stopped_services: Vec::new(),
    }
}

/// The name by which scripts know the error.
#[must_use]
pub fn name(error: &ChangeError) -> &'static str {
    match error {
        ChangeError::Metabase(error) => name_in_metabase(error),
        ChangeError::Edits(_) => "stale-plan",
        ChangeError::NoProperty { .. } => "no-property",
        ChangeError::AskedTwice { .. } => "asked-twice",
        ChangeError::DangerNotAccepted { .. } => "danger-not-accepted",
        ChangeError::NotVerified { .. } => "not-verified",
    }
}

fn name_in_metabase(error: &MetabaseError) -> &'static str {
    match error {
        MetabaseError::Text(DecodeError::Empty) => "empty-file",
        MetabaseError::Text(DecodeError::UnknownEncoding { .. }) => "unknown-encoding",
        MetabaseError::Text(DecodeError::NotEncoded { .. }) => "bad-bytes",
        MetabaseError::Xml(XmlError::Malformed(_)) => "not-well-formed",
        MetabaseError::Xml(XmlError::Doctype { .. }) => "document-type",
        MetabaseError::NotMetabase { .. } => "not-a-metabase",
        MetabaseError::KeyAbsent { .. } => "key-absent",
        MetabaseError::KeyTwice { .. } => "key-twice",
        MetabaseError::PropertyTwice { .. } => "property-twice",
        MetabaseError::NameIdConflict { .. } => "name-id-conflict",
        MetabaseError::WrongType { .. } => "wrong-type",
        MetabaseError::MissingAttribute { .. } => "missing-attribute",
        MetabaseError::BadValue { .. } => "bad-value",
        MetabaseError::NotSchema => "not-a-schema",
        MetabaseError::UnknownProperty { .. } => "unknown-property",
        MetabaseError::PropertyAbsent { .. } => "property-absent",
        MetabaseError::NotInSchema { .. } => "not-in-schema",
        MetabaseError::TypeDataDiffer { .. } => "type-data-differ",
        MetabaseError::NoValue { .. } => "no-value",
        MetabaseError::BadArgument { .. } => "bad-argument",
        MetabaseError::NotWritten { .. } => "not-written",
        MetabaseError::Protected(Protected { why, .. }) => why.name(),
    }
}

/// What is wrong with the arguments, and not with the file, is a matter of usage.
fn exit(error: &ChangeError) -> Exit {
    match error {
        ChangeError::NoProperty { .. }
        | ChangeError::Metabase(
            MetabaseError::NoValue { .. } | MetabaseError::BadArgument { .. },
        ) => Exit::Usage,
        _ => Exit::Refused,
    }
}

fn place(error: &ChangeError, source: Option<&Source>, secrets: &Secrets) -> Option<Place> {
    let ChangeError::Metabase(error) = error else { return None };
    if let MetabaseError::Text(DecodeError::NotEncoded { position, .. }) = error {
        return Some(Place { position: *position, excerpt: String::new(), caret: 0 });
    }
    error.at().zip(source).map(|(at, source)| place::of(source, at, secrets))
}

/// Another place that belongs to it, and what is there.
fn related(error: &ChangeError) -> Option<(usize, &'static str)> {
    let ChangeError::Metabase(error) = error else { return None };
    match error {
        MetabaseError::KeyTwice { first, .. } | MetabaseError::PropertyTwice { first, .. } => {
            Some((*first, "the first one is in"))
        }
        MetabaseError::Xml(XmlError::Malformed(malformed)) => {
            malformed.flaw.related().map(|at| (at, "see also"))
        }
        _ => None,
    }
}

/// The sentence, without a word that is a part of a secret which was taken for markup.
fn message(error: &ChangeError, source: Option<&Source>, secrets: &Secrets) -> String {
    const KNOWN: [&str; 7] = ["Custom", "Name", "ID", "Value", "Type", "UserType", "Attributes"];
    let ChangeError::Metabase(MetabaseError::Xml(XmlError::Malformed(malformed))) = error else {
        return error.to_string();
    };
    let Malformed { at, mut flaw } = malformed.clone();
    let hidden = source.and_then(|source| {
        let text = source.text();
        let hidden = secrets.places(text, at..text.len().min(at + 1));
        Some(&text[hidden.into_iter().find(|secret| secret.contains(&at))?])
    });
    for word in hidden.map(|_| flaw.words_mut()).unwrap_or_default() {
        let is_known = word.len() < 2 || KNOWN.contains(&word.as_str());
        let is_part = || hidden.is_some_and(|hidden| hidden.contains(&*word));
        // A long reference is shortened, and then no part of what is hidden.
        if !is_known && !secrets.has(word, None, "") && (word.starts_with('&') || is_part()) {
            *word = MASK.into();
        }
    }
    XmlError::Malformed(Malformed { at, flaw }).to_string()
}

fn hint(error: &ChangeError) -> String {
    match error {
        ChangeError::Metabase(error) => hint_in_metabase(error),
        ChangeError::NoProperty { path } => listing(path),
        ChangeError::AskedTwice { .. } => "say once what it is to be".into(),
        ChangeError::DangerNotAccepted { repair, .. } => format!(
            "`metafix repair {repair} --dry-run` shows the change; if you have read this and \
             want it, add --i-understand"
        ),
        ChangeError::NotVerified { .. } | ChangeError::Edits(_) => "this is a fault of metafix: \
             please report it, with the file if it may be shown"
            .into(),
    }
}

fn hint_in_metabase(error: &MetabaseError) -> String {
    match error {
        MetabaseError::Text(error) => hint_in_text(error),
        MetabaseError::Xml(XmlError::Malformed(malformed)) => flaw::hint(&malformed.flaw).into(),
        MetabaseError::Xml(XmlError::Doctype { .. }) => {
            "a metabase never has one, and entities that it defines could \
             change what the file means; remove it, or go back to a backup"
                .into()
        }
        MetabaseError::NotMetabase { .. } => {
            "is this the right file? The metabase is MetaBase.xml in \
             %SystemRoot%\\System32\\inetsrv; name it with --file"
                .into()
        }
        MetabaseError::KeyAbsent { path } if path.eq_ignore_ascii_case("/LM/SmtpSvc") => {
            "is the SMTP service installed on this server, and is this the right file?".into()
        }
        MetabaseError::KeyAbsent { path } => {
            format!("is {path} the right path? `metafix keys` lists what is there")
        }
        MetabaseError::KeyTwice { .. } | MetabaseError::PropertyTwice { .. } => {
            "metafix does not guess which \
             one IIS takes; remove the wrong one by hand, then run it again"
                .into()
        }
        MetabaseError::NameIdConflict { .. } => {
            "metafix does not guess which of the two is meant; \
             correct the name or the ID by hand"
                .into()
        }
        MetabaseError::WrongType { .. }
        | MetabaseError::MissingAttribute { .. }
        | MetabaseError::BadValue { .. } => {
            "IIS would not take it as it stands; correct or remove the element by hand".into()
        }
        MetabaseError::NotSchema => "the schema is MBSchema.xml, next to MetaBase.xml".into(),
        MetabaseError::UnknownProperty { similar: Some(similar), .. } => {
            format!("is {similar} meant?")
        }
        MetabaseError::UnknownProperty { missing, .. } => format!(
            "is the name right? If so, say what it is, such as {}, or name the server's \
             MBSchema.xml with --schema",
            missing.iter().map(|option| example(option)).collect::<Vec<_>>().join(" ")
        ),
        MetabaseError::PropertyAbsent { similar: Some(similar), .. } => {
            format!("is {similar} meant?")
        }
        MetabaseError::PropertyAbsent { path, .. } => listing(path),
        MetabaseError::NotInSchema { similar: Some(similar), .. } => format!("is {similar} meant?"),
        MetabaseError::NotInSchema { .. } => {
            "is the name right? The server's own MBSchema.xml knows \
             more than the built-in table: name it with --schema"
                .into()
        }
        MetabaseError::TypeDataDiffer { .. } => {
            "a present property keeps its type data: leave the \
             option out, or unset the property first"
                .into()
        }
        MetabaseError::NoValue { name, path, example, .. } => {
            let (path, name) = (shell::argument(path), shell::argument(name));
            format!(
                "give it behind the property, as in `metafix set {path} {name} {example}`; \
                 `metafix unset {path} {name}` removes the property"
            )
        }
        MetabaseError::BadArgument { name, .. } => {
            format!("`metafix schema {}` says what is known of it", shell::argument(name))
        }
        MetabaseError::NotWritten { .. } => "its layout is not published in full; set it with IIS \
             Manager, or take it from another metabase with `metafix import`"
            .into(),
        MetabaseError::Protected(Protected { why: Protection::Secret, .. }) => {
            "only IIS on this machine can \
             encrypt it: leave it as it is, or set it there with IIS Manager or adsutil.vbs"
                .into()
        }
        MetabaseError::Protected(Protected { why: Protection::Bookkeeping, .. }) => {
            "IIS writes it itself and \
             relies on it: leave it as it is"
                .into()
        }
    }
}

fn hint_in_text(error: &DecodeError) -> String {
    match error {
        DecodeError::Empty => {
            "the newest good copy is in metafix-backups (`metafix restore`) or in \
             IIS's own History folder"
                .into()
        }
        DecodeError::UnknownEncoding { .. } => "metafix edits UTF-8, and UTF-16 with a byte order \
             mark; save a copy as UTF-8 and compare it with the original before using it"
            .into(),
        DecodeError::NotEncoded { .. } => {
            "IIS writes UTF-8; find out which program saved the file \
             last, or go back to a backup"
                .into()
        }
    }
}

fn listing(path: &str) -> String {
    format!("`metafix get {}` lists what is there", shell::argument(path))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metabase::scan::scan;

    #[test]
    fn a_part_of_a_secret_is_no_name_in_a_message() {
        for (slip, told) in [
            ("AdminACL='4963' c4dbe'", "the attribute ******** has no value"),
            ("AdminACL='4963&c4dbe;'", "there is no entity &********;"),
            ("AdminACL='a' c4dbe=1", "the value of ******** does not begin with a quote"),
            ("AdminACL=c4dbe", "the value of AdminACL does not begin with a quote"),
            ("AdminACL='4963' X1", "the attribute ******** has no value"),
        ] {
            let text = format!(
                "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>\
                 <K {slip} /></MBProperty></configuration>"
            );
            let source = Source::decode(text.into_bytes()).expect("it is text");
            let refusal = scan(&source).expect_err("it is refused");
            let problem = refused(refusal, Path::new("f"), Some(&source), &Secrets::default());
            assert!(problem.message.ends_with(told), "{slip}: {problem}");
            assert!(!problem.to_string().contains("4dbe"), "{problem}");
        }
    }
}
