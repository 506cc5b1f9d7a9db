//! What is wrong with a metabase, or worth knowing: findings as values.
//!
//! Owns the one pass over the file: the scanner's tokens are read along into one key after
//! another, each key is judged when it ends (`key`), and the few that belong together, the
//! SMTP service, its virtual servers and the computer, at the end (`service`). Then each rule of
//! servers looks at the tree of all keys ([`rules`]). Changes nothing and knows no disk: what
//! stands beside the file is handed in.

use std::collections::HashMap;

use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{KeyParts, folded};
use crate::metabase::model;
use crate::metabase::scan::scan_along;
use crate::metabase::schema::Schema;
use crate::text::source::{Position, Source};
use crate::xml::XmlError;
use crate::xml::unescape;

#[macro_use]
mod pages;
pub mod before;
pub mod binding;
mod found;
mod hit;
mod key;
mod owned;
mod reader;
mod rule;
pub mod rules;
mod service;
mod tree;
mod watched;

use found::{Found, Kept};
use reader::Reader;
use rule::{Look, Rule, Severity};
use rules::form;
use tree::Tree;

pub use found::Surroundings;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What sort of thing it is.
    pub rule: &'static Rule,
    /// Where it is.
    pub place: Option<Position>,
    /// A place that belongs to it, and what is there.
    pub related: Option<(Position, &'static str)>,
    /// The key's `Location`, as it is in the file.
    pub key: Option<String>,
    /// The property.
    pub property: Option<String>,
    /// The fact, in one sentence. Secrets are not in it.
    pub message: String,
    /// The arguments of the metafix command that helps.
    pub repair: Option<Vec<String>>,
    /// What helps in this case, where the rule's advice is not it.
    pub advice: Option<String>,
}

impl Finding {
    /// What helps where no command does; empty where nothing needs to be said.
    #[must_use]
    pub fn advice(&self) -> &str {
        self.advice.as_deref().unwrap_or(self.rule.advice)
    }
}

/// Judges a file. The findings are in the order of severity, then of rule, then of place.
///
/// # Errors
/// When it is no metabase: that is a finding too, of the rule [`broken_by`] it.
pub fn check(
    source: &Source,
    schema: &Schema,
    surroundings: &Surroundings,
) -> Result<Vec<Finding>, MetabaseError> {
    let mut reader = Reader::default();
    let mut judge = Judge::new(source, schema);
    scan_along(source, |token| {
        if let Some(key) = reader.take(token) {
            judge.judge(key);
        }
    })?;
    let Judge { mut found, kept, tree, .. } = judge;
    service::judge(source.text(), schema, &kept, surroundings, &mut found);
    found.extend(of_servers(&tree));
    Ok(placed(source, found))
}

/// What the rules of servers find.
fn of_servers(tree: &Tree<'_>) -> Vec<Found> {
    let looks = rules::RULES.into_iter().filter_map(|rule| match rule.look {
        Look::Tree(look) => Some((rule, look)),
        Look::Unreadable | Look::Reading => None,
    });
    looks.flat_map(|(rule, look)| look(tree).into_iter().map(|hit| Found::of(rule, hit))).collect()
}

/// The rule that a file breaks which cannot be read as a metabase.
#[must_use]
pub fn broken_by(error: &MetabaseError) -> &'static Rule {
    match error {
        MetabaseError::Xml(XmlError::Malformed(_)) => &form::NOT_WELL_FORMED,
        MetabaseError::Xml(XmlError::Doctype { .. }) => &form::DOCUMENT_TYPE,
        MetabaseError::NotMetabase { .. } => &form::NOT_A_METABASE,
        _ => &form::UNREADABLE,
    }
}

/// Whether one of the findings is worse than a note.
#[must_use]
pub fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().map(|finding| finding.rule.severity).min()
}

/// Gives each finding its line and column, counted once however many there are.
fn placed(source: &Source, mut found: Vec<Found>) -> Vec<Finding> {
    let mut places: Vec<usize> = found.iter().map(|found| found.at).collect();
    places.extend(found.iter().filter_map(|found| Some(found.related?.0)));
    places.sort_unstable();
    places.dedup();
    let lines = source.lines();
    let positions: HashMap<usize, Position> =
        places.into_iter().map(|at| (at, lines.position(at))).collect();

    let rank = |rule: &Rule| rules::RULES.iter().position(|other| other.name == rule.name);
    found.sort_by_key(|found| (found.rule.severity, rank(found.rule), found.at));
    let finding = |found: Found| Finding {
        rule: found.rule,
        place: positions.get(&found.at).copied(),
        related: found.related.and_then(|(at, what)| Some((*positions.get(&at)?, what))),
        key: found.key,
        property: found.property,
        message: found.message,
        repair: found.repair,
        advice: None,
    };
    found.into_iter().map(finding).collect()
}

/// Judges one key after another.
struct Judge<'a> {
    text: &'a str,
    schema: &'a Schema,
    /// The keys so far.
    tree: Tree<'a>,
    found: Vec<Found>,
    kept: Vec<Kept>,
}

impl<'a> Judge<'a> {
    fn new(source: &'a Source, schema: &'a Schema) -> Self {
        let text = source.text();
        let tree = Tree::of_text(text, schema.secrets());
        Self { text, schema, tree, found: Vec::new(), kept: Vec::new() }
    }

    /// Judges a key that has been read, and keeps it if others depend on it.
    fn judge(&mut self, parts: KeyParts) {
        let start = parts.element.at.start;
        let Some(location) = parts.element.attribute(self.text, "Location") else {
            let name = parts.element.name(self.text);
            let message = format!("the element {name} has no Location");
            self.found.push(Found::new(&form::KEY_WITHOUT_LOCATION, start, message));
            return;
        };
        let place = location.value.clone();
        let location = unescape(&self.text[place.clone()]).into_owned();
        let folded = folded(&location);
        let keep = service::concerns(&folded);
        let properties = model::properties(self.text, &parts);
        if let Some(first) = self.tree.add(folded, start, place, &properties) {
            let mut found =
                Found::new(&form::KEY_TWICE, start, format!("{location} is there a second time"));
            found.related = Some((first, "the first one"));
            found.key = Some(location.clone());
            self.found.push(found);
        }
        key::judge(self.schema, &location, &properties, &mut self.found);
        if keep {
            self.kept.push(Kept { location, parts });
        }
    }
}
