//! A wanted state: what is to be true of any number of keys, read from TOML or JSON.
//!
//! Owns the language of `metafix apply` and `metafix dsc`. Everything that is wrong with a text is
//! found at once, each with its place; what only the metabase can judge is found in [`requests`].

mod flaw;
mod instance;
mod nodes;
mod print;
mod reader;
mod said;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use crate::change::error::ChangeError;
use crate::change::keys::Keys;
use crate::change::plan::{Request, Requests};
use crate::change::wanted::{Asker, Remark, Wanted};
use crate::metabase::error::MetabaseError;
use crate::metabase::flag;
use crate::metabase::locate::{Index, KeyPath, folded};
use crate::metabase::resolve::{PropertyName, TypeData};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::text::source::Source;

pub use flaw::{Flaw, StateError};
pub use instance::{Instance, read_instance};
pub use print::{Printed, print};
pub use reader::read;
pub use said::{Said, SaidKey, said};
pub use schema::{instance_schema, json_schema};

/// What is to be true of one key.
#[derive(Debug, Clone)]
pub struct WantedKey {
    /// Where it is named.
    pub at: usize,
    /// The key.
    pub path: KeyPath,
    /// Its class, where it is to be made.
    pub class: Option<String>,
    /// Whether it is to be there.
    pub present: bool,
    /// Whether the keys below it go with it.
    pub recursive: bool,
    /// What is to become of its properties.
    pub properties: Vec<WantedProperty>,
}

/// What is to become of one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedProperty {
    /// Where it is named.
    pub at: usize,
    /// The property.
    pub name: PropertyName,
    /// Type data for one that is not known.
    pub given: TypeData,
    /// What is wanted.
    pub wanted: Wanted,
}

/// What a wanted state asks of a metabase, and what else to say.
#[derive(Debug, Default)]
pub struct Asked {
    /// All of it.
    pub requests: Requests,
    /// What needed not be done, and what was copied: the key and the property first.
    pub remarks: Vec<(KeyPath, String, Remark)>,
}

/// Says what makes a metabase so.
///
/// # Errors
/// Everything that stands in the way.
pub fn requests(
    wanted: &[WantedKey],
    source: &Source,
    metabase: &Metabase,
    schema: &Schema,
) -> Result<Asked, Vec<StateError>> {
    let (index, keys) = (Index::new(source, metabase), Keys::new(source, metabase));
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
    let mut gone: Vec<&KeyPath> = Vec::new();
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
                    gone.push(&key.path);
                }
                Err(error) => say(key.at, error),
            },
            (Some(found), true) => {
                let mut own: Vec<Request> = Vec::new();
                for property in &key.properties {
                    let WantedProperty { name, given, wanted, .. } = property;
                    match asker.request(found, name, given, wanted, &own) {
                        Ok((request, remarks)) => {
                            let name = request.property.name.to_string();
                            let remark = |one| (key.path.clone(), name.clone(), one);
                            asked.remarks.extend(remarks.into_iter().map(remark));
                            // Of several flags of one property the last request has them all.
                            if flag::meant(schema, &property.name).is_some() {
                                own.retain(|one| one.property.name != request.property.name);
                            }
                            own.push(request);
                        }
                        Err(error) => say(property.at, error.into()),
                    }
                }
                requests.insert(key.at, own);
            }
            (None, true) => match keys.create(&key.path, key.class.as_deref(), false, &planned) {
                Ok(mut new) => {
                    planned.insert(folded(key.path.as_str()));
                    let Some(made) = new.last_mut() else { continue };
                    for property in &key.properties {
                        let WantedProperty { name, given, wanted, .. } = property;
                        if let Err(error) = asker.put(made, name, given, wanted) {
                            say(property.at, error);
                        }
                    }
                    asked.requests.new.append(&mut new);
                }
                Err(error) => say(key.at, error),
            },
        }
    }
    for key in wanted.iter().filter(|key| key.present) {
        if let Some(above) = gone.iter().find(|above| above.is_above(key.path.as_str())) {
            let (path, parent) = (key.path.to_string(), above.to_string());
            say(key.at, ChangeError::NoParent { path, parent });
        }
    }
    asked.requests.properties = requests.into_values().flatten().collect();
    if errors.is_empty() {
        return Ok(asked);
    }
    errors.sort_by_key(|error| error.at);
    Err(errors)
}
