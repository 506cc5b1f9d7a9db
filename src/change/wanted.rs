//! From what people ask of a property to a request that can be planned.
//!
//! Owns what a word means at a key: which property it is, what type it has, what its value is in
//! the file. `set`, `create` and `apply` speak one language because they all ask here.

mod asked_key;
mod new_key;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use crate::change::plan::{Action, Request};
use crate::metabase::error::MetabaseError;
use crate::metabase::flag::{self, Flag};
use crate::metabase::locate::{self, Form, Index, KeyParts, KeyPath};
use crate::metabase::property::{Definition, Type};
use crate::metabase::protect;
use crate::metabase::resolve::{Names, PropertyName, Resolved, TypeData, resolve};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::metabase::survey::{Stated, Survey};
use crate::metabase::value::{self, Entries, NotDone};
use crate::text::source::Source;
use crate::xml;

pub use asked_key::AskedKey;
pub use new_key::Filling;

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

/// What makes a property what is wanted.
#[derive(Debug, Clone)]
pub struct Requested {
    /// The request.
    pub request: Request,
    /// What else to say of it.
    pub remarks: Vec<Remark>,
    /// Whether it is about one flag, so that it stands for the earlier ones of its property.
    pub is_flag: bool,
}

/// A metabase and a schema, to be asked what words mean.
pub struct Asker<'a> {
    source: &'a Source<'a>,
    metabase: &'a Metabase,
    schema: &'a Schema,
    survey: Survey<'a>,
    /// The names of the attributes that keys of each class have.
    classes: OnceCell<HashMap<&'a str, HashSet<&'a str>>>,
    index: OnceCell<Index<'a>>,
}

impl<'a> Asker<'a> {
    /// Makes ready to ask.
    #[must_use]
    pub fn new(source: &'a Source, metabase: &'a Metabase, schema: &'a Schema) -> Self {
        let survey = Survey::new(source, metabase, schema);
        let (classes, index) = Default::default();
        Self { source, metabase, schema, survey, classes, index }
    }

    /// Reads a key for all that is asked of it.
    ///
    /// # Errors
    /// None for a key of this metabase.
    pub fn parts(&self, key: usize) -> Result<KeyParts, MetabaseError> {
        KeyParts::read(self.source, &self.metabase.keys[key])
    }

    /// The request that makes a property of a key what is wanted. A flag is put into what its
    /// property is to be after `earlier`, the other requests for this key.
    ///
    /// # Errors
    /// Those of [`resolve`], [`protect::check`] and [`value::parse`].
    pub fn request(
        &self,
        key: &AskedKey<'_>,
        property: &PropertyName,
        given: &TypeData,
        wanted: &Wanted,
        earlier: &[Request],
    ) -> Result<Requested, MetabaseError> {
        let resolved = match (self.meant(&key.names, property, given), wanted) {
            (Ok(Meant::Property(resolved)), _) => resolved,
            (Ok(Meant::Flag(flag)), _) => {
                return self.flag_request(key, &flag, given, wanted, earlier);
            }
            // What is not there need not be known to be gone, unless the name is mistyped.
            (Err(MetabaseError::UnknownProperty { name, similar: None, .. }), Wanted::Absent) => {
                absent(&name)
            }
            (Err(refusal), _) => return Err(refusal),
        };
        let mut remarks = Vec::new();
        let location = locate::location(self.source, &self.metabase.keys[key.index]);
        let action = match wanted {
            Wanted::Absent => Action::Unset,
            Wanted::Value(words) => Action::Set(self.value(&resolved, words, &location)?),
            Wanted::Entries(entries) => {
                let was = self.list(key, &resolved.definition, &mut remarks)?;
                let (value, not_done) = value::edited(&resolved.definition, &was, entries)?;
                if not_done.len() == entries.len() {
                    remarks.clear();
                }
                remarks.extend(not_done.iter().cloned().map(Remark::NotDone));
                // Where nothing is left to do, an inherited list is not copied.
                match not_done.len() == entries.len() && !key.has(&resolved.definition)? {
                    true => Action::Unset,
                    false => Action::Set(value),
                }
            }
        };
        let (property, form) = (resolved.definition, resolved.form);
        let request = Request { key: KeyPath::exact(location), property, action, form };
        Ok(Requested { request, remarks, is_flag: false })
    }

    /// The request that puts a flag into what its property is to be.
    fn flag_request(
        &self,
        key: &AskedKey<'_>,
        flag: &Flag<'_>,
        given: &TypeData,
        wanted: &Wanted,
        earlier: &[Request],
    ) -> Result<Requested, MetabaseError> {
        let location = self.survey.path(key.index);
        let truth = flag::truth(flag, flag_words(flag, wanted, location.as_str())?)?;
        let known = self.resolved(&key.names, &flag.property(), given)?;
        let Resolved { definition: property, form, .. } = known;
        let pending = earlier.iter().rev().find(|one| one.property.name == property.name);
        let value = match pending.map(|request| &request.action) {
            Some(Action::Set(value)) => value.clone(),
            _ => self.flags(key, flag)?,
        };
        let action = Action::Set(flag.put(&value, truth));
        let request = Request { key: location, property, action, form };
        Ok(Requested { request, remarks: Vec::new(), is_flag: true })
    }

    /// Whether a key of this class can have the property: it has it, or the schema lists it for
    /// the class, or nothing is known of where it belongs.
    ///
    /// # Errors
    /// None for a key of this metabase.
    pub fn can_have(&self, key: usize, property: &PropertyName) -> Result<bool, MetabaseError> {
        let flag = flag::meant(self.schema, property).map(|flag| flag.row);
        let Some(row) = property.in_schema(self.schema).or(flag) else { return Ok(true) };
        let class = self.survey.class(key);
        if row.classes.is_empty() || row.is_listed_for(class) || class == "IIsConfigObject" {
            return Ok(true);
        }
        let parts = self.parts(key)?;
        Ok(locate::markup(self.source.text(), &parts, &row.definition)?.is_some())
    }

    /// Whether a name is that of a flag. A key may yet have a property of this name.
    #[must_use]
    pub fn is_flag(&self, property: &PropertyName) -> bool {
        flag::meant(self.schema, property).is_some()
    }

    /// What a name means at a key: a property, or a flag of one where no property is known by it.
    fn meant(
        &self,
        names: &Names<'_>,
        property: &PropertyName,
        given: &TypeData,
    ) -> Result<Meant<'_>, MetabaseError> {
        let flag = flag::meant(self.schema, property);
        // What nobody has as a property need not be looked for, nor what it may have been meant for.
        if let Some(flag) = flag
            && *given == TypeData::default()
            && !names.has(property)
            && !self.class_has(names.class(), &property.shown())
        {
            return Ok(Meant::Flag(flag));
        }
        match (self.resolved(names, property, given), flag) {
            (Err(MetabaseError::UnknownProperty { .. }), Some(flag)) => Ok(Meant::Flag(flag)),
            (known, _) => known.map(Meant::Property),
        }
    }

    /// What is meant by a property of a key, which must not be one that is protected.
    fn resolved(
        &self,
        names: &Names<'_>,
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
        let class = names.class();
        let class_has_it = |name: &str| self.class_has(class, name);
        let resolved = resolve(names, self.schema, property, given, class_has_it)?;
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
        let row = self.schema.named(&definition.name);
        let value = value::parse_named(definition, row, &resolved.flags, words);
        value.map_err(|refusal| match refusal {
            MetabaseError::NoValue { name, expected, example, .. } => {
                MetabaseError::NoValue { name, path: location.to_owned(), expected, example }
            }
            other => other,
        })
    }

    /// The value that a flag is put into: the key's own, else what it inherits, else the default,
    /// as ADSI does.
    fn flags(&self, key: &AskedKey<'_>, flag: &Flag<'_>) -> Result<String, MetabaseError> {
        let name = &flag.row.definition.name;
        let holds =
            key.holds(&self.survey)?.named(name).cloned().map(Stated::to_copy).transpose()?;
        // Where nothing stands yet there is no number to keep: IIS writes names.
        let default =
            || flag.row.default.clone().map(|all| if all == "0" { String::new() } else { all });
        holds.or_else(default).ok_or_else(|| {
            let (name, path) = (name.to_string(), self.survey.path(key.index).to_string());
            MetabaseError::PropertyAbsent { name, path, default: None, similar: None }
        })
    }

    /// The list to edit: the key's own, else the one that it inherits, else an empty one.
    fn list(
        &self,
        key: &AskedKey<'_>,
        property: &Definition,
        remarks: &mut Vec<Remark>,
    ) -> Result<String, MetabaseError> {
        let text = self.source.text();
        if let Some((_, _, value)) = key.properties.locate(property)?.found() {
            return Ok(xml::unescape(&text[value.clone()]).into_owned());
        }
        let Some(found) = key.holds(&self.survey)?.inherited(property) else {
            return Ok(String::new());
        };
        let value = found.clone().to_copy()?;
        remarks.push(Remark::Copied {
            name: property.name.to_string(),
            location: self.survey.path(key.index).to_string(),
            from: found.location.clone(),
        });
        Ok(value)
    }
}

/// What a name means at a key.
enum Meant<'a> {
    Property(Resolved),
    Flag(Flag<'a>),
}

/// The words that say whether a flag is on.
fn flag_words<'w>(
    flag: &Flag<'_>,
    wanted: &'w Wanted,
    path: &str,
) -> Result<&'w [String], MetabaseError> {
    let (name, property) = (flag.name.to_owned(), flag.row.definition.name.to_string());
    match wanted {
        Wanted::Value(words) if !words.is_empty() => Ok(words),
        Wanted::Entries(_) => {
            Err(MetabaseError::NoList { name: property, kind: flag.row.definition.kind.name() })
        }
        Wanted::Value(_) | Wanted::Absent => {
            Err(MetabaseError::IsFlag { name, path: path.to_owned(), property })
        }
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
