//! The second look: the planned result is read again, in full, and compared key by key.
//!
//! Owns the promise that exactly the asked properties differ. It shares the scanner with the
//! plan but none of the plan's arithmetic: what it compares are decoded names and values.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::change::diff::Diff;
use crate::change::error::ChangeError;
use crate::change::layout::NewKey;
use crate::change::plan::{Change, KeyChange, Plan};
use crate::metabase::locate::{Form, KeyParts, id};
use crate::metabase::property::Definition;
use crate::metabase::scan::{Key, Metabase, scan_each};
use crate::metabase::secrets::Secrets;
use crate::text::edit::{Edit, Edits};
use crate::text::source::Source;
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
    pub after: Source<'static>,
}

/// The same before the second look. Whoever holds one has promised to take that look before
/// anything takes the metabase's place.
#[derive(Debug)]
pub struct Unverified {
    /// The plan.
    pub plan: Plan,
    /// What it changes, line by line.
    pub diff: Diff,
    /// The edits of the file.
    pub edits: Edits,
    expectation: Expectation,
    after: Vec<u8>,
}

/// Edits the file in memory, in place, and checks what has become of it.
///
/// # Errors
/// [`ChangeError::NotVerified`] and every other refusal that the result deserves.
pub fn verified(
    source: Source<'_>,
    metabase: Metabase,
    plan: Plan,
    secrets: &Secrets,
) -> Result<Verified, ChangeError> {
    let unverified = Unverified::new(source, metabase, plan, secrets)?;
    unverified.verify()?;
    let Unverified { plan, diff, edits, after, .. } = unverified;
    Ok(Verified { plan, diff, edits, after: Source::decode(after)? })
}

impl Unverified {
    /// Edits the file in memory, in place, and notes down what must be true of the result.
    ///
    /// # Errors
    /// [`ChangeError::Edits`]: none for a plan made for this source.
    pub fn new(
        source: Source<'_>,
        metabase: Metabase,
        plan: Plan,
        secrets: &Secrets,
    ) -> Result<Self, ChangeError> {
        let diff = Diff::new(source.text(), &plan.edits, secrets);
        let edits = plan.in_file(&source)?;
        let expectation = Expectation::new(&source, metabase, &plan)?;
        let after = edits.apply(source.into_bytes())?;
        Ok(Self { plan, diff, edits, expectation, after })
    }

    /// Takes the second look. A plan without edits is the file that was read.
    ///
    /// # Errors
    /// [`ChangeError::NotVerified`] and every other refusal that the result deserves.
    pub fn verify(&self) -> Result<(), ChangeError> {
        if self.edits.is_empty() {
            return Ok(());
        }
        self.expectation.check(&self.plan, &Source::decode(&self.after)?)
    }

    /// The file after the edits, in its own bytes.
    #[must_use]
    pub fn after(&self) -> &[u8] {
        &self.after
    }
}

/// What the result must be like, kept while the original's bytes are edited in place.
#[derive(Debug)]
struct Expectation {
    keys: Vec<Key>,
    facts: HashMap<usize, Facts>,
}

/// What a key says: its element, its attributes and its children, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    element: String,
    attributes: Vec<(String, String)>,
    children: Vec<Child>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Child {
    element: String,
    id: Option<u32>,
    attributes: Vec<(String, String)>,
}

impl Expectation {
    /// Notes down what must still be true after the plan's edits.
    fn new(source: &Source, metabase: Metabase, plan: &Plan) -> Result<Self, ChangeError> {
        let mut facts = HashMap::new();
        for change in &plan.changes {
            if let Entry::Vacant(vacant) = facts.entry(change.key) {
                vacant.insert(Facts::read(source, &metabase.keys[change.key])?);
            }
        }
        Ok(Self { keys: metabase.keys, facts })
    }

    fn check(&self, plan: &Plan, after: &Source) -> Result<(), ChangeError> {
        if let Some(stray) = plan.edits.as_slice().iter().find(|edit| !self.was_asked(plan, edit)) {
            return Err(not_verified(format!("byte {} was not to change", stray.at.start)));
        }
        let mut changes: Vec<_> = plan.changes.iter().collect();
        // What is new in a key finds its place among what was there, and that in ascending order.
        changes.sort_by_key(|c| (c.key, c.now.is_none(), c.property.id, &c.property.name));
        let mut changes = changes.as_slice();
        let mut new: Vec<_> = plan.keys.iter().collect();
        new.sort_by_key(|key| key.after);
        let mut new = new.into_iter().peekable();
        let mut keys = self.keys.iter().enumerate().peekable();
        scan_each(after, |now| {
            let next = keys.peek().map_or(self.keys.len(), |(index, _)| *index);
            if let Some(new) = new.next_if(|new| new.after < next) {
                return check_new_key(after, new, &now);
            }
            match keys.next() {
                Some((index, was)) => {
                    let own = changes.iter().take_while(|change| change.key == index).count();
                    let (own, others) = changes.split_at(own);
                    changes = others;
                    self.check_key(&plan.edits, own, after, (index, was), &now)
                }
                None => Err(not_verified("there are more keys than were asked".into())),
            }
        })?;
        match keys.len() + new.len() {
            0 => Ok(()),
            gone => Err(not_verified(format!("{gone} of {} keys are gone", self.keys.len()))),
        }
    }

    /// Whether an edit stays within a key that is to change, or outside of all where a new one
    /// is to be: then every other key is byte for byte what it was.
    fn was_asked(&self, plan: &Plan, edit: &Edit) -> bool {
        let index = self.keys.partition_point(|key| key.at.end <= edit.at.start);
        match self.keys.get(index).filter(|key| key.at.start < edit.at.end) {
            Some(key) => {
                let inside = key.at.start <= edit.at.start && edit.at.end <= key.at.end;
                inside && self.facts.contains_key(&index)
            }
            None => !plan.keys.is_empty(),
        }
    }

    fn check_key(
        &self,
        edits: &Edits,
        changes: &[&Change],
        after: &Source,
        (index, was): (usize, &Key),
        now: &Key,
    ) -> Result<(), ChangeError> {
        // A key that begins where a new one is inserted stands behind it.
        let moved = edits.shift(was.at.start + 1) - 1..edits.shift(was.at.end);
        let location = edits.shift(was.location.start)..edits.shift(was.location.end);
        if moved != now.at || location != now.location {
            let line = after.line(now.at.start);
            return Err(not_verified(format!("the key in line {line} is not where it was")));
        }
        let Some(expected) = self.facts.get(&index) else { return Ok(()) };
        let (mut expected, mut found) = (expected.clone(), Facts::read(after, now)?);
        for change in changes {
            expected.make_plain(change);
            found.make_plain(change);
            expected.put(change);
        }
        if expected == found {
            return Ok(());
        }
        let location = changes.first().map_or("", |change| change.location.as_str());
        Err(not_verified(format!("{location} differs in more than was asked")))
    }
}

/// A new key says what was asked, and nothing else; how its lists are laid out is the file's.
fn check_new_key(after: &Source, new: &KeyChange, now: &Key) -> Result<(), ChangeError> {
    if Facts::read(after, now)?.plain() == Facts::of_new(&new.key).plain() {
        return Ok(());
    }
    Err(not_verified(format!("{} is not the new key that was asked", new.key.location)))
}

fn not_verified(what: String) -> ChangeError {
    ChangeError::NotVerified { what }
}

impl Facts {
    fn read(source: &Source, key: &Key) -> Result<Self, ChangeError> {
        let text = source.text();
        let parts = KeyParts::read(source, key)?;
        let decoded = |attributes: &[xml::Attribute]| {
            let pair = |a: &xml::Attribute| {
                let value = xml::unescape(&text[a.value.clone()]).into_owned();
                (text[a.name.clone()].to_owned(), value)
            };
            attributes.iter().map(pair).collect::<Vec<_>>()
        };
        let child = |element: &crate::metabase::locate::Element| Child {
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

    /// What a new key is to say.
    fn of_new(key: &NewKey) -> Self {
        let location = ("Location".to_owned(), key.location.clone());
        let child = |attributes: &Vec<(String, String)>| {
            let id = attributes.iter().find(|(name, _)| name == "ID");
            let id = id.and_then(|(_, id)| crate::metabase::property::dword(id));
            Child { element: "Custom".into(), id, attributes: attributes.clone() }
        };
        Self {
            element: key.element.clone(),
            attributes: [location].into_iter().chain(key.attributes.iter().cloned()).collect(),
            children: key.customs.iter().map(child).collect(),
        }
    }

    /// Takes the layout out of the values that are lists.
    fn plain(mut self) -> Self {
        let children = self.children.iter_mut().flat_map(|child| &mut child.attributes);
        for (_, value) in self.attributes.iter_mut().chain(children) {
            if value.contains(['\r', '\n']) {
                *value = crate::metabase::property::lines(value).collect::<Vec<_>>().join("\n");
            }
        }
        self
    }

    /// Takes the layout out of the value of a list that changes: it is the file's, not the
    /// request's.
    fn make_plain(&mut self, change: &Change) {
        for (_, value) in
            self.attributes.iter_mut().filter(|(name, _)| *name == *change.property.name)
        {
            *value = change.property.plain(value).into_owned();
        }
        for child in self.children.iter_mut().filter(|child| child.is(change)) {
            for (_, value) in child.attributes.iter_mut().filter(|(name, _)| name == "Value") {
                *value = change.property.plain(value).into_owned();
            }
        }
    }

    /// Makes the asked change to these facts, by the words of the request alone.
    fn put(&mut self, change: &Change) {
        let property = &change.property;
        let Some(now) = &change.now else {
            self.attributes.retain(|(name, _)| *name != *property.name);
            self.children.retain(|child| !child.is(change));
            return;
        };
        if let Some((_, value)) =
            self.attributes.iter_mut().find(|(name, _)| *name == *property.name)
        {
            value.clone_from(now);
        } else if let Some(child) = self.children.iter_mut().find(|child| child.is(change)) {
            for (_, value) in child.attributes.iter_mut().filter(|(name, _)| name == "Value") {
                value.clone_from(now);
            }
        } else if change.form == Form::Attribute {
            self.put_attribute(&property.name, now);
        } else {
            self.put_custom(property, now);
        }
    }

    fn put_attribute(&mut self, name: &str, value: &str) {
        let location = self.attributes.iter().position(|(name, _)| name == "Location");
        let begin = location.map_or(0, |at| at + 1);
        let larger = self.attributes[begin..].iter().position(|(other, _)| other.as_str() > name);
        let place = larger.map_or(self.attributes.len(), |at| begin + at);
        self.attributes.insert(place, (name.to_owned(), value.to_owned()));
    }

    fn put_custom(&mut self, property: &Definition, value: &str) {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let attributes = vec![
            pair("Name", &property.name),
            pair("ID", &property.id.to_string()),
            pair("Value", value),
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

impl Child {
    /// Whether it is the property that changes.
    fn is(&self, change: &Change) -> bool {
        self.element == "Custom"
            && match self.id {
                Some(id) => id == change.property.id,
                None => self
                    .attributes
                    .iter()
                    .any(|(name, value)| name == "Name" && change.property.is_named(value)),
            }
    }
}
