//! What a key says, decoded, and what it is to say.
//!
//! Owns the meaning of a change in the words of the request alone: none of the plan's arithmetic
//! is used. How the lines of a list are laid out is the file's and no part of what is said.

use std::collections::HashMap;

use crate::change::layout::NewKey;
use crate::change::plan::Change;
use crate::metabase::locate::{Element, Form, KeyParts, id};
use crate::metabase::property::{Type, dword, lines};
use crate::xml;

/// What a key says: its element, its attributes, its children and the comments between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    element: String,
    attributes: Vec<Said>,
    children: Vec<Child>,
    comments: Vec<String>,
}

/// An attribute and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    name: String,
    value: String,
    /// Whether only the lines of the value count, not their layout.
    is_list: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Child {
    element: String,
    id: Option<u32>,
    attributes: Vec<Said>,
}

impl Facts {
    /// What a key says.
    #[must_use]
    pub fn read(text: &str, parts: &KeyParts) -> Self {
        let said = |element: &Element| {
            let each = |one: &xml::Attribute| {
                let value = xml::unescape(&text[one.value.clone()]).into_owned();
                Said { name: text[one.name.clone()].to_owned(), value, is_list: false }
            };
            element.attributes.iter().map(each).collect()
        };
        let child = |element: &Element| Child {
            element: element.name(text).to_owned(),
            id: id(text, element),
            attributes: said(element),
        };
        Self {
            element: parts.element.name(text).to_owned(),
            attributes: said(&parts.element),
            children: parts.children.iter().map(child).collect(),
            comments: parts.comments.iter().map(|at| text[at.clone()].to_owned()).collect(),
        }
    }

    /// The path of the key.
    #[must_use]
    pub fn path(&self) -> &str {
        let location = self.attributes.iter().find(|said| said.name == "Location");
        location.map_or("", |said| &said.value)
    }

    /// The same of a key with another path.
    #[must_use]
    pub fn at(mut self, location: &str) -> Self {
        let said = self.attributes.iter_mut().filter(|said| said.name == "Location");
        said.for_each(|said| location.clone_into(&mut said.value));
        self
    }

    /// What a new key is to say.
    #[must_use]
    pub fn of_new(key: &NewKey) -> Self {
        let said = |pairs: &[(String, String)], is_list: bool| -> Vec<Said> {
            let each = |(name, value): &(String, String)| Said {
                is_list: value.contains(['\r', '\n']) || is_list && name == "Value",
                name: name.clone(),
                value: value.clone(),
            };
            pairs.iter().map(each).collect()
        };
        let child = |pairs: &Vec<(String, String)>| {
            let word = |wanted| pairs.iter().find(|(name, _)| name == wanted);
            let id = word("ID").and_then(|(_, id)| dword(id));
            let kind = word("Type").and_then(|(_, kind)| Type::of(kind));
            let attributes = said(pairs, kind.is_some_and(Type::is_list));
            Child { element: "Custom".into(), id, attributes }
        };
        let location = ("Location".to_owned(), key.location.clone());
        Self {
            element: key.element.clone(),
            attributes: said(&[&[location], &key.attributes[..]].concat(), false),
            children: key.customs.iter().map(child).collect(),
            comments: Vec::new(),
        }
    }

    /// What a key is to say after these changes of it.
    #[must_use]
    pub fn with(mut self, changes: &[&Change]) -> Self {
        let places = Places::of(&self);
        let (mut gone_attributes, mut gone_children) =
            (vec![false; self.attributes.len()], vec![false; self.children.len()]);
        let (mut new_attributes, mut new_customs) = (Vec::new(), Vec::new());
        for change in changes {
            let (attribute, children) = places.find(change);
            match (&change.now, attribute, children.first()) {
                (None, ..) => {
                    attribute.iter().for_each(|place| gone_attributes[*place] = true);
                    children.iter().for_each(|place| gone_children[*place] = true);
                }
                (Some(now), Some(place), _) => self.attributes[place].put(change, now),
                (Some(now), None, Some(place)) => {
                    let said = self.children[*place].attributes.iter_mut();
                    said.filter(|said| said.name == "Value").for_each(|said| said.put(change, now));
                }
                (Some(now), None, None) if change.form == Form::Attribute => {
                    new_attributes.push(Said::new(&change.property.name, change, now));
                }
                (Some(now), None, None) => new_customs.push(Child::new(change, now)),
            }
        }
        self.attributes = merged_attributes(self.attributes, &gone_attributes, new_attributes);
        self.children = merged_children(self.children, &gone_children, new_customs);
        self
    }

    /// Whether a key says just this.
    #[must_use]
    pub fn are(&self, found: &Self) -> bool {
        let said = |wanted: &[Said], found: &[Said]| {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(a, b)| a.is(b))
        };
        (&self.element, &self.comments) == (&found.element, &found.comments)
            && said(&self.attributes, &found.attributes)
            && self.children.len() == found.children.len()
            && self.children.iter().zip(&found.children).all(|(wanted, found)| {
                wanted.element == found.element && said(&wanted.attributes, &found.attributes)
            })
    }
}

impl Said {
    fn new(name: &str, change: &Change, value: &str) -> Self {
        let is_list = change.property.kind.is_list();
        Self { name: name.to_owned(), value: value.to_owned(), is_list }
    }

    fn put(&mut self, change: &Change, now: &str) {
        self.value = now.to_owned();
        self.is_list = change.property.kind.is_list();
    }

    fn is(&self, found: &Self) -> bool {
        let same = || match self.is_list {
            true => lines(&self.value).eq(lines(&found.value)),
            false => self.value == found.value,
        };
        self.name == found.name && same()
    }
}

impl Child {
    fn new(change: &Change, value: &str) -> Self {
        let property = &change.property;
        let said = |name: &str, value: &str| Said {
            name: name.into(),
            value: value.into(),
            is_list: false,
        };
        let attributes = vec![
            said("Name", &property.name),
            said("ID", &property.id.to_string()),
            Said::new("Value", change, value),
            said("Type", property.kind.name()),
            said("UserType", &property.user_type),
            said("Attributes", &property.attributes),
        ];
        Self { element: "Custom".into(), id: Some(property.id), attributes }
    }
}

/// Where the properties of a key stand in its facts.
struct Places {
    attributes: HashMap<String, usize>,
    /// `<Custom>` children by their IDs, and those without one by their names.
    by_id: HashMap<u32, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Places {
    fn of(facts: &Facts) -> Self {
        let attributes = facts.attributes.iter().zip(0..);
        let attributes = attributes.map(|(said, place)| (said.name.clone(), place)).collect();
        let (by_id, by_name) = Default::default();
        let mut places = Self { attributes, by_id, by_name };
        let children = facts.children.iter().enumerate();
        for (place, custom) in children.filter(|(_, child)| child.element == "Custom") {
            let name = custom.attributes.iter().find(|said| said.name == "Name");
            match (custom.id, name) {
                (Some(id), _) => places.by_id.entry(id).or_default().push(place),
                (None, Some(name)) => {
                    places.by_name.entry(name.value.clone()).or_default().push(place);
                }
                (None, None) => {}
            }
        }
        places
    }

    /// The attribute and the children that are the property that changes.
    fn find(&self, change: &Change) -> (Option<usize>, Vec<usize>) {
        let property = &change.property;
        let names = [&*property.name, &property.unknown_name()].map(|name| self.by_name.get(name));
        let children = [self.by_id.get(&property.id)].into_iter().chain(names);
        let attribute = self.attributes.get(&*property.name).copied();
        (attribute, children.flatten().flatten().copied().collect())
    }
}

/// Without what goes, and with what comes: each before the first one after `Location` whose name
/// is larger.
fn merged_attributes(was: Vec<Said>, gone: &[bool], mut new: Vec<Said>) -> Vec<Said> {
    new.sort_by(|one, other| one.name.cmp(&other.name));
    let begin = was.iter().position(|said| said.name == "Location").map_or(0, |at| at + 1);
    let (mut new, mut now) = (new.into_iter().peekable(), Vec::new());
    for (place, (said, gone)) in was.into_iter().zip(gone).enumerate() {
        let smaller = |new: &Said| place >= begin && new.name < said.name;
        now.extend(std::iter::from_fn(|| new.next_if(smaller)));
        now.extend((!gone).then_some(said));
    }
    now.extend(new);
    now
}

/// Without what goes, and with what comes: each before the first `<Custom>` with a larger ID, else
/// after the last, else as the first child.
fn merged_children(was: Vec<Child>, gone: &[bool], mut new: Vec<Child>) -> Vec<Child> {
    new.sort_by_key(|child| child.id);
    let last = was.iter().rposition(|child| child.element == "Custom");
    let (mut new, mut now) = (new.into_iter().peekable(), Vec::new());
    if last.is_none() {
        now.extend(new.by_ref());
    }
    for (place, (child, gone)) in was.into_iter().zip(gone).enumerate() {
        let smaller = |new: &Child| child.element == "Custom" && new.id < child.id;
        now.extend(std::iter::from_fn(|| new.next_if(smaller)));
        now.extend((!gone).then_some(child));
        if Some(place) == last {
            now.extend(new.by_ref());
        }
    }
    now
}
