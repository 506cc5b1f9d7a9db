//! What a metabase says, as a wanted state that can be applied elsewhere.

use std::fmt::Write as _;

use crate::metabase::address_list::AddressList;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{Form, KeyParts, location};
use crate::metabase::model::{Property, canonical, properties};
use crate::metabase::portable::bound;
use crate::metabase::property::{Definition, Type, dword, lines};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::text::source::Source;

/// A state, and what it leaves out.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The state, in TOML.
    pub text: String,
    /// How many properties are left out.
    pub left_out: usize,
}

/// Prints what these keys say, sorted by path and by name. What means nothing elsewhere, or cannot
/// be written, is left out with a comment.
///
/// # Errors
/// None for keys of this metabase.
pub fn print(
    source: &Source,
    metabase: &Metabase,
    keys: &[usize],
    schema: &Schema,
) -> Result<Printed, MetabaseError> {
    let text = source.text();
    let mut all: Vec<_> = keys
        .iter()
        .map(|key| (location(source, &metabase.keys[*key]).into_owned(), *key))
        .collect();
    all.sort_by(|(one, _), (other, _)| one.split('/').cmp(other.split('/')));
    let mut printed = Printed::default();
    for (path, key) in all {
        let parts = KeyParts::read(source, &metabase.keys[key])?;
        let out = &mut printed.text;
        if !out.is_empty() {
            out.push('\n');
        }
        let class = parts.element.name(text);
        put(out, format_args!("[[key]]\npath = {}\nclass = {}\n", quoted(&path), quoted(class)));
        let mut lines: Vec<(String, Result<String, String>)> = Vec::new();
        for property in properties(text, &parts) {
            let name = canonical(&property, schema);
            let value = match bound(&property, schema) {
                Some(why) => Err(why.name().to_owned()),
                None => value(&property, schema),
            };
            lines.push((name, value));
        }
        lines.sort();
        if lines.iter().any(|(_, value)| value.is_ok()) {
            out.push_str("[key.properties]\n");
        }
        for (name, value) in lines {
            match value {
                Ok(value) => put(out, format_args!("{} = {value}\n", quoted_name(&name))),
                Err(why) => {
                    printed.left_out += 1;
                    put(out, format_args!("# {}: left out ({why})\n", comment(&name)));
                }
            }
        }
    }
    Ok(printed)
}

fn put(out: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing into a text does not fail.
    out.write_fmt(words).unwrap_or_default();
}

/// The value of a property in TOML, or why it cannot be said.
fn value(property: &Property<'_>, schema: &Schema) -> Result<String, String> {
    let row = schema.named(&property.name).or_else(|| schema.numbered(property.id?));
    let known = row.map(|row| &row.definition);
    let listed = known.map(|known| known.kind);
    let multiline = property.value.contains(['\r', '\n']);
    let guess = if multiline { Type::MultiSz } else { Type::String };
    let kind = match &property.kind {
        Some(word) => Type::of(word).ok_or_else(|| format!("its type is \"{}\"", comment(word)))?,
        None => listed.unwrap_or(guess),
    };
    let said = value_of(kind, &property.value)?;
    let (Form::Custom, Some(id)) = (property.form, property.id) else {
        return Ok(said);
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
    if known.is_some_and(same) {
        return Ok(said);
    }
    Ok(format!(
        "{{ value = {said}, id = {id}, type = {}, user_type = {}, attributes = {} }}",
        quoted(kind.name()),
        quoted(&found.user_type),
        quoted(&found.attributes)
    ))
}

fn value_of(kind: Type, value: &str) -> Result<String, String> {
    let list = |entries: &mut dyn Iterator<Item = String>| {
        format!("[{}]", entries.collect::<Vec<_>>().join(", "))
    };
    Ok(match kind {
        Type::Dword | Type::Flags => dword(value).map_or_else(|| quoted(value), |n| n.to_string()),
        Type::Bool if value.eq_ignore_ascii_case("TRUE") => "true".into(),
        Type::Bool if value.eq_ignore_ascii_case("FALSE") => "false".into(),
        kind if kind.is_list() => match lines(value).next() {
            None => "\"\"".into(),
            Some(_) => list(&mut lines(value).map(quoted)),
        },
        Type::IpSecList => match AddressList::of(value) {
            AddressList::Everyone => "\"\"".into(),
            AddressList::Nobody => "\"nobody\"".into(),
            AddressList::Only(all) => list(&mut all.iter().map(|one| quoted(&one.to_string()))),
            other => return Err(other.to_string()),
        },
        Type::NtAcl => return Err("NTACL is not written".into()),
        _ => quoted(value),
    })
}

/// A text as a basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            letter if letter.is_control() => {
                put(&mut quoted, format_args!("\\u{:04X}", u32::from(letter)))
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn quoted_name(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// A text in a comment.
fn comment(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
