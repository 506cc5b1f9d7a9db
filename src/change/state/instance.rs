//! One key and what is to be true of it, as DSC asks for it: an instance.
//!
//! Owns the fields that an instance has beside those of a key of `metafix apply`.

use super::WantedKey;
use super::flaw::{Flaw, StateError};
use super::nodes::{self, Node, What};
use super::reader::Reader;

/// What DSC asks for.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The metabase, where one is named.
    pub file: Option<String>,
    /// The key.
    pub key: WantedKey,
    /// Whether a running IIS is stopped for the change.
    pub stop_services: bool,
    /// The findings of `check` that the change may make, and where they are named.
    pub allow: (usize, Vec<String>),
}

/// What can be asked, and what comes from an earlier answer and asks nothing.
const INSTANCE: &[&str] = &[
    "file",
    "path",
    "class",
    "properties",
    "recursive",
    "stop_services",
    "allow",
    "_exist",
    "_inDesiredState",
    "_metadata",
    "_name",
    "_restartRequired",
];

/// Reads an instance, in JSON; `path` is the key where it names none.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_instance(text: &str, path: Option<&str>) -> Result<Instance, Vec<StateError>> {
    let root = nodes::parse_json(text)?;
    let path = path.map(|path| Node { at: root.at, what: What::Text(path.to_owned()) });
    let mut reader = Reader::default();
    let mut fields = reader.fields(&root, "the instance", INSTANCE);
    if let Some(path) = &path {
        fields.entry("path").or_insert((root.at, path));
    }
    let file = fields.get("file").and_then(|(_, node)| reader.text(node, "file"));
    let mut truth = |name: &str, default: bool| match fields.get(name) {
        Some((_, node)) => reader.truth(node, name),
        None => default,
    };
    let (present, stop_services) = (truth("_exist", true), truth("stop_services", false));
    let allow = match fields.get("allow") {
        Some((at, node)) if matches!(node.what, What::List(_)) => {
            (*at, reader.words("allow", node).unwrap_or_default())
        }
        Some((at, node)) => {
            let (name, found) = ("allow".to_owned(), node.what.name());
            reader.say(*at, Flaw::WrongKind { name, found, expected: "a list" });
            Default::default()
        }
        None => Default::default(),
    };
    let key = reader.key_of(&root, &fields, present);
    let instance = key.map(|key| Instance { file, key, stop_services, allow });
    // Where there is no key the reader has said why.
    let read: Result<_, Vec<StateError>> = reader.ended(instance);
    read?.ok_or_else(Vec::new)
}
