//! The language of a wanted state as a JSON Schema, so that editors complete and check it.

#![allow(dead_code, reason = "the types are read by the macro that makes the schema")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// The wanted state of a metabase, as `metafix apply` takes it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "metafix apply")]
struct State {
    /// The keys, each with what is to be true of it.
    key: Vec<Key>,
}

/// What is to be true of one key.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Key {
    /// Its path: /LM/SmtpSvc/1, SmtpSvc/1 or IIS://localhost/SmtpSvc/1.
    path: String,
    /// Its class (KeyType), for a key that is to be made and whose place does not say it.
    class: Option<String>,
    /// Whether it is to be there.
    #[schemars(default)]
    ensure: Option<Ensure>,
    /// With ensure = "absent": the keys below it go too.
    #[schemars(default)]
    recursive: Option<bool>,
    /// What is to become of its properties, by name or ID. What is not named stays as it is.
    #[schemars(default)]
    properties: Option<BTreeMap<String, Property>>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Ensure {
    Present,
    Absent,
}

/// A value, or a table that says what is to become of it.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Property {
    Value(Value),
    Table(Table),
}

/// A DWORD as a number or as names of flags joined by |; a BOOL as true or false; a list as a
/// list; a list of addresses as its addresses; BINARY in hexadecimal.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Value {
    Text(String),
    Number(i64),
    Bool(bool),
    List(Vec<Entry>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Entry {
    Text(String),
    Number(i64),
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Table {
    /// The value.
    #[schemars(default)]
    value: Option<Value>,
    /// Entries that a list is to have.
    #[schemars(default)]
    add: Option<Vec<Entry>>,
    /// Entries that a list is not to have.
    #[schemars(default)]
    remove: Option<Vec<Entry>>,
    /// Entries of a list, and what each is to be.
    #[schemars(default)]
    replace: Option<BTreeMap<String, String>>,
    /// Whether the key is to have the property.
    #[schemars(default)]
    ensure: Option<Ensure>,
    /// The ID of a property that is not known.
    #[schemars(default, range(min = 1))]
    id: Option<u32>,
    /// The type of a property that is not known.
    #[schemars(default)]
    r#type: Option<String>,
    /// The user type of a property that is not known.
    #[schemars(default)]
    user_type: Option<String>,
    /// The flags of a property that is not known, joined by |.
    #[schemars(default)]
    attributes: Option<String>,
}

/// The JSON Schema of a wanted state.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(State).into()
}
