//! From requests to a proposal: the one way in which commands change properties.
//!
//! Owns what is true of every such change, whichever command asks for it: what must never be
//! set, which keys hide the new value, and what makes IIS take it.

use anyhow::Result;

use super::activation::Activation;
use super::caution;
use super::open::Opened;
use super::problem;
use super::proposal::{self, Proposal};
use crate::change::error::ChangeError;
use crate::change::layout::NewKey;
use crate::change::plan::{Change, KeyChange, KeyMoved, Note, Plan, Requests, plan_all};
use crate::change::verify::{Verified, verified};
use crate::metabase::dns;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::Form;
use crate::metabase::property::dword;
use crate::metabase::protect;
use crate::metabase::secrets::MASK;
use crate::metabase::survey::{self, NewValue};
use crate::store::Target;
use crate::terminal::report::{ChangeRow, KEY, Warning};
use crate::text::shell;

/// What a command asks for, and how it speaks of it.
pub struct Asked {
    /// The command, as JSON names it.
    pub command: &'static str,
    /// Why the backup is made, in one line.
    pub why: String,
    /// The sentence for "there is nothing to do".
    pub unchanged: String,
    /// The sentence that says what is true once it is written.
    pub done: String,
    /// What is to become of which properties and keys.
    pub requests: Requests,
    /// What the command itself has to say.
    pub warnings: Vec<Warning>,
    /// What type data and inheritance were judged by, where the command asked a schema.
    pub schema: Option<String>,
    /// Whether to name the keys below that have a value of their own; a command that does so in
    /// its own words says no.
    pub names_hidden: bool,
}

/// Plans what is asked for.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`]: those of [`plan_all`], and [`MetabaseError::Protected`].
pub fn propose(target: &Target, opened: Opened, asked: Asked) -> Result<Proposal<'static>> {
    let Opened { source, metabase, secrets } = opened;
    let refused = |error: ChangeError| proposal::refused(target, error, &source);

    for request in &asked.requests.properties {
        protect::check(&request.property, &secrets)
            .map_err(|error| refused(MetabaseError::from(error).into()))?;
    }
    let plan = plan_all(&source, &metabase, &asked.requests).map_err(refused)?;
    let mut warnings = notes(&plan);
    if asked.names_hidden {
        let set = plan.changes.iter().filter_map(|change| {
            let (now, Change { location, property, .. }) = (change.now.as_deref()?, change);
            Some((change, NewValue { location, property, now }))
        });
        let (changes, values): (Vec<_>, Vec<_>) = set.unzip();
        let hidden = survey::hidden(&source, &metabase, &values, &secrets);
        let hidden = hidden.map_err(|error| refused(error.into()))?;
        warnings.extend(hidden.iter().map(|(place, own)| hides(target, own, changes[*place])));
    }
    warnings.extend(asked.warnings);
    warnings.extend(caution::warnings(target, &source, &metabase, &plan));
    let (edits_while_running, _) = dns::edit_while_running(&source, &metabase);

    let refused = |error: ChangeError| problem::refused(error, target.asked(), None, &secrets);
    let verified = verified(source, metabase, plan, &secrets).map_err(refused)?;
    let Verified { plan, diff, edits, after } = verified;
    let faults = caution::faults_of_plan(&plan, &edits, &after, &secrets).map_err(refused)?;
    Ok(Proposal {
        command: asked.command,
        why: asked.why,
        unchanged: asked.unchanged,
        done: asked.done,
        changes: rows(&plan),
        diff,
        edits,
        after: after.into(),
        warnings,
        faults,
        schema: asked.schema,
        activation: Activation::of(edits_while_running),
        over_broken: false,
    })
}

fn rows(plan: &Plan) -> Vec<ChangeRow> {
    let changes = plan.changes.iter().map(row);
    let keys = plan.keys.iter().flat_map(new_rows);
    changes.chain(keys).chain(plan.moved.iter().map(moved_row)).collect()
}

/// That a key is new, and what it says; each in the line where the key begins.
fn new_rows(new: &KeyChange) -> Vec<ChangeRow> {
    let NewKey { location, attributes, customs, .. } = &new.key;
    let row = |name: &str, id: Option<u32>, form: &'static str, value: &str| ChangeRow {
        key: location.clone(),
        property: name.to_owned(),
        id,
        form,
        line: new.line,
        was: None,
        now: Some(value.to_owned()),
    };
    let form = Form::Attribute.name();
    let attributes = attributes.iter().map(|(name, value)| row(name, None, form, value));
    let customs = customs.iter().map(|custom| {
        let word = |wanted: &str| {
            let found = custom.iter().find(|(name, _)| name == wanted);
            found.map_or("", |(_, value)| value.as_str())
        };
        let id = dword(word("ID"));
        row(word("Name"), id, Form::Custom.name(), word("Value"))
    });
    [row("Location", None, KEY, location)].into_iter().chain(attributes).chain(customs).collect()
}

/// That a key goes or has another path.
fn moved_row(moved: &KeyMoved) -> ChangeRow {
    ChangeRow {
        key: moved.was.clone(),
        property: "Location".into(),
        id: None,
        form: KEY,
        line: moved.line,
        was: Some(moved.was.clone()),
        now: moved.now.clone(),
    }
}

fn row(change: &Change) -> ChangeRow {
    ChangeRow {
        key: change.location.clone(),
        property: change.property.name.to_string(),
        id: Some(change.property.id).filter(|id| *id != 0),
        form: change.form.name(),
        line: change.line,
        was: change.was.clone(),
        now: change.now.clone(),
    }
}

fn notes(plan: &Plan) -> Vec<Warning> {
    let sentence = |note: &Note| match note {
        Note::Unsorted { location } => Warning {
            name: "unsorted",
            message: format!(
                "the IDs in {location} do not ascend; the new element goes before the first \
                 larger one, or after the last, and nothing else is moved"
            ),
        },
    };
    plan.notes.iter().map(sentence).collect()
}

/// The warning about a key that does not follow the one above it.
fn hides(target: &Target, own: &survey::Hidden, change: &Change) -> Warning {
    let survey::Hidden { location, line, value, secret } = own;
    let value = if *secret { MASK } else { value };
    let mut message = format!(
        "{location} overrides the value of {} with its own, {value} in line {line}",
        change.location
    );
    // The `unset` of a secret would be refused.
    if !secret {
        let (name, metafix) = (&change.property.name, proposal::metafix(target));
        let key = shell::argument(location);
        message.push_str(&format!("; `{metafix} unset {key} {name}` removes it"));
    }
    Warning { name: "hidden-below", message }
}
