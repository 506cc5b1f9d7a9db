//! What is said of an input that is refused: a name, an exit code, what to do, and where.

use std::path::Path;

use super::{flaw, nearest, place};
use crate::change::error::ChangeError;
use crate::metabase::error::MetabaseError;
use crate::metabase::protect::{Protected, Protection};
use crate::metabase::secrets::{MASK, Secrets};
use crate::store::Written;
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Place, Problem};
use crate::text::encoding::DecodeError;
use crate::text::escape;
use crate::text::source::Source;
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
        hint: hint(&error, source),
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
        ChangeError::ValueAndEntries => "value-and-entries",
        ChangeError::NoText { .. } => "no-text",
        ChangeError::KeyExists { .. } => "key-exists",
        ChangeError::KeyFixed { .. } => "key-fixed",
        ChangeError::KeysBelow { .. } => "keys-below",
        ChangeError::NoParent { .. } => "no-parent",
        ChangeError::ClassUnknown { .. } => "class-unknown",
        ChangeError::BadClass { .. } => "bad-class",
        ChangeError::BadName { .. } => "bad-name",
        ChangeError::Inside { .. } => "inside-itself",
        ChangeError::AskedTwice { .. } => "asked-twice",
        ChangeError::NewFindings { .. } => "new-finding",
        ChangeError::NotVerified { .. } => "not-verified",
    }
}

fn name_in_metabase(error: &MetabaseError) -> &'static str {
    match error {
        MetabaseError::Text(DecodeError::Empty) => "empty-file",
        MetabaseError::Text(DecodeError::Binary) => "binary-metabase",
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
        MetabaseError::IsFlag { .. } => "is-a-flag",
        MetabaseError::NotInSchema { .. } => "not-in-schema",
        MetabaseError::TypeDataDiffer { .. } => "type-data-differ",
        MetabaseError::NoValue { .. } => "no-value",
        MetabaseError::BadArgument { .. } => "bad-argument",
        MetabaseError::AddressNotWritten { .. } => "address-not-written",
        MetabaseError::NoList { .. } => "no-list",
        MetabaseError::EntryAbsent { .. } => "entry-absent",
        MetabaseError::NotWritten { .. } => "not-written",
        MetabaseError::Protected(Protected { why, .. }) => why.name(),
    }
}

/// What is wrong with the arguments, and not with the file, is a matter of usage.
fn exit(error: &ChangeError) -> Exit {
    match error {
        ChangeError::NoProperty { .. }
        | ChangeError::ValueAndEntries
        | ChangeError::ClassUnknown { .. }
        | ChangeError::BadName { .. }
        | ChangeError::NoText { .. }
        | ChangeError::Metabase(
            MetabaseError::NoValue { .. }
            | MetabaseError::BadArgument { .. }
            | MetabaseError::AddressNotWritten { .. }
            | MetabaseError::NoList { .. }
            | MetabaseError::IsFlag { .. },
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

/// What to do about it.
fn hint(error: &ChangeError, source: Option<&Source>) -> Hint {
    match error {
        ChangeError::Metabase(error) => hint_in_metabase(error, source),
        ChangeError::NoProperty { path } => {
            Hint::run(["get", path]).and(" lists the properties of the key")
        }
        ChangeError::ValueAndEntries => Hint::say(
            "give the whole list as the value, or edit the present one with the options alone",
        ),
        ChangeError::NoText { .. } => {
            Hint::say("leave out line breaks, tabs and other control characters")
        }
        ChangeError::KeyExists { path } => Hint::run(["get", path])
            .and(" lists what it says; ")
            .and_run(["set", path])
            .and(" changes it"),
        ChangeError::KeyFixed { .. } => Hint::say(
            "IIS does not start, or loses the service, without it; name the keys below it that \
             are meant",
        ),
        ChangeError::KeysBelow { path, .. } => Hint::run(["keys", path])
            .and(" lists them; ")
            .and_run(["delete", path, "--recursive"])
            .and(" deletes them too"),
        ChangeError::NoParent { path, parent } => Hint::run(["create", path, "--parents"])
            .and(" makes it too; ")
            .and_run(["create", parent])
            .and(" makes it by itself"),
        ChangeError::ClassUnknown { path } => Hint::say("name it: ")
            .and_run(["create", path, "--class", "IIsWebVirtualDir"])
            .and("; a key that holds anything is an IIsConfigObject"),
        ChangeError::BadClass { .. } => Hint::say(
            "a class is a name such as IIsWebVirtualDir; a key that holds anything is an \
             IIsConfigObject",
        ),
        ChangeError::BadName { .. } => {
            Hint::say("give the name alone, as it is to stand in the path")
        }
        ChangeError::Inside { .. } => Hint::say("name a key beside it"),
        ChangeError::AskedTwice { .. } => Hint::say("ask for it once"),
        ChangeError::NewFindings { rules, .. } => {
            let allow = rules.iter().map(|rule| format!("--allow {rule}")).collect::<Vec<_>>();
            let explain = ["check", "--explain"].into_iter().chain(rules.first().copied());
            Hint::run(explain)
                .and(" says what it means; to make the change all the same, add ")
                .and(allow.join(" "))
        }
        ChangeError::NotVerified { .. } | ChangeError::Edits(_) => Hint::say(
            "this is a fault of metafix: please report it, with the file if it may be shown",
        ),
    }
}

fn hint_in_metabase(error: &MetabaseError, source: Option<&Source>) -> Hint {
    match error {
        MetabaseError::Text(error) => hint_in_text(error),
        MetabaseError::Xml(XmlError::Malformed(malformed)) => {
            Hint::say(flaw::hint(&malformed.flaw))
        }
        MetabaseError::Xml(XmlError::Doctype { .. }) => Hint::say(
            "a metabase never has one, and the entities that it defines could change what the \
             file means: remove it, or restore a backup",
        ),
        MetabaseError::NotMetabase { .. } => Hint::say(
            "is this the right file? The metabase is MetaBase.xml in \
             %SystemRoot%\\System32\\inetsrv; name it with --file",
        ),
        MetabaseError::KeyAbsent { path } => nearest::hint(path, source),
        MetabaseError::KeyTwice { .. } | MetabaseError::PropertyTwice { .. } => Hint::say(
            "metafix does not guess which of the two IIS reads: remove the wrong one by hand, \
             then run the command again",
        ),
        MetabaseError::NameIdConflict { .. } => Hint::say(
            "metafix does not guess which of the two is meant: correct the name or the ID by hand",
        ),
        MetabaseError::WrongType { .. }
        | MetabaseError::MissingAttribute { .. }
        | MetabaseError::BadValue { .. } => {
            Hint::say("IIS would not accept it as it is: correct the element by hand, or remove it")
        }
        MetabaseError::NotSchema => Hint::say("the schema is MBSchema.xml, next to MetaBase.xml"),
        MetabaseError::UnknownProperty { similar: Some(similar), .. }
        | MetabaseError::PropertyAbsent { similar: Some(similar), .. }
        | MetabaseError::NotInSchema { similar: Some(similar), .. } => {
            Hint::say(format!("did you mean {similar}?"))
        }
        MetabaseError::UnknownProperty { missing, .. } => Hint::say(format!(
            "is the name right? If so, name the server's MBSchema.xml with --schema, or give what \
             is missing, such as {}",
            missing.iter().map(|option| example(option)).collect::<Vec<_>>().join(" ")
        )),
        MetabaseError::PropertyAbsent { path, .. } => {
            Hint::run(["get", path]).and(" lists the properties of the key")
        }
        MetabaseError::IsFlag { name, path, .. } => Hint::run(["set", path, name, "true"])
            .and(" sets it, ")
            .and_run(["set", path, name, "false"])
            .and(" clears it"),
        MetabaseError::NotInSchema { .. } => Hint::say(
            "is the name right? The server's own MBSchema.xml has more properties than the \
             built-in table: name it with --schema",
        ),
        MetabaseError::TypeDataDiffer { .. } => Hint::say(
            "a property that is set keeps its type: leave the option out, or unset the property \
             first",
        ),
        MetabaseError::NoValue { name, path, example, .. } => {
            let words = ["set", path, name].into_iter();
            Hint::say("give it after the property, as in ")
                .and_run(words.chain(example.iter().map(String::as_str)))
                .and("; ")
                .and_run(["unset", path, name])
                .and(" removes the property")
        }
        MetabaseError::BadArgument { name, .. } => {
            Hint::run(["schema", name]).and(" prints what is known of the property")
        }
        MetabaseError::AddressNotWritten { .. } => Hint::say(
            "name each address by itself; how IIS stores subnets, names and IPv6 is not \
             published: set those with IIS Manager",
        ),
        MetabaseError::NoList { name, .. } => Hint::say("give the whole value: ")
            .and_run(["set", "KEY", name, "VALUE"])
            .and(" replaces it"),
        MetabaseError::EntryAbsent { entries, .. } if entries.is_empty() => {
            Hint::say("the list is empty; --add makes a new entry")
        }
        MetabaseError::EntryAbsent { entry, entries, .. } => {
            Hint::say(format!("did you mean \"{}\"?", closest(entry, entries)))
        }
        MetabaseError::NotWritten { .. } => Hint::say(
            "the layout of its value is not published in full: set it with IIS Manager, or copy \
             it from another metabase with ",
        )
        .and_run(["import"]),
        MetabaseError::Protected(Protected { why: Protection::Secret, .. }) => Hint::say(
            "only IIS on this machine can encrypt it: leave it as it is, or set it there with IIS \
             Manager or adsutil.vbs",
        ),
        MetabaseError::Protected(Protected { why: Protection::Bookkeeping, .. }) => {
            Hint::say("IIS writes it itself and relies on it: leave it as it is")
        }
    }
}

fn hint_in_text(error: &DecodeError) -> Hint {
    match error {
        DecodeError::Empty => Hint::say("the newest good copy is in metafix-backups (")
            .and_run(["restore"])
            .and(") or in IIS's own History folder"),
        DecodeError::Binary => Hint::say(
            "metafix edits MetaBase.xml, which IIS has since version 6; change a binary metabase \
             on its own server, with IIS's console or adsutil.vbs",
        ),
        DecodeError::UnknownEncoding { .. } => Hint::say(
            "metafix edits UTF-8, and UTF-16 with a byte order mark: save a copy as UTF-8 and \
             compare it with the original before you use it",
        ),
        DecodeError::NotEncoded { .. } => Hint::say(
            "IIS writes UTF-8: find out which program saved the file last, or restore a backup",
        ),
    }
}

/// The entry that differs least.
fn closest<'e>(entry: &str, entries: &'e [String]) -> &'e str {
    let far = |other: &&String| strsim::normalized_damerau_levenshtein(entry, other);
    let near = entries.iter().max_by(|one, other| far(one).total_cmp(&far(other)));
    near.map_or("", String::as_str)
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
            (
                "AdminACL='&#x4963c4dbe00000000000000000000000;'",
                "******** stands for a character that XML does not allow",
            ),
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
