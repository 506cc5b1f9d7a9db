//! Laws: what holds for every metabase, every mode and any bytes at all.
//!
//! Each law runs over all fixtures and over metabases that proptest makes up. The judges share
//! no code with metafix: `roxmltree` reads the XML, a patch program of a few lines (and the
//! real one, where it is installed) reads the diff.
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use crate::cases;
use std::collections::BTreeMap;
use std::path::Path;
#[cfg(unix)]
use std::process::Command;

use metafix::change::diff::Diff;
use metafix::change::dns::request;
use metafix::change::error::ChangeError;
use metafix::change::plan::plan;
use metafix::change::verify::{Verified, verified};
use metafix::metabase::property::DnsMode;
use metafix::metabase::scan::scan;
use metafix::metabase::secrets::Secrets;
use metafix::text::edit::Edits;
use metafix::text::source::{LineEnds, Source};
use metafix::xml::{self, Token};
use proptest::prelude::*;

/// A law: the file before, and what metafix made of it.
type Law = fn(&[u8], &Verified);

const LAWS: [Law; 7] = [
    outside_the_edits_every_byte_is_equal,
    a_second_run_finds_nothing_to_do,
    the_inverse_gives_the_original_back,
    line_ends_change_only_by_what_is_edited,
    a_strict_parser_sees_exactly_the_asked_change,
    sorted_ids_stay_sorted,
    the_diff_given_to_patch_yields_the_result,
];

fn set(bytes: &[u8], mode: DnsMode) -> Result<Verified, ChangeError> {
    let source = Source::decode(bytes.to_vec())?;
    let metabase = scan(&source)?;
    let plan = plan(&source, &metabase, &[request(mode, None)])?;
    verified(source, metabase, plan, &Secrets::default())
}

/// The file after a change.
fn after_of(result: &Verified) -> Source<'_> {
    Source::decode(&result.after[..]).expect("the result can be decoded")
}

fn obeys_the_laws(bytes: &[u8], mode: DnsMode) {
    let result = set(bytes, mode).expect("a good metabase is not refused");
    tokens_tile_the_text(bytes);
    for law in LAWS {
        law(bytes, &result);
    }
}

fn tokens_tile_the_text(bytes: &[u8]) {
    let source = Source::decode(bytes.to_vec()).expect("it can be decoded");
    let mut end = 0;
    xml::walk::<xml::XmlError>(source.text(), |token| {
        let at = match token {
            Token::Declaration { at, .. }
            | Token::Open { at, .. }
            | Token::Close { at }
            | Token::Text { at }
            | Token::Reference { at }
            | Token::CData { at }
            | Token::Comment { at }
            | Token::Instruction { at } => at,
        };
        assert_eq!(at.start, end, "a gap or an overlap");
        end = at.end;
        Ok(())
    })
    .expect("it is well-formed");
    assert_eq!(end, source.text().len());
}

pub fn outside_the_edits_every_byte_is_equal(before: &[u8], result: &Verified) {
    let after = &result.after[..];
    let (mut was, mut now) = (0, 0);
    for edit in result.edits.as_slice() {
        let kept = edit.at.start - was;
        assert_eq!(&before[was..edit.at.start], &after[now..now + kept]);
        assert_eq!(&before[edit.at.clone()], edit.was);
        assert_eq!(&after[now + kept..now + kept + edit.now.len()], edit.now);
        was = edit.at.end;
        now += kept + edit.now.len();
    }
    assert_eq!(&before[was..], &after[now..]);
}

fn a_second_run_finds_nothing_to_do(_: &[u8], result: &Verified) {
    let value = the_property(after_of(result).text()).expect("it is set now");
    let mode = DnsMode::of(value.parse().expect("a number")).expect("a mode");
    let again = set(&result.after[..], mode).expect("the result is not refused");
    assert!(again.edits.is_empty());
    assert_eq!(again.after, result.after);
}

fn the_inverse_gives_the_original_back(before: &[u8], result: &Verified) {
    let after = result.after.clone();
    assert_eq!(result.edits.before_chunks(&after).concat(), before);
    let inverse = result.edits.inverse();
    assert_eq!(inverse.inverse(), result.edits);
    assert_eq!(inverse.apply(after).expect("it fits"), before);
}

pub fn line_ends_change_only_by_what_is_edited(before: &[u8], result: &Verified) {
    let source = Source::decode(before.to_vec()).expect("it can be decoded");
    let add = |to: &mut LineEnds, ends: LineEnds| {
        to.crlf += ends.crlf;
        to.lf += ends.lf;
        to.cr += ends.cr;
    };
    let (mut was, mut now) = (source.line_ends(), after_of(result).line_ends());
    for edit in result.edits.as_slice() {
        add(&mut was, LineEnds::count(&source.decode_part(&edit.now)));
        add(&mut now, LineEnds::count(&source.decode_part(&edit.was)));
    }
    assert_eq!(now, was);
}

/// Everything a strict parser finds, as one line an element; the SMTP service's property apart.
fn said(text: &str) -> (Vec<String>, Option<String>) {
    let document = roxmltree::Document::parse(text).expect("a strict parser takes it");
    let mut lines = Vec::new();
    let mut property = None;
    for node in document.root().descendants().filter(roxmltree::Node::is_element) {
        let service = |node: &roxmltree::Node<'_, '_>| {
            let location = node.attribute("Location").unwrap_or_default();
            let place = node.parent().map(|parent| parent.tag_name().name().to_owned());
            location.eq_ignore_ascii_case("/LM/SmtpSvc") && place.as_deref() == Some("MBProperty")
        };
        let custom = node.parent().as_ref().is_some_and(service)
            && node.tag_name().name() == "Custom"
            && node.attribute("ID") == Some("36997");
        let mut attributes = BTreeMap::new();
        for attribute in node.attributes() {
            let is_property = custom && attribute.name() == "Value"
                || service(&node) && attribute.name() == "SmtpUseTcpDns";
            if is_property {
                property = Some(attribute.value().to_owned());
            } else {
                attributes.insert(attribute.name(), attribute.value());
            }
        }
        if !custom {
            lines.push(format!("{} {attributes:?}", node.tag_name().name()));
        }
    }
    (lines, property)
}

fn the_property(text: &str) -> Option<String> {
    said(text).1
}

fn a_strict_parser_sees_exactly_the_asked_change(before: &[u8], result: &Verified) {
    let source = Source::decode(before.to_vec()).expect("it can be decoded");
    let (was, _) = said(source.text());
    let (now, value) = said(after_of(result).text());
    assert_eq!(was, now);
    assert!(
        value.is_some_and(
            |value| ["0", "1", "2"].contains(&value.as_str()) || result.edits.is_empty()
        )
    );
}

fn ids(text: &str) -> Vec<u32> {
    let document = roxmltree::Document::parse(text).expect("a strict parser takes it");
    let service = document.descendants().find(|node| {
        node.parent().is_some_and(|parent| parent.tag_name().name() == "MBProperty")
            && node.attribute("Location").is_some_and(|l| l.eq_ignore_ascii_case("/LM/SmtpSvc"))
    });
    let customs = service.expect("the service is there").children();
    let customs = customs.filter(|node| node.tag_name().name() == "Custom");
    customs.filter_map(|node| node.attribute("ID")?.parse().ok()).collect()
}

fn sorted_ids_stay_sorted(before: &[u8], result: &Verified) {
    let source = Source::decode(before.to_vec()).expect("it can be decoded");
    if ids(source.text()).is_sorted() {
        assert!(ids(after_of(result).text()).is_sorted());
    }
}

/// Applies a unified diff, as `patch` would.
fn patched(before: &str, diff: &str) -> String {
    let was: Vec<&str> = before.split_inclusive('\n').collect();
    let mut now = String::new();
    let mut at = 0;
    let mut lines = diff.split_inclusive('\n').skip(2).peekable();
    while let Some(line) = lines.next() {
        if let Some(header) = line.strip_prefix("@@ -") {
            let numbers = header.split([',', ' ']).next().expect("a hunk has a place");
            let first: usize = numbers.parse().expect("a place is a number");
            let empty = header.split(' ').next().is_some_and(|range| range.ends_with(",0"));
            let first = if empty { first } else { first - 1 };
            now.push_str(&was[at..first].concat());
            at = first;
            continue;
        }
        let unended = lines.peek().is_some_and(|next| next.starts_with('\\'));
        let content = &line[1..];
        let content = if unended { content.trim_end_matches('\n') } else { content };
        match line.as_bytes()[0] {
            b' ' => {
                assert_eq!(was[at], content);
                now.push_str(content);
                at += 1;
            }
            b'-' => {
                assert_eq!(was[at], content);
                at += 1;
            }
            b'+' => now.push_str(content),
            _ => assert!(line.starts_with('\\'), "{line:?}"),
        }
    }
    now.push_str(&was[at..].concat());
    now
}

pub fn the_diff_given_to_patch_yields_the_result(before: &[u8], result: &Verified) {
    let source = Source::decode(before.to_vec()).expect("it can be decoded");
    let mut diff = result.diff.clone();
    for line in diff.hunks.iter_mut().flat_map(|hunk| &mut hunk.lines) {
        line.secrets.clear();
    }
    let unified = diff.unified("MetaBase.xml", "MetaBase.xml");
    assert_eq!(patched(source.text(), &unified), after_of(result).text(), "{unified}");
}

/// Every metabase of the fixtures that is not to be refused.
fn good_files() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut files = Vec::new();
    for folder in ["corpus", "servers"] {
        for case in cases::cases(folder, 4) {
            let bytes = std::fs::read(root.join(folder).join(&case.name)).expect("it is there");
            files.push((case.name, bytes));
        }
    }
    for kind in ["set", "noop"] {
        files.extend(cases::cases(kind, 8).into_iter().map(|case| {
            let before = case.read("before.xml");
            (case.name, before)
        }));
    }
    files
}

#[test]
fn the_laws_hold_on_every_fixture() {
    let files = good_files();
    assert!(files.len() > 100, "{} files", files.len());
    for (name, bytes) in files {
        for mode in DnsMode::ALL {
            let held = std::panic::catch_unwind(|| obeys_the_laws(&bytes, mode));
            assert!(held.is_ok(), "{name} with {}", mode.name());
        }
    }
}

#[test]
fn no_edits_give_identical_bytes() {
    for (name, bytes) in good_files() {
        assert_eq!(Edits::default().apply(bytes.clone()), Ok(bytes), "{name}");
    }
}

#[test]
#[cfg(unix)]
fn the_real_patch_program_agrees() {
    if Command::new("patch").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "`patch` is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut patched = 0;
    for case in cases::cases("set", 25) {
        let before = case.read("before.xml");
        let result = set(&before, DnsMode::UdpOnly).expect("a good metabase is not refused");
        let text = Source::decode(before).expect("it can be decoded").text().to_owned();
        if result.diff.hunks.is_empty() || result.diff.has_secrets() {
            continue;
        }
        let (file, diff) = (folder.path().join("before"), folder.path().join("diff"));
        std::fs::write(&file, &text).expect("it can be written");
        std::fs::write(&diff, result.diff.unified("before", "before")).expect("written");
        let done = Command::new("patch").args(["--binary", "-s"]).args([&file, &diff]).output();
        let done = done.expect("patch runs");
        assert!(done.status.success(), "{}: {}", case.name, String::from_utf8_lossy(&done.stdout));
        let found = std::fs::read(&file).expect("it is there");
        assert_eq!(found, after_of(&result).text().as_bytes(), "{}", case.name);
        patched += 1;
    }
    assert!(patched > 20, "{patched} diffs");
}

/// The pieces of a metabase that matter, with everything about their layout left open.
#[derive(Debug, Clone)]
struct Made {
    newline: &'static str,
    indent: &'static str,
    equals: &'static str,
    quote: char,
    one_line: bool,
    mark: usize,
    element: &'static str,
    location: &'static str,
    ids: Vec<u32>,
    comments: Vec<bool>,
    own: usize,
    others: usize,
    final_newline: bool,
}

impl Made {
    fn custom(&self, name: &str, id: u32, value: &str) -> String {
        let Self { newline, indent, equals, quote: q, .. } = self;
        let between = if self.one_line { " ".into() } else { format!("{newline}{indent}{indent}") };
        let end = if self.one_line { String::new() } else { format!("{newline}{indent}") };
        let pairs = [
            ("Name", name),
            ("ID", &id.to_string()),
            ("Value", value),
            ("Type", "DWORD"),
            ("UserType", "IIS_MD_UT_SERVER"),
            ("Attributes", "INHERIT"),
        ];
        let pairs = pairs.map(|(name, value)| format!("{between}{name}{equals}{q}{value}{q}"));
        format!("{newline}{indent}<Custom{}{end}/>", pairs.concat())
    }

    fn text(&self) -> String {
        let Self { newline, indent, equals, quote: q, element, location, .. } = self;
        let mut text = format!(
            "<?xml version ={q}1.0{q}?>{newline}<configuration \
             xmlns={q}urn:microsoft-catalog:XML_Metabase_V64_0{q}>{newline}<MBProperty>{newline}"
        );
        for other in 0..self.others {
            text += &format!(
                "<IIsConfigObject Location{equals}{q}/LM/W3SVC/{other}{q}>{}{newline}\
                 </IIsConfigObject>{newline}",
                self.custom("UnknownName_36996", 36996, "1")
            );
        }
        text += &format!("<{element}{indent}Location{equals}{q}{location}{q}");
        if self.own == 1 {
            text += &format!("{newline}{indent}SmtpUseTcpDns{equals}{q}1{q}");
        }
        if self.ids.is_empty() && self.own == 0 && self.one_line {
            text += "/>";
        } else {
            text += ">";
            let mut ids = self.ids.clone();
            if self.own == 2 {
                ids.insert(ids.partition_point(|id| *id < 36997), 36997);
            }
            for (id, comment) in ids.iter().zip(self.comments.iter().cycle()) {
                if *comment {
                    text += &format!("{newline}<!-- {id} SmtpUseTcpDns=\"2\" -->");
                }
                let name = format!("UnknownName_{id}");
                text += &self.custom(&name, *id, "4294967295");
            }
            text += &format!("{newline}</{element}>");
        }
        text += &format!("{newline}</MBProperty>{newline}</configuration>");
        text + if self.final_newline { newline } else { "" }
    }

    fn bytes(&self) -> Vec<u8> {
        let text = self.text();
        match self.mark {
            0 => text.into_bytes(),
            1 => format!("\u{FEFF}{text}").into_bytes(),
            2 => format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

prop_compose! {
    fn made()(
        newline in prop::sample::select(vec!["\r\n", "\n", "\r"]),
        indent in prop::sample::select(vec!["\t", "  ", " \t"]),
        equals in prop::sample::select(vec!["=", " = ", "\t=", "= "]),
        quote in prop::sample::select(vec!['"', '\'']),
        one_line in any::<bool>(),
        mark in 0..4_usize,
        element in prop::sample::select(vec!["IIsSmtpService", "IIsConfigObject", "Ü"]),
        location in prop::sample::select(vec!["/LM/SmtpSvc", "/lm/SMTPSVC", "/LM/&#83;mtpSvc"]),
        ids in prop::collection::vec((1..70_000_u32).prop_filter("its own", |id| *id != 36997), 0..6),
        sorted in any::<bool>(),
        comments in prop::collection::vec(any::<bool>(), 1..4),
        own in 0..3_usize,
        others in 0..4_usize,
        final_newline in any::<bool>(),
    ) -> Made {
        let mut ids = ids;
        if sorted {
            ids.sort_unstable();
        }
        Made {
            newline, indent, equals, quote, one_line, mark, element, location, ids, comments, own,
            others, final_newline,
        }
    }
}

fn mode() -> impl Strategy<Value = DnsMode> {
    prop::sample::select(DnsMode::ALL.to_vec())
}

proptest! {
    #[test]
    fn the_laws_hold_on_metabases_nobody_thought_of(made in made(), mode in mode()) {
        obeys_the_laws(&made.bytes(), mode);
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        // A refusal or a plan: what must not happen is a panic.
        prop_assert!(set(&bytes, DnsMode::UdpOnly).is_err());
    }

    #[test]
    fn a_damaged_metabase_gives_an_answer(
        made in made(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = made.bytes();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(result) = set(&bytes, DnsMode::UdpOnly) {
            outside_the_edits_every_byte_is_equal(&bytes, &result);
            the_inverse_gives_the_original_back(&bytes, &result);
        }
    }

    #[test]
    fn a_diff_of_any_two_texts_is_true(was in "[ab<\r\n\té]{0,60}", now in "[ab<\r\n\té]{0,60}") {
        let edits: Vec<_> = metafix::change::diff::difference(&was, &now).into_iter().collect();
        prop_assert_eq!(edits.is_empty(), was == now);
        let edits = Edits::new(edits).expect("one edit stands alone");
        let applied = edits.apply(was.clone().into_bytes()).expect("it fits");
        prop_assert_eq!(&applied, now.as_bytes());
        let diff = Diff::new(&was, &edits, &Secrets::default());
        prop_assert_eq!(patched(&was, &diff.unified("a", "b")), now);
    }
}
