//! How a whole key that is new is written: the way the key before it is.

use super::style::{Style, laid_out, line_end};
use super::{attribute_start, blanks_before, previous_end, separator};
use crate::metabase::locate::KeyParts;
use crate::metabase::property::Type;
use crate::xml;

/// A key that a metabase does not have yet, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its `Location`.
    pub location: String,
    /// The name of its element.
    pub element: String,
    /// Its other attributes in order.
    pub attributes: Vec<(String, String)>,
    /// The attributes of each of its `<Custom>` elements.
    pub customs: Vec<Vec<(String, String)>>,
}

/// A new key in the layout of another one, with the white space before it, and where its `<` is
/// in that.
#[must_use]
pub fn new_key(text: &str, like: &KeyParts, key: &NewKey) -> (String, usize) {
    let style = TagStyle::of(text, like);
    let indent = &text[blanks_before(text, like.element.at.start)..like.element.at.start];
    let mut written = format!("{indent}<{}", key.element);
    style.location.write(&mut written, text, "Location", &key.location);
    for (name, value) in &key.attributes {
        style.other.write(&mut written, text, name, value);
    }
    written.push_str(&style.tail);
    if key.customs.is_empty() && like.element.is_empty_tag(text) {
        written.push_str("/>");
        return (written, indent.len());
    }
    written.push('>');
    let near = like.element.at.clone();
    let custom_style = match like.customs(text).next() {
        Some(custom) => Style::of(text, custom, previous_end(like, custom.at.start)),
        None => Style::of_iis(text, near.clone()).0,
    };
    for custom in &key.customs {
        let kind = custom.iter().find(|(name, _)| name == "Type");
        let kind = kind.and_then(|(_, kind)| Type::of(kind)).unwrap_or(Type::String);
        let attributes: Vec<_> = custom.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        written.push_str(&custom_style.write_custom(text, kind, &attributes).0);
    }
    written.push_str(line_end(text, near));
    written.push_str(&format!("</{}>", key.element));
    (written, indent.len())
}

/// How a key's start tag is written.
struct TagStyle {
    location: AttributeStyle,
    other: AttributeStyle,
    /// Before the `>`.
    tail: String,
}

struct AttributeStyle {
    separator: String,
    equals: String,
    quote: char,
}

impl TagStyle {
    fn of(text: &str, like: &KeyParts) -> Self {
        let count = like.element.attributes.len();
        let end = attribute_start(text, like, count);
        let tail = text[end..like.element.tag.end].trim_end_matches(['/', '>']).to_owned();
        let second = (count > 1).then(|| AttributeStyle::of(text, like, 1));
        let other = second.unwrap_or_else(|| AttributeStyle {
            separator: if tail.contains(['\r', '\n']) { format!("{tail}\t") } else { " ".into() },
            equals: "=".into(),
            quote: '"',
        });
        // A scanned key has a `Location`.
        Self { location: AttributeStyle::of(text, like, 0), other, tail }
    }
}

impl AttributeStyle {
    fn of(text: &str, like: &KeyParts, index: usize) -> Self {
        let attribute = &like.element.attributes[index];
        Self {
            separator: separator(text, like, index).to_owned(),
            equals: text[attribute.name.end..attribute.value.start - 1].to_owned(),
            quote: if text[..attribute.value.start].ends_with('\'') { '\'' } else { '"' },
        }
    }

    fn write(&self, into: &mut String, text: &str, name: &str, value: &str) {
        let Self { separator, equals, quote } = self;
        let list = value.contains(['\r', '\n']);
        let kind = if list { Type::MultiSz } else { Type::String };
        let value = laid_out(text, kind, value, separator);
        let value = xml::escape(&value, *quote);
        into.push_str(&format!("{separator}{name}{equals}{quote}{value}{quote}"));
    }
}
