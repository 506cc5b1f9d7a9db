//! The attributes of a start tag, read faster and more strictly than quick-xml does.

use std::ops::Range;

use super::attribute::Attribute;
use super::characters::{is_blank_character, name_end, skip_blanks};
use super::duplicates::Duplicates;
use super::flaw::{Flaw, Kind, XmlError, malformed};
use super::references;

/// Lists the attributes of a tag that [`walk`](super::walk) accepted, once more.
pub fn attributes(text: &str, open: Range<usize>, into: &mut Vec<Attribute>) {
    let name = open.start + 1..name_end(text, open.start + 1);
    let tag = &text[open.clone()];
    let close = if tag.ends_with("/>") { 2 } else { 1 };
    let mut found = Tag { start: 0, attributes: std::mem::take(into) };
    found.attributes.clear();
    let inside = name.end..open.end - close;
    let read = read(text, name, inside, &mut found, &mut Duplicates::default());
    *into = found.attributes;
    debug_assert!(read.is_ok(), "not an accepted tag: {tag}");
}

/// The `<` of the first tag in a part of the text whose first attribute is a `Location`, by its
/// looks: it may stand in a comment.
pub fn key_begin(text: &str, within: Range<usize>) -> Option<usize> {
    let bytes = &text.as_bytes()[..within.end];
    let mut behind = within.start;
    memchr::memmem::find_iter(&bytes[within.start..], b"Location").find_map(|found| {
        let found = within.start + found;
        let open = memchr::memrchr(b'<', &bytes[behind..found]).map(|open| behind + open);
        behind = found;
        let name = name_end(text, open? + 1);
        (name > open? + 1 && skip_blanks(bytes, name) == found).then_some(open?)
    })
}

/// The attributes of a tag, and those of the tag before it as a guess: the tags of a metabase
/// are mostly laid out alike, and comparing bytes is faster than reading them.
#[derive(Default)]
pub(super) struct Tag {
    /// Where the element's name ends.
    start: usize,
    pub(super) attributes: Vec<Attribute>,
}

/// Reads the attributes of `element` from `inside`: what is between its name and its `>`, `/>`
/// or `?>`.
#[inline]
pub(super) fn read<'a>(
    text: &'a str,
    element: Range<usize>,
    inside: Range<usize>,
    tag: &mut Tag,
    duplicates: &mut Duplicates<'a>,
) -> Result<(), XmlError> {
    duplicates.begin();
    let bytes = &text.as_bytes()[..inside.end];
    let mut former_end = std::mem::replace(&mut tag.start, inside.start);
    let mut count = 0;
    let mut at = inside.start;
    loop {
        let former = tag.attributes.get(count);
        let guess = former.and_then(|former| repeated(bytes, at, former_end, former));
        let (name, open) = match guess {
            Some(guess) => guess,
            None => match begin(text, &element, at, inside.end, count == 0)? {
                Some(begin) => begin,
                None => break,
            },
        };
        former_end = former.map_or(0, |former| former.value.end + 1);
        let close = match value_end(bytes, open + 1, bytes[open]) {
            Some(close) if bytes[close] == bytes[open] => close,
            stop => careful_value_end(text, &element, &name, open, stop, inside.end)?,
        };
        let attribute = Attribute { name, value: open + 1..close };
        match tag.attributes.get_mut(count) {
            Some(former) => *former = attribute,
            None => tag.attributes.push(attribute),
        }
        count += 1;
        duplicates.check_last(text, &tag.attributes[..count])?;
        at = close + 1;
    }
    tag.attributes.truncate(count);
    Ok(())
}

/// The place of the name and of the opening quote, if from `at` on there is once more what a
/// former attribute begins with: blanks, name, `=` and quote, from `former_end` on.
#[inline]
fn repeated(
    bytes: &[u8],
    at: usize,
    former_end: usize,
    former: &Attribute,
) -> Option<(Range<usize>, usize)> {
    let length = former.value.start - former_end;
    if bytes.get(at..at + length)? != &bytes[former_end..former.value.start] {
        return None;
    }
    let moved = |place: usize| at + (place - former_end);
    Some((moved(former.name.start)..moved(former.name.end), at + length - 1))
}

/// The place of the name and of the opening quote of the attribute that begins after `at`, if
/// there is one more.
#[inline]
fn begin(
    text: &str,
    element: &Range<usize>,
    at: usize,
    end: usize,
    first: bool,
) -> Result<Option<(Range<usize>, usize)>, XmlError> {
    let bytes = &text.as_bytes()[..end];
    let start = skip_blanks(bytes, at);
    if start == end {
        return Ok(None);
    }
    let name = start..name_end(text, start);
    if start == at || name.is_empty() {
        return Err(no_attribute(text, element.clone(), at, start, first));
    }
    match opening_quote(bytes, name.end) {
        Some(open) => Ok(Some((name, open))),
        None => Err(no_value(text, name, end)),
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

/// Goes on after the first `&`; `stop` is where the search for the value's end stopped.
#[cold]
fn careful_value_end(
    text: &str,
    element: &Range<usize>,
    name: &Range<usize>,
    open: usize,
    mut stop: Option<usize>,
    end: usize,
) -> Result<usize, XmlError> {
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
) -> XmlError {
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
fn no_value(text: &str, name: Range<usize>, end: usize) -> XmlError {
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
