//! How a new property is written: the way its neighbour is. And what goes with an old one.
//!
//! Owns the place of something new in a key and its white space, quotes and line ends. The
//! order is that of IIS: attributes by the bytes of their names after `Location`, `<Custom>`
//! elements by ascending IDs. Learns from the file alone, never from the platform it runs on.

mod entries;
mod key;
mod style;

use std::ops::Range;

use crate::metabase::locate::{Element, KeyParts, Markup, id};
use crate::metabase::property::{Definition, Type};
use crate::xml;
use style::Style;

pub use entries::differing;
pub use key::{NewKey, new_key};

/// Text to put in the place of a range of the file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insertion {
    /// What is replaced: nothing, or the `/>` of a key that is opened.
    pub at: Range<usize>,
    /// What is there afterwards.
    pub text: String,
    /// Where each new thing begins in that text.
    pub begins: Vec<usize>,
}

impl Insertion {
    fn new(place: usize) -> Self {
        Self { at: place..place, text: String::new(), begins: Vec::new() }
    }

    fn push(&mut self, (written, begin): (String, usize)) {
        self.begins.push(self.text.len() + begin);
        self.text.push_str(&written);
    }
}

/// A property that a key does not have yet, with its value.
pub type New<'a> = (&'a Definition, &'a str);

/// The places and the texts of `<Custom>` elements that a key does not have yet, each before
/// the first one with a larger ID, else after the last, else as the first child; a key that is
/// written as an empty-element tag is opened. `new` is in the order of the IDs.
#[must_use]
pub fn new_customs(text: &str, parts: &KeyParts, new: &[New<'_>]) -> Vec<Insertion> {
    let Some(last) = parts.customs(text).last() else {
        return if new.is_empty() { Vec::new() } else { vec![only_children(text, parts, new)] };
    };
    let mut insertions: Vec<Insertion> = Vec::new();
    let mut rest = parts.customs(text).peekable();
    for (definition, value) in new {
        // What is not larger than one ID is not larger than the next.
        while rest.next_if(|custom| id(text, custom) <= Some(definition.id)).is_some() {}
        let (place, style) = match rest.peek() {
            Some(next) => {
                let place = behind_previous(text, parts, next.at.start);
                (place, Style::of(text, next, place))
            }
            None => {
                let style = Style::of(text, last, previous_end(parts, last.at.start));
                let limit = next_start(text, parts, last);
                (behind_comments(text, parts, last.at.end, limit), style)
            }
        };
        let written = style.write(text, definition, value);
        match insertions.last_mut().filter(|insertion| insertion.at.start == place) {
            Some(insertion) => insertion.push(written),
            None => {
                let mut insertion = Insertion::new(place);
                insertion.push(written);
                insertions.push(insertion);
            }
        }
    }
    insertions
}

fn only_children(text: &str, parts: &KeyParts, new: &[New<'_>]) -> Insertion {
    let (style, newline) = Style::of_iis(text, parts.element.at.clone());
    let tag = &parts.element.tag;
    let opened = parts.element.is_empty_tag(text);
    let mut insertion = Insertion::new(tag.end);
    if opened {
        insertion.at.start -= "/>".len();
        insertion.text.push('>');
    }
    for (definition, value) in new {
        insertion.push(style.write(text, definition, value));
    }
    if opened {
        let name = parts.element.name(text);
        insertion.text.push_str(&format!("{newline}</{name}>"));
    } else if text[tag.end..].starts_with("</") {
        insertion.text.push_str(newline);
    }
    insertion
}

/// The places and the texts of attributes that a key's start tag does not have yet, each before
/// the first one after `Location` whose name is larger by its bytes, else after the last.
/// `new` is in the order of the names.
#[must_use]
pub fn new_attributes(text: &str, parts: &KeyParts, new: &[New<'_>]) -> Vec<Insertion> {
    let attributes = &parts.element.attributes;
    let name = |index: usize| &text[attributes[index].name.clone()];
    let begin =
        (0..attributes.len()).find(|index| name(*index) == "Location").map_or(0, |at| at + 1);
    let mut insertions: Vec<Insertion> = Vec::new();
    let mut rest = (begin..attributes.len()).peekable();
    for (definition, value) in new {
        // What is not larger than one name is not larger than the next.
        while rest.next_if(|index| name(*index) <= &*definition.name).is_some() {}
        let next = rest.peek().copied();
        let place = attribute_start(text, parts, next.unwrap_or(attributes.len()));
        let (separator, sample) = match next {
            Some(next) => (separator(text, parts, next).to_owned(), next),
            None if attributes.len() > begin => {
                (separator(text, parts, attributes.len() - 1).to_owned(), attributes.len() - 1)
            }
            None => (first_separator(text, parts), attributes.len() - 1),
        };
        let (quote, equals) = if sample >= begin {
            let sample = &attributes[sample];
            let quote = if text[..sample.value.start].ends_with('\'') { '\'' } else { '"' };
            (quote, &text[sample.name.end..sample.value.start - 1])
        } else {
            ('"', "=")
        };
        let value = style::laid_out(text, definition.kind, value, &separator);
        let value = xml::escape(&value, quote);
        let written = format!("{separator}{}{equals}{quote}{value}{quote}", definition.name);
        match insertions.last_mut().filter(|insertion| insertion.at.start == place) {
            Some(insertion) => insertion.push((written, separator.len())),
            None => {
                let mut insertion = Insertion::new(place);
                insertion.push((written, separator.len()));
                insertions.push(insertion);
            }
        }
    }
    insertions
}

/// Where the white space before an attribute begins: after the one before it, or after the
/// element's name.
fn attribute_start(text: &str, parts: &KeyParts, index: usize) -> usize {
    match index.checked_sub(1) {
        Some(previous) => parts.element.attributes[previous].value.end + 1,
        None => parts.element.tag.start + 1 + parts.element.name(text).len(),
    }
}

/// The white space before an attribute.
fn separator<'a>(text: &'a str, parts: &KeyParts, index: usize) -> &'a str {
    &text[attribute_start(text, parts, index)..parts.element.attributes[index].name.start]
}

/// The white space before the first attribute after `Location`: a tag whose end stands on a
/// line of its own has its attributes one level deeper.
fn first_separator(text: &str, parts: &KeyParts) -> String {
    let end = attribute_start(text, parts, parts.element.attributes.len());
    let tail = text[end..parts.element.tag.end].trim_end_matches(['/', '>']);
    if tail.contains(['\r', '\n']) { format!("{tail}\t") } else { " ".into() }
}

/// A value, escaped, in the place of the present one of an attribute, laid out like that. The
/// entries of a list that stay keep their bytes, and the white space before them.
#[must_use]
pub fn new_value(text: &str, kind: Type, at: &Range<usize>, value: &str, quote: char) -> String {
    if !kind.is_list() {
        return xml::escape(value, quote).into_owned();
    }
    let was = entries::places(text, at);
    let between = match was.get(1) {
        Some(second) => text[was[0].end..second.start].to_owned(),
        None => {
            let before = text[..at.start].trim_end_matches(['"', '\'', '=', ' ', '\t', '\r', '\n']);
            let name = before.rfind([' ', '\t', '\r', '\n']).map_or(0, |blank| blank + 1);
            let outer = text[..name].trim_end_matches([' ', '\t', '\r', '\n']).len();
            style::between(text, &text[outer..name])
        }
    };
    entries::rewritten(text, at, &was, &between, value, quote)
}

/// What goes with a key: itself and the white space before it.
#[must_use]
pub fn key_removal(text: &str, key: &Range<usize>) -> Range<usize> {
    let (blank, ends) = ([' ', '\t'], ['\r', '\n']);
    let rest = text[key.end..].trim_start_matches(blank);
    let begins = text[blanks_before(text, key.start)..key.start].contains(ends);
    let comment = rest.strip_prefix("<!--").and_then(|inside| inside.split_once("-->"));
    match comment.filter(|(comment, _)| begins && !comment.contains(ends)) {
        // It would slip onto the line of the key before.
        Some(_) => key.start..text.len() - rest.len(),
        None => blanks_before(text, key.start)..key.end,
    }
}

/// What a property takes with it when it goes: itself and the white space before it.
#[must_use]
pub fn removal(text: &str, parts: &KeyParts, markup: &Markup<'_>) -> Range<usize> {
    match markup {
        Markup::Attribute(index) => {
            attribute_start(text, parts, *index)..parts.element.attributes[*index].value.end + 1
        }
        Markup::Custom(custom) => {
            let is_first = parts.children.first() == Some(*custom);
            match comment_on_its_line(text, parts, custom).filter(|_| !is_first) {
                // It would slip onto the line of the element before.
                Some(comment) => custom.at.start..comment.start,
                None => blanks_before(text, custom.at.start)..custom.at.end,
            }
        }
    }
}

/// The line end that a text uses first; nothing in a text without one.
#[must_use]
pub fn line_end(text: &str) -> &str {
    style::line_end(text, 0..0)
}

fn blanks_before(text: &str, place: usize) -> usize {
    text[..place].trim_end_matches([' ', '\t', '\r', '\n']).len()
}

/// The comment that ends the line of an element that begins its own.
fn comment_on_its_line<'a>(
    text: &str,
    parts: &'a KeyParts,
    custom: &Element,
) -> Option<&'a Range<usize>> {
    let blank = [' ', '\t'];
    let ends = ['\r', '\n'];
    let before = parts.comments.partition_point(|comment| comment.start < custom.at.end);
    let comment = parts.comments.get(before)?;
    let begins = text[blanks_before(text, custom.at.start)..custom.at.start].contains(ends);
    let follows = text[custom.at.end..comment.start].trim_matches(blank).is_empty();
    let ends_it = text[comment.end..].trim_start_matches(blank).starts_with(ends);
    (begins && follows && ends_it).then_some(comment)
}

/// Where the child before `start` ends, or the key's start tag.
fn previous_end(parts: &KeyParts, start: usize) -> usize {
    let before = parts.children.partition_point(|child| child.at.end <= start);
    before.checked_sub(1).map_or(parts.element.tag.end, |last| parts.children[last].at.end)
}

/// The place after what is before `start`: comments on lines of their own stay with the
/// element they precede, a comment after an element stays on that element's line.
fn behind_previous(text: &str, parts: &KeyParts, start: usize) -> usize {
    behind_comments(text, parts, previous_end(parts, start), start)
}

fn behind_comments(text: &str, parts: &KeyParts, end: usize, limit: usize) -> usize {
    let ends = ['\r', '\n'];
    let last_break = text[end..limit].rfind(ends).map(|last| end + last);
    let before = parts.comments.partition_point(|comment| comment.start < end);
    let between = parts.comments[before..].iter().take_while(|comment| comment.end <= limit);
    let mut place = end;
    for comment in between {
        if text[place..comment.start].contains(ends) || last_break < Some(comment.end) {
            break;
        }
        place = comment.end;
    }
    place
}

/// Where the next thing after a child begins: another child, or the key's end tag.
fn next_start(text: &str, parts: &KeyParts, child: &Element) -> usize {
    let before = parts.children.partition_point(|other| other.at.start < child.at.end);
    let end_tag = || text[..parts.element.at.end].rfind("</").unwrap_or(parts.element.at.end);
    parts.children.get(before).map_or_else(end_tag, |other| other.at.start)
}
