//! What DSC reads to learn how the resource is called.

use serde_json::{Value, json};

use crate::change::state;
use crate::terminal::problem::Exit;

/// The manifest of the resource.
pub(super) fn manifest() -> Value {
    let call = |operation: &str| json!({ "executable": "metafix", "args": ["dsc", operation], "input": "stdin" });
    let (mut set, mut test) = (call("set"), call("test"));
    set["args"] = json!(["dsc", "set", { "whatIfArg": "--what-if" }]);
    // `set` looks itself whether anything is to be done, and deletes where `_exist` is false.
    // There is no operation "delete": DSC would call it for a what-if too.
    set["implementsPretest"] = true.into();
    set["handlesExist"] = true.into();
    set["return"] = "stateAndDiff".into();
    test["return"] = "stateAndDiff".into();
    let codes = [
        (Exit::Success, "done, or nothing to do"),
        (Exit::Failure, "a read or write error, a full disk; the error says more"),
        (Exit::Usage, "the command line is wrong: program and manifest are of two versions"),
        (Exit::Refused, "refused; the error says why and what to do"),
        (Exit::Busy, "another run holds the lock, or the file changed meanwhile: try again"),
        (Exit::NotConfirmed, "interrupted before the write: nothing was written"),
    ];
    let codes = codes.map(|(exit, meaning)| (exit.code().to_string(), Value::from(meaning)));
    json!({
        "$schema": "https://aka.ms/dsc/schemas/v3/bundled/resource/manifest.json",
        "type": "Metafix.IIS/MetabaseKey",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "A key of IIS's MetaBase.xml: its properties, or that it is gone",
        "tags": ["iis", "metabase", "smtp"],
        "get": call("get"),
        "set": set,
        "test": test,
        "export": call("export"),
        "exitCodes": Value::Object(codes.into_iter().collect()),
        "schema": { "embedded": state::instance_schema() },
    })
}
