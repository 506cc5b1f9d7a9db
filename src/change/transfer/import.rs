//! Putting an export into another metabase.

use super::LeftOut;
use crate::change::keys::key_of;
use crate::change::layout::NewKey;
use crate::change::plan::Request;
use crate::metabase::counterpart::{Identity, counterparts};
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Form, Index, KeyParts, KeyPath};
use crate::metabase::model::{Property, canonical, properties, same};
use crate::metabase::portable::{Bound, bound};
use crate::metabase::property::{Definition, Type, dword};
use crate::metabase::protect::protection;
use crate::metabase::scan::{Key, Metabase};
use crate::metabase::schema::Schema;
use crate::metabase::secrets::Secrets;
use crate::text::lines::Lines;
use crate::text::source::Source;

/// What an import asks for, and what is in its way.
#[derive(Debug, Default)]
pub struct Import {
    /// What is to be set at keys that are there.
    pub requests: Vec<Request>,
    /// The keys that are not there yet, in the order of the export.
    pub new_keys: Vec<NewKey>,
    /// What has another value here.
    pub conflicts: Vec<Conflict>,
    /// What the export should not have had.
    pub left_out: Vec<LeftOut>,
}

/// A property that has another value here.
#[derive(Debug, Clone)]
pub struct Conflict {
    /// The key's `Location` here.
    pub location: String,
    /// The property.
    pub name: String,
    /// Where it is here.
    pub line: usize,
    /// Its value here.
    pub here: String,
    /// Its value in the export.
    pub there: String,
    /// What sets the value of the export; nothing where that cannot be done.
    pub replacement: Option<Request>,
}

/// Says what puts the keys of an export into a metabase.
///
/// # Errors
/// [`MetabaseError::KeyTwice`], in the metabase.
pub fn import(
    export: (&Source, &Metabase),
    here: (&Source, &Metabase),
    schema: &Schema,
) -> Result<Import, MetabaseError> {
    let mut import = Import::default();
    let (index, lines) = (Index::new(here.0, here.1), here.0.lines());
    for key in &export.1.keys {
        let parts = KeyParts::read(export.0, key)?;
        let path = KeyPath::exact(locate::location(export.0, key));
        let there = import.portable(export.0, &parts, path.as_str(), schema);
        match index.find(&path) {
            Ok(index) => {
                let element = parts.element.name(export.0.text());
                import.merge(element, &there, (here.0, &here.1.keys[index], &lines), schema)?;
            }
            Err(MetabaseError::KeyAbsent { .. }) => {
                import.new_keys.push(key_of(export.0.text(), &parts, &there, path.as_str()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(import)
}

impl Import {
    /// The properties of a key that may move.
    fn portable<'a>(
        &mut self,
        source: &'a Source,
        parts: &KeyParts,
        location: &str,
        schema: &Schema,
    ) -> Vec<Property<'a>> {
        let mut all = properties(source.text(), parts);
        all.retain(|property| match bound(property, schema) {
            None => true,
            Some(why) => {
                let (location, name) = (location.to_owned(), property.name.clone().into_owned());
                self.left_out.push(LeftOut { location, name, why });
                false
            }
        });
        all
    }

    /// Compares a key that is there with that of the export.
    fn merge(
        &mut self,
        element: &str,
        there: &[Property<'_>],
        (source, key, lines): (&Source, &Key, &Lines<'_>),
        schema: &Schema,
    ) -> Result<(), MetabaseError> {
        let text = source.text();
        let parts = KeyParts::read(source, key)?;
        let location = locate::location(source, key).into_owned();
        if parts.element.name(text) != element {
            self.conflicts.push(Conflict {
                location: location.clone(),
                name: "KeyType".into(),
                line: lines.line(key.at.start),
                here: parts.element.name(text).into(),
                there: element.into(),
                replacement: None,
            });
            return Ok(());
        }
        let here = properties(text, &parts);
        let (own_names, names) = (names(&here, schema), names(there, schema));
        let pairs = counterparts(&identities(there, &names), &identities(&here, &own_names));
        for (property, pair) in there.iter().zip(pairs) {
            match pair.map(|pair| &here[pair]) {
                None => match request(&location, property, None, schema.secrets()) {
                    Some(request) => self.requests.push(request),
                    None => self.conflicts.push(Conflict {
                        location: location.clone(),
                        name: property.name.clone().into_owned(),
                        line: lines.line(key.at.start),
                        here: "not set".into(),
                        there: property.value.clone().into_owned(),
                        replacement: None,
                    }),
                },
                Some(own) if bound(own, schema).is_some() => {
                    let why = bound(own, schema).unwrap_or(Bound::Secret);
                    let name = own.name.clone().into_owned();
                    self.left_out.push(LeftOut { location: location.clone(), name, why });
                }
                Some(own) if same(own, property, schema) => {}
                Some(own) => self.conflicts.push(Conflict {
                    location: location.clone(),
                    name: own.name.clone().into_owned(),
                    line: lines.line(own.at),
                    here: own.value.clone().into_owned(),
                    there: property.value.clone().into_owned(),
                    replacement: request(&location, property, Some(own), schema.secrets()),
                }),
            }
        }
        Ok(())
    }
}

fn names(properties: &[Property<'_>], schema: &Schema) -> Vec<String> {
    properties.iter().map(|property| canonical(property, schema)).collect()
}

fn identities<'n>(properties: &[Property<'_>], names: &'n [String]) -> Vec<Identity<'n>> {
    names.iter().zip(properties).map(|(name, property)| (name.as_str(), property.id)).collect()
}

/// What gives a property of the export its value here, in the form that it has here, else in
/// that of the export.
pub(crate) fn request(
    location: &str,
    there: &Property<'_>,
    own: Option<&Property<'_>>,
    secrets: &Secrets,
) -> Option<Request> {
    let like = own.unwrap_or(there);
    if protection(&like.name, like.id, like.flags.as_deref().unwrap_or_default(), secrets).is_some()
    {
        return None;
    }
    let word = |word: &Option<std::borrow::Cow<'_, str>>, other: &str| {
        word.as_deref().unwrap_or(other).to_owned().into()
    };
    let values = [Some(there), own].into_iter().flatten().map(|property| &property.value);
    let (kind, id) = match like.form {
        Form::Attribute => {
            let list = values.clone().any(|value| value.contains(['\r', '\n']));
            (if list { Type::MultiSz } else { Type::String }, 0)
        }
        Form::Custom => {
            let kind = Type::of(like.kind.as_deref()?)?;
            let flags = kind == Type::Dword && values.clone().any(|v| dword(v).is_none());
            (if flags { Type::Flags } else { kind }, like.id?)
        }
    };
    let property = Definition {
        name: like.name.clone().into_owned().into(),
        id,
        kind,
        user_type: word(&like.user_type, "IIS_MD_UT_SERVER"),
        attributes: word(&like.flags, "NO_ATTRIBUTES"),
    };
    let key = KeyPath::exact(location);
    Some(Request { form: like.form, ..Request::set(key, property, there.value.clone()) })
}
