//! Reads a wanted state, and everything that is wrong with it at once.
//!
//! Owns the fields of the language: their names and their kinds. What a value means at a key is
//! found by [`crate::change::wanted`].

use std::collections::{BTreeSet, HashMap};

use super::flaw::{Flaw, StateError};
use super::nodes::{self, Node, What};
use super::{WantedKey, WantedProperty};
use crate::change::error::ChangeError;
use crate::change::keys::check_path;
use crate::change::wanted::Wanted;
use crate::metabase::locate::{KeyPath, folded};
use crate::metabase::property::{Type, attributes_named, user_type_named};
use crate::metabase::resolve::{PropertyName, TypeData};
use crate::metabase::value::Entries;

/// Reads a wanted state: JSON where it begins with `{`, else TOML.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(text: &str) -> Result<Vec<WantedKey>, Vec<StateError>> {
    let root = nodes::parse(text)?;
    let mut reader = Reader::default();
    let keys = reader.root(&root);
    if reader.errors.is_empty() && keys.is_empty() {
        reader.say(0, Flaw::Nothing);
    }
    reader.ended(keys)
}

const ROOT: &[&str] = &["key"];
const KEY: &[&str] = &["path", "class", "ensure", "recursive", "properties"];
const PROPERTY: &[&str] =
    &["value", "add", "remove", "replace", "ensure", "id", "type", "user_type", "attributes"];

const USER_TYPE: &str = "a user type, such as IIS_MD_UT_SERVER, or its number";
const ATTRIBUTES: &str = "a list, joined by |, of NO_ATTRIBUTES, INHERIT, PARTIAL_PATH, REFERENCE, \
                          VOLATILE and INSERT_PATH (SECURE is for IIS alone)";

/// The fields of a table: where each is named, and its value.
pub(super) type Fields<'n> = HashMap<&'n str, (usize, &'n Node)>;

#[derive(Default)]
pub(super) struct Reader {
    pub(super) errors: Vec<StateError>,
}

impl Reader {
    /// What was read, or everything that is wrong with it.
    pub(super) fn ended<T>(mut self, read: T) -> Result<T, Vec<StateError>> {
        self.errors.sort_by_key(|error| error.at);
        if self.errors.is_empty() { Ok(read) } else { Err(self.errors) }
    }

    pub(super) fn say(&mut self, at: usize, flaw: Flaw) {
        self.errors.push(StateError { at, flaw });
    }

    /// The fields of a table, each once and each known.
    pub(super) fn fields<'n>(
        &mut self,
        node: &'n Node,
        name: &str,
        known: &'static [&'static str],
    ) -> Fields<'n> {
        let What::Table(table) = &node.what else {
            self.wrong(node, name, "a table");
            return HashMap::new();
        };
        let mut fields = HashMap::new();
        for (at, field, node) in table {
            if !known.contains(&field.as_str()) {
                self.say(*at, Flaw::UnknownField { name: field.clone(), known });
            } else if fields.insert(field.as_str(), (*at, node)).is_some() {
                self.say(*at, Flaw::Twice { what: format!("\"{field}\"") });
            }
        }
        fields
    }

    fn wrong(&mut self, node: &Node, name: &str, expected: &'static str) {
        let (name, found) = (name.to_owned(), node.what.name());
        self.say(node.at, Flaw::WrongKind { name, found, expected });
    }

    pub(super) fn text(&mut self, node: &Node, name: &str) -> Option<String> {
        if let What::Text(text) = &node.what {
            return Some(text.clone());
        }
        self.wrong(node, name, "text");
        None
    }

    /// A word that IIS knows, as IIS writes it.
    fn named(
        &mut self,
        fields: &Fields<'_>,
        field: &str,
        known: fn(&str) -> Option<String>,
        expected: &'static str,
    ) -> Option<String> {
        let (_, node) = fields.get(field)?;
        let given = self.text(node, field)?;
        // What a file leaves out a state has as an empty text.
        let found = if given.is_empty() { Some(given) } else { known(&given) };
        if found.is_none() {
            self.wrong(node, field, expected);
        }
        found
    }

    pub(super) fn truth(&mut self, node: &Node, name: &str) -> bool {
        if let What::Bool(truth) = &node.what {
            return *truth;
        }
        self.wrong(node, name, "true or false");
        false
    }

    /// Whether something is to be there.
    fn ensure(&mut self, field: Option<&(usize, &Node)>) -> bool {
        let Some((_, node)) = field else { return true };
        match &node.what {
            What::Text(word) if word == "present" => true,
            What::Text(word) if word == "absent" => false,
            _ => {
                self.wrong(node, "ensure", "\"present\" or \"absent\"");
                true
            }
        }
    }

    fn root(&mut self, root: &Node) -> Vec<WantedKey> {
        let fields = self.fields(root, "the file", ROOT);
        let Some((_, node)) = fields.get("key") else { return Vec::new() };
        let What::List(nodes) = &node.what else {
            self.wrong(node, "key", "a list of tables");
            return Vec::new();
        };
        let keys: Vec<_> = nodes.iter().filter_map(|node| self.key(node)).collect();
        let mut seen = BTreeSet::new();
        for key in &keys {
            if !seen.insert(folded(key.path.as_str())) {
                self.say(key.at, Flaw::Twice { what: format!("the key {}", key.path) });
            }
        }
        keys
    }

    fn key(&mut self, node: &Node) -> Option<WantedKey> {
        let fields = self.fields(node, "key", KEY);
        let present = self.ensure(fields.get("ensure"));
        self.key_of(node, &fields, present)
    }

    /// The key that a table with these fields wants.
    pub(super) fn key_of(
        &mut self,
        node: &Node,
        fields: &Fields<'_>,
        present: bool,
    ) -> Option<WantedKey> {
        let class = fields.get("class").and_then(|(_, node)| self.text(node, "class"));
        let recursive =
            fields.get("recursive").is_some_and(|(_, node)| self.truth(node, "recursive"));
        let properties = match fields.get("properties") {
            Some((_, node)) => self.properties(node),
            None => Vec::new(),
        };
        let Some((_, path)) = fields.get("path") else {
            if matches!(node.what, What::Table(_)) {
                self.say(node.at, Flaw::MissingField { what: "a key", name: "path" });
            }
            return None;
        };
        let at = path.at;
        let text = self.text(path, "path")?;
        let path = match text.parse::<KeyPath>() {
            Ok(path) => path,
            Err(error) => {
                self.say(at, Flaw::Foreign(error));
                return None;
            }
        };
        // A name that no key can have would be absent without a word.
        if text.trim().is_empty() {
            let (name, why) = (text, "it is empty");
            self.say(at, Flaw::Refused(ChangeError::BadName { name, why }));
        } else if let (false, Err(error)) = (present, check_path(&path)) {
            self.say(at, Flaw::Refused(error));
        }
        if !present && !properties.is_empty() {
            self.say(at, Flaw::AbsentWithProperties { path: path.to_string() });
        }
        Some(WantedKey { at, path, class, present, recursive, properties })
    }

    fn properties(&mut self, node: &Node) -> Vec<WantedProperty> {
        let What::Table(table) = &node.what else {
            self.wrong(node, "properties", "a table");
            return Vec::new();
        };
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for (at, name, node) in table {
            if !seen.insert(folded(name)) {
                self.say(*at, Flaw::Twice { what: format!("the property {name}") });
            }
            let Ok(property) = name.parse::<PropertyName>();
            if let Some((wanted, given)) = self.wanted(name, node) {
                all.push(WantedProperty { at: *at, name: property, given, wanted });
            }
        }
        all
    }

    fn wanted(&mut self, name: &str, node: &Node) -> Option<(Wanted, TypeData)> {
        let mut given = TypeData::default();
        if !matches!(node.what, What::Table(_)) {
            return Some((Wanted::Value(self.words(name, node)?), given));
        }
        let fields = self.fields(node, name, PROPERTY);
        let mut word = |field: &str| {
            let (_, node) = fields.get(field)?;
            self.text(node, field)
        };
        let kind = word("type");
        if let (Some(kind), Some((_, node))) = (kind, fields.get("type")) {
            given.kind = Type::of(&kind.to_ascii_uppercase());
            if given.kind.is_none() {
                self.wrong(node, "type", "a type: DWORD, STRING, EXPANDSZ, MULTISZ, BINARY, BOOL");
            }
        }
        given.user_type = self.named(&fields, "user_type", user_type_named, USER_TYPE);
        given.attributes = self.named(&fields, "attributes", attributes_named, ATTRIBUTES);
        if let Some((_, node)) = fields.get("id") {
            given.id = match &node.what {
                What::Number(number) => number.parse().ok().filter(|id| *id > 0),
                _ => None,
            };
            if given.id.is_none() {
                self.wrong(node, "id", "a number from 1 to 4294967295");
            }
        }
        let present = self.ensure(fields.get("ensure"));
        let mut list = |field: &str| match fields.get(field) {
            Some((_, node)) => self.words(field, node).unwrap_or_default(),
            None => Vec::new(),
        };
        let (add, remove) = (list("add"), list("remove"));
        let replace = match fields.get("replace") {
            Some((_, node)) => self.pairs(node),
            None => Vec::new(),
        };
        let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(name));
        let entries = has(&["add", "remove", "replace"]);
        let wanted = match (present, fields.get("value"), entries) {
            (false, None, false) => Wanted::Absent,
            (true, Some((_, node)), false) => Wanted::Value(self.words("value", node)?),
            (true, None, true) => Wanted::Entries(Entries { add, remove, replace }),
            (true, None, false) => {
                self.say(node.at, Flaw::MissingField { what: "a property", name: "value" });
                return None;
            }
            _ => {
                self.say(node.at, Flaw::Refused(ChangeError::ValueAndEntries));
                return None;
            }
        };
        Some((wanted, given))
    }

    /// A value as words of a command line.
    pub(super) fn words(&mut self, name: &str, node: &Node) -> Option<Vec<String>> {
        let word = |node: &Node| match &node.what {
            What::Text(text) => Some(text.clone()),
            What::Number(number) => Some(number.clone()),
            What::Bool(truth) => Some(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
            What::List(_) | What::Table(_) | What::Other(_) => None,
        };
        let What::List(nodes) = &node.what else {
            let one = word(node);
            if one.is_none() {
                self.wrong(node, name, "text, a number, true, false or a list of them");
            }
            return Some(vec![one?]);
        };
        let mut words = Vec::new();
        for node in nodes {
            match word(node) {
                Some(word) => words.push(word),
                None => self.wrong(node, name, "text or a number"),
            }
        }
        Some(words)
    }

    /// Entries and what each is to be.
    fn pairs(&mut self, node: &Node) -> Vec<(String, String)> {
        let What::Table(table) = &node.what else {
            self.wrong(node, "replace", "a table: the old entry = the new one");
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (_, old, node) in table {
            pairs.extend(self.text(node, old).map(|new| (old.clone(), new)));
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaws(text: &str) -> Vec<String> {
        let errors = read(text).expect_err("it is wrong");
        errors.iter().map(|error| format!("{} {error}", error.at)).collect()
    }

    #[test]
    fn the_same_state_in_toml_and_in_json_is_the_same() {
        let toml = "[[key]]\npath = 'SmtpSvc/1'\n[key.properties]\nA = 0x10\nB = true\n\
                    C = ['a', 'b']\nD = { add = ['x'], replace = { y = 'z' } }\n\
                    E = { ensure = 'absent' }\nF = { value = 'v', id = 7, type = 'string' }\n\
                    [[key]]\npath = '/LM/x'\nensure = 'absent'\nrecursive = true\n";
        let json = r#"{"key": [{"path": "SmtpSvc/1", "properties": {"A": 16, "B": true,
                    "C": ["a", "b"], "D": {"add": ["x"], "replace": {"y": "z"}},
                    "E": {"ensure": "absent"}, "F": {"value": "v", "id": 7, "type": "STRING"}}},
                    {"path": "/LM/x", "ensure": "absent", "recursive": true}]}"#;
        let without_places = |text: &str| {
            let mut keys = read(text).expect("it is right");
            for key in &mut keys {
                key.at = 0;
                key.properties.iter_mut().for_each(|property| property.at = 0);
                key.properties.sort_by_key(|property| property.name.shown());
            }
            keys
        };
        let (toml, json) = (without_places(toml), without_places(json));
        assert_eq!(format!("{toml:?}"), format!("{json:?}"));
        assert_eq!(toml[0].properties.len(), 6);
    }

    #[test]
    fn everything_that_is_wrong_is_found_with_its_place() {
        let text = "[[key]]\npath = 'a'\nclas = 'b'\n[key.properties]\nP = {}\np = 1\nQ = 1.5\n\
                    [[key]]\npath = '/LM/A'\nensure = 'gone'\n[[key]]\nclass = 7\n";
        let found = flaws(text);
        let expected = [
            "there is no field \"clas\" here",
            "a property has no \"value\"",
            "the property p is duplicated",
            "\"Q\" is a number with a fraction",
            "the key /LM/A is duplicated",
            "\"ensure\" is text, not \"present\" or \"absent\"",
            "a key has no \"path\"",
            "\"class\" is a number, not text",
        ];
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}: {expected}");
        }
        assert!(found[0].starts_with("19 "), "{found:#?}");
    }

    #[test]
    fn what_is_no_state_is_said_to_be_none() {
        assert_eq!(flaws(""), ["0 no key is wanted"]);
        assert_eq!(flaws("{}"), ["0 no key is wanted"]);
        assert!(
            flaws("{\"key\": [}")[0].starts_with("9 not well-formed"),
            "{:?}",
            flaws("{\"key\": [}")
        );
        assert!(flaws("[[key]\n")[0].contains("not well-formed"));
        assert_eq!(flaws("key = 1"), ["6 \"key\" is a number, not a list of tables"]);
        assert_eq!(
            flaws(r#"{"key": [{"path": "a", "path": "b"}]}"#),
            ["23 \"path\" is duplicated"]
        );
        assert_eq!(flaws("{\"a\":").len(), 1);
        assert_eq!(flaws(&"[".repeat(100_000)).len(), 1);
        assert_eq!(flaws(&format!("{{\"key\":{}", "[".repeat(100_000))).len(), 1);
    }
}
