//! An instance as it is told to DSC: the state of one key, and what differs in it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::change::state::{self, SaidKey};
use crate::command::change::Done;
use crate::command::proposal::Proposal;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, KeyPath};
use crate::metabase::portable::Bound;
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::metabase::secrets::MASK;
use crate::server::guard::SERVICES;
use crate::terminal::report::{ChangeRow, Warning};
use crate::text::source::Source;

/// The state of one key.
#[derive(Default, Serialize)]
pub(super) struct State {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) class: Option<String>,
    #[serde(rename = "_exist")]
    exist: bool,
    #[serde(rename = "_name", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "_inDesiredState", skip_serializing_if = "Option::is_none")]
    pub(super) in_desired_state: Option<bool>,
    #[serde(rename = "_restartRequired", skip_serializing_if = "Option::is_none")]
    restart_required: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<BTreeMap<String, Value>>,
    #[serde(rename = "_metadata", skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Value>,
    /// The properties that are left out, and why.
    #[serde(skip)]
    pub(super) left_out: Vec<(String, String)>,
}

impl State {
    /// That of the key with this path, which may not be there.
    ///
    /// # Errors
    /// Those of [`locate::find`], but for a key that is not there.
    pub(super) fn of(
        source: &Source,
        metabase: &Metabase,
        schema: &Schema,
        path: &KeyPath,
    ) -> Result<Self, MetabaseError> {
        match locate::find(source, metabase, path) {
            Ok(key) => Self::of_key(source, metabase, schema, key),
            Err(MetabaseError::KeyAbsent { .. }) => {
                Ok(Self { path: path.to_string(), ..Self::default() })
            }
            Err(error) => Err(error),
        }
    }

    /// That of a key.
    ///
    /// # Errors
    /// None for a key of this metabase.
    pub(super) fn of_key(
        source: &Source,
        metabase: &Metabase,
        schema: &Schema,
        key: usize,
    ) -> Result<Self, MetabaseError> {
        let SaidKey { path, class, properties: all } = state::said(source, metabase, key, schema)?;
        let (mut properties, mut left_out) = (BTreeMap::new(), Vec::new());
        for (name, value) in all {
            match value {
                Ok(said) => drop(properties.entry(name).or_insert_with(|| said.json())),
                Err(why) => left_out.push((name, why)),
            }
        }
        let (class, properties) = (Some(class), Some(properties));
        Ok(Self { path, class, exist: true, properties, left_out, ..Self::default() })
    }

    /// The same with a name, for a configuration that lists many.
    pub(super) fn named(self) -> Self {
        Self { name: Some(self.path.clone()), ..self }
    }

    /// The value of a property: in words of the instance, or as the file has it where the state
    /// leaves it out.
    fn shown(&self, name: &str, raw: &Option<String>) -> String {
        let Some(raw) = raw else { return "not set".to_owned() };
        let said = self.properties.as_ref().and_then(|all| all.get(name));
        let is_secret =
            |(left, why): &(String, String)| left == name && why == Bound::Secret.name();
        match said {
            Some(value) => value.to_string(),
            None if self.left_out.iter().any(is_secret) => MASK.to_owned(),
            None => Value::from(raw.as_str()).to_string(),
        }
    }

    /// The same, to be used by IIS only after a restart.
    pub(super) fn after_restart(self) -> Self {
        let [_, administration] = SERVICES;
        Self { restart_required: Some(json!([{ "service": administration }])), ..self }
    }
}

/// What differs, in words of the instance: each property once.
pub(super) fn differing(changes: &[ChangeRow]) -> Vec<String> {
    let mut names = Vec::new();
    for change in changes {
        let name = match change.is_of_key() {
            true => "_exist".to_owned(),
            false => format!("properties.{}", change.property),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Where the old file is and what takes the change back, where something was written.
pub(super) fn way_back(done: &Done) -> Option<Value> {
    let (backup, undo) = (done.backups.first()?, done.undo.first()?);
    Some(json!({ "backup": backup.path.to_string_lossy(), "undo": undo }))
}

/// What would be done, and what else is to be known before; `refused` names the findings for which
/// it would be refused.
pub(super) fn what_if(
    before: &State,
    after: &State,
    proposal: &Proposal<'_>,
    warnings: &[Warning],
    refused: &[&str],
) -> Option<Value> {
    if proposal.edits.is_empty() {
        return None;
    }
    let sentence = |change: &ChangeRow| {
        let ChangeRow { key, property, was, now, .. } = change;
        if change.is_of_key() {
            return format!("{key}: {}", if now.is_some() { "is made" } else { "is deleted" });
        }
        let (was, now) = (before.shown(property, was), after.shown(property, now));
        format!("{key}: {property}: {was} -> {now}")
    };
    let rows = proposal.changes.iter().map(sentence);
    let warnings = warnings.iter().map(|warning| format!("warning: {}", warning.message));
    let refused = proposal.faults.new.iter().filter(|fault| refused.contains(&fault.rule.name));
    let refused = refused.map(|fault| {
        let (name, message) = (fault.rule.name, &fault.message);
        format!("refused unless \"allow\" names {name}: {message}")
    });
    let all: Vec<String> = rows.chain(warnings).chain(refused).collect();
    Some(json!({ "whatIf": all }))
}
