//! References: `&amp;` and its four like, `&#65;` and `&#x41;`.

use std::borrow::Cow;
use std::ops::Range;

use super::characters::{is_allowed, name_end};
use super::flaw::{Flaw, XmlError, malformed};

/// Checks the reference that begins with the `&` at the start of a range and must end within
/// it. Returns the place after its `;`.
pub(super) fn check(text: &str, within: Range<usize>) -> Result<usize, XmlError> {
    let (at, rest) = (within.start, &text[within]);
    if rest.starts_with("&#") {
        return check_character(at, rest);
    }
    let name = &rest[1..name_end(rest, 1)];
    let end = name.len() + 1;
    if name.is_empty() || !rest[end..].starts_with(';') {
        return Err(malformed(at, Flaw::BareAmpersand));
    }
    match entity(name) {
        Some(_) => Ok(at + end + 1),
        None => Err(malformed(at, Flaw::UndeclaredEntity { name: name.to_owned() })),
    }
}

fn check_character(at: usize, rest: &str) -> Result<usize, XmlError> {
    let mark = if rest.starts_with("&#x") { 3 } else { 2 };
    let radix = if mark == 3 { 16 } else { 10 };
    let digits = rest[mark..].find(|next: char| !next.is_digit(radix)).unwrap_or(rest.len() - mark);
    let end = mark + digits;
    if digits == 0 || !rest[end..].starts_with(';') {
        let reference = shortened(&rest[..end]);
        return Err(malformed(at, Flaw::BadReference { reference }));
    }
    match character(&rest[mark..end], radix) {
        Some(_) => Ok(at + end + 1),
        None => {
            let reference = shortened(&rest[..=end]);
            Err(malformed(at, Flaw::ForbiddenReference { reference }))
        }
    }
}

/// Enough of a reference to recognise it: its digits may go on for megabytes.
fn shortened(reference: &str) -> String {
    const LIMIT: usize = 24;
    match reference.get(..LIMIT) {
        Some(begin) if reference.len() > LIMIT => format!("{begin}…"),
        _ => reference.to_owned(),
    }
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The character of a number, if XML allows it.
fn character(digits: &str, radix: u32) -> Option<char> {
    let number = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(number).filter(|character| is_allowed(*character))
}

/// The value that a raw value stands for, with its line ends and tabs as they are.
///
/// What is no reference is kept: a value that [`walk`](super::walk) accepted has no such thing.
#[must_use]
pub fn unescape(raw: &str) -> Cow<'_, str> {
    let Some(first) = raw.find('&') else { return Cow::Borrowed(raw) };
    let mut value = String::with_capacity(raw.len());
    value.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(at) = rest.find('&') {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        let resolved = rest.find(';').and_then(|end| Some((resolve(&rest[1..end])?, end + 1)));
        let (character, length) = resolved.unwrap_or(('&', 1));
        value.push(character);
        rest = &rest[length..];
    }
    value.push_str(rest);
    Cow::Owned(value)
}

fn resolve(name: &str) -> Option<char> {
    match name.strip_prefix('#') {
        // `from_str_radix` would take a sign.
        Some(number) if number.contains('+') => None,
        Some(number) => match number.strip_prefix('x') {
            Some(digits) => character(digits, 16),
            None => character(number, 10),
        },
        None => entity(name),
    }
}

/// A value as it is written between `quote`s. Line ends and tabs stay as they are.
#[must_use]
pub fn escape(value: &str, quote: char) -> Cow<'_, str> {
    let special = |next: char| matches!(next, '&' | '<') || next == quote;
    if !value.contains(special) {
        return Cow::Borrowed(value);
    }
    let mut raw = String::with_capacity(value.len() + 8);
    for character in value.chars() {
        match character {
            '&' => raw.push_str("&amp;"),
            '<' => raw.push_str("&lt;"),
            '\'' if quote == '\'' => raw.push_str("&apos;"),
            '"' if quote == '"' => raw.push_str("&quot;"),
            other => raw.push(other),
        }
    }
    Cow::Owned(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_references_is_borrowed() {
        let raw = ":25:\r\n\t\t\t10.0.0.1:25:\n\r";
        assert!(matches!(unescape(raw), Cow::Borrowed(same) if same == raw));
        assert!(matches!(escape(raw, '"'), Cow::Borrowed(same) if same == raw));
        assert!(matches!(escape("it's > that", '"'), Cow::Borrowed(_)));
    }

    #[test]
    fn references_are_resolved_once() {
        assert_eq!(
            unescape("&amp;lt;&lt;&gt;&quot;&apos;&#65;&#x42;&#xd;&#10;"),
            "&lt;<>\"'AB\r\n"
        );
        assert_eq!(unescape("a&#x10FFFF;\r\n\t&amp;"), "a\u{10FFFF}\r\n\t&");
    }

    #[test]
    fn what_is_no_reference_is_kept() {
        for raw in
            ["&", "a & b", "&;", "&#;", "&#+65;", "&#x+41;", "&#0;", "&nbsp;", "&amp", "&&#xD800;"]
        {
            assert_eq!(unescape(raw), raw);
        }
        assert_eq!(unescape("&&amp;&b;"), "&&&b;");
    }

    #[test]
    fn what_is_escaped_comes_back() {
        for value in ["", "&", "<a b='c' d=\"e\">", "&amp;", "]]>\r\n\té", "\"'"] {
            for quote in ['"', '\''] {
                let raw = escape(value, quote);
                assert_eq!(unescape(&raw), value);
                assert!(!raw.contains(quote) && !raw.contains('<'), "{raw}");
            }
        }
        assert_eq!(escape("a\"b'c<d>&", '"'), "a&quot;b'c&lt;d>&amp;");
        assert_eq!(escape("a\"b'c<d>&", '\''), "a\"b&apos;c&lt;d>&amp;");
    }
}
