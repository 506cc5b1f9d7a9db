//! What a property is: its ID, type, user type, attributes, default, and the classes of keys
//! that list it.
//!
//! Owns the reading of `MBSchema.xml` (its layout: TechNet cc787880, MSDN aa670790, flylib
//! 3.372.1.91) and the table of published properties that serves where there is none. Reads what
//! is documented and passes over the rest; writes nothing.

mod file;
mod table;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use crate::metabase::property::{Definition, Type};

pub use file::read;

/// Where a schema is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file, by the name under which it is shown.
    File(String),
    /// The table of published properties.
    BuiltIn,
}

impl Origin {
    /// The name of the origin in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::BuiltIn => "built-in",
        }
    }

    /// The origin in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::File(name) => name.clone(),
            Self::BuiltIn => "the built-in table of published properties".into(),
        }
    }
}

/// What a schema says of one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Name, ID and type data; the ID is 0 and the texts are empty where they are not known.
    pub definition: Definition,
    /// The value that holds where nothing sets one.
    pub default: Option<String>,
    /// The classes of keys that list it, so that it stands there as an attribute.
    pub classes: BTreeSet<String>,
    /// Names for bits of the value, with the bits where they are known.
    pub flags: Vec<(String, Option<u32>)>,
    /// The page that says so; nothing for a row of a file.
    pub source: Option<&'static str>,
}

impl Row {
    /// Whether the schema lists the property for keys of this class.
    #[must_use]
    pub fn is_listed_for(&self, class: &str) -> bool {
        self.classes.contains(class)
    }
}

/// What is known of properties.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Where it is from.
    pub origin: Origin,
    rows: Vec<Row>,
    by_name: HashMap<String, usize>,
    by_id: HashMap<u32, usize>,
}

impl Schema {
    /// The table of published properties.
    #[must_use]
    pub fn built_in() -> Self {
        Self::new(Origin::BuiltIn, table::rows())
    }

    fn new(origin: Origin, rows: Vec<Row>) -> Self {
        let names = rows.iter().enumerate();
        let by_name = names.map(|(at, row)| (row.definition.name.to_lowercase(), at)).collect();
        let numbered = rows.iter().enumerate().filter(|(_, row)| row.definition.id != 0);
        let by_id = numbered.map(|(at, row)| (row.definition.id, at)).collect();
        Self { origin, rows, by_name, by_id }
    }

    /// What it says of a property, by name, in any case of letters.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Row> {
        self.by_name.get(&name.to_lowercase()).map(|at| &self.rows[*at])
    }

    /// What it says of a property, by ID.
    #[must_use]
    pub fn numbered(&self, id: u32) -> Option<&Row> {
        self.by_id.get(&id).map(|at| &self.rows[*at])
    }

    /// The name of a property that differs from this one by a slip or two of the fingers.
    #[must_use]
    pub fn similar(&self, name: &str) -> Option<String> {
        let name = name.to_lowercase();
        let known = self.rows.iter().map(|row| &row.definition.name);
        let far = known.map(|known| (distance(&name, &known.to_lowercase()), known));
        let near = far.filter(|(far, _)| *far <= 2).min_by_key(|(far, _)| *far);
        near.map(|(_, known)| known.to_string())
    }

    /// Everything it says, in the order of its file.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// A row from the words of a file.
fn row(name: &str, id: Option<u32>, kind: Type, words: [Option<&str>; 3]) -> Row {
    let [user_type, attributes, default] = words;
    let owned = |word: Option<&str>| Cow::Owned(word.unwrap_or_default().to_owned());
    Row {
        definition: Definition {
            name: Cow::Owned(name.to_owned()),
            id: id.unwrap_or_default(),
            kind,
            user_type: owned(user_type),
            attributes: owned(attributes),
        },
        default: default.map(str::to_owned),
        classes: BTreeSet::new(),
        flags: Vec::new(),
        source: None,
    }
}

/// How many characters must be added, dropped or changed to make one word the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, character) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(character != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood() {
        let schema = Schema::built_in();
        assert_eq!(schema.similar("HopCuont").as_deref(), Some("HopCount"));
        assert_eq!(schema.similar("hopcoun").as_deref(), Some("HopCount"));
        assert_eq!(schema.similar("Nothing"), None);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
