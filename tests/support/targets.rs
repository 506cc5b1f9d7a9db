//! What must hold for any bytes at all: a typed refusal or a plan, never a panic, and nothing
//! lost.
//!
//! Owns the bodies of the fuzz targets. `fuzz/` runs them on what libFuzzer invents;
//! `tests/laws/fuzz_replay.rs` on the fixtures and on what the fuzzer once found. A body panics where
//! a law is broken and tells how far an input came.

#[path = "judge.rs"]
pub mod judge;

use std::ops::Range;
use std::path::Path;

use judge::{PIECES, both_looks, with};

use metafix::change::diff::Diff;
use metafix::change::dns::request;
use metafix::change::error::ChangeError;
use metafix::change::plan::{Action, Plan, Request, plan as make_plan};
use metafix::change::verify::Verified;
use metafix::command::problem;
use metafix::inspect::events as saved;
use metafix::metabase::dns::{self, ENABLE_EDIT_WHILE_RUNNING};
use metafix::metabase::locate::{self, Form, KeyParts, KeyPath};
use metafix::metabase::model::properties;
use metafix::metabase::property::{Definition, DnsMode, SMTP_USE_TCP_DNS, Type};
use metafix::metabase::scan::{Key, Metabase, scan as scan_source, scan_along};
use metafix::metabase::secrets;
use metafix::metabase::secrets::Secrets;
use metafix::terminal::report::edit_rows;
use metafix::text::edit::{Edit, Edits};
use metafix::text::escape;
use metafix::text::source::{LineEnds, Source};
use metafix::xml::{self, Token};

/// How far an input came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// It was refused before there were keys.
    Refused,
    /// It is a metabase.
    Metabase,
    /// A change of it was planned.
    Planned,
}

/// Decodes and scans: the tokens tile the text, and the keys stand in it in order.
pub fn scan(bytes: &[u8]) -> Reached {
    let Some((source, metabase)) = read(bytes) else { return Reached::Refused };
    assert_eq!(source.bytes(), bytes);
    tokens_tile(source.text());
    let mut end = 0;
    for key in &metabase.keys {
        assert!(end <= key.at.start && inside(&key.location, &key.at), "{key:?}");
        assert!(source.text()[key.at.clone()].ends_with('>'), "{key:?}");
        assert!(source.text()[key.at.clone()].starts_with('<'), "{key:?}");
        end = key.at.end;
        read_key(&source, key);
    }
    // A refusal of `show` is a refusal like any other.
    if let Err(refusal) = dns::survey(&source, &metabase) {
        described(refusal, Some(&source));
    }
    Reached::Metabase
}

/// Plans each change: what is planned fits the file, can be shown, and can be taken back.
pub fn plan(bytes: &[u8]) -> Reached {
    let Some((source, metabase)) = read(bytes) else { return Reached::Refused };
    let mut reached = Reached::Metabase;
    for requests in asked() {
        let Some(plan) = planned(&source, &metabase, &requests) else { continue };
        shown(&source, &plan);
        let edits = plan.in_file(&source).expect("a plan fits the file it was made for");
        let after = edits.apply(bytes.to_vec()).expect("a plan fits the file it was made for");
        assert_eq!(edits.inverse().apply(after.clone()).as_deref(), Ok(bytes));
        assert_eq!(edits.before_chunks(&after).concat(), bytes);
        if !edits.is_empty() {
            assert_ne!(after, bytes);
            reached = Reached::Planned;
        }
    }
    reached
}

/// Reads them as a saved event log: a refusal that can be told, or counts that belong together.
pub fn events(bytes: &[u8]) -> Reached {
    let read = match saved::read(bytes) {
        Ok(read) => read,
        Err(refusal) => {
            assert!(!problem::events(&refusal, Path::new("log")).hint.is_empty());
            return Reached::Refused;
        }
    };
    let domains = read.domains();
    let counted: usize = domains.iter().map(|(_, of)| of.count).sum();
    assert!(counted + read.nameless + read.other_causes <= read.read, "{read:?}");
    for (domain, of) in &domains {
        assert!(of.count > 0 && of.days.values().sum::<usize>() <= of.count, "{domain}: {of:?}");
        assert_eq!(of.first.is_some(), of.last.is_some());
        assert!(of.first <= of.last && read.of(domain) == Some(*of), "{domain}: {of:?}");
        assert!(escape::escaped(domain) == *domain && !domain.is_empty(), "{domain:?}");
    }
    let found = !domains.is_empty();
    let mut twice = read.clone();
    twice.add(read);
    if found { Reached::Planned } else { Reached::Metabase }
}

/// The whole way: the verified result has the value, differs nowhere else, a second run finds
/// nothing to do, and the inverse gives the original back.
pub fn roundtrip(bytes: &[u8]) -> Reached {
    if read(bytes).is_none() {
        return Reached::Refused;
    }
    let mut reached = Reached::Metabase;
    for requests in asked() {
        let (source, metabase) = read(bytes).expect("it was read a moment ago");
        let Some(plan) = planned(&source, &metabase, &requests) else { continue };
        let nothing = plan.edits.is_empty();
        let wrong = planted(&source, &plan);
        drop((source, metabase));
        if let Some(plan) = wrong {
            // Right or wrong: both looks say the same.
            let _ = both_looks(bytes, plan);
        }
        let Verified { edits, after, .. } =
            both_looks(bytes, plan).expect("what is planned passes both looks");
        assert_eq!(edits.is_empty(), nothing);
        only_the_edits_differ(bytes, &after, &edits);
        if requests.iter().all(|request| request.action != Action::Unset) {
            line_ends_only_come(bytes, &after);
        }
        assert_eq!(edits.inverse().apply(after.clone()).as_deref(), Ok(bytes));

        let (source, metabase) = read(&after).expect("the result is a metabase");
        let again = planned(&source, &metabase, &requests).expect("the result can be planned");
        assert!(again.edits.is_empty(), "a second run has something to do: {:?}", again.edits);
        if !nothing {
            reached = Reached::Planned;
        }
    }
    reached
}

/// What is tried on each input: every mode of the service and of a server alone, a property that
/// usually stands as an attribute, one that goes, and several of them in one plan.
fn asked() -> Vec<Vec<Request>> {
    let mode = |mode, server| vec![request(mode, server)];
    let modes = |server| DnsMode::ALL.into_iter().map(move |each| mode(each, server));
    let flag =
        |value: &str| vec![Request::set(KeyPath::computer(), ENABLE_EDIT_WHILE_RUNNING, value)];
    let list = Definition { name: "RelayIpList".into(), kind: Type::MultiSz, ..SMTP_USE_TCP_DNS };
    let list = Definition { id: 36998, ..list };
    let gone = vec![Request::unset(KeyPath::smtp_service(), SMTP_USE_TCP_DNS)];
    let several = vec![
        request(DnsMode::UdpOnly, None),
        Request::set(KeyPath::smtp_service(), list, "a & b\n<c>\n\"d'"),
        Request {
            form: Form::Attribute,
            ..Request::set(KeyPath::smtp_service(), ENABLE_EDIT_WHILE_RUNNING, "7")
        },
        Request::unset(KeyPath::smtp_server(1), SMTP_USE_TCP_DNS),
    ];
    let alone = modes(None).chain(modes(Some(1))).chain([flag("0"), flag("1")]);
    alone.chain([gone, several]).collect()
}

/// The plan with one more edit, which the text itself decides on.
fn planted(source: &Source, plan: &Plan) -> Option<Plan> {
    let text = source.text();
    let dice = text.bytes().fold(text.len(), |sum, byte| {
        sum.wrapping_mul(1_000_003).wrapping_add(usize::from(byte) + plan.edits.as_slice().len())
    });
    let start = text.floor_char_boundary(dice % text.len());
    let end = text.ceil_char_boundary(text.len().min(start + dice / 7 % 4));
    let now = PIECES[dice / 31 % PIECES.len()].into();
    with(plan, [Edit { at: start..end, was: text[start..end].into(), now }])
}

fn read(bytes: &[u8]) -> Option<(Source<'_>, Metabase)> {
    let source = match Source::decode(bytes.to_vec()) {
        Ok(source) => source,
        Err(refusal) => {
            described(refusal, None);
            return None;
        }
    };
    let scanned = scan_source(&source);
    let at_once = scan_along(&source, |_| {});
    assert_eq!(scanned, at_once, "what is read in pieces is what is read at once");
    match scanned {
        Ok(metabase) => Some((source, metabase)),
        Err(refusal) => {
            described(refusal, Some(&source));
            None
        }
    }
}

fn planned(source: &Source, metabase: &Metabase, requests: &[Request]) -> Option<Plan> {
    let plan = make_plan(source, metabase, requests);
    plan.map_err(|error| described(error, Some(source))).ok()
}

/// A refusal has a name, a sentence, a hint and, where it has a place, one in the text. It never
/// is a fault of the program's own.
fn described(error: impl Into<ChangeError>, source: Option<&Source>) {
    let error = error.into();
    let faults = ["not-verified", "stale-plan"];
    let at = match &error {
        ChangeError::Metabase(error) => error.at(),
        _ => None,
    };
    let problem = problem::refused(error, Path::new("MetaBase.xml"), source, &Secrets::default());
    assert!(!faults.contains(&problem.name.as_str()), "{problem}");
    assert!(!problem.name.is_empty() && !problem.message.is_empty() && !problem.hint.is_empty());
    harmless(&problem.to_string().replace('\n', " "));
    if let (Some(at), Some(source)) = (at, source) {
        assert!(source.text().is_char_boundary(at), "{at}: {problem}");
        assert!(problem.place.is_some(), "{problem}");
    }
}

fn tokens_tile(text: &str) {
    let mut end = 0;
    let walked = xml::walk::<xml::XmlError>(text, |token| {
        let (Token::Declaration { at, .. }
        | Token::Open { at, .. }
        | Token::Close { at }
        | Token::Text { at }
        | Token::Reference { at }
        | Token::CData { at }
        | Token::Comment { at }
        | Token::Instruction { at }) = &token;
        assert_eq!(at.start, end, "the tokens leave a gap");
        end = at.end;
        if let Token::Open { at, attributes, .. } = &token {
            for attribute in *attributes {
                assert!(inside(&attribute.name, at) && inside(&attribute.value, at));
                assert!(attribute.name.end < attribute.value.start);
            }
        }
        Ok(())
    });
    walked.expect("it was scanned a moment ago");
    assert_eq!(end, text.len(), "the tokens do not reach the end");
}

fn inside(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end
}

fn read_key(source: &Source, key: &Key) {
    let parts = KeyParts::read(source, key).expect("a scanned key can be read again");
    assert_eq!(parts.element.at, key.at);
    for property in properties(source.text(), &parts) {
        assert!(inside(&property.value_at, &key.at) && key.at.contains(&property.at));
        harmless(&escape::escaped(&property.value));
    }
    let location = locate::location(source, key);
    assert!(KeyPath::smtp_service().is(&location) || !location.eq_ignore_ascii_case("/lm/smtpsvc"));
}

fn shown(source: &Source, plan: &Plan) {
    let diff = Diff::new(source.text(), &plan.edits, &Secrets::default());
    assert_eq!(diff.hunks.is_empty(), plan.edits.is_empty());
    assert_eq!(diff.unified("a", "b").is_empty(), plan.edits.is_empty());
    assert_eq!(edit_rows(&diff).is_empty(), plan.edits.is_empty());
    for line in diff.hunks.iter().flat_map(|hunk| &hunk.lines) {
        harmless(&escape::escaped(&secrets::masked(&line.text, &line.secrets)));
    }
}

/// Nothing that a terminal obeys.
fn harmless(shown: &str) {
    let obeyed = shown.chars().find(|next| next.is_control() && *next != '\t');
    assert_eq!(obeyed, None, "{shown:?}");
}

fn only_the_edits_differ(before: &[u8], after: &[u8], edits: &Edits) {
    let (mut was, mut now) = (0, 0);
    for edit in edits.as_slice() {
        let kept = edit.at.start - was;
        assert!(before[was..edit.at.start] == after[now..now + kept]);
        assert!(after[now + kept..].starts_with(&edit.now));
        (was, now) = (edit.at.end, now + kept + edit.now.len());
    }
    assert!(before[was..] == after[now..]);
}

/// No line end goes, and none of another sort comes: a file without CR gets none.
fn line_ends_only_come(before: &[u8], after: &[u8]) {
    let count = |bytes: &[u8]| {
        let source = Source::decode(bytes.to_vec()).expect("it was read a moment ago");
        LineEnds::count(source.text())
    };
    let (was, now) = (count(before), count(after));
    for (was, now) in [(was.crlf, now.crlf), (was.lf, now.lf), (was.cr, now.cr)] {
        assert!(was <= now, "a line end is gone");
        assert!(was > 0 || now == 0, "a line end that the file did not have");
    }
}
