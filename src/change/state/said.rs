//! What a key says, as values of the language of a wanted state.
//!
//! Owns how a value of the file is said in that language, and what is left out: what means nothing
//! elsewhere, and what cannot be written. How that looks in TOML is found in `print`.

use serde_json::{Value, json};

use crate::metabase::address_list::AddressList;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{Form, KeyParts, location};
use crate::metabase::model::{Property, canonical, properties};
use crate::metabase::portable::bound;
use crate::metabase::property::{Definition, Type, dword, lines};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::text::source::Source;

/// What a key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidKey {
    /// Its path, as it is in the file.
    pub path: String,
    /// Its class.
    pub class: String,
    /// Its properties by name, or why one is left out.
    pub properties: Vec<(String, Result<Said, String>)>,
}

/// What is said of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its value.
    pub value: Value,
    /// Its type data, where the schema does not say it.
    pub given: Option<Given>,
}

/// Type data of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its ID.
    pub id: u32,
    /// Its type.
    pub kind: &'static str,
    /// Its user type.
    pub user_type: String,
    /// Its flags.
    pub attributes: String,
}

impl Said {
    /// The same in JSON.
    #[must_use]
    pub fn json(self) -> Value {
        let Some(Given { id, kind, user_type, attributes }) = self.given else { return self.value };
        json!({
            "value": self.value,
            "id": id,
            "type": kind,
            "user_type": user_type,
            "attributes": attributes,
        })
    }
}

/// Says what a key says, its properties sorted by name.
///
/// # Errors
/// None for a key of this metabase.
pub fn said(
    source: &Source,
    metabase: &Metabase,
    key: usize,
    schema: &Schema,
) -> Result<SaidKey, MetabaseError> {
    let text = source.text();
    let key = &metabase.keys[key];
    let parts = KeyParts::read(source, key)?;
    let said = |property: Property<'_>| {
        let value = match bound(&property, schema) {
            Some(why) => Err(why.name().to_owned()),
            None => value(&property, schema),
        };
        (canonical(&property, schema), value)
    };
    let mut properties: Vec<_> = properties(text, &parts).into_iter().map(said).collect();
    properties.sort_by(|(one, _), (other, _)| one.cmp(other));
    let path = location(source, key).into_owned();
    Ok(SaidKey { path, class: parts.element.name(text).to_owned(), properties })
}

/// What is said of a property, or why it cannot be said.
fn value(property: &Property<'_>, schema: &Schema) -> Result<Said, String> {
    let row = schema.named(&property.name).or_else(|| schema.numbered(property.id?));
    let known = row.map(|row| &row.definition);
    let listed = known.map(|known| known.kind);
    let multiline = property.value.contains(['\r', '\n']);
    let guess = if multiline { Type::MultiSz } else { Type::String };
    let kind = match &property.kind {
        Some(word) => Type::of(word).ok_or_else(|| format!("its type is \"{word}\""))?,
        None => listed.unwrap_or(guess),
    };
    let value = value_of(kind, &property.value)?;
    let (Form::Custom, Some(id)) = (property.form, property.id) else {
        return Ok(Said { value, given: None });
    };
    let found = Definition {
        name: property.name.clone().into_owned().into(),
        id,
        kind,
        user_type: property.user_type.clone().unwrap_or_default().into_owned().into(),
        attributes: property.flags.clone().unwrap_or_default().into_owned().into(),
    };
    let same = |known: &Definition| {
        let kind = if known.kind == Type::Flags { Type::Dword } else { known.kind };
        (known.id, kind, &known.user_type, &known.attributes)
            == (found.id, found.kind, &found.user_type, &found.attributes)
    };
    let given = (!known.is_some_and(same)).then(|| Given {
        id,
        kind: kind.name(),
        user_type: found.user_type.into_owned(),
        attributes: found.attributes.into_owned(),
    });
    Ok(Said { value, given })
}

fn value_of(kind: Type, value: &str) -> Result<Value, String> {
    Ok(match kind {
        Type::Dword | Type::Flags => dword(value).map_or_else(|| value.into(), Value::from),
        Type::Bool if value.eq_ignore_ascii_case("TRUE") => true.into(),
        Type::Bool if value.eq_ignore_ascii_case("FALSE") => false.into(),
        kind if kind.is_list() => match lines(value).next() {
            None => "".into(),
            Some(_) => lines(value).collect(),
        },
        Type::IpSecList => match AddressList::of(value) {
            AddressList::Everyone => "".into(),
            AddressList::Nobody => "nobody".into(),
            AddressList::Only(all) => all.iter().map(ToString::to_string).collect(),
            other => return Err(other.to_string()),
        },
        Type::NtAcl => return Err("NTACL is not written".into()),
        _ => value.into(),
    })
}
