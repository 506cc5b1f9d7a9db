//! The XML declaration: version, encoding, standalone, in this order.

use std::ops::Range;

use super::attribute::Attribute;
use super::attributes::{self, Tag};
use super::duplicates::Duplicates;
use super::flaw::{Flaw, XmlError, malformed};

/// Checks the declaration at a place, and returns where the encoding's name stands.
pub(super) fn read(text: &str, at: Range<usize>) -> Result<Option<Range<usize>>, XmlError> {
    let name = at.start + 2..at.start + 5;
    let inside = name.end..at.end - 2;
    let mut parts = Tag::default();
    attributes::read(text, name, inside, &mut parts, &mut Duplicates::default())?;
    let mut rest = parts.attributes.as_slice();
    let version =
        take(text, &mut rest, "version").ok_or_else(|| malformed(at.start, Flaw::NoVersion))?;
    let encoding = take(text, &mut rest, "encoding");
    let standalone = take(text, &mut rest, "standalone");
    if &text[version.clone()] != "1.0" {
        let flaw = Flaw::UnknownVersion { version: text[version.clone()].to_owned() };
        return Err(malformed(version.start, flaw));
    }
    if let Some(place) = encoding.clone().filter(|place| !is_encoding(&text[place.clone()])) {
        let flaw = Flaw::BadEncoding { encoding: text[place.clone()].to_owned() };
        return Err(malformed(place.start, flaw));
    }
    if let Some(place) = standalone.filter(|place| !matches!(&text[place.clone()], "yes" | "no")) {
        let flaw = Flaw::BadStandalone { standalone: text[place.clone()].to_owned() };
        return Err(malformed(place.start, flaw));
    }
    match rest.first() {
        Some(part) => {
            let name = text[part.name.clone()].to_owned();
            Err(malformed(part.name.start, Flaw::StrangeDeclaration { name }))
        }
        None => Ok(encoding),
    }
}

/// Takes the first of the remaining parts if it has this name.
fn take(text: &str, rest: &mut &[Attribute], name: &str) -> Option<Range<usize>> {
    let (first, others) = rest.split_first()?;
    (&text[first.name.clone()] == name).then(|| {
        *rest = others;
        first.value.clone()
    })
}

/// `[A-Za-z] ([A-Za-z0-9._] | '-')*`
fn is_encoding(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}
