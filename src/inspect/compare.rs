//! Two metabases, compared by what they say: key by key and property by property.
//!
//! Blind to layout, order and form: an attribute `SmtpUseTcpDns="2"` is the `<Custom>` of that
//! name with the value 2. Owns what counts as the same; knows nothing of how a difference is
//! shown. What is neither a key with a `Location` nor a property of one is not compared, because
//! it says nothing to IIS.

mod order;

use std::collections::HashMap;

use crate::metabase::counterpart::{self, counterparts};
use crate::metabase::equal::same_flags;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Form, KeyParts, folded};
use crate::metabase::model::{Property, canonical, properties, same};
use crate::metabase::protect::is_bookkeeping as is_bookkeeping_name;
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::metabase::secrets;
use crate::text::source::{Lines, Source};

/// Whether a property is IIS's own note about the file, not a setting: it differs between any
/// two saved versions. The session key, with which the secrets are encrypted, is one.
#[must_use]
pub fn is_bookkeeping(name: &str) -> bool {
    name == "SessionKey" || is_bookkeeping_name(name) && name != KEY_TYPE
}

/// A metabase that is compared.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its text.
    pub source: &'a Source<'a>,
    /// Its keys.
    pub metabase: &'a Metabase,
}

/// A key in which two metabases differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDifference {
    /// Its `Location`, as it is in the later file, or in the only one that has it.
    pub location: String,
    /// The line where it begins in the earlier file, if it is there.
    pub was_line: Option<usize>,
    /// The line where it begins in the later file, if it is there.
    pub now_line: Option<usize>,
    /// What differs in it; all its properties where only one file has it.
    pub properties: Vec<Difference>,
}

/// A property that differs, or that only one of two files has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// Its ID, where a `<Custom>` or the table gives it.
    pub id: Option<u32>,
    /// Whether its value must not be shown.
    pub secret: bool,
    /// What the earlier file says.
    pub was: Option<State>,
    /// What the later file says.
    pub now: Option<State>,
}

/// A property as one file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The value; [`secrets::MASK`] for a secret.
    pub value: String,
    /// The form it has. The `KeyType` is the name of the key's element, and so an
    /// attribute of the key.
    pub form: Form,
    /// The line where it begins.
    pub line: usize,
    /// Type, user type and flags, in the words of the file; an attribute has none.
    pub type_data: Option<[String; 3]>,
}

/// What differs between two metabases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The keys that differ, in the order of their paths.
    pub keys: Vec<KeyDifference>,
    /// The bookkeeping that differs and was left out of `keys`.
    pub bookkeeping: Vec<String>,
}

impl Comparison {
    /// Whether the two say the same, bookkeeping aside.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many properties differ.
    #[must_use]
    pub fn properties(&self) -> usize {
        self.keys.iter().map(|key| key.properties.len()).sum()
    }
}

/// Compares two metabases. The schema knows what the files may leave out: the name of a property
/// that is there as `UnknownName_36997`, the type of an attribute, the bits of flags. With
/// `bookkeeping` IIS's own notes count as differences too.
///
/// # Errors
/// None for metabases that were scanned from their sources.
pub fn compare(
    was: Side<'_>,
    now: Side<'_>,
    schema: &Schema,
    bookkeeping: bool,
) -> Result<Comparison, MetabaseError> {
    let (was_keys, now_keys) = (identities(was), identities(now));
    let before: HashMap<&Identity, usize> = numbered(&was_keys);
    let after: HashMap<&Identity, usize> = numbered(&now_keys);
    let mut all: Vec<&Identity> = now_keys.iter().collect();
    all.extend(was_keys.iter().filter(|key| !after.contains_key(key)));
    all.sort_by(|a, b| order::by_path(&a.0, &b.0).then(a.1.cmp(&b.1)));

    let (was_lines, now_lines) = (was.source.lines(), now.source.lines());
    let mut comparison = Comparison::default();
    for key in all {
        let was = Reading::of(was, before.get(key).copied(), &was_lines, schema)?;
        let now = Reading::of(now, after.get(key).copied(), &now_lines, schema)?;
        let mut properties = differences(was.as_ref(), now.as_ref(), schema);
        properties.retain(|difference| {
            let noted = is_bookkeeping(&difference.name) && !bookkeeping;
            if noted && !comparison.bookkeeping.contains(&difference.name) {
                comparison.bookkeeping.push(difference.name.clone());
            }
            !noted
        });
        if !properties.is_empty() || was.is_some() != now.is_some() {
            comparison.keys.push(KeyDifference {
                location: now
                    .as_ref()
                    .or(was.as_ref())
                    .map(|key| key.location.clone())
                    .unwrap_or_default(),
                was_line: was.map(|key| key.line),
                now_line: now.map(|key| key.line),
                properties,
            });
        }
    }
    Ok(comparison)
}

/// A path without case, and how many keys before it have the same.
type Identity = (String, usize);

fn identities(side: Side<'_>) -> Vec<Identity> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut identity = |path: String| {
        let count = seen.entry(path.clone()).or_default();
        *count += 1;
        (path, *count)
    };
    let keys = side.metabase.keys.iter();
    keys.map(|key| identity(folded(&locate::location(side.source, key)))).collect()
}

fn numbered(keys: &[Identity]) -> HashMap<&Identity, usize> {
    keys.iter().enumerate().map(|(index, key)| (key, index)).collect()
}

/// A key, read.
struct Reading<'a> {
    location: String,
    line: usize,
    properties: Vec<Named<'a>>,
}

/// A property with the name that it goes by and its line.
struct Named<'a> {
    name: String,
    line: usize,
    property: Property<'a>,
}

impl<'a> Reading<'a> {
    fn of(
        side: Side<'a>,
        key: Option<usize>,
        lines: &Lines<'_>,
        schema: &Schema,
    ) -> Result<Option<Self>, MetabaseError> {
        let Some(key) = key.map(|index| &side.metabase.keys[index]) else { return Ok(None) };
        let text = side.source.text();
        let parts = KeyParts::read(side.source, key)?;
        let mut all: Vec<_> = properties(text, &parts)
            .into_iter()
            .map(|property| Named {
                name: canonical(&property, schema),
                line: lines.line(property.at),
                property,
            })
            .collect();
        let has_type = all.iter().any(|named| named.name == KEY_TYPE);
        let element = parts.element.name(text);
        if element != "IIsConfigObject" && !has_type {
            all.insert(0, key_type(element, key.at.start, lines));
        }
        let location = locate::location(side.source, key).into_owned();
        Ok(Some(Self { location, line: lines.line(key.at.start), properties: all }))
    }
}

/// The property that the name of a key's element stands for; `IIsConfigObject` stands for none.
const KEY_TYPE: &str = "KeyType";

fn key_type(element: &str, at: usize, lines: &Lines<'_>) -> Named<'static> {
    let property = Property {
        form: Form::Attribute,
        name: KEY_TYPE.into(),
        id: None,
        kind: None,
        user_type: None,
        flags: None,
        value: element.to_owned().into(),
        at,
        value_at: at + 1..at + 1 + element.len(),
    };
    Named { name: KEY_TYPE.into(), line: lines.line(at), property }
}

fn differences(
    was: Option<&Reading<'_>>,
    now: Option<&Reading<'_>>,
    schema: &Schema,
) -> Vec<Difference> {
    let was = was.map_or(&[][..], |key| &key.properties);
    let now = now.map_or(&[][..], |key| &key.properties);
    let pairs = counterparts(&identities_of(now), &identities_of(was));
    let mut gone = vec![true; was.len()];
    let mut found = Vec::new();
    for (named, pair) in now.iter().zip(pairs) {
        if let Some(pair) = pair {
            gone[pair] = false;
        }
        found.extend(difference(pair.map(|pair| &was[pair]), Some(named), schema));
    }
    let gone = was.iter().zip(gone).filter(|(_, gone)| *gone);
    found.extend(gone.filter_map(|(named, _)| difference(Some(named), None, schema)));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn identities_of<'n>(properties: &'n [Named<'_>]) -> Vec<counterpart::Identity<'n>> {
    properties.iter().map(|named| (named.name.as_str(), named.property.id)).collect()
}

/// How two readings of a property differ, if they do.
fn difference(
    was: Option<&Named<'_>>,
    now: Option<&Named<'_>>,
    schema: &Schema,
) -> Option<Difference> {
    if let (Some(was), Some(now)) = (was, now)
        && same(&was.property, &now.property, schema)
        && same_type_data(&was.property, &now.property)
    {
        return None;
    }
    let sides = [now, was];
    let either = sides.iter().flatten();
    let secret = either.clone().any(|named| is_secret(named, schema));
    let state = |named: &Named<'_>| State {
        value: if secret { secrets::MASK.into() } else { named.property.value.to_string() },
        form: named.property.form,
        line: named.line,
        type_data: named.property.type_data(),
    };
    let name = either.clone().next()?.name.clone();
    Some(Difference {
        id: either.clone().find_map(|named| named.property.id).or_else(|| listed_id(&name, schema)),
        name,
        secret,
        was: was.map(state),
        now: now.map(state),
    })
}

fn listed_id(name: &str, schema: &Schema) -> Option<u32> {
    schema.named(name).map(|row| row.definition.id).filter(|id| *id != 0)
}

/// Whether the value must not be shown, by either name, by its ID or by its flags.
fn is_secret(named: &Named<'_>, schema: &Schema) -> bool {
    let (property, secrets) = (&named.property, schema.secrets());
    let flags = property.flags.as_deref().unwrap_or_default();
    secrets.has(&property.name, property.id, flags) || secrets.has(&named.name, None, "")
}

/// An attribute has its type data from the schema: only two that stand in the file can differ.
fn same_type_data(was: &Property<'_>, now: &Property<'_>) -> bool {
    let flags = |property: &Property<'_>| property.flags.clone().unwrap_or_default().into_owned();
    was.form != Form::Custom
        || now.form != Form::Custom
        || (was.id, &was.kind, &was.user_type) == (now.id, &now.kind, &now.user_type)
            && same_flags(&flags(was), &flags(now))
}

impl Property<'_> {
    /// Type, user type and flags as they are in the file.
    fn type_data(&self) -> Option<[String; 3]> {
        let word = |word: &Option<std::borrow::Cow<'_, str>>| {
            word.clone().unwrap_or_default().into_owned()
        };
        (self.form == Form::Custom).then(|| [&self.kind, &self.user_type, &self.flags].map(word))
    }
}
