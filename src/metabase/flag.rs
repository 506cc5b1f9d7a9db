//! A single flag of a property, by its own name: ADSI and adsutil have each bit of AccessFlags as
//! a property of its own, AccessWrite (MSDN ms524332 and the pages of the other classes).
//!
//! Owns what one flag does to a value. A number stays a number, names stay names, and the other
//! flags stay as they are.

use crate::metabase::error::MetabaseError;
use crate::metabase::property::{Definition, Type, dword};
use crate::metabase::resolve::PropertyName;
use crate::metabase::schema::{Row, Schema};
use crate::metabase::value;

/// A flag of a property.
#[derive(Debug, Clone, Copy)]
pub struct Flag<'a> {
    /// The property that it is a bit of.
    pub row: &'a Row,
    /// Its name.
    pub name: &'a str,
    /// Its bit.
    pub bit: u32,
}

/// The flag of this name, in any case of letters. What a schema has as a property is none.
#[must_use]
pub fn named<'a>(schema: &'a Schema, name: &str) -> Option<Flag<'a>> {
    if schema.named(name).is_some() {
        return None;
    }
    schema.rows().iter().find_map(|row| {
        let (name, bit) = row.flags.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(Flag { row, name, bit: bit.filter(|bit| *bit != 0)? })
    })
}

/// The flag that is meant where no property of this name is known.
#[must_use]
pub fn meant<'a>(schema: &'a Schema, property: &PropertyName) -> Option<Flag<'a>> {
    named(schema, &property.shown())
}

/// Whether the words say that a flag is on.
///
/// # Errors
/// Those of [`value::parse`].
pub fn truth(flag: &Flag<'_>, words: &[String]) -> Result<bool, MetabaseError> {
    let name = flag.name.to_owned().into();
    let truth = Definition { name, kind: Type::Bool, ..flag.row.definition.clone() };
    Ok(value::parse(&truth, &[], words)? == "TRUE")
}

impl Flag<'_> {
    /// The property, as people name it.
    #[must_use]
    pub fn property(&self) -> PropertyName {
        let Ok(name) = self.row.definition.name.parse();
        name
    }

    /// Whether a value has the flag: names joined by `|`, or the number that they make.
    #[must_use]
    pub fn is_in(&self, value: &str) -> bool {
        value.split('|').any(|word| self.is_word(word) || self.is_in_number(word))
    }

    /// The value with the flag or without it, and otherwise as it was.
    #[must_use]
    pub fn put(&self, value: &str, on: bool) -> String {
        if self.is_in(value) == on && !value.trim().is_empty() {
            return value.to_owned();
        }
        match (dword(value.trim()), on) {
            (Some(number), true) => (number | self.bit).to_string(),
            (Some(number), false) => (number & !self.bit).to_string(),
            (None, true) if value.trim().is_empty() => self.name.to_owned(),
            (None, false) if value.trim().is_empty() => "0".to_owned(),
            (None, true) => format!("{value} | {}", self.name),
            (None, false) => self.left_of(value),
        }
    }

    /// The names and numbers of a value but for the flag; 0 is none at all.
    fn left_of(&self, value: &str) -> String {
        let words = value.split('|').map(str::trim).filter(|word| !self.is_word(word));
        let left: Vec<String> = words
            .map(|word| match dword(word) {
                Some(number) => (number & !self.bit).to_string(),
                None => word.to_owned(),
            })
            .filter(|word| word != "0")
            .collect();
        if left.is_empty() { "0".to_owned() } else { left.join(" | ") }
    }

    fn is_word(&self, word: &str) -> bool {
        word.trim().eq_ignore_ascii_case(self.name)
    }

    fn is_in_number(&self, word: &str) -> bool {
        dword(word.trim()).is_some_and(|number| number & self.bit == self.bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(name: &str, value: &str, on: bool) -> String {
        named(&Schema::built_in(), name).expect("it is known").put(value, on)
    }

    #[test]
    fn names_stay_names() {
        assert_eq!(put("accesswrite", "AccessRead", true), "AccessRead | AccessWrite");
        assert_eq!(
            put("AccessWrite", "AccessRead | AccessWrite", true),
            "AccessRead | AccessWrite"
        );
        assert_eq!(put("AccessRead", "AccessRead|accesswrite", false), "accesswrite");
        assert_eq!(put("AccessRead", "AccessRead", false), "0");
        assert_eq!(put("AccessRead", "", true), "AccessRead");
        assert_eq!(put("AccessRead", "", false), "0");
        assert_eq!(put("AccessRead", "Unheard | AccessRead", false), "Unheard");
    }

    #[test]
    fn numbers_stay_numbers() {
        assert_eq!(put("AccessWrite", "513", true), "515");
        assert_eq!(put("AccessWrite", "515", false), "513");
        assert_eq!(put("AccessWrite", "0", true), "2");
        assert_eq!(put("EnableDirBrowsing", "1073741854", true), "3221225502");
        assert_eq!(put("AccessRead", "AccessWrite | 513", false), "AccessWrite | 512");
    }

    #[test]
    fn no_other_bit_changes() {
        let schema = Schema::built_in();
        let flags = schema.rows().iter().flat_map(|row| &row.flags);
        for (name, bit) in flags.filter_map(|(name, bit)| Some((name, (*bit)?))) {
            let flag = named(&schema, name).expect("it is known");
            for value in [0, u32::MAX, 0x5555_5555, 0xaaaa_aaaa] {
                let on = flag.put(&value.to_string(), true);
                let off = flag.put(&value.to_string(), false);
                assert_eq!((dword(&on), dword(&off)), (Some(value | bit), Some(value & !bit)));
                assert!(flag.is_in(&on) && !flag.is_in(&off), "{name}");
            }
        }
    }

    #[test]
    fn no_flag_has_the_name_of_a_property_or_of_another_flag() {
        let schema = Schema::built_in();
        let mut names: Vec<String> =
            schema.rows().iter().map(|r| r.definition.name.to_string()).collect();
        names.extend(schema.rows().iter().flat_map(|row| &row.flags).map(|(name, _)| name.clone()));
        let all = names.len();
        names.iter_mut().for_each(|name| name.make_ascii_lowercase());
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(named(&schema, "AccessFlags").is_none() && named(&schema, "Nothing").is_none());
    }
}
