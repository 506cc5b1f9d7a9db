//! Properties in the whole tree of keys: who has one, who takes it over, who hides it.
//!
//! Owns inheritance: a key takes an inheritable property from the nearest key above it that has
//! it (MSDN ms524543). A `<Custom>` says itself whether it is one; of an attribute the schema
//! does. Plans nothing.

use std::collections::{BTreeSet, HashMap};

use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Form, Index, KeyParts, KeyPath, Markup, folded};
use crate::metabase::model;
use crate::metabase::property::{Definition, has_flag, lines};
use crate::metabase::resolve::PropertyName;
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::text::source::{Lines, Source};

/// A property as a key states it, with what the schema adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The `Location` of the key.
    pub location: String,
    /// Its name: the schema's where it is known there.
    pub name: String,
    /// Its ID; 0 where it is not known.
    pub id: u32,
    /// Its type, in the words of the file or the schema; nothing where it is not known.
    pub kind: String,
    /// Its user type, likewise.
    pub user_type: String,
    /// Its flags, likewise.
    pub attributes: String,
    /// The form in which it stands.
    pub form: Form,
    /// The line where it begins.
    pub line: usize,
    /// Its value; of a list the lines, without their layout.
    pub value: String,
    /// Whether its value must not be shown.
    pub secret: bool,
}

impl Stated {
    /// Whether the keys below take it over.
    #[must_use]
    pub fn is_inheritable(&self) -> bool {
        has_flag(&self.attributes, "INHERIT")
    }

    /// Whether it is the same property as another, by ID where both have one.
    #[must_use]
    pub fn is_same_property(&self, other: &Self) -> bool {
        match (self.id, other.id) {
            (0, _) | (_, 0) => self.name == other.name,
            (id, other) => id == other,
        }
    }
}

/// A metabase to be asked, with what makes the answers quick and complete.
pub struct Survey<'a> {
    source: &'a Source<'a>,
    metabase: &'a Metabase,
    schema: &'a Schema,
    lines: Lines<'a>,
    index: Index<'a>,
}

impl<'a> Survey<'a> {
    /// Makes ready to ask.
    #[must_use]
    pub fn new(source: &'a Source, metabase: &'a Metabase, schema: &'a Schema) -> Self {
        let index = Index::new(source, metabase);
        Self { source, metabase, schema, lines: source.lines(), index }
    }

    /// The line of a place.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        self.lines.line(at)
    }

    /// What a key states itself, in the order of the file.
    ///
    /// # Errors
    /// None for a key of this metabase.
    pub fn stated(&self, key: usize) -> Result<Vec<Stated>, MetabaseError> {
        let text = self.source.text();
        let parts = KeyParts::read(self.source, &self.metabase.keys[key])?;
        let location = locate::location(self.source, &self.metabase.keys[key]);
        let stated = |property: model::Property<'_>| {
            let id = property.id.unwrap_or_default();
            let named = self.schema.named(&property.name);
            let named = named.filter(|row| id == 0 || row.definition.id == id);
            let row = named.or_else(|| self.schema.numbered(id));
            let known = row.map(|row| &row.definition);
            let said = |word: Option<std::borrow::Cow<'_, str>>, known: Option<&str>| {
                word.map_or_else(|| known.unwrap_or_default().to_owned(), |word| word.into_owned())
            };
            let kind = said(property.kind, known.map(|known| known.kind.name()));
            let is_list =
                crate::metabase::property::Type::of(&kind).is_some_and(|kind| kind.is_list());
            let value = if is_list {
                lines(&property.value).collect::<Vec<_>>().join("\n")
            } else {
                property.value.into_owned()
            };
            let (secrets, flags) = (self.schema.secrets(), property.flags.as_deref());
            let secret = secrets.has(&property.name, property.id, flags.unwrap_or_default())
                || known.is_some_and(|known| secrets.has(&known.name, Some(known.id), ""));
            Stated {
                secret,
                location: location.clone().into_owned(),
                name: known.map_or_else(|| property.name.into_owned(), |k| k.name.to_string()),
                id: if id == 0 { known.map_or(0, |known| known.id) } else { id },
                kind,
                user_type: said(property.user_type, known.map(|known| &*known.user_type)),
                attributes: said(property.flags, known.map(|known| &*known.attributes)),
                form: property.form,
                line: self.line(property.at),
                value,
            }
        };
        Ok(model::properties(text, &parts).into_iter().map(stated).collect())
    }

    /// What a key takes over: of each property that it does not state itself, the one of the
    /// nearest key above that states it, if that is inheritable.
    ///
    /// # Errors
    /// None for a key of this metabase.
    pub fn inherited(&self, key: usize) -> Result<Vec<Stated>, MetabaseError> {
        let mut seen = self.stated(key)?;
        let own = seen.len();
        let mut path = self.path(key);
        while let Some((above, _)) = path.parent() {
            if let Some(key) = self.index.first(&above) {
                let new = self.stated(key)?.into_iter();
                let is_new = |one: &Stated| !seen.iter().any(|seen| seen.is_same_property(one));
                let new: Vec<_> = new.filter(is_new).collect();
                seen.extend(new.into_iter().filter(Stated::is_inheritable));
            }
            path = above;
        }
        Ok(seen.split_off(own))
    }

    /// The path of a key.
    #[must_use]
    pub fn path(&self, key: usize) -> KeyPath {
        KeyPath::exact(locate::location(self.source, &self.metabase.keys[key]))
    }

    /// Every key that states a property, or whose class lists it and that takes it over: with
    /// what holds there, and what that hides.
    ///
    /// # Errors
    /// None for this metabase.
    pub fn find(&self, wanted: &PropertyName) -> Result<Vec<Found>, MetabaseError> {
        let row = wanted.in_schema(self.schema);
        let is_wanted = |one: &Stated| {
            wanted.is(&one.name, one.id) || row.is_some_and(|row| row.definition.name == one.name)
        };
        let mut stating: HashMap<String, Stated> = HashMap::new();
        let mut listed = BTreeSet::new();
        for (index, key) in self.metabase.keys.iter().enumerate() {
            let class = self.class(index);
            if row.is_some_and(|row| row.is_listed_for(class)) {
                listed.insert(index);
            }
            if let Some(one) = self.stated(index)?.into_iter().find(is_wanted) {
                stating.insert(folded(&locate::location(self.source, key)), one);
                listed.insert(index);
            }
        }
        let mut found = Vec::new();
        for index in listed {
            let path = self.path(index);
            let own = stating.get(&folded(path.as_str())).cloned();
            let above = self.above(&path, &stating);
            let location = path.as_str().to_owned();
            match (own, above) {
                (Some(holds), hides) => {
                    found.push(Found { location, holds, hides: hides.cloned() });
                }
                (None, Some(above)) => {
                    found.push(Found { location, holds: above.clone(), hides: None });
                }
                (None, None) => {}
            }
        }
        Ok(found)
    }

    /// What the nearest key above states, if the keys below take it over.
    fn above<'s>(
        &self,
        path: &KeyPath,
        stating: &'s HashMap<String, Stated>,
    ) -> Option<&'s Stated> {
        let mut path = path.clone();
        while let Some((above, _)) = path.parent() {
            if let Some(one) = stating.get(&folded(above.as_str())) {
                return one.is_inheritable().then_some(one);
            }
            path = above;
        }
        None
    }

    /// The class of a key: the name of its element.
    #[must_use]
    pub fn class(&self, key: usize) -> &'a str {
        let tag = &self.source.text()[self.metabase.keys[key].at.start + 1..];
        &tag[..tag.find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(tag.len())]
    }

    /// Whether a key of this class states a property as an attribute.
    #[must_use]
    pub fn class_has_attribute(&self, class: &str, name: &str) -> bool {
        (0..self.metabase.keys.len()).filter(|key| self.class(*key) == class).any(|key| {
            let parts = KeyParts::read(self.source, &self.metabase.keys[key]);
            parts.is_ok_and(|parts| parts.element.attribute(self.source.text(), name).is_some())
        })
    }
}

/// A key at which a property holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The `Location` of the key.
    pub location: String,
    /// What holds there: the key's own, or that of a key above.
    pub holds: Stated,
    /// What the key's own hides.
    pub hides: Option<Stated>,
}

impl Found {
    /// Whether the key states it itself.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.location == self.holds.location
    }
}

/// A value below a key that hides the key's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// The `Location` of the key below.
    pub location: String,
    /// Where its value begins.
    pub line: usize,
    /// Its value.
    pub value: String,
}

/// The keys below a changed one whose own value differs from the new one, where the property is
/// one that they would take over.
///
/// # Errors
/// Those of [`locate::markup`].
pub fn hidden(
    source: &Source,
    metabase: &Metabase,
    location: &str,
    property: &Definition,
    now: &str,
) -> Result<Vec<Hidden>, MetabaseError> {
    let mut hidden = Vec::new();
    if !property.is_inheritable() {
        return Ok(hidden);
    }
    let text = source.text();
    let lines = source.lines();
    let changed = KeyPath::exact(location);
    for key in &metabase.keys {
        let below = locate::location(source, key);
        if !changed.is_above(&below) {
            continue;
        }
        let parts = KeyParts::read(source, key)?;
        let (at, value) = match locate::markup(text, &parts, property)? {
            None => continue,
            Some(Markup::Attribute(index)) => {
                let attribute = &parts.element.attributes[index];
                (attribute.name.start, parts.element.value(text, &property.name))
            }
            Some(Markup::Custom(custom)) => (custom.at.start, custom.value(text, "Value")),
        };
        let value = value.unwrap_or_default();
        if !property.same(&value, now) {
            let value = property.plain(&value).into_owned();
            hidden.push(Hidden { location: below.into_owned(), line: lines.line(at), value });
        }
    }
    Ok(hidden)
}
