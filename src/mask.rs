//! Secrets, and the characters of a file that a terminal would obey.
//!
//! Owns what is never shown: values that IIS keeps encrypted (TechNet cc785283; MSDN ms525562).
//! Works on any fragment of text, well-formed or not, because an error message shows the line
//! that is wrong. Changes only what is displayed, never what is written.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use crate::xml::unescape;

/// What stands on the display in place of a secret, whatever its length.
pub const MASK: &str = "********";

/// The properties whose values are secret, by name and ID where one is published.
const SECRETS: [&str; 13] = [
    "SessionKey",
    "AdminACL",
    "AdminACLBin",
    "AnonymousUserPass",
    "WAMUserPass",
    "UNCPassword",
    "LogOdbcPassword",
    "RoutePassword",
    "SmtpDsPassword",
    "ImapDsPassword",
    "Pop3DsPassword",
    "FeedPassword",
    "ADConnectionsPassword",
];

/// Whether a property's value must never be shown or set.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// Where secrets stand in a part of a text.
#[must_use]
pub fn secrets(text: &str, part: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = text[..part.start].rfind('<').unwrap_or(part.start);
    while let Some(start) = memchr::memchr(b'<', &text.as_bytes()[at..part.end.max(at)]) {
        let (tag, end) = tag(text, at + start);
        let secure = tag.iter().any(|(name, value)| {
            let value = unescape(&text[value.clone()]);
            match *name {
                "Name" => is_secret(&value),
                "Attributes" => value.split('|').any(|flag| flag.trim() == "SECURE"),
                _ => false,
            }
        });
        let hidden =
            tag.into_iter().filter(|(name, _)| is_secret(name) || secure && *name == "Value");
        found.extend(hidden.map(|(_, value)| value).filter(|value| !value.is_empty()));
        at = end;
    }
    found
}

/// Whether a part of a text may show a secret although [`secrets`] does not find it there: the
/// markup that says so is itself broken, or cut off.
///
/// What counts is what stands from the beginning of the tag before to the next one, in any order.
#[must_use]
pub fn may_hide_one(text: &str, part: Range<usize>) -> bool {
    let from = text[..part.start].rfind('<').unwrap_or(0);
    let to = text[part.end..].find('<').map(|end| part.end + end);
    let tags = &text[from..to.unwrap_or(text.len())];
    if tags.split('<').skip(1).all(has_its_quotes) {
        return false;
    }
    let tags = tags.to_ascii_lowercase();
    // Cut off: what would say that it is a secret is gone. The name of the tag alone is none.
    let last = |text: &str| text.rsplit('<').next().is_some_and(|tag| tag.contains('='));
    let shown = &text[part];
    let is_cut_off = to.is_none() && !tags.rsplit('<').next().unwrap_or_default().contains('>');
    is_cut_off && (!shown.contains('<') || last(shown))
        || tags.contains("secure")
        || SECRETS.iter().any(|secret| tags.contains(&secret.to_ascii_lowercase()))
}

/// Whether what follows a `<` is nothing but attributes with a value in quotes each, and its end.
fn has_its_quotes(tag: &str) -> bool {
    let blank = [' ', '\t', '\r', '\n'];
    let after = [' ', '\t', '\r', '\n', '>', '/', '?'];
    let tag = tag.strip_prefix(['/', '?']).unwrap_or(tag);
    let Some(mut rest) = tag.find(after).map(|end| &tag[end..]) else { return false };
    loop {
        rest = rest.trim_start_matches(blank);
        if rest.starts_with(['>', '/', '?']) {
            return true;
        }
        let Some((name, value)) = rest.split_once('=') else { return false };
        let value = value.trim_start_matches(blank);
        let Some(quote) = value.chars().next().filter(|quote| "\"'".contains(*quote)) else {
            return false;
        };
        let Some((_, next)) = value[1..].split_once(quote) else { return false };
        if name.contains(['"', '\'', '<', '>']) || !next.starts_with(after) {
            return false;
        }
        rest = next;
    }
}

/// The attributes of a tag, read as far as it can be, and where to go on.
fn tag(text: &str, start: usize) -> (Vec<(&str, Range<usize>)>, usize) {
    let bytes = text.as_bytes();
    let skip = |mut at: usize, stop: &[u8], wanted: bool| {
        while at < bytes.len() && stop.contains(&bytes[at]) != wanted {
            at += 1;
        }
        at
    };
    let mut attributes = Vec::new();
    let mut at = skip(start + 1, b" \t\r\n<>", true);
    loop {
        at = skip(at, b" \t\r\n", false);
        let name_end = skip(at, b" \t\r\n=<>\"'", true);
        let name = &text[at..name_end];
        let equals = skip(name_end, b" \t\r\n", false);
        match bytes.get(equals) {
            Some(b'=') => {
                let quote_at = skip(equals + 1, b" \t\r\n", false);
                let Some(quote) = bytes.get(quote_at).filter(|byte| b"\"'".contains(byte)) else {
                    at = quote_at;
                    continue;
                };
                let value = quote_at + 1;
                let rest = &bytes[value..];
                let end = memchr::memchr(*quote, rest).map_or(bytes.len(), |end| value + end);
                attributes.push((name, value..end));
                at = bytes.len().min(end + 1);
            }
            Some(b'<' | b'>') | None => return (attributes, equals),
            Some(_) => at = if equals > at { equals } else { at + 1 },
        }
        if at > start && !text.is_char_boundary(at) {
            at = text.ceil_char_boundary(at);
        }
    }
}

/// The text with secrets masked; `hidden` are places in it.
#[must_use]
pub fn masked<'a>(text: &'a str, hidden: &[Range<usize>]) -> Cow<'a, str> {
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for secret in hidden {
        shown.push_str(&text[at..secret.start]);
        shown.push_str(MASK);
        at = secret.end;
    }
    shown.push_str(&text[at..]);
    Cow::Owned(shown)
}

/// The text as a terminal may show it: what it would obey is spelled out. Tabs stay.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\r' => shown.push_str("\\r"),
            '\n' => shown.push_str("\\n"),
            obeyed if is_obeyed(obeyed) => {
                // Writing to a String cannot fail.
                write!(shown, "\\u{{{:x}}}", u32::from(obeyed)).unwrap_or_default();
            }
            other => shown.push(other),
        }
    }
    Cow::Owned(shown)
}

/// Control characters, line separators, and marks that turn the direction of writing or are
/// not seen at all.
fn is_obeyed(character: char) -> bool {
    character != '\t' && character.is_control()
        || matches!(character,
            '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        masked(text, &secrets(text, 0..text.len())).into_owned()
    }

    #[test]
    fn secret_attributes_are_masked_whatever_their_layout() {
        assert_eq!(shown("<K AdminACL=\"4963\" A='1'>"), "<K AdminACL=\"********\" A='1'>");
        assert_eq!(
            shown("<K\r\n\tSessionKey = '49\r\n63'\r\n>"),
            "<K\r\n\tSessionKey = '********'\r\n>"
        );
        assert_eq!(shown("<K SmartHost=\"mail\"/>"), "<K SmartHost=\"mail\"/>");
        assert_eq!(shown("<K AdminACL=\"\"/>"), "<K AdminACL=\"\"/>");
    }

    #[test]
    fn a_custom_is_secret_by_its_name_or_its_flags() {
        let by_name = "<Custom Value=\"4963\" Name=\"Admin&#65;CLBin\" ID=\"1\"/>";
        assert_eq!(shown(by_name), by_name.replace("4963", MASK));
        let by_flag = "<Custom Name=\"X\" Value='4963' Attributes=\"INHERIT | SECURE\"/>";
        assert_eq!(shown(by_flag), by_flag.replace("4963", MASK));
        let open = "<Custom Name=\"X\" Value=\"4963\" Attributes=\"INHERIT\"/>";
        assert_eq!(shown(open), open);
    }

    #[test]
    fn a_part_of_a_tag_is_judged_by_the_whole_tag() {
        let text = "<Custom\n\tValue=\"4963\"\n\tName=\"AdminACL\"\n/>";
        let second_line = 8..22;
        assert_eq!(secrets(text, second_line).first(), Some(&(16..20)));
    }

    #[test]
    fn a_secret_is_masked_in_what_is_not_well_formed() {
        assert_eq!(shown("<K AdminACL=\"4963"), "<K AdminACL=\"********");
        assert_eq!(shown("<K 1=2 é= AdminACL='4963' <"), "<K 1=2 é= AdminACL='********' <");
        assert_eq!(shown("<!-- <K AdminACL='4963'> -->"), "<!-- <K AdminACL='********'> -->");
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(escaped("a\tb"), "a\tb");
        assert_eq!(
            escaped("\u{1b}[31m\r\u{9b}\u{202e}\u{feff}"),
            r"\u{1b}[31m\r\u{9b}\u{202e}\u{feff}"
        );
    }
}
