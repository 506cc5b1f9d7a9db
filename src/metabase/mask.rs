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

/// The properties whose values are secret, by name.
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

/// The IDs of those whose ID is published (TechNet cc737669, cc780358; MSDN ms524871, ms525609):
/// a property can stand without its name, or with that of its ID.
const IDS: [&str; 4] = ["6027", "6286", "9999", "36949"];

/// Whether a property's value must never be shown or set.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let id = name.strip_prefix("UnknownName_");
    id.is_some_and(is_secret_id) || SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

fn is_secret_id(id: &str) -> bool {
    IDS.contains(&id.trim_start_matches('0'))
}

/// Where secrets stand in a part of a text. What is no regular tag can be the remains of one: if
/// it speaks of a secret, all is hidden that could be its value.
#[must_use]
pub fn secrets(text: &str, part: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = text[..part.start].rfind('<').unwrap_or(part.start);
    while at < part.end {
        let rest = &text.as_bytes()[at..];
        if rest[0] == b'<' {
            let tag = Tag::read(text, at);
            at = tag.at.end;
            tag.hide(text, &mut found);
        } else {
            let end = memchr::memchr(b'<', rest).map_or(text.len(), |end| at + end);
            found.extend(behind_mention(text, at..end));
            at = end;
        }
    }
    found
}

/// The words of a text in which a secret could be named, and where each ends.
fn words(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let words = text.split(move |c| !inside(c)).filter(|word| !word.is_empty());
    words.map(move |word| (word, word.as_ptr() as usize - text.as_ptr() as usize + word.len()))
}

/// What stands behind the first name of a secret.
fn behind_mention(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let (_, end) = words(&text[at.clone()]).find(|(word, _)| is_secret(word))?;
    let behind = at.start + end..at.end;
    words(&text[behind.clone()]).next().map(|_| behind)
}

/// A tag, read as far as it can be.
struct Tag<'a> {
    /// From its `<` to its `>`, or to where it cannot go on.
    at: Range<usize>,
    attributes: Vec<(&'a str, Range<usize>)>,
    /// Whether it is made of blanks, names, equals signs and quoted values alone.
    regular: bool,
}

impl<'a> Tag<'a> {
    fn read(text: &'a str, start: usize) -> Self {
        let bytes = text.as_bytes();
        let skip = |mut at: usize, stop: &[u8], wanted: bool| {
            while at < bytes.len() && stop.contains(&bytes[at]) != wanted {
                at += 1;
            }
            at
        };
        let mut attributes: Vec<(&str, Range<usize>)> = Vec::new();
        let mut regular = true;
        let mut at = skip(start + 1, b" \t\r\n<>", true);
        let end = loop {
            at = skip(at, b" \t\r\n", false);
            let name_end = skip(at, b" \t\r\n=<>\"'", true);
            let name = &text[at..name_end];
            let equals = skip(name_end, b" \t\r\n", false);
            match bytes.get(equals) {
                Some(b'=') => {
                    let quote_at = skip(equals + 1, b" \t\r\n", false);
                    let Some(quote) = bytes.get(quote_at).filter(|byte| b"\"'".contains(byte))
                    else {
                        regular = false;
                        at = quote_at;
                        continue;
                    };
                    let value = quote_at + 1;
                    let rest = &bytes[value..];
                    let closed = memchr::memchr(*quote, rest);
                    let end = closed.map_or(bytes.len(), |end| value + end);
                    regular &= !name.is_empty() && closed.is_some();
                    attributes.push((name, value..end));
                    at = bytes.len().min(end + 1);
                }
                Some(b'<' | b'>') | None => {
                    regular &= bytes.get(equals) == Some(&b'>');
                    regular &= name.is_empty() || ["/", "?", "--"].contains(&name);
                    break equals;
                }
                Some(_) => {
                    regular = false;
                    at = if equals > at { equals } else { at + 1 };
                }
            }
            if at > start && !text.is_char_boundary(at) {
                at = text.ceil_char_boundary(at);
            }
        };
        Self { at: start..end, attributes, regular }
    }

    fn hide(self, text: &str, found: &mut Vec<Range<usize>>) {
        let raw = &text[self.at.clone()];
        if !self.regular && raw.starts_with("<!") {
            found.extend(behind_mention(text, self.at));
            return;
        }
        let secure = |value: &str| value.split('|').any(|flag| flag.trim() == "SECURE");
        let speaks = |word: &str| is_secret(word) || is_secret_id(word) || word == "SECURE";
        if !self.regular && words(&unescape(raw)).any(|(word, _)| speaks(word)) {
            let name = raw.find([' ', '\t', '\r', '\n']).map_or(raw.len(), |blank| blank + 1);
            let end = raw.trim_end_matches(['/', ' ', '\t', '\r', '\n']).len();
            found.push(self.at.start + name..self.at.start + end.max(name));
            return;
        }
        if !self.regular
            && let Some((_, end)) = words(raw).find(|(word, _)| is_value_name(word))
        {
            // What would say that it is a secret may be what is broken or cut off.
            found.push(self.at.start + end..self.at.end);
            return;
        }
        // What a tag that is cut off would have said of its value nobody knows.
        let is_cut = text.as_bytes().get(self.at.end) != Some(&b'>');
        let secure = is_cut
            || self.attributes.iter().any(|(name, value)| {
                let value = unescape(&text[value.clone()]);
                match *name {
                    "Name" => is_secret(&value),
                    "ID" => is_secret_id(&value),
                    "Attributes" => secure(&value),
                    _ => false,
                }
            });
        let is_value = |name: &str| secure && is_value_name(name);
        let hidden = self.attributes.into_iter().filter(|(n, _)| is_secret(n) || is_value(n));
        found.extend(hidden.map(|(_, value)| value).filter(|value| !value.is_empty()));
    }
}

fn is_value_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("Value")
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
        assert_eq!(shown("<K AdminACL=\"4963"), "<K ********");
        assert_eq!(shown("<K 1=2 é= AdminACL='4963' <"), "<K ******** <");
        assert_eq!(shown("<!-- <K AdminACL='4963'> -->"), "<!-- <K AdminACL='********'> -->");
    }

    #[test]
    fn a_slip_of_the_pen_does_not_show_a_secret() {
        for slip in [
            "<K L='/' AdminACL=4963 X='1'/>",
            "<K L='/' AdminACL=4963'/>",
            "<K L='/' AdminACL=”4963”/>",
            "<K L='/' AdminACL=&quot;4963&quot;/>",
            "<K L='/' AdminACL '4963'/>",
            "<K L='/ AdminACL='4963'/>",
            "<K L='/'> AdminACL='4963'/>",
            "<K L='/'> X='<' AdminACL='4963'/>",
            "<!-- AdminACL=4963 -->",
            "<!-- <K AdminACL=4963 -->",
            "<Custom Name='AdminACL' Value=4963 />",
            "<Custom Name=AdminACL Value='4963' />",
            "<Custom Value='4963' Name=Admin&#65;CL />",
            "<Custom Name='AdminACL Value='4963' />",
            "<Custom Name='AdminACL' value='4963' />",
            "<Custom Name='X' Value='4963' Attributes='SECURE />",
            "<Custom Name='X' Value='4963",
            "<Custom Name='X' Value='4963' Attributes=",
            "<Custom Name='X' Value='4963' <Custom Name='Y' />",
            "<Custom Name='X' Value='4963' Attributes='SECURE'' />",
            "<Custom Name='UnknownName_6027' Value='4963' />",
            "<Custom ID='06027' Value='4963' />",
        ] {
            let slip = shown(slip);
            assert!(!slip.contains("4963") && slip.contains(MASK), "{slip}");
        }
        let open = "<!-- AdminACL --> <K L='/ X='1'/> the SessionKey";
        assert_eq!(shown(open), open);
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
