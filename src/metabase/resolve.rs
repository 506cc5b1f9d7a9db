//! Which property is meant, and how it is written where it is not there yet.
//!
//! Owns the order in which type data is believed: what is in the file, then what the user
//! says, then the schema. A property goes in as an attribute where the schema lists it for the
//! key's class, or where another key of that class has it so; else as a `<Custom>`, for which
//! its type data must be known.

mod names;

use std::borrow::Cow;
use std::convert::Infallible;
use std::str::FromStr;

use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{Element, Form, KeyParts, id};
use crate::metabase::property::{Definition, Type, dword};
use crate::metabase::schema::{Row, Schema};
use crate::xml;

pub use names::Names;

/// A property as people name it: by name, by ID, or as `UnknownName_` and the ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyName {
    name: Option<String>,
    id: Option<u32>,
}

impl FromStr for PropertyName {
    type Err = Infallible;

    fn from_str(word: &str) -> Result<Self, Infallible> {
        Ok(match (dword(word), word.strip_prefix("UnknownName_").and_then(dword)) {
            (Some(id), _) => Self { name: None, id: Some(id) },
            (None, id) => Self { name: Some(word.to_owned()), id },
        })
    }
}

impl PropertyName {
    /// What a schema says of it.
    #[must_use]
    pub fn in_schema<'a>(&self, schema: &'a Schema) -> Option<&'a Row> {
        let named = self.name.as_deref().and_then(|name| schema.named(name));
        named.or_else(|| self.id.and_then(|id| schema.numbered(id)))
    }

    /// Whether it is the property of this name and ID; 0 is no ID.
    #[must_use]
    pub fn is(&self, name: &str, id: u32) -> bool {
        let by_name = self.name.as_deref().is_some_and(|wanted| wanted.eq_ignore_ascii_case(name));
        by_name || id != 0 && self.id == Some(id)
    }

    /// The ID it was named by, or that is part of its name.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.id
    }

    /// The words it was named by.
    #[must_use]
    pub fn shown(&self) -> String {
        match (&self.name, self.id) {
            (Some(name), _) => name.clone(),
            (None, id) => id.unwrap_or_default().to_string(),
        }
    }
}

/// Type data that the user gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeData {
    /// The ID.
    pub id: Option<u32>,
    /// The data type.
    pub kind: Option<Type>,
    /// The user type.
    pub user_type: Option<String>,
    /// The flags.
    pub attributes: Option<String>,
}

/// A property of a key, with all that planning needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Its name, ID and type data.
    pub definition: Definition,
    /// The form it has, or would get.
    pub form: Form,
    /// The names that bits of its value have.
    pub flags: Vec<(String, Option<u32>)>,
}

/// Finds out what is meant by a property of a key. `class_has_it` says whether another key of
/// the same class has it as an attribute.
///
/// # Errors
/// [`MetabaseError::UnknownProperty`] when it is not there and its type data is not known,
/// [`MetabaseError::TypeDataDiffer`] when it is there with other type data than the user gives, and
/// [`MetabaseError::WrongType`] when it has a type that does not exist.
pub fn resolve(
    names: &Names<'_>,
    schema: &Schema,
    asked: &PropertyName,
    given: &TypeData,
    class_has_it: impl Fn(&str) -> bool,
) -> Result<Resolved, MetabaseError> {
    let Names { text, parts, .. } = *names;
    let row = asked.in_schema(schema);
    let flags = row.map(|row| row.flags.clone()).unwrap_or_default();
    if let Some(custom) = names.custom(asked, row) {
        let definition = of_custom(text, custom, asked, row)?;
        check_given(&definition, given)?;
        let flags = with_present(flags, &custom.value(text, "Value").unwrap_or_default());
        return Ok(Resolved { definition, form: Form::Custom, flags });
    }
    if let Some(name) = names.attribute(asked, row) {
        let value = parts.element.value(text, name).unwrap_or_default();
        let flags = with_present(flags, &value);
        let mut definition = row.map_or_else(|| unknown(name), |row| row.definition.clone());
        match row {
            Some(_) => check_given(&definition, given)?,
            // Of several lines is what is a list, whatever it is.
            None if value.contains(['\r', '\n']) => {
                definition.kind = given.kind.unwrap_or(Type::MultiSz)
            }
            None => definition.kind = given.kind.unwrap_or(definition.kind),
        }
        if definition.kind == Type::Dword && dword(&value).is_none() {
            definition.kind = Type::Flags;
        }
        return Ok(Resolved { definition, form: Form::Attribute, flags });
    }
    let class = parts.element.name(text);
    let known = absent(class, asked, row, given, class_has_it);
    let (definition, form) = known.map_err(|refusal| match refusal {
        MetabaseError::UnknownProperty { name, missing, .. } => {
            let similar = if row.is_some() { None } else { schema.similar(&name) };
            MetabaseError::UnknownProperty { name, missing, similar }
        }
        other => other,
    })?;
    Ok(Resolved { definition, form, flags })
}

fn of_custom(
    text: &str,
    custom: &Element,
    asked: &PropertyName,
    row: Option<&Row>,
) -> Result<Definition, MetabaseError> {
    let said = |name: &str| custom.value(text, name).map(Cow::into_owned).map(Cow::Owned);
    let known = row.map(|row| row.definition.clone());
    let name = known.as_ref().map(|known| known.name.clone()).or_else(|| said("Name"));
    let mut definition = known.unwrap_or_else(|| unknown(&asked.shown()));
    definition.name = name.unwrap_or_else(|| definition.name.clone());
    if definition.id == 0 {
        definition.id = id(text, custom).unwrap_or_default();
    }
    definition.user_type = said("UserType").unwrap_or(definition.user_type);
    definition.attributes = said("Attributes").unwrap_or(definition.attributes);
    if let Some(kind) = custom.attribute(text, "Type") {
        let word = xml::unescape(&text[kind.value.clone()]);
        definition.kind = Type::of(&word).ok_or_else(|| MetabaseError::WrongType {
            at: kind.value.start,
            name: definition.name.to_string(),
            found: word.clone().into_owned(),
            expected: "a type that metafix knows".into(),
        })?;
    }
    let value = custom.value(text, "Value").unwrap_or_default();
    if definition.kind == Type::Dword && value.contains(|c: char| c.is_ascii_alphabetic()) {
        definition.kind = Type::Flags;
    }
    Ok(definition)
}

/// A property of which nothing but the name is known.
fn unknown(name: &str) -> Definition {
    Definition {
        name: Cow::Owned(name.to_owned()),
        id: 0,
        kind: Type::String,
        user_type: Cow::Borrowed(""),
        attributes: Cow::Borrowed(""),
    }
}

/// The names that are known and those that stand in the present value.
fn with_present(mut flags: Vec<(String, Option<u32>)>, value: &str) -> Vec<(String, Option<u32>)> {
    for word in value.split('|').map(str::trim) {
        let is_name = word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_name && !flags.iter().any(|(name, _)| name == word) {
            flags.push((word.to_owned(), None));
        }
    }
    flags
}

fn check_given(found: &Definition, given: &TypeData) -> Result<(), MetabaseError> {
    let differs = |what, is: &str, asked: Option<&str>| match asked {
        Some(asked) if asked != is => Err(MetabaseError::TypeDataDiffer {
            name: found.name.to_string(),
            what,
            found: is.to_owned(),
            asked: asked.to_owned(),
        }),
        _ => Ok(()),
    };
    differs("ID", &found.id.to_string(), given.id.map(|id| id.to_string()).as_deref())?;
    differs("Type", found.kind.name(), given.kind.map(Type::name))?;
    differs("UserType", &found.user_type, given.user_type.as_deref())?;
    differs("Attributes", &found.attributes, given.attributes.as_deref())
}

/// What a property that is not there would be written as.
fn absent(
    class: &str,
    asked: &PropertyName,
    row: Option<&Row>,
    given: &TypeData,
    class_has_it: impl Fn(&str) -> bool,
) -> Result<(Definition, Form), MetabaseError> {
    let known = row.map(|row| &row.definition);
    let agrees = known.is_some_and(|known| check_given(known, given).is_ok());
    if let Some(row) = row.filter(|_| agrees)
        && (row.is_listed_for(class) || class_has_it(&row.definition.name))
    {
        return Ok((row.definition.clone(), Form::Attribute));
    }
    // An attribute names no type, so what other keys of the class have can be written.
    if let (None, None, Some(name)) = (row, given.id.or(asked.id), asked.name.as_deref())
        && class_has_it(name)
    {
        let kind = given.kind.unwrap_or(Type::String);
        return Ok((Definition { kind, ..unknown(name) }, Form::Attribute));
    }
    let from_row = |word: fn(&Definition) -> &str| {
        known.map(word).filter(|word| !word.is_empty()).map(str::to_owned)
    };
    let number = given.id.or(asked.id).or(known.map(|known| known.id).filter(|id| *id != 0));
    let kind = given.kind.or(known.map(|known| known.kind));
    let user_type = given.user_type.clone().or_else(|| from_row(|known| &known.user_type));
    let attributes = given.attributes.clone().or_else(|| from_row(|known| &known.attributes));
    let name = known.map(|known| known.name.to_string()).or_else(|| asked.name.clone());
    let name = name.unwrap_or_else(|| format!("UnknownName_{}", number.unwrap_or_default()));
    match (number, kind, user_type, attributes) {
        (Some(id), Some(kind), Some(user_type), Some(attributes)) => {
            let (user_type, attributes) = (Cow::Owned(user_type), Cow::Owned(attributes));
            let name = Cow::Owned(name);
            Ok((Definition { name, id, kind, user_type, attributes }, Form::Custom))
        }
        (id, kind, user_type, attributes) => {
            let missing = [
                (id.is_none(), "--id"),
                (kind.is_none(), "--type"),
                (user_type.is_none(), "--user-type"),
                (attributes.is_none(), "--attributes"),
            ];
            let missing = missing.into_iter().filter(|(is, _)| *is).map(|(_, option)| option);
            Err(MetabaseError::UnknownProperty { name, missing: missing.collect(), similar: None })
        }
    }
}
