//! What holds for making, deleting, renaming and copying keys, on every metabase of the fixtures.

use std::collections::BTreeSet;

use metafix::change::error::ChangeError;
use metafix::change::keys::Keys;
use metafix::change::plan::{Requests, plan_all};
use metafix::change::replace::Replacement;
use metafix::metabase::error::MetabaseError;
use metafix::metabase::locate::{KeyPath, location};
use metafix::metabase::scan::Metabase;
use metafix::metabase::schema::Schema;
use metafix::text::source::Source;

use crate::plan_laws::{metabases, opened};
use crate::targets::judge::both_looks;

/// The file after what is asked of it, seen by both looks.
fn after(
    bytes: &[u8],
    ask: impl FnOnce(&Source, &Metabase) -> Result<Requests, ChangeError>,
) -> Result<Vec<u8>, ChangeError> {
    let (source, metabase) = opened(bytes);
    let plan = plan_all(&source, &metabase, &ask(&source, &metabase)?)?;
    Ok(both_looks(bytes, plan)?.after)
}

fn gone(bytes: &[u8], path: &KeyPath) -> Result<Vec<u8>, ChangeError> {
    after(bytes, |source, metabase| {
        let gone = Keys::new(source, metabase).delete(path, true)?.into_iter().collect();
        Ok(Requests { gone, ..Requests::default() })
    })
}

/// Some keys of a metabase that can be deleted.
fn some_keys(bytes: &[u8]) -> Vec<KeyPath> {
    let (source, metabase) = opened(bytes);
    let keys = Keys::new(&source, &metabase);
    let paths = metabase.keys.iter().map(|key| KeyPath::exact(location(&source, key)));
    let free: Vec<_> = paths.filter(|path| keys.delete(path, true).is_ok()).collect();
    let step = free.len().div_ceil(8).max(1);
    free.into_iter().step_by(step).collect()
}

/// Whether a metabase has no key above this one, or has it twice: then no key is made beside it.
fn cannot_be_made(error: &ChangeError) -> bool {
    matches!(
        error,
        ChangeError::NoParent { .. }
            | ChangeError::KeyExists { .. }
            | ChangeError::KeyFixed { .. }
            | ChangeError::BadName { .. }
            | ChangeError::Metabase(MetabaseError::KeyTwice { .. })
    )
}

#[test]
fn what_is_made_and_deleted_leaves_no_trace() {
    let mut tried = 0;
    for (name, bytes) in metabases() {
        let (source, metabase) = opened(&bytes);
        let paths = metabase.keys.iter().map(|key| location(&source, key).into_owned());
        for parent in paths.filter(|path| path.starts_with("/LM/")).step_by(7) {
            let path = KeyPath::exact(format!("{parent}/made by a test & more"));
            let made = after(&bytes, |source, metabase| {
                let class = Some("IIsConfigObject");
                let new =
                    Keys::new(source, metabase).create(&path, class, true, &BTreeSet::new())?;
                Ok(Requests { new, ..Requests::default() })
            });
            let made = match made {
                Err(error) if cannot_be_made(&error) => continue,
                made => made.unwrap_or_else(|error| panic!("{name} {path}: {error}")),
            };
            let again = after(&made, |source, metabase| {
                let keys = Keys::new(source, metabase);
                keys.create(&path, Some("K"), false, &BTreeSet::new()).map(|_| Requests::default())
            });
            assert!(matches!(again, Err(ChangeError::KeyExists { .. })), "{name} {path}");
            let back = gone(&made, &path).unwrap_or_else(|error| panic!("{name} {path}: {error}"));
            let is_same =
                back == bytes || opened(&bytes).1.keys.len() + 1 < opened(&made).1.keys.len();
            assert!(is_same, "{name} {path}");
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried} were made");
}

#[test]
fn what_is_renamed_there_and_back_is_what_it_was() {
    let mut tried = 0;
    for (name, bytes) in metabases() {
        for path in some_keys(&bytes) {
            let (parent, own) = path.parent().expect("it is below another one");
            let rename = |bytes: &[u8], path: &KeyPath, to: &str| {
                after(bytes, |source, metabase| Keys::new(source, metabase).rename(path, to))
            };
            let other = KeyPath::exact(format!("{parent}/renamed \"by\" <a> test"));
            let there = match rename(&bytes, &path, "renamed \"by\" <a> test") {
                Err(error) if cannot_be_made(&error) => continue,
                there => there.unwrap_or_else(|error| panic!("{name} {path}: {error}")),
            };
            assert_eq!(opened(&there).1.keys.len(), opened(&bytes).1.keys.len());
            let back = match rename(&there, &other, own) {
                Err(error) if cannot_be_made(&error) => continue,
                back => back.unwrap_or_else(|error| panic!("{name} {path}: {error}")),
            };
            // A path that was escaped in another way is written in the usual one.
            let same = opened(&back).0.text().replace("&quot;", "\"")
                == opened(&bytes).0.text().replace("&quot;", "\"");
            assert!(
                back == bytes || same || name.contains("entit") || name.contains("ref"),
                "{name} {path}"
            );
            tried += 1;
        }
    }
    assert!(tried > 25, "{tried} were renamed");
}

#[test]
fn a_copy_says_what_the_original_says_and_goes_without_a_trace() {
    let schema = Schema::built_in();
    let mut tried = 0;
    for (name, bytes) in metabases() {
        for path in some_keys(&bytes) {
            let (parent, _) = path.parent().expect("it is below another one");
            let to = KeyPath::exact(format!("{parent}/copied by a test"));
            let copied = after(&bytes, |source, metabase| {
                let new = Keys::new(source, metabase).copy(&path, &to, &schema)?.new;
                Ok(Requests { new, ..Requests::default() })
            });
            let copied = match copied {
                Err(error) if cannot_be_made(&error) => continue,
                copied => copied.unwrap_or_else(|error| panic!("{name} {path}: {error}")),
            };
            let back = gone(&copied, &to).unwrap_or_else(|error| panic!("{name} {path}: {error}"));
            assert!(back == bytes, "{name} {path}");
            tried += 1;
        }
    }
    assert!(tried > 25, "{tried} were copied");
}

#[test]
fn a_path_that_is_replaced_and_put_back_is_what_it_was() {
    let schema = Schema::built_in();
    let mut tried = 0;
    for (name, bytes) in metabases() {
        let replace = |bytes: &[u8], old: &str, new: &str| {
            let (source, metabase) = opened(bytes);
            let replacement = Replacement { old, new, plain: false, only: &[], under: None };
            let replaced = replacement.requests(&source, &metabase, &schema)?;
            let count = replaced.requests.len();
            let plan = plan_all(&source, &metabase, &replaced.requests.into())?;
            Ok::<_, ChangeError>((both_looks(bytes, plan)?.after, count))
        };
        for old in [r"C:\Inetpub", r"C:\WINDOWS", "Inetpub"] {
            // Some fixtures have what cannot be edited: a property twice, a type that is none.
            let Ok((there, count)) = replace(&bytes, old, r"Q:\made up") else { continue };
            if count == 0 {
                assert!(there == bytes, "{name}");
                continue;
            }
            let (twice, none) = replace(&there, old, r"Q:\made up").expect("it worked before");
            assert_eq!((none, twice == there), (0, true), "{name} {old}");
            let (back, again) = replace(&there, r"Q:\made up", old).expect("it worked before");
            assert_eq!(again, count, "{name} {old}");
            let text = |bytes: &[u8]| opened(bytes).0.text().to_lowercase();
            assert_eq!(text(&back), text(&bytes), "{name} {old}");
            tried += 1;
        }
    }
    assert!(tried > 8, "{tried} were replaced");
}
