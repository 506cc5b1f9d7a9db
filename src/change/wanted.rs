//! From what people ask of a property to a request that can be planned.
//!
//! Owns what a word means at a key: which property it is, what type it has, what its value is in
//! the file. `set`, `create` and `apply` speak one language because they all ask here.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use crate::change::error::ChangeError;
use crate::change::layout::NewKey;
use crate::change::plan::{Action, Request};
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Element, Form, KeyParts, KeyPath};
use crate::metabase::property::{Definition, DnsMode, SMTP_USE_TCP_DNS, Type};
use crate::metabase::protect;
use crate::metabase::resolve::{PropertyName, Resolved, TypeData, resolve};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::metabase::survey::Survey;
use crate::metabase::value::{self, Entries, NotDone};
use crate::text::source::Source;
use crate::xml;

/// What is to become of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// It has this value, in the words of a command line.
    Value(Vec<String>),
    /// Its list has these entries and has not those.
    Entries(Entries),
    /// The key does not have it.
    Absent,
}

/// What else to say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// Something needed not be done.
    NotDone(NotDone),
    /// The entries that a key inherited were copied to it.
    Copied {
        /// The property.
        name: String,
        /// The key.
        location: String,
        /// The key that had them.
        from: String,
    },
}

/// A metabase and a schema, to be asked what words mean.
pub struct Asker<'a> {
    source: &'a Source<'a>,
    metabase: &'a Metabase,
    schema: &'a Schema,
    survey: Survey<'a>,
    /// The names of the attributes that keys of each class have.
    classes: OnceCell<HashMap<&'a str, HashSet<&'a str>>>,
}

impl<'a> Asker<'a> {
    /// Makes ready to ask.
    #[must_use]
    pub fn new(source: &'a Source, metabase: &'a Metabase, schema: &'a Schema) -> Self {
        let survey = Survey::new(source, metabase, schema);
        Self { source, metabase, schema, survey, classes: OnceCell::new() }
    }

    /// The request that makes a property of a key what is wanted.
    ///
    /// # Errors
    /// Those of [`resolve`], [`protect::check`] and [`value::parse`].
    pub fn request(
        &self,
        key: usize,
        property: &PropertyName,
        given: &TypeData,
        wanted: &Wanted,
    ) -> Result<(Request, Vec<Remark>), MetabaseError> {
        let parts = KeyParts::read(self.source, &self.metabase.keys[key])?;
        let known = self.resolved(self.source.text(), &parts, property, given);
        let resolved = match (known, wanted) {
            // What is not there need not be known to be gone.
            (Err(MetabaseError::UnknownProperty { name, .. }), Wanted::Absent) => absent(&name),
            (known, _) => known?,
        };
        let mut remarks = Vec::new();
        let location = locate::location(self.source, &self.metabase.keys[key]);
        let action = match wanted {
            Wanted::Absent => Action::Unset,
            Wanted::Value(words) => Action::Set(self.value(&resolved, words, &location)?),
            Wanted::Entries(entries) => {
                let was = self.list(key, &parts, &resolved.definition, &mut remarks)?;
                let (value, not_done) = value::edited(&resolved.definition, &was, entries)?;
                if not_done.len() == entries.len() {
                    remarks.clear();
                }
                remarks.extend(not_done.iter().cloned().map(Remark::NotDone));
                // Where nothing is left to do, an inherited list is not copied.
                match not_done.len() == entries.len() && !self.has(&parts, &resolved.definition)? {
                    true => Action::Unset,
                    false => Action::Set(value),
                }
            }
        };
        let (property, form) = (resolved.definition, resolved.form);
        Ok((Request { key: KeyPath::exact(location), property, action, form }, remarks))
    }

    /// Gives a property to a key that is to be made.
    ///
    /// # Errors
    /// Those of [`Self::request`]; [`ChangeError::AskedTwice`].
    pub fn put(
        &self,
        key: &mut NewKey,
        property: &PropertyName,
        given: &TypeData,
        wanted: &Wanted,
    ) -> Result<(), ChangeError> {
        let text = format!("<{}/>", key.element);
        let tag = 0..text.len();
        let element = Element { at: tag.clone(), tag, attributes: Vec::new() };
        let parts = KeyParts { element, children: Vec::new(), comments: Vec::new() };
        let resolved = self.resolved(&text, &parts, property, given)?;
        let definition = &resolved.definition;
        let value = match wanted {
            Wanted::Absent => return Ok(()),
            Wanted::Value(words) => self.value(&resolved, words, &key.location)?,
            Wanted::Entries(entries) => value::edited(definition, "", entries)?.0,
        };
        let id = definition.id.to_string();
        let is_custom =
            |custom: &Vec<(String, String)>| custom.iter().any(|(n, v)| n == "ID" && *v == id);
        if key.attributes.iter().any(|(name, _)| *name == definition.name)
            || key.customs.iter().any(is_custom)
        {
            let (name, path) = (definition.name.to_string(), key.location.clone());
            return Err(ChangeError::AskedTwice { name, path });
        }
        match resolved.form {
            Form::Attribute => key.attributes.push((definition.name.to_string(), value)),
            Form::Custom => {
                let pairs = [
                    ("Name", &*definition.name),
                    ("ID", &id),
                    ("Value", &value),
                    ("Type", definition.kind.name()),
                    ("UserType", &definition.user_type),
                    ("Attributes", &definition.attributes),
                ];
                let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                key.customs.push(pairs.map(pair).into());
            }
        }
        key.attributes.sort();
        let number = |custom: &Vec<(String, String)>| {
            let id = custom.iter().find(|(name, _)| name == "ID");
            id.and_then(|(_, id)| crate::metabase::property::dword(id))
        };
        key.customs.sort_by_key(number);
        Ok(())
    }

    /// Whether a key of this class can have the property: it has it, or the schema lists it for
    /// the class, or nothing is known of where it belongs.
    ///
    /// # Errors
    /// None for a key of this metabase.
    pub fn can_have(&self, key: usize, property: &PropertyName) -> Result<bool, MetabaseError> {
        let Some(row) = property.in_schema(self.schema) else { return Ok(true) };
        let class = self.survey.class(key);
        if row.classes.is_empty() || row.is_listed_for(class) || class == "IIsConfigObject" {
            return Ok(true);
        }
        let parts = KeyParts::read(self.source, &self.metabase.keys[key])?;
        self.has(&parts, &row.definition)
    }

    fn has(&self, parts: &KeyParts, property: &Definition) -> Result<bool, MetabaseError> {
        Ok(locate::markup(self.source.text(), parts, property)?.is_some())
    }

    /// What is meant by a property of a key, which must not be one that is protected.
    fn resolved(
        &self,
        text: &str,
        parts: &KeyParts,
        property: &PropertyName,
        given: &TypeData,
    ) -> Result<Resolved, MetabaseError> {
        let secrets = self.schema.secrets();
        // What must not be set is refused before it is asked what it is.
        match property.in_schema(self.schema) {
            Some(row) => protect::check(&row.definition, secrets)?,
            None => {
                let id = property.id().or(given.id).unwrap_or_default();
                let named = absent(&property.shown()).definition;
                protect::check(&Definition { id, ..named }, secrets)?;
            }
        }
        let class = parts.element.name(text);
        let class_has_it = |name: &str| self.class_has(class, name);
        let resolved = resolve(text, parts, self.schema, property, given, class_has_it)?;
        protect::check(&resolved.definition, secrets)?;
        Ok(resolved)
    }

    /// Whether any key of this class states a property as an attribute. Every key is read once.
    fn class_has(&self, class: &str, name: &str) -> bool {
        let classes = self.classes.get_or_init(|| {
            let text = self.source.text();
            let mut classes: HashMap<&str, HashSet<&str>> = HashMap::new();
            for (index, key) in self.metabase.keys.iter().enumerate() {
                let Ok(parts) = KeyParts::read(self.source, key) else { continue };
                let names = parts.element.attributes.iter().map(|one| &text[one.name.clone()]);
                classes.entry(self.survey.class(index)).or_default().extend(names);
            }
            classes
        });
        classes.get(class).is_some_and(|names| names.contains(name))
    }

    fn value(
        &self,
        resolved: &Resolved,
        words: &[String],
        location: &str,
    ) -> Result<String, MetabaseError> {
        let definition = &resolved.definition;
        if let ([word], true) = (words, definition.id == SMTP_USE_TCP_DNS.id)
            && let Ok(mode) = word.to_ascii_lowercase().parse::<DnsMode>()
        {
            return Ok(mode.value().to_string());
        }
        value::parse(definition, &resolved.flags, words).map_err(|refusal| match refusal {
            MetabaseError::NoValue { name, expected, example, .. } => {
                MetabaseError::NoValue { name, path: location.to_owned(), expected, example }
            }
            other => other,
        })
    }

    /// The list to edit: the key's own, else the one that it inherits, else an empty one.
    fn list(
        &self,
        key: usize,
        parts: &KeyParts,
        property: &Definition,
        remarks: &mut Vec<Remark>,
    ) -> Result<String, MetabaseError> {
        let text = self.source.text();
        if let Some((_, _, value)) = locate::locate(text, parts, property)?.found() {
            return Ok(xml::unescape(&text[value.clone()]).into_owned());
        }
        let mut inherited = self.survey.inherited(key)?.into_iter();
        let is_it = |id: u32, name: &str| match id {
            0 => name == property.name,
            id => id == property.id || name == property.name,
        };
        let Some(found) = inherited.find(|one| is_it(one.id, &one.name)) else {
            return Ok(String::new());
        };
        remarks.push(Remark::Copied {
            name: property.name.to_string(),
            location: self.survey.path(key).to_string(),
            from: found.location,
        });
        Ok(found.value)
    }
}

/// A property that a key does not have, and of which nothing is known.
fn absent(name: &str) -> Resolved {
    let definition = Definition {
        name: name.to_owned().into(),
        id: 0,
        kind: Type::String,
        user_type: "".into(),
        attributes: "".into(),
    };
    Resolved { definition, form: Form::Custom, flags: Vec::new() }
}
