//! What a key says: its properties, in whichever form they stand.
//!
//! Owns the reading of a key as a list of properties, blind to layout and form. What a property
//! without type data is comes from the schema, not from here.

use std::borrow::Cow;
use std::ops::Range;

use crate::metabase::equal::same_value;
use crate::metabase::locate::{Form, KeyParts, id};
use crate::metabase::property::dword;
use crate::metabase::schema::Schema;
use crate::xml;

/// A property of a key, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property<'a> {
    /// The form it has.
    pub form: Form,
    /// Its name as it is in the file.
    pub name: Cow<'a, str>,
    /// Its ID; an attribute has none in the file.
    pub id: Option<u32>,
    /// Its data type in the words of the file; an attribute has none.
    pub kind: Option<Cow<'a, str>>,
    /// Its user type in the words of the file; an attribute has none.
    pub user_type: Option<Cow<'a, str>>,
    /// Its flags in the words of the file; an attribute has none.
    pub flags: Option<Cow<'a, str>>,
    /// Its value.
    pub value: Cow<'a, str>,
    /// Where it begins.
    pub at: usize,
    /// Where its raw value is.
    pub value_at: Range<usize>,
}

/// The properties of a key in the order of the file: first the attributes, but for `Location`,
/// then the `<Custom>` children. A `<Custom>` without a name or value is read with empty ones.
#[must_use]
pub fn properties<'a>(text: &'a str, parts: &KeyParts) -> Vec<Property<'a>> {
    let attributes = parts.element.attributes.iter().map(|attribute| Property {
        form: Form::Attribute,
        name: Cow::Borrowed(&text[attribute.name.clone()]),
        id: None,
        kind: None,
        user_type: None,
        flags: None,
        value: xml::unescape(&text[attribute.value.clone()]),
        at: attribute.name.start,
        value_at: attribute.value.clone(),
    });
    let customs = parts.customs(text).map(|custom| Property {
        form: Form::Custom,
        name: custom.value(text, "Name").unwrap_or_default(),
        id: id(text, custom),
        kind: custom.value(text, "Type"),
        user_type: custom.value(text, "UserType"),
        flags: custom.value(text, "Attributes"),
        value: custom.value(text, "Value").unwrap_or_default(),
        at: custom.at.start,
        value_at: custom
            .attribute(text, "Value")
            .map_or(custom.tag.end..custom.tag.end, |value| value.value.clone()),
    });
    attributes.filter(|attribute| attribute.name != "Location").chain(customs).collect()
}

/// The name that a property goes by: `UnknownName_36997` is what IIS writes where its schema does
/// not name the ID.
#[must_use]
pub fn canonical(property: &Property<'_>, schema: &Schema) -> String {
    let unknown = property.name.strip_prefix("UnknownName_").and_then(dword);
    let unnamed = property.name.is_empty().then_some(property.id).flatten();
    let row = unknown.or(unnamed).and_then(|id| schema.numbered(id));
    row.map_or(&*property.name, |row| &*row.definition.name).to_owned()
}

/// Whether two properties of the same name have the same value, whatever their form and layout.
#[must_use]
pub fn same(one: &Property<'_>, other: &Property<'_>, schema: &Schema) -> bool {
    let row = schema.named(&one.name);
    let listed = row.map(|row| row.definition.kind.name());
    let kind = one.kind.as_deref().or(other.kind.as_deref()).or(listed);
    same_value(kind, row.map_or(&[], |row| &row.flags), &one.value, &other.value)
}
