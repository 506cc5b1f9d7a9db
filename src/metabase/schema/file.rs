//! Reading `MBSchema.xml`.
//!
//! All collections stand side by side (MSDN aa670790). Properties are defined once, with
//! `InternalName`, in a collection that serves them all; a class lists one by the same name, or
//! by `InheritsPropertiesFrom="Collection:Name"`. Whatever else the file has is passed over.

use std::collections::HashMap;

use super::row::{Row, row};
use super::{Origin, Schema, table};
use crate::metabase::error::MetabaseError;
use crate::metabase::property::{Type, dword};
use crate::text::source::Source;
use crate::xml::{self, Attribute, Token, XmlError};

/// The collection that defines properties for every class; keys of this class hold anything.
const GLOBAL: &str = "IIsConfigObject";

/// Reads a schema file.
///
/// # Errors
/// [`XmlError::Malformed`], [`XmlError::Doctype`], and [`MetabaseError::NotSchema`] for a file that
/// defines no property.
pub fn read(source: &Source, shown: &str) -> Result<Schema, MetabaseError> {
    let text = source.text();
    let mut reader = Reader { text, rows: Vec::new(), places: HashMap::new(), listed: Vec::new() };
    let mut collection: Option<String> = None;
    let mut property: Option<String> = None;
    let mut open: Vec<String> = Vec::new();
    xml::walk(text, |token| {
        match token {
            Token::Open { name, attributes, empty, .. } => {
                match name {
                    "Collection" => collection = reader.value(attributes, "InternalName"),
                    "Property" => property = reader.property(collection.as_deref(), attributes),
                    "Flag" => reader.flag(property.as_deref(), attributes),
                    _ => {}
                }
                if !empty {
                    open.push(name.to_owned());
                }
            }
            Token::Close { .. } => match open.pop().as_deref() {
                Some("Collection") => collection = None,
                Some("Property") => property = None,
                _ => {}
            },
            _ => {}
        }
        Ok::<_, XmlError>(())
    })?;
    if reader.rows.is_empty() {
        return Err(MetabaseError::NotSchema);
    }
    Ok(Schema::new(Origin::File(shown.to_owned()), reader.finish()))
}

struct Reader<'a> {
    text: &'a str,
    rows: Vec<Row>,
    /// The row of each name.
    places: HashMap<String, usize>,
    /// Which class lists which name.
    listed: Vec<(String, String)>,
}

impl Reader<'_> {
    fn value(&self, attributes: &[Attribute], name: &str) -> Option<String> {
        let found = attributes.iter().find(|a| &self.text[a.name.clone()] == name)?;
        Some(xml::unescape(&self.text[found.value.clone()]).into_owned())
    }

    /// Takes a property in and gives its name.
    fn property(&mut self, class: Option<&str>, attributes: &[Attribute]) -> Option<String> {
        let inherited = self.value(attributes, "InheritsPropertiesFrom");
        let inherited = inherited.and_then(|from| Some(from.rsplit_once(':')?.1.to_owned()));
        let name = self.value(attributes, "InternalName").or(inherited)?;
        if let Some(class) = class.filter(|class| *class != GLOBAL) {
            self.listed.push((class.to_owned(), name.clone()));
        }
        let kind = self.value(attributes, "Type").and_then(|kind| Type::of(&kind.to_uppercase()));
        let id = self.value(attributes, "ID").and_then(|id| dword(&id));
        if let (Some(kind), Some(id)) = (kind, id)
            && !self.places.contains_key(&name)
        {
            let words = ["UserType", "Attributes", "DefaultValue"];
            let words = words.map(|word| self.value(attributes, word));
            self.places.insert(name.clone(), self.rows.len());
            self.rows.push(row(&name, Some(id), kind, words.each_ref().map(Option::as_deref)));
        }
        Some(name)
    }

    fn flag(&mut self, property: Option<&str>, attributes: &[Attribute]) {
        let at = property.and_then(|name| self.places.get(name)).copied();
        if let (Some(at), Some(name)) = (at, self.value(attributes, "InternalName")) {
            let value = self.value(attributes, "Value").and_then(|value| dword(&value));
            self.rows[at].flags.push((name, value));
            self.rows[at].definition.kind = Type::Flags;
        }
    }

    fn finish(mut self) -> Vec<Row> {
        // MBSchema.xml names bits, but no values: their names are the published ones.
        for named in table::rows().into_iter().filter(|row| !row.values.is_empty()) {
            if let Some(at) = self.places.get(&*named.definition.name)
                && self.rows[*at].definition.id == named.definition.id
            {
                self.rows[*at].values = named.values;
            }
        }
        for (class, name) in self.listed {
            if let Some(at) = self.places.get(&name) {
                self.rows[*at].classes.insert(class);
            }
        }
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXTURE: &[u8] = include_bytes!("../../../fixtures/schema/MBSchema.xml");

    fn schema() -> Schema {
        let source = Source::decode(FIXTURE.to_vec()).expect("it decodes");
        read(&source, "MBSchema.xml").expect("it reads")
    }

    #[test]
    fn the_fixture_says_what_the_table_says() {
        let (schema, table) = (schema(), Schema::built_in());
        let known = |row: &Row| table.numbered(row.definition.id).cloned();
        let both: Vec<(&Row, Row)> =
            schema.rows().iter().filter_map(|row| Some((row, known(row)?))).collect();
        assert!(both.len() >= 80, "{}", both.len());
        for (row, published) in both {
            assert_eq!(row.definition, published.definition);
            assert_eq!(row.classes, published.classes, "{}", published.definition.name);
            assert_eq!(row.values, published.values, "{}", published.definition.name);
        }
    }

    #[test]
    fn flags_and_defaults_are_read() {
        let schema = schema();
        let row = schema.named("MadeUpForTests").expect("it is there");
        assert_eq!(row.default.as_deref(), Some("7"));
        let flags = [("MadeUpOne".to_owned(), Some(1)), ("MadeUpTwo".to_owned(), Some(2))];
        assert_eq!(row.flags, flags);
    }

    #[test]
    fn what_defines_no_property_is_no_schema() {
        let source = Source::decode(b"<MetaData><Collection/></MetaData>".to_vec()).expect("utf-8");
        assert_eq!(read(&source, "x").expect_err("no property"), MetabaseError::NotSchema);
    }
}
