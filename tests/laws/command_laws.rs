//! What holds for every command that changes keys, lists and values: on metabases that proptest
//! makes up, and on every one of the fixtures.
//!
//! The second opinion is `roxmltree`: what it finds afterwards is what it found before, with just
//! what was asked, which is done here once more in a few lines.

use std::collections::BTreeSet;

use metafix::change::error::ChangeError;
use metafix::change::keys::Keys;
use metafix::change::plan::{Requests, plan_all};
use metafix::change::replace::Replacement;
use metafix::change::state;
use metafix::change::verify::Verified;
use metafix::change::wanted::{AskedKey, Asker, Filling, Wanted};
use metafix::metabase::locate::{KeyParts, KeyPath, find, location};
use metafix::metabase::model::properties;
use metafix::metabase::property::lines;
use metafix::metabase::resolve::{PropertyName, TypeData};
use metafix::metabase::scan::Metabase;
use metafix::metabase::schema::Schema;
use metafix::metabase::value::Entries;
use metafix::text::source::Source;
use proptest::prelude::*;

use crate::laws::{
    line_ends_change_only_by_what_is_edited, outside_the_edits_every_byte_is_equal,
    the_diff_given_to_patch_yields_the_result,
};
use crate::made_up::{LISTS, Said, made_up, said, values};
use crate::plan_laws::{metabases, opened};
use crate::targets::judge::both_looks;

/// What a command makes of a file, with the laws that hold for each.
fn changed(
    bytes: &[u8],
    ask: impl FnOnce(&Source, &Metabase) -> Result<Requests, ChangeError>,
) -> Result<Verified, ChangeError> {
    let (source, metabase) = opened(bytes);
    let plan = plan_all(&source, &metabase, &ask(&source, &metabase)?)?;
    let result = both_looks(bytes, plan)?;
    outside_the_edits_every_byte_is_equal(bytes, &result);
    let back = result.edits.inverse().apply(result.after.clone());
    assert!(back.expect("it fits") == bytes, "the inverse takes all of it back");
    line_ends_change_only_by_what_is_edited(bytes, &result);
    the_diff_given_to_patch_yields_the_result(bytes, &result);
    Ok(result)
}

fn created(bytes: &[u8], path: &KeyPath) -> Result<Verified, ChangeError> {
    changed(bytes, |source, metabase| {
        let class = Some("IIsConfigObject");
        let mut new = Keys::new(source, metabase).create(path, class, false, &BTreeSet::new())?;
        let schema = Schema::built_in();
        let asker = Asker::new(source, metabase, &schema);
        let mut filling = Filling::of(new.last_mut().expect("one is made"));
        for (name, value) in [("AppRoot", "/LM/x & <y>"), ("SmtpUseTcpDns", "2")] {
            let Ok(name) = name.parse::<PropertyName>();
            let wanted = Wanted::Value(vec![value.to_owned()]);
            asker.put(&mut filling, &name, &TypeData::default(), &wanted)?;
        }
        filling.finish();
        Ok(Requests { new, ..Requests::default() })
    })
}

fn deleted(bytes: &[u8], path: &KeyPath) -> Result<Verified, ChangeError> {
    changed(bytes, |source, metabase| {
        let gone = Keys::new(source, metabase).delete(path, true)?.into_iter().collect();
        Ok(Requests { gone, ..Requests::default() })
    })
}

fn renamed(bytes: &[u8], path: &KeyPath, to: &str) -> Result<Verified, ChangeError> {
    changed(bytes, |source, metabase| Keys::new(source, metabase).rename(path, to))
}

fn copied(bytes: &[u8], from: &KeyPath, to: &KeyPath) -> Result<Verified, ChangeError> {
    changed(bytes, |source, metabase| {
        let new = Keys::new(source, metabase).copy(from, to, &Schema::built_in())?.new;
        Ok(Requests { new, ..Requests::default() })
    })
}

fn edited(
    bytes: &[u8],
    path: &KeyPath,
    property: &str,
    entries: Entries,
) -> Result<Verified, ChangeError> {
    changed(bytes, |source, metabase| {
        let schema = Schema::built_in();
        let asker = Asker::new(source, metabase, &schema);
        let key = find(source, metabase, path)?;
        let parts = asker.parts(key)?;
        let at = AskedKey::of(key, source.text(), &parts);
        let Ok(name) = property.parse::<PropertyName>();
        let wanted = Wanted::Entries(entries);
        let asked = asker.request(&at, &name, &TypeData::default(), &wanted, &[])?;
        Ok(vec![asked.request].into())
    })
}

fn replaced(bytes: &[u8], old: &str, new: &str, plain: bool) -> Result<Verified, ChangeError> {
    changed(bytes, |source, metabase| {
        let replacement = Replacement { old, new, plain, only: &[], under: None };
        Ok(replacement.requests(source, metabase, &Schema::built_in())?.requests.into())
    })
}

/// What all keys of a file say, as a wanted state.
fn state_of(bytes: &[u8]) -> String {
    let (source, metabase) = opened(bytes);
    let keys: Vec<_> = (0..metabase.keys.len()).collect();
    state::print(&source, &metabase, &keys, &Schema::built_in()).expect("it is printed").text
}

fn applied(bytes: &[u8], text: &str) -> Result<Verified, Vec<state::StateError>> {
    let keys = state::read(text)?;
    let (source, metabase) = opened(bytes);
    let asked = state::requests(&keys, &source, &metabase, &Schema::built_in())?;
    let refused = |error| vec![state::StateError { at: 0, flaw: state::Flaw::Refused(error) }];
    changed(bytes, |_, _| Ok(asked.requests)).map_err(refused)
}

fn entries(add: &[&str], remove: &[&str], replace: &[(&str, &str)]) -> Entries {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let pair = |(old, new): &(&str, &str)| ((*old).to_owned(), (*new).to_owned());
    Entries { add: words(add), remove: words(remove), replace: replace.iter().map(pair).collect() }
}

/// The keys below `/LM/` and a service: those that can go.
fn free(said: &Said) -> Vec<KeyPath> {
    let paths = said.keys().filter(|path| path.matches('/').count() > 2);
    paths.map(|path| KeyPath::exact(path.as_str())).collect()
}

fn is_at_or_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_key_that_is_made_and_deleted_leaves_no_trace(made in made_up()) {
        let bytes = made.bytes();
        let before = said(&bytes);
        for parent in before.keys().filter(|path| *path != "/lm") {
            let path = KeyPath::exact(format!("{parent}/new & <key>"));
            let result = created(&bytes, &path).expect("it is made");
            let mut now = said(&result.after);
            let (class, properties) = now.remove(&path.as_str().to_lowercase()).expect("it is there");
            prop_assert_eq!(&now, &before);
            prop_assert_eq!(class, "IIsConfigObject");
            let told: Vec<_> =
                properties.iter().map(|(name, pairs)| (name.as_str(), pairs["Value"].as_str())).collect();
            prop_assert_eq!(told, [("AppRoot", "/LM/x & <y>"), ("SmtpUseTcpDns", "2")]);
            let again = created(&result.after, &path);
            let is_there = matches!(again, Err(ChangeError::KeyExists { .. }));
            prop_assert!(is_there, "made twice");
            prop_assert_eq!(deleted(&result.after, &path).expect("it goes").after, bytes.clone());
        }
    }

    #[test]
    fn a_key_that_goes_takes_just_what_is_below_it(made in made_up()) {
        let bytes = made.bytes();
        let before = said(&bytes);
        for path in free(&before) {
            let result = deleted(&bytes, &path).expect("it goes");
            let mut left = before.clone();
            left.retain(|one, _| !is_at_or_below(one, path.as_str()));
            prop_assert_eq!(said(&result.after), left);
            prop_assert!(deleted(&result.after, &path).is_err());
        }
    }

    #[test]
    fn a_key_that_is_renamed_there_and_back_is_what_it_was(made in made_up()) {
        let bytes = made.bytes();
        let before = said(&bytes);
        let (source, metabase) = opened(&bytes);
        for path in free(&before) {
            let key = find(&source, &metabase, &path).expect("it is there");
            let was = location(&source, &metabase.keys[key]).into_owned();
            let (parent, own) = was.rsplit_once('/').expect("it is below another one");
            let result = renamed(&bytes, &path, "moved <&> on").expect("it is renamed");
            let to = format!("{parent}/moved <&> on");
            let expected: Said = before
                .iter()
                .map(|(one, said)| match is_at_or_below(one, path.as_str()) {
                    true => (to.to_lowercase() + &one[path.as_str().len()..], said.clone()),
                    false => (one.clone(), said.clone()),
                })
                .collect();
            prop_assert_eq!(said(&result.after), expected);
            let back = renamed(&result.after, &KeyPath::exact(to), own).expect("it goes back");
            prop_assert_eq!(back.after, bytes.clone());
            let same = renamed(&bytes, &path, own).expect("it has the name");
            prop_assert!(same.edits.is_empty());
        }
    }

    #[test]
    fn a_copy_says_the_same_and_goes_without_a_trace(made in made_up()) {
        let bytes = made.bytes();
        let before = said(&bytes);
        for path in free(&before) {
            let (parent, _) = path.parent().expect("it is below another one");
            let to = KeyPath::exact(format!("{parent}/copy"));
            let result = copied(&bytes, &path, &to).expect("it is copied");
            let mut expected = before.clone();
            for (one, said) in before.iter().filter(|(one, _)| is_at_or_below(one, path.as_str())) {
                expected.insert(format!("{to}{}", &one[path.as_str().len()..]), said.clone());
            }
            prop_assert_eq!(said(&result.after), expected);
            prop_assert_eq!(deleted(&result.after, &to).expect("it goes").after, bytes.clone());
        }
    }

    #[test]
    fn entries_come_and_go_and_the_others_stay(made in made_up()) {
        let bytes = made.bytes();
        let before = said(&bytes);
        for ((path, name), list) in values(&before).iter().filter(|((_, name), _)| LISTS.contains(&&**name)) {
            let key = KeyPath::exact(path.as_str());
            let value_in = |result: &Verified| values(&said(&result.after))[&(path.clone(), name.clone())].clone();
            let first = list.split(' ').next().expect("it has an entry");
            for (asked, back, now) in [
                (entries(&["new&1", "new2"], &[], &[]), entries(&[], &["new2", "NEW&1"], &[]), format!("{list} new&1 new2")),
                (entries(&[], &[], &[(first, "<n>")]), entries(&[], &[], &[("<n>", first)]), list.replacen(first, "<n>", 1)),
            ] {
                let result = edited(&bytes, &key, name, asked.clone()).expect("it is a list");
                prop_assert_eq!(value_in(&result), now);
                let twice = edited(&result.after, &key, name, asked);
                prop_assert!(twice.map_or(true, |twice| twice.edits.is_empty()));
                let mut rest = said(&result.after);
                rest.get_mut(path).expect("there").1.get_mut(name).expect("there").insert("Value".into(), list.clone());
                prop_assert_eq!(&rest, &before);
                let result = edited(&result.after, &key, name, back).expect("it is a list");
                prop_assert_eq!(result.after, bytes.clone());
            }
            let result = edited(&bytes, &key, name, entries(&[], &[first], &[])).expect("it is a list");
            let left = list.strip_prefix(first).expect("it begins so").trim_start();
            prop_assert_eq!(value_in(&result), left);
        }
    }

    #[test]
    fn a_folder_is_replaced_in_every_value_and_nowhere_else(made in made_up()) {
        let bytes = made.bytes();
        let before = said(&bytes);
        // The folder in the entries that have it, `D:\website2` being another one.
        let moved = |value: &str| {
            let words = value.split(' ').map(|word| match word {
                r"D:\web\x" => r"E:\new\x".to_owned(),
                r"d:\WEB" => r"E:\new".to_owned(),
                other => other.to_owned(),
            });
            words.collect::<Vec<_>>().join(" ")
        };
        let all = |change: &dyn Fn(&str) -> String| {
            let mut all = before.clone();
            for pairs in all.values_mut().flat_map(|(_, properties)| properties.values_mut()) {
                let is_text = pairs.get("Type").is_none_or(|kind| kind != "BINARY");
                let value = pairs.get_mut("Value").expect("it has one");
                if is_text {
                    *value = change(value);
                }
            }
            all
        };
        let result = replaced(&bytes, r"D:\web", r"E:\new", false).expect("it is replaced");
        prop_assert_eq!(said(&result.after), all(&moved));
        let twice = replaced(&result.after, r"D:\web", r"E:\new", false).expect("it is replaced");
        prop_assert!(twice.edits.is_empty());
        let result = replaced(&bytes, "web", "<&>", true).expect("it is replaced");
        prop_assert_eq!(said(&result.after), all(&|value| value.replace("web", "<&>")));
        let back = replaced(&result.after, "<&>", "web", true).expect("it is replaced");
        prop_assert_eq!(back.after, bytes);
    }

    #[test]
    fn what_one_says_applied_to_another_makes_it_say_the_same(a in made_up(), b in made_up()) {
        let (a, b) = (a.bytes(), b.bytes());
        let state = state_of(&a);
        prop_assert!(!state.contains("left out"), "{}", state);
        let home = applied(&a, &state);
        prop_assert!(home.expect("it is at home").edits.is_empty());
        let result = match applied(&b, &state) {
            Ok(result) => result,
            Err(errors) => return Err(TestCaseError::fail(format!("{errors:?}\n{state}"))),
        };
        let (of_a, of_b, now) = (said(&a), said(&b), said(&result.after));
        let mut expected = values(&of_b);
        expected.extend(values(&of_a));
        prop_assert_eq!(values(&now), expected);
        let paths: BTreeSet<_> = of_a.keys().chain(of_b.keys()).collect();
        prop_assert_eq!(now.keys().collect::<BTreeSet<_>>(), paths);
        for (path, (class, _)) in &now {
            let (known, _) = of_b.get(path).or_else(|| of_a.get(path)).expect("it is of one");
            prop_assert_eq!(class, known);
        }
        let again = applied(&result.after, &state).expect("it was applied before");
        prop_assert!(again.edits.is_empty());
    }
}

#[test]
fn an_entry_comes_and_goes_in_every_list_of_every_fixture() {
    let mut tried = 0;
    for (name, bytes) in metabases() {
        let (source, metabase) = opened(&bytes);
        for key in &metabase.keys {
            let path = KeyPath::exact(location(&source, key));
            let parts = KeyParts::read(&source, key).expect("it reads");
            for property in properties(source.text(), &parts) {
                if !property.value.contains('\n') || property.name.is_empty() {
                    continue;
                }
                let (property_name, value) = (&*property.name, &*property.value);
                let ask = |bytes: &[u8], asked| edited(bytes, &path, property_name, asked);
                // What is duplicated, is a secret or is no list is refused.
                let Ok(there) = ask(&bytes, entries(&["made by a test"], &[], &[])) else {
                    continue;
                };
                let twice = ask(&there.after, entries(&["made by a test"], &[], &[]));
                assert!(twice.expect("it worked before").edits.is_empty(), "{name} {path}");
                let back = ask(&there.after, entries(&[], &["made by a test"], &[]));
                assert!(back.expect("it goes").after == bytes, "{name} {path} {property_name}");
                tried += 1;
                let first = lines(value).next().expect("it has an entry").to_owned();
                // Of several that are the same each is replaced, and one alone comes back.
                if lines(value).filter(|entry| *entry == first).count() > 1 {
                    continue;
                }
                let there = ask(&bytes, entries(&[], &[], &[(&first, "<made> & more")]));
                let there = there.expect("it is there");
                let back = ask(&there.after, entries(&[], &[], &[("<made> & more", &first)]));
                let text = |bytes: &[u8]| opened(bytes).0.text().replace("&gt;", ">");
                let back = back.expect("it goes back").after;
                assert!(text(&back) == text(&bytes), "{name} {path} {property_name}");
            }
        }
    }
    assert!(tried > 10, "{tried} lists");
}

#[test]
fn every_fixture_says_what_its_own_state_says() {
    let (mut tried, mut elsewhere) = (0, 0);
    let all: Vec<_> =
        metabases().into_iter().map(|(name, bytes)| (name, state_of(&bytes), bytes)).collect();
    for (place, (name, state, bytes)) in all.iter().enumerate() {
        // A fixture may have what cannot be edited, and then says so.
        let Ok(home) = applied(bytes, state) else { continue };
        assert!(home.edits.is_empty(), "{name}: {:?}", home.edits);
        tried += 1;
        let (other, _, bytes) = &all[(place + 1) % all.len()];
        let Ok(result) = applied(bytes, state) else { continue };
        let again = applied(&result.after, state).expect("it was applied before");
        assert!(again.edits.is_empty(), "{name} on {other}: {:?}", again.edits);
        elsewhere += 1;
    }
    assert!(tried > 60 && elsewhere > 40, "{tried} at home, {elsewhere} elsewhere");
}
