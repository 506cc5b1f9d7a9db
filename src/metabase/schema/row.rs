//! One row of a schema.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::metabase::property::{Definition, Type, dword};

/// What a schema says of one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Name, ID and type data; the ID is 0 and the texts are empty where they are not known.
    pub definition: Definition,
    /// The value that holds where nothing sets one.
    pub default: Option<String>,
    /// The classes of keys that list it, so that it is there as an attribute.
    pub classes: BTreeSet<String>,
    /// Names for bits of the value, with the bits where they are known.
    pub flags: Vec<(String, Option<u32>)>,
    /// Names for whole values, where a number is one of a few.
    pub values: Vec<(String, u32)>,
    /// The page that says so; nothing for a row of a file.
    pub source: Option<&'static str>,
}

impl Row {
    /// Whether the schema lists the property for keys of this class.
    #[must_use]
    pub fn is_listed_for(&self, class: &str) -> bool {
        self.classes.contains(class)
    }

    /// The value of this name, in any case of letters.
    #[must_use]
    pub fn value_named(&self, name: &str) -> Option<u32> {
        let named = self.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| *value)
    }

    /// The names of the value, where the row has names for all of it: `AccessRead | AccessScript`
    /// for 513, `udp-only` for 2.
    #[must_use]
    pub fn in_names(&self, value: &str) -> Option<String> {
        let number = dword(value)?;
        if let Some((name, _)) = self.values.iter().find(|(_, value)| *value == number) {
            return Some(name.clone());
        }
        let mut left = number;
        let mut names = Vec::new();
        for (name, bit) in self.flags.iter().filter_map(|(name, bit)| Some((name, (*bit)?))) {
            if bit != 0 && number & bit == bit {
                names.push(name.as_str());
                left &= !bit;
            }
        }
        (left == 0 && !names.is_empty()).then(|| names.join(" | "))
    }
}

/// A row from the words of a file.
pub(super) fn row(name: &str, id: Option<u32>, kind: Type, words: [Option<&str>; 3]) -> Row {
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
        values: Vec::new(),
        source: None,
    }
}
