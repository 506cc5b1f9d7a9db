//! What holds for every plan, on every metabase of the fixtures.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use metafix::change::plan::{Request, plan};
use metafix::change::verify::verified;
use metafix::metabase::locate::{Form, KeyParts, KeyPath, location};
use metafix::metabase::property::{Definition, Type};
use metafix::metabase::scan::{Metabase, scan};
use metafix::metabase::secrets::Secrets;
use metafix::text::edit::Edits;
use metafix::text::source::Source;

/// Every metabase that can be planned for, with its name.
pub fn metabases() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let listed = |kind: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder.join(kind)).expect("the fixtures are there");
        entries.map(|entry| entry.expect("it can be listed").path()).collect()
    };
    let mut files = listed("corpus");
    files.extend(listed("set").iter().map(|case| case.join("before.xml")));
    files.extend(
        ["exchange-2003", "relay-2022", "windows-2003"]
            .map(|name| folder.join("servers").join(name).with_extension("xml")),
    );
    assert!(files.len() > 80, "{} metabases", files.len());
    let read = |file: &PathBuf| (file.display().to_string(), fs::read(file).expect("it reads"));
    files.iter().map(read).collect()
}

fn property(name: &'static str, id: u32, kind: Type) -> Definition {
    Definition {
        name: Cow::Borrowed(name),
        id,
        kind,
        user_type: Cow::Borrowed("IIS_MD_UT_SERVER"),
        attributes: Cow::Borrowed("NO_ATTRIBUTES"),
    }
}

pub fn opened(bytes: &[u8]) -> (Source<'_>, Metabase) {
    let source = Source::decode(bytes.to_vec()).expect("it decodes");
    let metabase = scan(&source).expect("it is a metabase");
    (source, metabase)
}

fn run(bytes: &[u8], requests: &[Request]) -> (Vec<u8>, Edits) {
    let (source, metabase) = opened(bytes);
    let plan = plan(&source, &metabase, requests).expect("it can be planned");
    let verified =
        verified(source, metabase, plan, &Secrets::default()).expect("it is what was asked for");
    (verified.after, verified.edits)
}

/// The keys of a metabase whose path is there once.
fn keys(bytes: &[u8]) -> Vec<KeyPath> {
    let (source, metabase) = opened(bytes);
    let paths: Vec<String> =
        metabase.keys.iter().map(|key| location(&source, key).to_lowercase()).collect();
    let once = |path: &&String| paths.iter().filter(|other| other == path).count() == 1;
    paths.iter().filter(once).map(KeyPath::exact).collect()
}

/// Properties that no fixture has: first, between and last in every order.
fn new_properties() -> Vec<(Definition, Form, &'static str)> {
    vec![
        (property("AaFirst", 77_001, Type::String), Form::Attribute, "a \"quoted\" <value> & more"),
        (property("Middling", 77_002, Type::MultiSz), Form::Attribute, "one\ntwo"),
        (property("zzLast", 77_003, Type::Bool), Form::Attribute, "TRUE"),
        (property("AsCustomFirst", 2, Type::Dword), Form::Custom, "4294967295"),
        (property("AsCustom", 40_777, Type::MultiSz), Form::Custom, "one\ntwo\nthree"),
        (property("AsCustomToo", 40_778, Type::ExpandSz), Form::Custom, "%windir%\\it's"),
        (property("AsCustomLast", 4_000_000_000, Type::Binary), Form::Custom, "00ff"),
    ]
}

/// Whether a key has white space of its own, so that what is put in can be told from it: a key
/// that is opened for its first `<Custom>` stays open.
fn keeps_its_shape(bytes: &[u8], path: &KeyPath) -> bool {
    let (source, metabase) = opened(bytes);
    let key = metabase.keys.iter().find(|key| path.is(&location(&source, key))).expect("there");
    let parts = KeyParts::read(&source, key).expect("it reads");
    let text = source.text();
    let behind = &text[parts.element.tag.end..];
    parts.customs(text).next().is_some()
        || !parts.element.is_empty_tag(text) && !behind.starts_with("</")
}

#[test]
fn what_is_set_and_unset_leaves_the_file_as_it_was() {
    let mut came_back = 0;
    for (name, before) in metabases() {
        for path in keys(&before) {
            for (property, form, value) in new_properties() {
                let mut set = Request::set(path.clone(), property.clone(), value);
                set.form = form;
                let (after, _) = run(&before, &[set]);
                assert_ne!(after, before, "{name} {path} {}", property.name);
                let (back, _) = run(&after, &[Request::unset(path.clone(), property.clone())]);
                if form == Form::Attribute || keeps_its_shape(&before, &path) {
                    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    let differs = || format!("{}\n{}", shown(&after), shown(&back));
                    assert!(back == before, "{name} {path} {}\n{}", property.name, differs());
                    came_back += 1;
                }
            }
        }
    }
    assert!(came_back > 1000, "{came_back}");
}

/// Every element of a metabase as a strict parser sees it: its name and its attributes.
fn elements(bytes: &[u8]) -> Vec<(String, Vec<(String, String)>)> {
    let source = Source::decode(bytes.to_vec()).expect("it decodes");
    let document = roxmltree::Document::parse(source.text()).expect("it is well-formed");
    let pair = |a: roxmltree::Attribute<'_, '_>| (a.name().to_owned(), a.value().to_owned());
    let element = |node: roxmltree::Node<'_, '_>| {
        (node.tag_name().name().to_owned(), node.attributes().map(pair).collect())
    };
    document.descendants().filter(roxmltree::Node::is_element).map(element).collect()
}

#[test]
fn what_is_unset_is_all_that_goes() {
    let mut gone = 0;
    for (name, before) in metabases() {
        if before.len() > 8_000 {
            continue;
        }
        let was = elements(&before);
        let (source, metabase) = opened(&before);
        for path in keys(&before) {
            let key = metabase.keys.iter().find(|key| path.is(&location(&source, key)));
            let parts = KeyParts::read(&source, key.expect("there")).expect("it reads");
            for stated in metafix::metabase::model::properties(source.text(), &parts) {
                if stated.name.is_empty() || stated.name.starts_with("xmlns") {
                    continue;
                }
                let mut property = property("", stated.id.unwrap_or_default(), Type::String);
                property.name = Cow::Owned(stated.name.clone().into_owned());
                let plan = plan(&source, &metabase, &[Request::unset(path.clone(), property)]);
                // What is duplicated, or contradicts itself, is refused.
                let Ok(plan) = plan else { continue };
                let (source, metabase) = opened(&before);
                let after = verified(source, metabase, plan, &Secrets::default())
                    .expect("it is what was asked for");
                let now = elements(&after.after);
                let all = |elements: &[(String, Vec<(String, String)>)]| {
                    elements.len() + elements.iter().map(|one| one.1.len()).sum::<usize>()
                };
                let goes = match stated.form {
                    Form::Attribute => 1,
                    Form::Custom => {
                        let custom = parts.children.iter().find(|one| one.at.start == stated.at);
                        custom.expect("it is there").attributes.len() + 1
                    }
                };
                assert_eq!(all(&was) - all(&now), goes, "{name} {path} {}", stated.name);
                let mut left = was.iter();
                let is_left = |now: &(String, Vec<(String, String)>)| {
                    left.any(|was| was.0 == now.0 && now.1.iter().all(|pair| was.1.contains(pair)))
                };
                assert!(now.iter().all(is_left), "{name} {path} {}", stated.name);
                gone += 1;
            }
        }
    }
    assert!(gone > 500, "{gone}");
}

#[test]
fn many_requests_at_once_do_what_one_after_another_would() {
    for (name, before) in metabases() {
        let paths = keys(&before);
        let set = |path: &KeyPath| {
            let request = |(property, form, value)| {
                let mut request = Request::set(path.clone(), property, value);
                request.form = form;
                request
            };
            new_properties().into_iter().map(request).collect::<Vec<_>>()
        };
        let all: Vec<Request> = paths.iter().flat_map(set).collect();
        let (at_once, edits) = run(&before, &all);
        assert_eq!(edits.inverse().apply(at_once.clone()).expect("it applies"), before, "{name}");
        let mut one_by_one = before.clone();
        for request in &all {
            one_by_one = run(&one_by_one, std::slice::from_ref(request)).0;
        }
        // A list brings the first line end into a file of one line, and later layout follows it.
        if opened(&before).0.line_ends().total() > 0 {
            let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(shown(&at_once), shown(&one_by_one), "{name}");
        }

        let (again, none) = run(&at_once, &all);
        assert!(none.is_empty() && again == at_once, "{name}: a second run does something");

        // And all of them away again, in any order.
        let unset =
            |request: &Request| Request::unset(request.key.clone(), request.property.clone());
        let (gone, _) = run(&at_once, &all.iter().rev().map(unset).collect::<Vec<_>>());
        if paths.iter().all(|path| keeps_its_shape(&before, path)) {
            assert_eq!(String::from_utf8_lossy(&gone), String::from_utf8_lossy(&before), "{name}");
        }
    }
}
