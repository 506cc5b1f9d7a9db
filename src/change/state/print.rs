//! What a metabase says, as a wanted state that can be applied elsewhere.

use std::fmt::Write as _;

use serde_json::Value;

use super::said::{Said, SaidKey, said};
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::location;
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
    let mut all: Vec<_> = keys
        .iter()
        .map(|key| (location(source, &metabase.keys[*key]).into_owned(), *key))
        .collect();
    all.sort_by(|(one, _), (other, _)| one.split('/').cmp(other.split('/')));
    let mut printed = Printed::default();
    for (_, key) in all {
        let SaidKey { path, class, properties } = said(source, metabase, key, schema)?;
        let out = &mut printed.text;
        if !out.is_empty() {
            out.push('\n');
        }
        put(out, format_args!("[[key]]\npath = {}\nclass = {}\n", quoted(&path), quoted(&class)));
        if properties.iter().any(|(_, value)| value.is_ok()) {
            out.push_str("[key.properties]\n");
        }
        for (name, value) in properties {
            match value {
                Ok(said) => {
                    put(out, format_args!("{} = {}\n", quoted_name(&name), value_of(&said)))
                }
                Err(why) => {
                    printed.left_out += 1;
                    let (name, why) = (comment(&name), comment(&why));
                    put(out, format_args!("# {name}: left out ({why})\n"));
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

/// What is said of a property, in TOML.
fn value_of(said: &Said) -> String {
    let value = plain(&said.value);
    let Some(given) = &said.given else { return value };
    format!(
        "{{ value = {value}, id = {}, type = {}, user_type = {}, attributes = {} }}",
        given.id,
        quoted(given.kind),
        quoted(&given.user_type),
        quoted(&given.attributes)
    )
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(entries) => {
            format!("[{}]", entries.iter().map(plain).collect::<Vec<_>>().join(", "))
        }
        // Numbers, true and false are the same in TOML and in JSON.
        value => value.to_string(),
    }
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
