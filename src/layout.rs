//! How a new `<Custom>` is written: the way its neighbour is.
//!
//! Owns the place of a new element among the children of a key and its white space, quotes and
//! line ends. The order is that of IIS: ascending IDs. Learns from the file alone, never from
//! the platform it runs on.

use std::ops::Range;

use crate::locate::{Element, KeyParts, id};
use crate::property::Definition;
use crate::xml;

/// Text to put in the place of a range of the file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insertion {
    /// What is replaced: nothing, or the `/>` of a key that is opened.
    pub at: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// The place and the text of a `<Custom>` that a key does not have yet: before the first one
/// with a larger ID, else after the last, else as the first child; a key that is written as an
/// empty-element tag is opened.
#[must_use]
pub fn new_custom(text: &str, parts: &KeyParts, definition: &Definition, value: &str) -> Insertion {
    let id_text = definition.id.to_string();
    let attributes = [
        ("Name", &*definition.name),
        ("ID", &id_text),
        ("Value", value),
        ("Type", definition.kind.name()),
        ("UserType", &definition.user_type),
        ("Attributes", &definition.attributes),
    ];
    let next = parts.customs(text).find(|custom| id(text, custom) > Some(definition.id));
    if let Some(next) = next {
        let place = behind_previous(text, parts, next.at.start);
        let style = Style::of(text, next, place);
        return Insertion { at: place..place, text: style.write(&attributes) };
    }
    if let Some(last) = parts.customs(text).last() {
        let indent_from = previous_end(parts, last.at.start);
        let style = Style::of(text, last, indent_from);
        let place = behind_comments(text, parts, last.at.end, next_start(text, parts, last));
        return Insertion { at: place..place, text: style.write(&attributes) };
    }
    only_child(text, parts, &attributes)
}

fn only_child(text: &str, parts: &KeyParts, attributes: &[(&str, &str)]) -> Insertion {
    let (style, newline) = Style::of_iis(text, parts.element.at.clone());
    let custom = style.write(attributes);
    let tag = &parts.element.tag;
    if parts.element.is_empty_tag(text) {
        let name = parts.element.name(text);
        let at = tag.end - "/>".len()..tag.end;
        return Insertion { at, text: format!(">{custom}{newline}</{name}>") };
    }
    let closes_at_once = text[tag.end..].starts_with("</");
    let newline = if closes_at_once { newline } else { "" };
    Insertion { at: tag.end..tag.end, text: format!("{custom}{newline}") }
}

/// Where the child before `start` ends, or the key's start tag.
fn previous_end(parts: &KeyParts, start: usize) -> usize {
    let children = parts.children.iter().map(|child| child.at.end);
    children.take_while(|end| *end <= start).last().unwrap_or(parts.element.tag.end)
}

/// The place behind what stands before `start`: comments on lines of their own stay with the
/// element they precede, a comment behind an element stays on that element's line.
fn behind_previous(text: &str, parts: &KeyParts, start: usize) -> usize {
    behind_comments(text, parts, previous_end(parts, start), start)
}

fn behind_comments(text: &str, parts: &KeyParts, end: usize, limit: usize) -> usize {
    let breaks = |range: Range<usize>| text[range].contains(['\r', '\n']);
    let between = parts.comments.iter().filter(|at| at.start >= end && at.end <= limit);
    let mut place = end;
    for comment in between {
        if breaks(place..comment.start) || !breaks(comment.end..limit) {
            break;
        }
        place = comment.end;
    }
    place
}

/// Where the next thing after a child begins: another child, or the key's end tag.
fn next_start(text: &str, parts: &KeyParts, child: &Element) -> usize {
    let following = parts.children.iter().map(|other| other.at.start);
    let end_tag = || text[..parts.element.at.end].rfind("</").unwrap_or(parts.element.at.end);
    following.into_iter().find(|start| *start >= child.at.end).unwrap_or_else(end_tag)
}

/// The white space, quotes and blanks of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Style {
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
    fn of(text: &str, element: &Element, indent_from: usize) -> Self {
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
    fn of_iis(text: &str, near: Range<usize>) -> (Self, &str) {
        let is_end = ['\r', '\n'];
        let near_by = text[near.clone()].find(is_end).map(|at| near.start + at);
        let newline = match near_by.or_else(|| text.find(is_end)) {
            None => "",
            Some(at) if text[at..].starts_with("\r\n") => "\r\n",
            Some(at) => &text[at..=at],
        };
        let (indent, separator, tail) = if newline.is_empty() {
            (String::new(), " ".to_owned(), " ".to_owned())
        } else {
            (format!("{newline}\t"), format!("{newline}\t\t"), format!("{newline}\t"))
        };
        let style =
            Self { indent, separators: vec![separator], equals: "=".into(), quote: '"', tail };
        (style, newline)
    }

    /// A `<Custom>` in this style, with the white space before it.
    fn write(&self, attributes: &[(&str, &str)]) -> String {
        let Self { indent, separators, equals, quote, tail } = self;
        let mut written = format!("{indent}<Custom");
        let separators = separators
            .iter()
            .chain(std::iter::repeat_n(&separators[separators.len() - 1], attributes.len()));
        for ((name, value), separator) in attributes.iter().zip(separators) {
            let value = xml::escape(value, *quote);
            written.extend([separator.as_str(), name, equals]);
            written.extend([*quote]);
            written.push_str(&value);
            written.push(*quote);
        }
        written.push_str(tail);
        written.push_str("/>");
        written
    }
}
