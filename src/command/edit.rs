//! From requests to a proposal: the one way in which commands change properties.
//!
//! Owns what is true of every such change, whichever command asks for it: what must never be
//! set, which keys hide the new value, and what makes IIS take it.

use anyhow::Result;

use super::Opened;
use super::activation::Activation;
use super::change::{self, After, Proposal};
use crate::dns;
use crate::error::{Problem, Refusal};
use crate::plan::{Change, Note, Plan, Request, plan};
use crate::protect;
use crate::report::{ChangeRow, Warning};
use crate::store::Target;
use crate::survey;
use crate::verify::Unverified;

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
    /// What is to become of which properties.
    pub requests: Vec<Request>,
    /// What the command itself has to say.
    pub warnings: Vec<Warning>,
    /// Whether to name the keys below that have a value of their own; a command that does so in
    /// its own words says no.
    pub names_hidden: bool,
}

/// Plans what is asked for.
///
/// # Errors
/// A [`Problem`]: those of [`plan`], and [`Refusal::Protected`].
pub fn propose(target: &Target, opened: Opened, asked: Asked) -> Result<Proposal<'static>> {
    let Opened { source, metabase } = opened;
    let refused = |refusal: Refusal| change::refused(target, &refusal, &source);

    for request in &asked.requests {
        protect::check(&request.property).map_err(refused)?;
    }
    let plan = plan(&source, &metabase, &asked.requests).map_err(refused)?;
    let mut warnings = notes(&plan);
    if asked.names_hidden {
        for change in &plan.changes {
            let hidden = survey::hidden(&source, &metabase, change).map_err(refused)?;
            warnings.extend(hidden.iter().map(|own| hides(target, own, change)));
        }
    }
    warnings.extend(asked.warnings);
    let (edits_while_running, _) = dns::edit_while_running(&source, &metabase);

    let refused = |refusal: Refusal| Problem::refused(&refusal, target.asked(), None);
    let unverified = Unverified::new(source, metabase, plan).map_err(refused)?;
    Ok(Proposal {
        command: asked.command,
        why: asked.why,
        unchanged: asked.unchanged,
        done: asked.done,
        changes: unverified.plan.changes.iter().map(row).collect(),
        diff: unverified.diff.clone(),
        edits: unverified.edits.clone(),
        after: After::Planned(Box::new(unverified)),
        warnings,
        activation: Activation::of(edits_while_running),
    })
}

fn row(change: &Change) -> ChangeRow {
    ChangeRow {
        key: change.location.clone(),
        property: change.property.name.to_string(),
        id: change.property.id,
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
                "the IDs in {location} do not ascend; the new element stands before the first \
                 larger one, and nothing else was moved"
            ),
        },
    };
    plan.notes.iter().map(sentence).collect()
}

/// The warning about a key that does not follow the one above it.
fn hides(target: &Target, own: &survey::Hidden, change: &Change) -> Warning {
    let (name, metafix) = (&change.property.name, change::metafix(target));
    let message = format!(
        "{} has a value of its own in line {}, {}, which hides that of {}; `{metafix} unset {} \
         {name}` removes it",
        own.location, own.line, own.value, change.location, own.location,
    );
    Warning { name: "hidden-below", message }
}
