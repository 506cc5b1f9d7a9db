//! Every error as the person and the script see it, held to `errors.txt`: names and exit codes are
//! an interface, and a sentence changes only on purpose.
//!
//! `METAFIX_BLESS=1 cargo test --lib every_error` writes the file anew. On Unix alone: what the system
//! says, and how a path is written, differ on Windows.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::change::error::ChangeError;
use crate::inspect::events::EventsError;
use crate::metabase::address_list::Unwritten;
use crate::metabase::error::MetabaseError;
use crate::metabase::protect::{Protected, Protection};
use crate::metabase::secrets::Secrets;
use crate::server::event_log::EventLogError;
use crate::store::{Doubt, Holder, Sort, Step};
use crate::text::edit::EditError;
use crate::text::encoding::DecodeError;
use crate::text::source::{Encoding, Position, Source};
use crate::xml::{Flaw, Kind, Malformed, XmlError};

const LISTED: &str = include_str!("errors.txt");

/// A text long enough for every place below.
const TEXT: &str = "<?xml version=\"1.0\"?>\n<a>\n<b c='d'/>\n</a>\n";

fn text(word: &str) -> String {
    word.to_owned()
}

fn problem(error: ChangeError) -> Problem {
    let source = Source::decode(TEXT.as_bytes()).expect("it is text");
    refused(error, Path::new("MetaBase.xml"), Some(&source), &Secrets::default())
}

fn stored(error: StoreError) -> Problem {
    super::stored(&error, Path::new("MetaBase.xml"))
}

#[test]
fn every_error_is_told_as_it_is_listed() {
    let mut told = String::new();
    let errors = decoding().into_iter().chain(flaws());
    let problems = errors.chain(metabase()).map(ChangeError::from).chain(change());
    let logs = logs().into_iter().map(|error| events(&error, Path::new("saved log.evtx")));
    let pages = pages().into_iter().map(|error| unwritten_page(&error, Path::new("none/a.html")));
    let denied =
        || EventLogError { log: "System".into(), error: io::ErrorKind::PermissionDenied.into() };
    let live = [denied()].map(|error| event_log(&error, Path::new("MetaBase.xml")));
    let stored = store().into_iter().map(stored);
    for problem in problems.map(problem).chain(stored).chain(logs).chain(live).chain(pages) {
        let Problem { exit, name, message, hint, place, related, written, .. } = problem;
        writeln!(told, "{name} ({}, {})\n  {message}", exit.name(), exit.code()).unwrap();
        if !hint.is_empty() {
            writeln!(told, "  hint: {hint}").unwrap();
        }
        if let Some(Position { line, column }) = place.map(|place| place.position) {
            writeln!(told, "  place: {line}:{column}").unwrap();
        }
        if let Some((Position { line, column }, what)) = related {
            writeln!(told, "  related: {what} {line}:{column}").unwrap();
        }
        if written != Some(Written::Nothing) {
            writeln!(told, "  written: {written:?}").unwrap();
        }
    }
    if std::env::var_os("METAFIX_BLESS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/command/problem/errors.txt");
        #[expect(clippy::disallowed_methods, reason = "it writes a file of this test's own")]
        std::fs::write(path, &told).unwrap();
        return;
    }
    for (at, (told, listed)) in told.lines().zip(LISTED.lines()).enumerate() {
        assert_eq!(told, listed, "line {}", at + 1);
    }
    assert_eq!(told.len(), LISTED.len());
}

fn decoding() -> Vec<MetabaseError> {
    let position = Position { line: 3, column: 4 };
    vec![
        DecodeError::Empty.into(),
        DecodeError::Binary.into(),
        DecodeError::UnknownEncoding { found: text("UTF-32") }.into(),
        DecodeError::NotEncoded { encoding: Encoding::Utf8Bom, byte: 0xE9, offset: 17, position }
            .into(),
        XmlError::Doctype { at: 22 }.into(),
    ]
}

fn flaws() -> Vec<MetabaseError> {
    let name = || text("Name");
    let kinds = [
        Kind::StartTag,
        Kind::EndTag,
        Kind::Attribute,
        Kind::Comment,
        Kind::CData,
        Kind::Instruction,
    ];
    let mut flaws = vec![
        Flaw::NoRoot,
        Flaw::SecondRoot { name: name(), first: 22 },
        Flaw::TextOutside { found: 'x' },
        Flaw::TextOutside { found: '\u{FEFF}' },
        Flaw::CDataOutside,
        Flaw::UnclosedElement { name: name(), opened: 22 },
        Flaw::UnclosedValue { name: name(), opened: 22 },
        Flaw::UnclosedTag { kind: Kind::StartTag, name: name(), opened: 22 },
        Flaw::UnclosedTag { kind: Kind::EndTag, name: name(), opened: 22 },
        Flaw::UnopenedEndTag { name: name() },
        Flaw::WrongEndTag { name: name(), opened: 22, found: text("Other") },
        Flaw::NamelessEndTag,
        Flaw::CrowdedEndTag { name: name(), found: 'x' },
        Flaw::StrayLessThan,
        Flaw::UnknownMarkup,
        Flaw::StraySlash { element: name() },
        Flaw::BadNameStart { element: name(), found: '1' },
        Flaw::NoBlank { element: name() },
        Flaw::NoName { element: name() },
        Flaw::NoValue { name: name() },
        Flaw::NoQuote { name: name() },
        Flaw::LessThanInValue { name: name(), opened: 22 },
        Flaw::DuplicateAttribute { name: name(), first: 22 },
        Flaw::BareAmpersand,
        Flaw::UndeclaredEntity { name: text("nbsp") },
        Flaw::BadReference { reference: text("&#x") },
        Flaw::ForbiddenReference { reference: text("&#0;") },
        Flaw::ForbiddenCharacter { found: '\u{1}' },
        Flaw::CDataEnd,
        Flaw::DoubleHyphen,
        Flaw::NoTarget,
        Flaw::ReservedTarget { target: text("XML") },
        Flaw::LateDeclaration,
        Flaw::SecondDeclaration,
        Flaw::NoVersion,
        Flaw::UnknownVersion { version: text("1.1") },
        Flaw::StrangeDeclaration { name: name() },
        Flaw::BadEncoding { encoding: text("U 8") },
        Flaw::BadStandalone { standalone: text("maybe") },
    ];
    flaws.extend(kinds.map(|kind| Flaw::Unclosed { kind }));
    flaws.extend(kinds.map(|kind| Flaw::BadNameCharacter { kind, name: name(), found: '!' }));
    let malformed = |flaw| XmlError::Malformed(Malformed { at: 26, flaw }).into();
    flaws.into_iter().map(malformed).collect()
}

fn metabase() -> Vec<MetabaseError> {
    let (path, name) = (|| text("/LM/SmtpSvc/1"), || text("UseSimpleDns"));
    let all = vec!["--id", "--type", "--user-type", "--attributes"];
    vec![
        MetabaseError::NotMetabase { at: 26, found: text("the outermost element is b") },
        MetabaseError::KeyAbsent { path: path() },
        MetabaseError::KeyAbsent { path: text("/LM/SmtpSvc") },
        MetabaseError::KeyTwice { path: path(), first: 22, second: 26 },
        MetabaseError::PropertyTwice { name: name(), first: 22, second: 26 },
        MetabaseError::NameIdConflict {
            at: 26,
            name: text("Other"),
            id: text("1"),
            expected_name: name(),
            expected_id: 2,
        },
        MetabaseError::WrongType {
            at: 26,
            name: name(),
            found: text("STRING"),
            expected: text("DWORD"),
        },
        MetabaseError::MissingAttribute { at: 26, name: name(), missing: "Value" },
        MetabaseError::BadValue { at: 26, name: name(), found: text("x"), expected: text("DWORD") },
        MetabaseError::NotSchema,
        MetabaseError::UnknownProperty { name: name(), missing: all, similar: None },
        MetabaseError::UnknownProperty {
            name: name(),
            missing: vec![],
            similar: Some(text("Other")),
        },
        MetabaseError::PropertyAbsent { name: name(), path: path(), default: None, similar: None },
        MetabaseError::PropertyAbsent {
            name: name(),
            path: path(),
            default: Some(text("0")),
            similar: Some(text("Other")),
        },
        MetabaseError::IsFlag { name: name(), path: path(), property: text("Other") },
        MetabaseError::NotInSchema { name: name(), similar: None },
        MetabaseError::NotInSchema { name: name(), similar: Some(text("Other")) },
        MetabaseError::TypeDataDiffer {
            name: name(),
            what: "Type",
            found: text("DWORD"),
            asked: text("STRING"),
        },
        MetabaseError::NoValue {
            name: name(),
            path: path(),
            expected: text("a number"),
            example: vec![text("1"), text("a b")],
        },
        MetabaseError::BadArgument { name: name(), found: text("x"), expected: text("a number") },
        MetabaseError::AddressNotWritten {
            name: text("RelayIpList"),
            found: text("10.0.0.0/8"),
            what: Unwritten::Subnet,
        },
        MetabaseError::NoList { name: name(), kind: "DWORD" },
        MetabaseError::EntryAbsent { name: name(), entry: text("htm"), entries: vec![] },
        MetabaseError::EntryAbsent {
            name: name(),
            entry: text("htm"),
            entries: vec![text("html")],
        },
        MetabaseError::NotWritten { name: name(), kind: "BINARY" },
        MetabaseError::Protected(Protected { name: name(), why: Protection::Secret }),
        MetabaseError::Protected(Protected { name: name(), why: Protection::Bookkeeping }),
    ]
}

fn change() -> Vec<ChangeError> {
    vec![
        ChangeError::NoProperty { path: text("/LM/SmtpSvc/1") },
        ChangeError::AskedTwice { name: text("UseSimpleDns"), path: text("/LM/SmtpSvc/1") },
        ChangeError::ValueAndEntries,
        ChangeError::NoText { text: text("a\nb") },
        ChangeError::KeyExists { path: text("/LM/SmtpSvc/1") },
        ChangeError::KeyFixed { path: text("/LM") },
        ChangeError::KeysBelow { path: text("/LM/SmtpSvc/1"), count: 7 },
        ChangeError::NoParent { path: text("/LM/W3SVC/7/ROOT"), parent: text("/LM/W3SVC/7") },
        ChangeError::ClassUnknown { path: text("/LM/W3SVC/1/ROOT/x") },
        ChangeError::BadClass { class: text("a b") },
        ChangeError::BadName { name: text("a/b"), why: "a name holds no slash" },
        ChangeError::Inside { path: text("/LM/a"), into: text("/LM/a/b") },
        ChangeError::NewFindings {
            findings: vec![text("open-relay: everybody may relay")],
            rules: vec!["open-relay"],
        },
        ChangeError::NewFindings {
            findings: vec![text("open-relay: everybody may relay"), text("pool-missing: no pool")],
            rules: vec!["open-relay", "pool-missing"],
        },
        ChangeError::NotVerified { what: text("a key is gone") },
        ChangeError::Edits(EditError::Inconsistent { at: 7 }),
        ChangeError::Edits(EditError::Overlapping { at: 7 }),
        ChangeError::Edits(EditError::Stale { at: 7 }),
    ]
}

fn store() -> Vec<StoreError> {
    let (path, dir) = (|| PathBuf::from("MetaBase.xml"), || PathBuf::from("metafix-backups"));
    let backup = || PathBuf::from("metafix-backups/MetaBase.xml.0001");
    let io = |kind: io::ErrorKind| StoreError::Io { step: Step::Write, error: kind.into() };
    let full = || Box::new(io(io::ErrorKind::StorageFull));
    let mut errors = vec![
        StoreError::Missing { path: path() },
        StoreError::Orphaned { path: path(), found: PathBuf::from("MetaBase.xml.metafix-old") },
        StoreError::DanglingLink { path: path() },
        StoreError::NotAFile { path: path(), found: "a folder" },
        StoreError::NotAFile { path: PathBuf::from("a.metafix-lock"), found: "a folder" },
        StoreError::Exists { path: path() },
        StoreError::HardLinked { path: path(), links: 2 },
        StoreError::Attributes { path: path(), attributes: text("READONLY") },
        StoreError::Locked { lock: path(), holder: None, waited: Duration::from_secs(10) },
        StoreError::Locked {
            lock: path(),
            holder: Some(Holder {
                pid: 7,
                host: text("host"),
                since: jiff::Timestamp::UNIX_EPOCH,
                purpose: text("set-dns-mode"),
            }),
            waited: Duration::from_secs(10),
        },
        StoreError::Changed { path: path(), rescued: None },
        StoreError::Changed { path: path(), rescued: Some(backup()) },
        StoreError::RightsNotKept { error: io::ErrorKind::PermissionDenied.into() },
        StoreError::RightsChanged { path: path() },
        StoreError::BackupFolder { path: dir(), found: "a link" },
        StoreError::NotALock { path: path(), why: "something else is in it" },
        StoreError::NoBackup { asked: None, dir: dir() },
        StoreError::NoBackup { asked: Some(text("7")), dir: dir() },
        StoreError::NoBackup { asked: Some(text("name")), dir: PathBuf::from("else where") },
        StoreError::AmbiguousBackup { asked: text("7"), names: vec![text("a"), text("b")] },
        StoreError::BackupAltered { path: backup() },
        StoreError::NotAsWritten { path: path() },
        StoreError::PutBack { kept: None, error: full() },
        StoreError::PutBack { kept: Some(backup()), error: full() },
        StoreError::Torn { path: path(), backup: backup(), why: text("killed"), now: true },
        StoreError::Torn { path: path(), backup: backup(), why: text("killed"), now: false },
        StoreError::PrunedInPart { gone: 1, error: full() },
        StoreError::PrunedInPart { gone: 2, error: full() },
        StoreError::HalfWay { error: full() },
        StoreError::AfterSwap { backup: backup(), error: full() },
        StoreError::Io { step: Step::Record, error: io::ErrorKind::NotFound.into() },
    ];
    errors.extend(untrusted());
    errors.extend(
        [
            io::ErrorKind::StorageFull,
            io::ErrorKind::QuotaExceeded,
            io::ErrorKind::ReadOnlyFilesystem,
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::ResourceBusy,
            io::ErrorKind::Other,
        ]
        .map(io),
    );
    errors
}

fn untrusted() -> Vec<StoreError> {
    let dir = || PathBuf::from("metafix-backups");
    let doubt = |path: &str, sort, owner: Option<&str>, writers: &[&str]| {
        let (path, owner) = (PathBuf::from(path), owner.map(text));
        let writers = writers.iter().map(|writer| text(writer)).collect();
        let (link, user, system) = (false, text("root"), vec![]);
        Doubt { path, sort, link, owner, writers, user, system }
    };
    let link = |path: &str, sort| Doubt { link: true, ..doubt(path, sort, None, &[]) };
    let backups = || Sort::Backups(dir());
    let history = || Sort::History(PathBuf::from("History"));
    let doubts = [
        doubt("metafix-backups", backups(), Some("bob (user 1001)"), &[]),
        doubt("metafix-backups", backups(), None, &["everybody", "staff (group 50)"]),
        doubt("metafix-backups/MetaBase.xml.0001", backups(), Some("bob"), &["everybody"]),
        link("metafix-backups/MetaBase.xml.0001", backups()),
        doubt("History", history(), None, &["everybody"]),
        link("History", history()),
        doubt("MBSchema.xml", Sort::File, Some("bob"), &[]),
        doubt("a.metafix-journal", Sort::Leftover, Some("bob"), &[]),
    ];
    let untrusted = |doubt| StoreError::Untrusted { doubt: Box::new(doubt) };
    doubts.map(untrusted).into()
}

fn logs() -> Vec<EventsError> {
    vec![
        EventsError::Empty,
        EventsError::Evtx,
        EventsError::NotEvents,
        EventsError::Malformed { line: 3, why: text("a wrong end tag") },
        EventsError::CutShort { line: 3 },
    ]
}

fn pages() -> Vec<StoreError> {
    let path = || PathBuf::from("none/a.html");
    vec![
        StoreError::Exists { path: path() },
        StoreError::Missing { path: path() },
        StoreError::NotAFile { path: path(), found: "a folder" },
        StoreError::DanglingLink { path: path() },
        StoreError::Io { step: Step::Write, error: io::ErrorKind::StorageFull.into() },
    ]
}
