//! The attributes of a start tag, read faster and more strictly than quick-xml does.

use std::ops::Range;

use crate::error::Refusal;

use super::characters::{is_blank_character, name_end, skip_blanks};
use super::duplicates::Duplicates;
use super::flaw::{Flaw, Kind, malformed};
use super::references;

/// An attribute, as places in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: Range<usize>,
    /// Its raw value, between the quotes.
    pub value: Range<usize>,
}

/// Lists the attributes of a tag that [`walk`](super::walk) accepted, once more.
pub fn attributes(text: &str, open: Range<usize>, into: &mut Vec<Attribute>) {
    let name = open.start + 1..name_end(text, open.start + 1);
    let tag = &text[open.clone()];
    let close = if tag.ends_with("/>") { 2 } else { 1 };
    let read =
        read(text, name.clone(), name.end..open.end - close, into, &mut Duplicates::default());
    debug_assert!(read.is_ok(), "not an accepted tag: {tag}");
}

/// Reads the attributes of `element` from `inside`: what is between its name and its `>`, `/>`
/// or `?>`. Where `inside` ends behind the text, no `>` was found.
#[inline]
pub(super) fn read<'a>(
    text: &'a str,
    element: Range<usize>,
    inside: Range<usize>,
    into: &mut Vec<Attribute>,
    duplicates: &mut Duplicates<'a>,
) -> Result<(), Refusal> {
    into.clear();
    duplicates.begin();
    let bytes = &text.as_bytes()[..inside.end];
    let mut at = inside.start;
    loop {
        let start = skip_blanks(bytes, at);
        if start == bytes.len() {
            return Ok(());
        }
        let end = name_end(text, start);
        if start == at || end == start {
            return Err(no_attribute(text, element, at, start, into.is_empty()));
        }
        let name = start..end;
        let Some(open) = opening_quote(bytes, end) else {
            return Err(no_value(text, name, inside.end));
        };
        let close = match value_end(bytes, open + 1, bytes[open]) {
            Some(close) if bytes[close] == bytes[open] => close,
            stop => careful_value_end(text, &element, &name, open, stop, inside.end)?,
        };
        into.push(Attribute { name, value: open + 1..close });
        duplicates.check_last(text, into)?;
        at = close + 1;
    }
}

/// The place of the quote that follows a name, `=` and blanks.
#[inline]
fn opening_quote(bytes: &[u8], name_end: usize) -> Option<usize> {
    let equals = skip_blanks(bytes, name_end);
    if *bytes.get(equals)? != b'=' {
        return None;
    }
    let quote = skip_blanks(bytes, equals + 1);
    matches!(*bytes.get(quote)?, b'"' | b'\'').then_some(quote)
}

/// The first place from `start` on with the quote, `<` or `&`.
#[inline]
fn value_end(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    memchr::memchr3(quote, b'<', b'&', &bytes[start..]).map(|found| start + found)
}

/// Goes on behind the first `&`; `stop` is where the search for the value's end stopped.
#[cold]
fn careful_value_end(
    text: &str,
    element: &Range<usize>,
    name: &Range<usize>,
    open: usize,
    mut stop: Option<usize>,
    end: usize,
) -> Result<usize, Refusal> {
    let bytes = &text.as_bytes()[..end];
    let quote = bytes[open];
    loop {
        let name = || text[name.clone()].to_owned();
        match stop {
            None => {
                let opened = tag_start(text, element);
                return Err(malformed(open, Flaw::UnclosedValue { name: name(), opened }));
            }
            Some(at) if bytes[at] == quote => return Ok(at),
            Some(at) if bytes[at] == b'<' => {
                let flaw = Flaw::LessThanInValue { name: name(), opened: open };
                return Err(malformed(at, flaw));
            }
            Some(at) => stop = value_end(bytes, references::check(text, at..end)?, quote),
        }
    }
}

/// Why no attribute begins at `start`, where the last one, or the name, ended at `at`.
#[cold]
fn no_attribute(
    text: &str,
    element: Range<usize>,
    at: usize,
    start: usize,
    first: bool,
) -> Refusal {
    let found = text[start..].chars().next().unwrap_or_default();
    let opened = tag_start(text, &element);
    let element = text[element].to_owned();
    let flaw = match found {
        '<' => Flaw::UnclosedTag { kind: Kind::StartTag, name: element, opened },
        '/' => Flaw::StraySlash { element },
        _ if start == at && first => {
            Flaw::BadNameCharacter { kind: Kind::StartTag, name: element, found }
        }
        _ if start == at => Flaw::NoBlank { element },
        '=' | '"' | '\'' => Flaw::NoName { element },
        _ => Flaw::BadNameStart { element, found },
    };
    malformed(start, flaw)
}

/// Where the tag of an element begins, or the declaration.
fn tag_start(text: &str, element: &Range<usize>) -> usize {
    text[..element.start].rfind('<').unwrap_or_default()
}

/// Why no value follows a name.
#[cold]
fn no_value(text: &str, name: Range<usize>, end: usize) -> Refusal {
    let bytes = &text.as_bytes()[..end];
    let attribute = text[name.clone()].to_owned();
    let next = skip_blanks(bytes, name.end);
    if bytes.get(next) == Some(&b'=') {
        let quote = skip_blanks(bytes, next + 1);
        return match bytes.get(quote) {
            None | Some(b'/') => malformed(name.start, Flaw::NoValue { name: attribute }),
            Some(_) => malformed(quote, Flaw::NoQuote { name: attribute }),
        };
    }
    match text[name.end..end].chars().next() {
        Some(found) if !is_blank_character(found) && !"/<\"'".contains(found) => {
            let flaw = Flaw::BadNameCharacter { kind: Kind::Attribute, name: attribute, found };
            malformed(name.end, flaw)
        }
        _ => malformed(name.start, Flaw::NoValue { name: attribute }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_tag_is_read_again() {
        let text = "<a>\n<b Location = \".\"\n\tc='' />\n<d\te='&amp;'></d></a>";
        let (empty, open) = (text.find("<b").unwrap(), text.find("<d").unwrap());
        let mut found = Vec::new();
        let mut read = |start: usize| {
            let end = start + text[start..].find('>').unwrap() + 1;
            attributes(text, start..end, &mut found);
            let pair = |one: &Attribute| (&text[one.name.clone()], &text[one.value.clone()]);
            found.iter().map(pair).collect::<Vec<_>>()
        };
        assert_eq!(read(empty), [("Location", "."), ("c", "")]);
        assert_eq!(read(open), [("e", "&amp;")]);
        assert_eq!(read(0), []);
    }
}
