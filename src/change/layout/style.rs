//! The white space, quotes and line ends of a neighbour, and writing in them.

use std::borrow::Cow;
use std::ops::Range;

use crate::metabase::locate::Element;
use crate::metabase::property::{Definition, Type, lines};
use crate::xml;

/// The white space, quotes and blanks of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Style {
    /// Before the `<`.
    indent: String,
    /// Before each attribute; the last one serves for all that follow.
    separators: Vec<String>,
    /// Between an attribute's name and its opening quote.
    equals: String,
    quote: char,
    /// Before the `/>`.
    tail: String,
}

impl Style {
    /// The style of an element; its indentation is the white space before it, not before
    /// `indent_from`.
    pub(super) fn of(text: &str, element: &Element, indent_from: usize) -> Self {
        let Some(first) = element.attributes.first() else {
            return Self::of_iis(text, element.at.clone()).0;
        };
        let before = &text[indent_from..element.at.start];
        let mut end = element.tag.start + 1 + element.name(text).len();
        let mut separators = Vec::with_capacity(element.attributes.len());
        for attribute in &element.attributes {
            separators.push(text[end..attribute.name.start].to_owned());
            end = attribute.value.end + 1;
        }
        Self {
            indent: before[before.trim_end_matches([' ', '\t', '\r', '\n']).len()..].to_owned(),
            separators,
            equals: text[first.name.end..first.value.start - 1].to_owned(),
            quote: if text[..first.value.start].ends_with('\'') { '\'' } else { '"' },
            tail: text[end..element.tag.end].trim_end_matches(['/', '>']).to_owned(),
        }
    }

    /// The style in which IIS writes, with the line end that is used first near by, else in the
    /// file, and that line end; a file without one is written on one line.
    pub(super) fn of_iis(text: &str, near: Range<usize>) -> (Self, &str) {
        let newline = line_end(text, near);
        let (indent, separator, tail) = if newline.is_empty() {
            (String::new(), " ".to_owned(), " ".to_owned())
        } else {
            (format!("{newline}\t"), format!("{newline}\t\t"), format!("{newline}\t"))
        };
        let style =
            Self { indent, separators: vec![separator], equals: "=".into(), quote: '"', tail };
        (style, newline)
    }

    /// A `<Custom>` in this style, with the white space before it, and where its `<` is in that.
    pub(super) fn write(
        &self,
        text: &str,
        definition: &Definition,
        value: &str,
    ) -> (String, usize) {
        let id = definition.id.to_string();
        let attributes = [
            ("Name", &*definition.name),
            ("ID", &id),
            ("Value", value),
            ("Type", definition.kind.name()),
            ("UserType", &definition.user_type),
            ("Attributes", &definition.attributes),
        ];
        self.write_custom(text, definition.kind, &attributes)
    }

    /// The same for a `<Custom>` with just these attributes.
    pub(super) fn write_custom(
        &self,
        text: &str,
        kind: Type,
        attributes: &[(&str, &str)],
    ) -> (String, usize) {
        let Self { indent, separators, equals, quote, tail } = self;
        let mut written = format!("{indent}<Custom");
        let separators = separators
            .iter()
            .chain(std::iter::repeat_n(&separators[separators.len() - 1], attributes.len()));
        for ((name, value), separator) in attributes.iter().zip(separators) {
            let value = match *name {
                "Value" => laid_out(text, kind, value, separator),
                _ => Cow::Borrowed(*value),
            };
            written.extend([separator.as_str(), name, equals]);
            written.extend([*quote]);
            written.push_str(&xml::escape(&value, *quote));
            written.push(*quote);
        }
        written.push_str(tail);
        written.push_str("/>");
        (written, indent.len())
    }
}

/// The line end that is used first near by, else in the file; nothing in a file without one.
pub(super) fn line_end(text: &str, near: Range<usize>) -> &str {
    let first = |text: &str| memchr::memchr2(b'\r', b'\n', text.as_bytes());
    let near_by = first(&text[near.clone()]).map(|at| near.start + at);
    match near_by.or_else(|| first(text)) {
        None => "",
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) => &text[at..=at],
    }
}

/// A value as it is written in an attribute with this white space before it: the lines of a
/// list stand one level deeper, as IIS writes them.
pub(super) fn laid_out<'a>(
    text: &str,
    kind: Type,
    value: &'a str,
    separator: &str,
) -> Cow<'a, str> {
    if !kind.is_list() {
        return Cow::Borrowed(value);
    }
    Cow::Owned(lines(value).collect::<Vec<_>>().join(&between(text, separator)))
}

/// What stands between the lines of a list in an attribute with this white space before it.
pub(super) fn between(text: &str, separator: &str) -> String {
    if separator.contains(['\r', '\n']) {
        return format!("{separator}\t");
    }
    let newline = line_end(text, 0..0);
    format!("{}\t\t\t", if newline.is_empty() { "\r\n" } else { newline })
}
