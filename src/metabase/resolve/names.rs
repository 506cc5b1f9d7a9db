//! The names and IDs that stand in a key, to be asked for one property after another.
//!
//! Owns which of several is the one that is meant: the first in the order of the file.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{KeyParts, PropertyName};
use crate::metabase::locate::{Element, id};
use crate::metabase::schema::Row;

/// What a key says, by name and by ID. Each is read once, however many properties are asked for.
#[derive(Debug)]
pub struct Names<'a> {
    pub(super) text: &'a str,
    pub(super) parts: &'a KeyParts,
    attributes: HashMap<&'a str, usize>,
    attributes_without_case: HashMap<Cow<'a, str>, usize>,
    customs: HashMap<Cow<'a, str>, usize>,
    customs_without_case: HashMap<Cow<'a, str>, usize>,
    ids: HashMap<u32, usize>,
}

impl<'a> Names<'a> {
    /// Reads a key's names and IDs.
    #[must_use]
    pub fn of(text: &'a str, parts: &'a KeyParts) -> Self {
        let (attributes, attributes_without_case) = Default::default();
        let (customs, customs_without_case, ids) = Default::default();
        let mut all = Self {
            text,
            parts,
            attributes,
            attributes_without_case,
            customs,
            customs_without_case,
            ids,
        };
        for (place, attribute) in parts.element.attributes.iter().enumerate() {
            let name = &text[attribute.name.clone()];
            all.attributes.entry(name).or_insert(place);
            if name != "Location" && !name.starts_with("xmlns") {
                all.attributes_without_case.entry(without_case(name.into())).or_insert(place);
            }
        }
        let children = parts.children.iter().enumerate();
        for (place, custom) in children.filter(|(_, child)| child.name(text) == "Custom") {
            if let Some(name) = custom.value(text, "Name") {
                all.customs_without_case.entry(without_case(name.clone())).or_insert(place);
                all.customs.entry(name).or_insert(place);
            }
            if let Some(id) = id(text, custom).filter(|id| *id != 0) {
                all.ids.entry(id).or_insert(place);
            }
        }
        all
    }

    /// The class of the key.
    #[must_use]
    pub fn class(&self) -> &'a str {
        self.parts.element.name(self.text)
    }

    /// Whether the key states a property that no schema knows.
    #[must_use]
    pub fn has(&self, asked: &PropertyName) -> bool {
        self.custom(asked, None).is_some() || self.attribute(asked, None).is_some()
    }

    /// The `<Custom>` that is meant, by its ID or by its name.
    pub(super) fn custom(&self, asked: &PropertyName, row: Option<&Row>) -> Option<&'a Element> {
        let asked_name = asked.name.as_deref().map(|name| without_case(name.into()));
        let by_asked = asked_name.and_then(|name| self.customs_without_case.get(&*name));
        let by_id = asked.id.and_then(|id| self.ids.get(&id));
        let known = row.map(|row| &row.definition);
        let by_known = known.and_then(|known| self.customs.get(&*known.name));
        let by_unknown = known.and_then(|known| self.customs.get(&*known.unknown_name()));
        let by_known_id = known.and_then(|known| self.ids.get(&known.id));
        let found = [by_asked, by_id, by_known, by_unknown, by_known_id];
        found.into_iter().flatten().min().map(|place| &self.parts.children[*place])
    }

    /// The name of the attribute that is meant, as it is in the key.
    pub(super) fn attribute(&self, asked: &PropertyName, row: Option<&Row>) -> Option<&'a str> {
        let place = match (row, &asked.name) {
            (Some(row), _) => self.attributes.get(&*row.definition.name),
            (None, Some(name)) => {
                self.attributes_without_case.get(&*without_case(name.as_str().into()))
            }
            (None, None) => None,
        };
        place.map(|place| &self.text[self.parts.element.attributes[*place].name.clone()])
    }
}

/// A name as [`str::eq_ignore_ascii_case`] compares it.
fn without_case(mut name: Cow<'_, str>) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        name.to_mut().make_ascii_lowercase();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metabase::scan::scan;
    use crate::metabase::schema::Schema;
    use crate::text::source::Source;

    #[test]
    fn the_first_that_is_meant_is_found_by_name_and_by_id() {
        let text = "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>\
                    <K Location='/a' Made='1' made='2'>\
                    <Custom Name='Other' ID='5'/><Custom Name='UnknownName_36997' ID='7'/>\
                    <Custom Name='smtpusetcpdns' ID='8'/><Custom Name='X' ID='36997'/>\
                    <Custom ID='0'/><Custom Name='MADE' ID='9'/></K></MBProperty></configuration>";
        let source = Source::decode(text.as_bytes().to_vec()).expect("it is text");
        let metabase = scan(&source).expect("it is a metabase");
        let parts = KeyParts::read(&source, &metabase.keys[0]).expect("it reads");
        let names = Names::of(source.text(), &parts);
        let schema = Schema::built_in();
        for (word, custom, attribute) in [
            ("SmtpUseTcpDns", Some("7"), None),
            ("36997", Some("7"), None),
            ("smtpUSEtcpdns", Some("7"), None),
            ("x", Some("36997"), None),
            ("5", Some("5"), None),
            ("0", None, None),
            ("mAdE", Some("9"), Some("Made")),
            ("made", Some("9"), Some("Made")),
            ("location", None, None),
            ("Nothing", None, None),
        ] {
            let Ok(asked) = word.parse::<PropertyName>();
            let row = asked.in_schema(&schema);
            let id = names.custom(&asked, row).and_then(|custom| custom.value(source.text(), "ID"));
            assert_eq!(id.as_deref(), custom, "{word}");
            assert_eq!(names.attribute(&asked, row), attribute, "{word}");
        }
    }
}
