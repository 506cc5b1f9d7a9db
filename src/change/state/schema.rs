//! The language of a wanted state as a JSON Schema, so that editors and DSC complete and check it.

#![allow(dead_code, reason = "the types are read by the macro that makes the schema")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value as Json;

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

/// A key of IIS's metabase and what is to be true of it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, title = "Metafix.IIS/MetabaseKey")]
struct Instance {
    /// The metabase, by its whole path. Without it the one of METAFIX_FILE, else that of this
    /// server.
    #[schemars(default)]
    file: Option<String>,
    /// The key's path: /LM/SmtpSvc/1, SmtpSvc/1 or IIS://localhost/SmtpSvc/1. For an export * stands
    /// for any name, and the keys below come too.
    path: String,
    /// Its class (KeyType), for a key that is to be made and whose place does not say it.
    #[schemars(default)]
    class: Option<String>,
    /// What is to become of its properties, by name or ID. What is not named stays as it is. An
    /// answer has what the key itself states, but for secrets and what is bound to the machine.
    #[schemars(default)]
    properties: Option<BTreeMap<String, Property>>,
    /// With _exist = false: the keys below it go too.
    #[schemars(default, extend("writeOnly" = true))]
    recursive: Option<bool>,
    /// Stop a running IIS that would overwrite the change, and start it again afterwards.
    #[schemars(default, extend("writeOnly" = true))]
    stop_services: Option<bool>,
    /// Findings of `metafix check` that the change may make, by name.
    #[schemars(default, extend("writeOnly" = true))]
    allow: Option<Vec<String>>,
    /// Whether the key is to be there.
    #[schemars(rename = "_exist", extend("default" = true))]
    #[schemars(default)]
    exist: Option<bool>,
    /// Whether all is as wanted.
    #[schemars(default, rename = "_inDesiredState", extend("readOnly" = true))]
    in_desired_state: Option<bool>,
    /// What must be restarted so that the change takes effect.
    #[schemars(default, rename = "_restartRequired", extend("readOnly" = true))]
    restart_required: Option<Vec<BTreeMap<String, Json>>>,
    /// What else is to be known: whatIf says what would be done; after a change, backup where the
    /// old file is, and undo which command takes it back.
    #[schemars(default, rename = "_metadata")]
    metadata: Option<BTreeMap<String, Json>>,
    /// The name of an exported instance.
    #[schemars(default, rename = "_name", extend("readOnly" = true))]
    name: Option<String>,
}

/// The JSON Schema of a wanted state.
#[must_use]
pub fn json_schema() -> Json {
    let mut schema = schemars::schema_for!(State).into();
    without_null(&mut schema);
    schema
}

/// The JSON Schema of an instance.
#[must_use]
pub fn instance_schema() -> Json {
    let mut schema = schemars::schema_for!(Instance).into();
    without_null(&mut schema);
    schema
}

/// A field may be left out, but it is never null.
fn without_null(schema: &mut Json) {
    let is_null = |schema: &Json| *schema == "null" || schema["type"] == "null";
    match schema {
        Json::Array(all) => {
            all.retain(|one| !is_null(one));
            all.iter_mut().for_each(without_null);
        }
        Json::Object(fields) => {
            fields.retain(|name, value| name != "default" || !value.is_null());
            fields.values_mut().for_each(without_null);
            if let Some([one]) = fields.get("type").and_then(Json::as_array).map(Vec::as_slice) {
                let one = one.clone();
                fields.insert("type".into(), one);
            }
            if let Some([Json::Object(one)]) =
                fields.get("anyOf").and_then(Json::as_array).map(Vec::as_slice)
            {
                let one = one.clone();
                fields.remove("anyOf");
                fields.extend(one);
            }
        }
        _ => {}
    }
}
