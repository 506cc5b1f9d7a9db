//! The properties of a key that is to be made.

use std::collections::{HashMap, HashSet};

use super::{Asker, Meant, Wanted, flag_words};
use crate::change::error::ChangeError;
use crate::change::layout::NewKey;
use crate::metabase::error::MetabaseError;
use crate::metabase::flag::{self, Flag};
use crate::metabase::locate::{Element, Form, Index, KeyParts, KeyPath};
use crate::metabase::property::dword;
use crate::metabase::resolve::{Names, PropertyName, Resolved, TypeData};
use crate::metabase::survey::Stated;
use crate::metabase::value;

/// A key that is to be made and gets one property after another.
#[derive(Debug)]
pub struct Filling<'k> {
    key: &'k mut NewKey,
    text: String,
    parts: KeyParts,
    /// The places of its attributes, by name.
    attributes: HashMap<String, usize>,
    /// The places of its Customs, by ID.
    customs: HashMap<u32, usize>,
    /// The names of those that it is not to have.
    absent: HashSet<String>,
}

impl<'k> Filling<'k> {
    /// Begins with a key without any.
    #[must_use]
    pub fn of(key: &'k mut NewKey) -> Self {
        let text = format!("<{}/>", key.element);
        let tag = 0..text.len();
        let element = Element { at: tag.clone(), tag, attributes: Vec::new() };
        let parts = KeyParts { element, children: Vec::new(), comments: Vec::new() };
        let (attributes, customs, absent) = Default::default();
        Self { key, text, parts, attributes, customs, absent }
    }

    /// Puts all of them in order.
    pub fn finish(self) {
        let id = |custom: &Vec<(String, String)>| {
            let id = custom.iter().find(|(name, _)| name == "ID");
            id.and_then(|(_, id)| dword(id))
        };
        self.key.attributes.sort();
        self.key.customs.sort_by_key(id);
    }

    /// The value that a property was given already.
    fn value(&mut self, property: &Resolved) -> Option<&mut String> {
        let Resolved { definition, .. } = property;
        if let Some(place) = self.attributes.get(&*definition.name) {
            return Some(&mut self.key.attributes[*place].1);
        }
        let custom = &mut self.key.customs[*self.customs.get(&definition.id)?];
        let value = custom.iter_mut().find(|(name, _)| name == "Value");
        value.map(|(_, value)| value)
    }

    fn push(&mut self, resolved: Resolved, value: String) {
        let Resolved { definition, form, .. } = resolved;
        match form {
            Form::Attribute => {
                let name = definition.name.into_owned();
                self.attributes.insert(name.clone(), self.key.attributes.len());
                self.key.attributes.push((name, value));
            }
            Form::Custom => {
                self.customs.insert(definition.id, self.key.customs.len());
                let id = definition.id.to_string();
                let pairs = [
                    ("Name", &*definition.name),
                    ("ID", &id),
                    ("Value", &value),
                    ("Type", definition.kind.name()),
                    ("UserType", &definition.user_type),
                    ("Attributes", &definition.attributes),
                ];
                let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                self.key.customs.push(pairs.map(pair).into());
            }
        }
    }
}

impl Asker<'_> {
    /// Gives a property to a key that is to be made.
    ///
    /// # Errors
    /// Those of [`Self::request`]; [`ChangeError::AskedTwice`].
    pub fn put(
        &self,
        filling: &mut Filling<'_>,
        property: &PropertyName,
        given: &TypeData,
        wanted: &Wanted,
    ) -> Result<(), ChangeError> {
        let location = filling.key.location.clone();
        let names = Names::of(&filling.text, &filling.parts);
        let resolved = match self.meant(&names, property, given)? {
            Meant::Property(resolved) => resolved,
            Meant::Flag(flag) => {
                let truth = flag::truth(&flag, flag_words(&flag, wanted, &location)?)?;
                let resolved = self.resolved(&names, &flag.property(), given)?;
                if filling.absent.contains(&*resolved.definition.name) {
                    let name = resolved.definition.name.into_owned();
                    return Err(ChangeError::AskedTwice { name, path: location });
                }
                match filling.value(&resolved) {
                    Some(value) => *value = flag.put(value, truth),
                    None => {
                        let value = self.flags_of_new(&location, &flag)?;
                        filling.push(resolved, flag.put(&value, truth));
                    }
                }
                return Ok(());
            }
        };
        let value = match wanted {
            Wanted::Absent => {
                filling.absent.insert(resolved.definition.name.into_owned());
                return Ok(());
            }
            Wanted::Value(words) => self.value(&resolved, words, &location)?,
            Wanted::Entries(entries) => value::edited(&resolved.definition, "", entries)?.0,
        };
        if filling.value(&resolved).is_some() {
            let name = resolved.definition.name.to_string();
            return Err(ChangeError::AskedTwice { name, path: location });
        }
        filling.push(resolved, value);
        Ok(())
    }

    /// The value that a flag of a new key is put into: what it will inherit, else the default.
    fn flags_of_new(&self, location: &str, flag: &Flag<'_>) -> Result<String, MetabaseError> {
        let index = self.index.get_or_init(|| Index::new(self.source, self.metabase));
        let name = &flag.row.definition.name;
        let mut path = KeyPath::exact(location);
        while let Some((above, _)) = path.parent() {
            if let Ok(key) = index.find(&above) {
                let own = self.survey.stated(key)?.into_iter();
                let own = own.filter(|one| one.name == **name).find(Stated::is_inheritable);
                let mut inherited = self.survey.inherited(key)?.into_iter();
                let found = own.or_else(|| inherited.find(|one| one.name == **name));
                if let Some(found) = found {
                    return Ok(found.to_copy()?);
                }
                break;
            }
            path = above;
        }
        Ok(flag.row.default.clone().filter(|all| all != "0").unwrap_or_default())
    }
}
