//! From a wanted state to the requests that make a metabase so.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Flaw, StateError, WantedKey, WantedProperty};
use crate::change::error::ChangeError;
use crate::change::keys::Keys;
use crate::change::plan::{Action, Request, Requests};
use crate::change::wanted::{AskedKey, Asker, Filling, Remark, Requested};
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{Index, KeyPath, folded};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::text::source::Source;

/// What a wanted state asks of a metabase, and what else to say.
#[derive(Debug, Default)]
pub struct Asked {
    /// All of it.
    pub requests: Requests,
    /// What needed not be done, and what was copied: the key and the property first.
    pub remarks: Vec<KeyRemark>,
}

/// A remark, with the key and the property that it is about.
pub type KeyRemark = (KeyPath, String, Remark);

/// Says what makes a metabase so.
///
/// # Errors
/// Everything that prevents it.
pub fn requests(
    wanted: &[WantedKey],
    source: &Source,
    metabase: &Metabase,
    schema: &Schema,
) -> Result<Asked, Vec<StateError>> {
    let index = Index::new(source, metabase);
    let keys = Keys::new(source, metabase).by(&index);
    let asker = Asker::new(source, metabase, schema);
    let mut asked = Asked::default();
    let mut errors = Vec::new();
    let mut say = |at: usize, error: ChangeError| {
        errors.push(StateError { at, flaw: Flaw::Refused(error) });
    };
    let mut planned = BTreeSet::new();
    // A key above another first, so that it is there when that one is to be made.
    let mut order: Vec<&WantedKey> = wanted.iter().collect();
    order.sort_by_key(|key| key.path.as_str().matches('/').count());
    let mut gone = HashSet::new();
    let mut requests = BTreeMap::new();
    for key in order {
        let found = match index.find(&key.path) {
            Ok(found) => Some(found),
            Err(MetabaseError::KeyAbsent { .. }) => None,
            Err(error) => {
                say(key.at, error.into());
                continue;
            }
        };
        match (found, key.present) {
            (None, false) => {}
            (Some(_), false) => match keys.delete(&key.path, key.recursive) {
                Ok(all) => {
                    asked.requests.gone.extend(all);
                    gone.insert(folded(key.path.as_str()));
                }
                Err(error) => say(key.at, error),
            },
            (Some(found), true) => match of_key(&asker, source, found, key, &mut say) {
                Ok((own, remarks)) => {
                    asked.remarks.extend(remarks);
                    requests.insert(key.at, own);
                }
                Err(error) => say(key.at, error.into()),
            },
            (None, true) => match keys.create(&key.path, key.class.as_deref(), false, &planned) {
                Ok(mut new) => {
                    planned.insert(folded(key.path.as_str()));
                    let Some(made) = new.last_mut() else { continue };
                    let mut filling = Filling::of(made);
                    for property in in_order(&asker, key) {
                        let WantedProperty { name, given, wanted, .. } = property;
                        if let Err(error) = asker.put(&mut filling, name, given, wanted) {
                            say(property.at, error);
                        }
                    }
                    filling.finish();
                    asked.requests.new.append(&mut new);
                }
                Err(error) => say(key.at, error),
            },
        }
    }
    for key in wanted.iter().filter(|key| key.present) {
        let mut above = key.path.parent().map(|(parent, _)| parent);
        while let Some(path) = above {
            if gone.contains(&folded(path.as_str())) {
                let (path, parent) = (key.path.to_string(), path.to_string());
                say(key.at, ChangeError::NoParent { path, parent });
                break;
            }
            above = path.parent().map(|(parent, _)| parent);
        }
    }
    asked.requests.properties = requests.into_values().flatten().collect();
    if errors.is_empty() {
        return Ok(asked);
    }
    errors.sort_by_key(|error| error.at);
    Err(errors)
}

/// The properties that are wanted of a key, the flags last: one is put into what its property is
/// to be, wherever that is written.
fn in_order<'k>(asker: &Asker<'_>, key: &'k WantedKey) -> Vec<&'k WantedProperty> {
    let (flags, properties): (Vec<_>, Vec<_>) =
        key.properties.iter().partition(|property| asker.is_flag(&property.name));
    properties.into_iter().chain(flags).collect()
}

/// What makes the properties of a key that is there so, and what else to say.
fn of_key(
    asker: &Asker<'_>,
    source: &Source,
    found: usize,
    key: &WantedKey,
    say: &mut impl FnMut(usize, ChangeError),
) -> Result<(Vec<Request>, Vec<KeyRemark>), MetabaseError> {
    let parts = asker.parts(found)?;
    let at = AskedKey::of(found, source.text(), &parts);
    let (mut own, mut all_remarks): (Vec<Request>, Vec<_>) = Default::default();
    let (mut names, mut ids) = (HashSet::new(), HashSet::new());
    for property in in_order(asker, key) {
        let WantedProperty { name, given, wanted, .. } = property;
        match asker.request(&at, name, given, wanted, &own) {
            Ok(Requested { request, remarks, is_flag }) => {
                let name = request.property.name.to_string();
                let remark = |one| (key.path.clone(), name.clone(), one);
                all_remarks.extend(remarks.into_iter().map(remark));
                let (name, id) = (request.property.name.clone(), request.property.id);
                // Of several flags of one property the last request has them all.
                let is_going =
                    |one: &Request| one.property.name == name && one.action == Action::Unset;
                if is_flag && own.iter().any(is_going) {
                    let (name, path) = (name.into_owned(), key.path.to_string());
                    say(property.at, ChangeError::AskedTwice { name, path });
                    continue;
                }
                if is_flag {
                    own.retain(|one| one.property.name != name);
                } else if !names.insert(name.clone()) || id != 0 && !ids.insert(id) {
                    let (name, path) = (name.into_owned(), key.path.to_string());
                    say(property.at, ChangeError::AskedTwice { name, path });
                }
                own.push(request);
            }
            Err(error) => say(property.at, error.into()),
        }
    }
    Ok((own, all_remarks))
}
