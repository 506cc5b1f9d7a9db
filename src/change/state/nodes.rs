//! TOML and JSON as one tree whose every part knows its place.

use std::fmt;

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::flaw::{Flaw, StateError};

/// A value, and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) what: What,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Text(String),
    /// A whole number, in decimal.
    Number(String),
    Bool(bool),
    List(Vec<Node>),
    /// Where each field is named, its name and its value, in their order.
    Table(Vec<(usize, String, Node)>),
    /// What no property has, by its name.
    Other(&'static str),
}

impl What {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Bool(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(name) => name,
        }
    }
}

/// Whether a text is read as JSON: where it begins with `{`; else it is TOML.
#[must_use]
pub fn is_json(text: &str) -> bool {
    text.strip_prefix('\u{feff}').unwrap_or(text).trim_start().starts_with('{')
}

/// Reads JSON or TOML.
pub(super) fn parse(text: &str) -> Result<Node, Vec<StateError>> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_json(text) {
        return of_json(text, body).map_err(|error| vec![error]);
    }
    let (table, errors) = DeTable::parse_recoverable(body);
    let shift = text.len() - body.len();
    if errors.is_empty() {
        return Ok(of_table(table.span().start + shift, table.get_ref(), shift));
    }
    let error = |error: &toml::de::Error| StateError {
        at: error.span().map_or(0, |span| span.start) + shift,
        flaw: Flaw::Syntax { message: error.message().to_owned() },
    };
    Err(errors.iter().map(error).collect())
}

fn of_table(at: usize, table: &DeTable<'_>, shift: usize) -> Node {
    let field = |(name, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        (name.span().start + shift, name.get_ref().to_string(), of_value(value, shift))
    };
    let mut fields: Vec<_> = table.iter().map(field).collect();
    fields.sort_by_key(|(at, ..)| *at);
    Node { at, what: What::Table(fields) }
}

fn of_value(value: &Spanned<DeValue<'_>>, shift: usize) -> Node {
    let at = value.span().start + shift;
    let what = match value.get_ref() {
        DeValue::String(text) => What::Text(text.to_string()),
        DeValue::Integer(number) => {
            let (digits, radix) = (number.as_str(), number.radix());
            let digits = digits.strip_prefix('+').unwrap_or(digits);
            let number = i128::from_str_radix(digits, radix).map(|number| number.to_string());
            What::Number(number.unwrap_or_else(|_| digits.to_owned()))
        }
        DeValue::Boolean(truth) => What::Bool(*truth),
        DeValue::Array(array) => {
            What::List(array.iter().map(|value| of_value(value, shift)).collect())
        }
        DeValue::Table(table) => return of_table(at, table, shift),
        DeValue::Float(_) => What::Other("a number with a fraction"),
        DeValue::Datetime(_) => What::Other("a date"),
    };
    Node { at, what }
}

/// Reads JSON alone.
pub(super) fn parse_json(text: &str) -> Result<Node, Vec<StateError>> {
    of_json(text, text).map_err(|error| vec![error])
}

fn of_json(text: &str, body: &str) -> Result<Node, StateError> {
    let raw: &RawValue = serde_json::from_str(body).map_err(|error| StateError {
        at: place(body, &error) + text.len() - body.len(),
        flaw: Flaw::Syntax { message: without_place(&error) },
    })?;
    of_raw(text, raw)
}

/// What a parser says, without the place that it says in its own way.
fn without_place(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.split_once(" at line ").map_or(said.clone(), |(message, _)| message.to_owned())
}

/// The place of an error in the text that was parsed.
fn place(text: &str, error: &serde_json::Error) -> usize {
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let start: usize = line.map(str::len).sum();
    let at = (start + error.column().saturating_sub(1)).min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

fn of_raw(text: &str, raw: &RawValue) -> Result<Node, StateError> {
    let json = raw.get();
    // The value is a part of the text, so where it begins is told by where it lies.
    let at = (json.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let failed = |error: serde_json::Error| StateError {
        at: at + place(json, &error),
        flaw: Flaw::Syntax { message: without_place(&error) },
    };
    let what = match json.as_bytes().first() {
        Some(b'{') => {
            let mut parser = serde_json::Deserializer::from_str(json);
            let mut fields = Vec::new();
            let mut behind = at + 1;
            for (name, value) in parser.deserialize_map(Fields).map_err(failed)? {
                let node = of_raw(text, value)?;
                // Between two values there is a comma, the name, a colon, and blanks.
                let named = text[behind..node.at].find('"').map_or(node.at, |quote| behind + quote);
                behind = node.at + value.get().len();
                fields.push((named, name, node));
            }
            What::Table(fields)
        }
        Some(b'[') => {
            let mut parser = serde_json::Deserializer::from_str(json);
            let values = parser.deserialize_seq(Values).map_err(failed)?;
            What::List(
                values.into_iter().map(|value| of_raw(text, value)).collect::<Result<_, _>>()?,
            )
        }
        Some(b'"') => What::Text(serde_json::from_str(json).map_err(failed)?),
        Some(b't' | b'f') => What::Bool(json == "true"),
        Some(b'n') => What::Other("null"),
        _ if json.contains(['.', 'e', 'E']) => What::Other("a number with a fraction"),
        _ => What::Number(json.to_owned()),
    };
    Ok(Node { at, what })
}

/// The fields of an object, in their order, and twice where they are there twice.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(fields)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(values)
    }
}
