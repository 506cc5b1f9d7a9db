//! What is to be known before a change: whose settings it touches, and what it breaks.
//!
//! Owns the question which findings are new. One engine: the rules of servers look at the file as
//! it is and at the planned result. Changes nothing and asks nobody.

use std::collections::{HashMap, HashSet};

use super::owned;
use super::rule::{Look, Rule};
use super::rules::RULES;
use super::tree::{FIRST_WITH_FILES, Tree, WEB};
use super::watched::Watched;
use crate::change::plan::Plan;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, KeyParts, KeyPath, folded};
use crate::metabase::model;
use crate::metabase::property::dword;
use crate::metabase::scan::Metabase;
use crate::metabase::secrets::Secrets;
use crate::text::source::Source;

/// Something that stops a server, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The rule that finds it.
    pub rule: &'static Rule,
    /// The line where it is.
    pub line: usize,
    /// The key's `Location`.
    pub key: String,
    /// The property.
    pub property: Option<String>,
    /// The fact, in one sentence.
    pub message: String,
}

/// Whether a plan can make a fault at all. Most cannot: they touch nothing that a rule looks at.
#[must_use]
pub fn can_make_faults(plan: &Plan) -> bool {
    let is_watched = |name: &str, id: u32| {
        let id = Some(id).filter(|id| *id != 0);
        Watched::of(name, id).or_else(|| Watched::of(name, None)).is_some()
    };
    let mut changes = plan.changes.iter().map(|change| &change.property);
    let others = plan.changes.is_empty() || !plan.keys.is_empty() || !plan.moved.is_empty();
    !plan.edits.is_empty()
        && (others || changes.any(|property| is_watched(&property.name, property.id)))
}

/// The faults in a metabase.
///
/// # Errors
/// When it is none.
pub fn faults(source: &Source, secrets: &Secrets) -> Result<Vec<Fault>, MetabaseError> {
    let tree = Tree::of(source, secrets)?;
    let mut found = Vec::new();
    for rule in RULES.into_iter().filter(|rule| rule.is_asked_about()) {
        if let Look::Tree(look) = rule.look {
            found.extend(look(&tree).into_iter().map(|hit| (rule, hit)));
        }
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let lines = source.lines();
    let fault = |(rule, hit): (&'static Rule, super::hit::Hit)| Fault {
        rule,
        line: lines.line(hit.at),
        key: hit.key,
        property: hit.property,
        message: hit.message,
    };
    Ok(found.into_iter().map(fault).collect())
}

/// The faults that were not there before. What is said in other words of a key that nobody touched
/// is not new: another server's change is the reason.
#[must_use]
pub fn new(before: &[Fault], after: Vec<Fault>, is_touched: impl Fn(&str) -> bool) -> Vec<Fault> {
    let key = |fault: &Fault| (fault.rule.name, folded(&fault.key), fault.property.clone());
    let said: HashSet<(&str, String, &str)> = before
        .iter()
        .map(|fault| (fault.rule.name, folded(&fault.key), fault.message.as_str()))
        .collect();
    let had: HashSet<_> = before.iter().map(key).collect();
    let is_new = |fault: &Fault| {
        let was_said = said.contains(&(fault.rule.name, folded(&fault.key), &fault.message));
        !was_said && (is_touched(&fault.key) || !had.contains(&key(fault)))
    };
    after.into_iter().filter(is_new).collect()
}

/// The faults under the paths that their keys have after a plan.
#[must_use]
pub fn moved(mut faults: Vec<Fault>, plan: &Plan) -> Vec<Fault> {
    let moved = plan.moved.iter().filter_map(|moved| Some((&*moved.was, moved.now.as_deref()?)));
    let moved: HashMap<&str, &str> = moved.collect();
    for fault in &mut faults {
        if let Some(now) = moved.get(fault.key.as_str()) {
            (*now).clone_into(&mut fault.key);
        }
    }
    faults
}

/// Whether a plan touches a key, by its `Location`.
#[must_use]
pub fn touched(plan: &Plan) -> HashSet<String> {
    let changed = plan.changes.iter().map(|change| folded(&change.location));
    changed.chain(plan.keys.iter().map(|new| folded(&new.key.location))).collect()
}

/// A property that Exchange copies from Active Directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overwritten {
    /// The key's `Location`.
    pub location: String,
    /// The property.
    pub property: String,
    /// Its name in the directory.
    pub attribute: &'static str,
}

/// What a plan changes that Exchange overwrites; nothing where there is no Exchange.
#[must_use]
pub fn overwritten(source: &Source, metabase: &Metabase, plan: &Plan) -> Vec<Overwritten> {
    let changes = plan.changes.iter().filter_map(|change| {
        let (location, property) = (&change.location, &change.property.name);
        let attribute = owned::attribute(location, property)?;
        let (location, property) = (location.clone(), property.to_string());
        Some(Overwritten { location, property, attribute })
    });
    let changes: Vec<Overwritten> = changes.collect();
    let exchange = KeyPath::exact("/LM/DS2MB");
    let is_there = || locate::find(source, metabase, &exchange);
    let is_absent = |error: &MetabaseError| matches!(error, MetabaseError::KeyAbsent { .. });
    if changes.is_empty() || is_there().is_err_and(|error| is_absent(&error)) {
        return Vec::new();
    }
    changes
}

/// The key of the web server that a plan changes first, if it changes one.
#[must_use]
pub fn first_web_key(plan: &Plan) -> Option<&str> {
    let web = KeyPath::exact(WEB);
    let changed = plan.changes.iter().map(|change| change.location.as_str());
    let new = plan.keys.iter().map(|new| new.key.location.as_str());
    let moved = plan.moved.iter().map(|moved| moved.was.as_str());
    changed.chain(new).chain(moved).find(|location| web.holds(location))
}

/// The version of IIS, as the web server's key says it, if that is one which keeps the web
/// server's settings elsewhere.
#[must_use]
pub fn web_is_elsewhere(source: &Source, metabase: &Metabase) -> Option<u32> {
    let info = locate::find(source, metabase, &KeyPath::exact("/LM/W3SVC/Info")).ok()?;
    let parts = KeyParts::read(source, &metabase.keys[info]).ok()?;
    let properties = model::properties(source.text(), &parts);
    let version = properties.iter().find(|property| {
        Watched::of(&property.name, property.id) == Some(Watched::MajorIisVersionNumber)
    });
    dword(&version?.value).filter(|major| *major >= FIRST_WITH_FILES)
}
