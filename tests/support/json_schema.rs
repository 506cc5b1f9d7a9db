//! A check of JSON against a JSON Schema, for the keywords that our schemas use; any other fails.
//!
//! A complete validator brings some fifty crates more. That this one is right is shown twice: by the
//! real `dsc`, whose validator saw the same answers, and by what it must refuse.

use serde_json::Value;

/// What is wrong with a value, each with its place.
pub fn flaws(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(schema, schema, value, "", &mut found);
    found
}

/// What says nothing about whether a value fits.
const NOTES: [&str; 8] =
    ["$defs", "$schema", "default", "description", "format", "readOnly", "title", "writeOnly"];

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let rules = match schema {
        Value::Bool(true) => return,
        Value::Bool(false) => return found.push(format!("{at}: is not allowed")),
        schema => schema.as_object().expect("a schema is an object"),
    };
    for (keyword, rule) in rules {
        let fits = match keyword.as_str() {
            "$ref" => {
                let place = rule.as_str().expect("a reference is text").trim_start_matches('#');
                check(root, root.pointer(place).expect("it is there"), value, at, found);
                true
            }
            "type" => is_of(rule.as_str().expect("one type"), value),
            "enum" => rule.as_array().expect("a list").contains(value),
            "minimum" => value.as_f64().is_none_or(|number| Some(number) >= rule.as_f64()),
            "anyOf" => rule.as_array().expect("a list").iter().any(|one| {
                let mut flaws = Vec::new();
                check(root, one, value, at, &mut flaws);
                flaws.is_empty()
            }),
            "required" => rule.as_array().expect("a list").iter().all(|name| {
                value.as_object().is_none_or(|fields| {
                    fields.contains_key(name.as_str().expect("a name is text"))
                })
            }),
            "items" => {
                for (index, one) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, one, &format!("{at}/{index}"), found);
                }
                true
            }
            "properties" | "additionalProperties" => {
                let known = rules.get("properties").and_then(Value::as_object);
                for (name, one) in value.as_object().into_iter().flatten() {
                    let known = known.and_then(|known| known.get(name));
                    let rule = match (keyword.as_str(), known) {
                        ("properties", Some(rule)) => rule,
                        ("additionalProperties", None) => rule,
                        _ => continue,
                    };
                    check(root, rule, one, &format!("{at}/{name}"), found);
                }
                true
            }
            note if NOTES.contains(&note) => true,
            unknown => panic!("the keyword {unknown} is not checked"),
        };
        if !fits {
            found.push(format!("{at}: {value} does not fit {keyword} {rule}"));
        }
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        unknown => panic!("the type {unknown} is not checked"),
    }
}
