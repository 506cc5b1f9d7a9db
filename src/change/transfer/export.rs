//! Taking keys out.

use std::ops::Range;

use super::LeftOut;
use crate::change::layout;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, Index, KeyParts, KeyPath, Markup};
use crate::metabase::model::{Property, canonical, properties};
use crate::metabase::portable::{bound, is_to_review};
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::metabase::secrets::masked;
use crate::text::source::Source;
use crate::xml::{self, Token};

/// A small metabase, and what is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file, in UTF-8.
    pub text: String,
    /// How many keys it has.
    pub keys: usize,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
    /// What to look at on the other machine: key and property.
    pub to_review: Vec<(String, String)>,
}

/// Takes these keys out, each with the keys below it, in the order of the file.
///
/// # Errors
/// [`MetabaseError::KeyAbsent`], [`MetabaseError::KeyTwice`].
pub fn export(
    source: &Source,
    metabase: &Metabase,
    paths: &[KeyPath],
    schema: &Schema,
) -> Result<Exported, MetabaseError> {
    let index = Index::new(source, metabase);
    for path in paths {
        index.find(path)?;
    }
    let mut exported =
        Exported { text: String::new(), keys: 0, left_out: Vec::new(), to_review: Vec::new() };
    let mut elements = Vec::new();
    for key in &metabase.keys {
        let location = locate::location(source, key).into_owned();
        if !paths.iter().any(|path| path.holds(&location)) {
            continue;
        }
        // A key below that is duplicated would be two keys at its place over there.
        index.find(&KeyPath::exact(&*location))?;
        let parts = KeyParts::read(source, key)?;
        elements.push(exported.take(source.text(), &parts, &location, schema));
    }
    exported.keys = elements.len();
    exported.text = document(source.text(), &elements)?;
    Ok(exported)
}

impl Exported {
    /// The text of a key without what stays behind.
    fn take(&mut self, text: &str, parts: &KeyParts, location: &str, schema: &Schema) -> String {
        let mut gone = Vec::new();
        for property in properties(text, parts) {
            let name = canonical(&property, schema);
            match bound(&property, schema) {
                Some(why) => {
                    gone.push(removal(text, parts, &property));
                    self.left_out.push(LeftOut { location: location.to_owned(), name, why });
                }
                None if is_to_review(&name) && !property.value.is_empty() => {
                    self.to_review.push((location.to_owned(), name));
                }
                None => {}
            }
        }
        gone.sort_by_key(|range| range.start);
        let at = &parts.element.at;
        let mut kept = String::with_capacity(at.len());
        let mut from = at.start;
        for range in gone {
            kept.push_str(&text[from..range.start.max(from)]);
            from = range.end.max(from);
        }
        kept.push_str(&text[from..at.end]);
        // What is left of them can stand in a comment.
        let hidden = schema.secrets().places(&kept, 0..kept.len());
        masked(&kept, &hidden).into_owned()
    }
}

fn removal(text: &str, parts: &KeyParts, property: &Property<'_>) -> Range<usize> {
    let attributes = &parts.element.attributes;
    let attribute = attributes.iter().position(|attribute| attribute.name.start == property.at);
    let custom = parts.children.iter().find(|child| child.at.start == property.at);
    match (attribute, custom) {
        (Some(index), _) => layout::removal(text, parts, &Markup::Attribute(index)),
        (None, Some(custom)) => layout::removal(text, parts, &Markup::Custom(custom)),
        (None, None) => property.at..property.at,
    }
}

/// A metabase of these keys, in the namespaces and with the line ends of the file they come from.
fn document(text: &str, elements: &[String]) -> Result<String, MetabaseError> {
    let end = layout::line_end(text);
    let end = if end.is_empty() { "\n" } else { end };
    let mut document = format!("<?xml version =\"1.0\"?>{end}");
    for tag in outer_tags(text)? {
        document.push_str(&format!("{}{end}", &text[tag]));
    }
    for element in elements {
        document.push_str(element);
        document.push_str(end);
    }
    document.push_str(&format!("</MBProperty>{end}</configuration>{end}"));
    Ok(document)
}

/// The start tags of `<configuration>` and `<MBProperty>` in a scanned metabase.
fn outer_tags(text: &str) -> Result<Vec<Range<usize>>, MetabaseError> {
    let mut depth = 0;
    let mut tags = Vec::new();
    xml::walk(text, |token| {
        match token {
            Token::Open { at, name, empty, .. } => {
                if depth == tags.len() && ["configuration", "MBProperty"].get(depth) == Some(&name)
                {
                    tags.push(at);
                }
                depth += usize::from(!empty);
            }
            Token::Close { .. } => depth -= 1,
            _ => {}
        }
        Ok::<_, MetabaseError>(())
    })?;
    Ok(tags)
}
