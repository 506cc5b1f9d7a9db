//! From requests to edits: what would change, as a value.
//!
//! A [`Plan`] serves the dry run, the diff, the JSON, the question, the commit and the undo;
//! nothing is computed twice. Knows nothing of disks and terminals.

mod draft;
mod neighbours;
mod outcome;
mod request;

use std::collections::{BTreeMap, HashSet};

use crate::change::error::ChangeError;
use crate::change::layout::NewKey;
use crate::metabase::locate::{self, Index, KeyParts};
use crate::metabase::property::Definition;
use crate::metabase::scan::Metabase;
use crate::text::source::Source;

use draft::Draft;
use neighbours::Neighbours;
pub use outcome::{Change, KeyChange, KeyMoved, Note, Plan};
pub use request::{Action, Request, Requests};

/// Plans changes of properties. What is as it is to be already gives no edit.
///
/// # Errors
/// The refusals of [`locate::find`] and [`locate::locate`]; [`ChangeError::AskedTwice`].
pub fn plan(
    source: &Source,
    metabase: &Metabase,
    requests: &[Request],
) -> Result<Plan, ChangeError> {
    plan_all(source, metabase, &requests.to_vec().into())
}

/// Plans all that is asked for. A new key comes after the last one below the nearest key above
/// it, in the layout of that one; a key that goes takes the white space before it with it.
///
/// # Errors
/// Those of [`plan`]; [`crate::metabase::error::MetabaseError::KeyAbsent`] for a metabase without
/// any key; [`ChangeError::AskedTwice`] for a key that is to go and to change as well.
pub fn plan_all(
    source: &Source,
    metabase: &Metabase,
    requests: &Requests,
) -> Result<Plan, ChangeError> {
    let mut keys: BTreeMap<usize, Vec<(usize, &Request)>> = BTreeMap::new();
    // For one request a search is quicker.
    let index = (requests.properties.len() > 1).then(|| Index::new(source, metabase));
    for (order, request) in requests.properties.iter().enumerate() {
        let key = match &index {
            Some(index) => index.find(&request.key)?,
            None => locate::find(source, metabase, &request.key)?,
        };
        if requests.gone.contains(&key) {
            let (name, path) = (request.property.name.to_string(), request.key.to_string());
            return Err(ChangeError::AskedTwice { name, path });
        }
        keys.entry(key).or_default().push((order, request));
    }
    let mut draft = Draft::new(source);
    for (key, asked) in keys {
        check_asked_once(&asked)?;
        let parts = KeyParts::read(source, &metabase.keys[key])?;
        draft.key(source, key, &parts, &asked)?;
    }
    for key in &requests.gone {
        draft.gone(source, metabase, *key);
    }
    for (key, location) in requests.renamed.iter().filter(|(key, _)| !requests.gone.contains(key)) {
        draft.renamed(source, metabase, *key, location);
    }
    let neighbours = Neighbours::of(source, metabase, &requests.new);
    let mut behind: BTreeMap<usize, Vec<(usize, &NewKey)>> = BTreeMap::new();
    for (index, key) in requests.new.iter().enumerate() {
        let after = neighbours.behind(&key.location)?;
        behind.entry(after).or_default().push((requests.properties.len() + index, key));
    }
    for (after, new) in behind {
        let like = KeyParts::read(source, &metabase.keys[after])?;
        draft.new_keys(source.text(), &like, after, new);
    }
    draft.finish(source)
}

fn check_asked_once(asked: &[(usize, &Request)]) -> Result<(), ChangeError> {
    let (mut names, mut ids) = (HashSet::new(), HashSet::new());
    for (_, one) in asked {
        let Definition { name, id, .. } = &one.property;
        if !names.insert(name) || *id != 0 && !ids.insert(id) {
            let (name, path) = (one.property.name.to_string(), one.key.to_string());
            return Err(ChangeError::AskedTwice { name, path });
        }
    }
    Ok(())
}
