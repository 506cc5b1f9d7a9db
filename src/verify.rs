//! The second look: the planned result is read again, in full, and compared key by key.
//!
//! Owns the promise that exactly the asked properties differ. It shares the scanner with the
//! plan but none of the plan's arithmetic: what it compares are decoded names and values.

use std::collections::HashMap;

use crate::diff::Diff;
use crate::edit::Edits;
use crate::error::Refusal;
use crate::locate::{KeyParts, id};
use crate::plan::{Change, Plan};
use crate::scan::{Key, Metabase, scan};
use crate::source::Source;
use crate::xml;

/// A plan whose result was read again and found to be what was asked for.
#[derive(Debug)]
pub struct Verified {
    /// The plan.
    pub plan: Plan,
    /// What it changes, line by line.
    pub diff: Diff,
    /// The edits of the file.
    pub edits: Edits,
    /// The file after them.
    pub after: Source,
}

/// Edits the file in memory, in place, and checks what has become of it.
///
/// # Errors
/// [`Refusal::NotVerified`] and every other refusal that the result deserves.
pub fn verified(source: Source, metabase: Metabase, plan: Plan) -> Result<Verified, Refusal> {
    let diff = Diff::new(source.text(), &plan.edits);
    let edits = plan.in_file(&source).map_err(Refusal::Edits)?;
    let expectation = Expectation::new(&source, metabase, &plan)?;
    let after = edits.apply(source.into_bytes()).map_err(Refusal::Edits)?;
    let after = Source::decode(after)?;
    expectation.check(&after)?;
    Ok(Verified { plan, diff, edits, after })
}

/// What the result must be like, kept while the original's bytes are edited in place.
#[derive(Debug)]
struct Expectation<'a> {
    plan: &'a Plan,
    keys: Vec<Key>,
    facts: HashMap<usize, Facts>,
}

/// What a key says: its element, its attributes and its children, decoded.
#[derive(Debug, PartialEq, Eq)]
struct Facts {
    element: String,
    attributes: Vec<(String, String)>,
    children: Vec<Child>,
}

#[derive(Debug, PartialEq, Eq)]
struct Child {
    element: String,
    id: Option<u32>,
    attributes: Vec<(String, String)>,
}

impl<'a> Expectation<'a> {
    /// Notes down what must still be true after the plan's edits.
    fn new(source: &Source, metabase: Metabase, plan: &'a Plan) -> Result<Self, Refusal> {
        let mut facts = HashMap::new();
        for change in &plan.changes {
            facts.insert(change.key, Facts::read(source, &metabase.keys[change.key])?);
        }
        Ok(Self { plan, keys: metabase.keys, facts })
    }

    fn check(mut self, after: &Source) -> Result<(), Refusal> {
        let keys = scan(after)?.keys;
        if keys.len() != self.keys.len() {
            let what = format!("{} keys became {}", self.keys.len(), keys.len());
            return Err(Refusal::NotVerified { what });
        }
        for (index, (was, now)) in self.keys.iter().zip(&keys).enumerate() {
            let edits = &self.plan.edits;
            let moved = edits.shift(was.at.start)..edits.shift(was.at.end);
            let location = edits.shift(was.location.start)..edits.shift(was.location.end);
            if moved != now.at || location != now.location {
                let what =
                    format!("the key in line {} is not where it was", after.line(now.at.start));
                return Err(Refusal::NotVerified { what });
            }
            if let Some(mut expected) = self.facts.remove(&index) {
                for change in self.plan.changes.iter().filter(|change| change.key == index) {
                    expected.put(change);
                }
                let found = Facts::read(after, now)?;
                if expected != found {
                    let what =
                        format!("{} differs in more than was asked", self.plan.changes[0].location);
                    return Err(Refusal::NotVerified { what });
                }
            }
        }
        Ok(())
    }
}

impl Facts {
    fn read(source: &Source, key: &Key) -> Result<Self, Refusal> {
        let text = source.text();
        let parts = KeyParts::read(source, key)?;
        let decoded = |attributes: &[xml::Attribute]| {
            let pair = |a: &xml::Attribute| {
                let value = xml::unescape(&text[a.value.clone()]).into_owned();
                (text[a.name.clone()].to_owned(), value)
            };
            attributes.iter().map(pair).collect::<Vec<_>>()
        };
        let child = |element: &crate::locate::Element| Child {
            element: element.name(text).to_owned(),
            id: id(text, element),
            attributes: decoded(&element.attributes),
        };
        Ok(Self {
            element: parts.element.name(text).to_owned(),
            attributes: decoded(&parts.element.attributes),
            children: parts.children.iter().map(child).collect(),
        })
    }

    /// Makes the asked change to these facts, by the words of the request alone.
    fn put(&mut self, change: &Change) {
        let property = &change.property;
        let attribute = self.attributes.iter_mut().find(|(name, _)| *name == *property.name);
        if let Some((_, value)) = attribute {
            value.clone_from(&change.now);
            return;
        }
        let custom = |child: &&mut Child| child.element == "Custom";
        let same_id = |child: &&mut Child| child.id == Some(property.id);
        if let Some(child) = self.children.iter_mut().filter(custom).find(same_id) {
            for (_, value) in child.attributes.iter_mut().filter(|(name, _)| name == "Value") {
                value.clone_from(&change.now);
            }
            return;
        }
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let attributes = vec![
            pair("Name", &property.name),
            pair("ID", &property.id.to_string()),
            pair("Value", &change.now),
            pair("Type", property.kind.name()),
            pair("UserType", &property.user_type),
            pair("Attributes", &property.attributes),
        ];
        let larger = |child: &Child| child.element == "Custom" && child.id > Some(property.id);
        let behind_last = || {
            let last = self.children.iter().rposition(|child| child.element == "Custom");
            last.map_or(0, |last| last + 1)
        };
        let place = self.children.iter().position(larger).unwrap_or_else(behind_last);
        let id = Some(property.id);
        self.children.insert(place, Child { element: "Custom".into(), id, attributes });
    }
}
