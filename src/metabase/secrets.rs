//! Secrets: which properties are, and where they stand in a text.
//!
//! Owns the one rule of what is never shown, set or moved: values that IIS keeps encrypted with a
//! key of the machine (TechNet cc785283; MSDN ms525562). Name, ID, flags and schema are asked.
//! Finds secrets in any fragment of text, well-formed or not, because an error message shows the
//! line that is wrong. Changes only what is displayed, never what is written.

use std::borrow::Cow;
use std::ops::Range;

use crate::metabase::property::{SECURE, dword, has_flag};
use crate::metabase::schema::Row;
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

/// The IDs of those whose ID is published (TechNet cc737669, cc780358; MSDN ms524871, ms525609;
/// iiscnfg.h in microsoft/win32metadata, the names with PWD and PASSWORD, and the private key of
/// IIS 4): a property can have another name, or none.
const IDS: [u32; 11] = [3003, 4010, 5015, 5501, 5502, 6021, 6027, 6286, 7502, 9999, 36949];

/// What is secret: what is published, and what the schema of a server marks SECURE.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    names: Vec<String>,
    ids: Vec<u32>,
}

impl Secrets {
    /// What is published, and what these rows of a schema mark.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let rows = rows.iter().map(|row| &row.definition);
        let marked = || rows.clone().filter(|row| has_flag(&row.attributes, SECURE));
        let names = marked().map(|row| row.name.to_string()).filter(|name| !is_published(name));
        let ids = marked().map(|row| row.id).filter(|id| *id != 0 && !IDS.contains(id));
        Self { names: names.collect(), ids: ids.collect() }
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, others: &Self) -> Self {
        self.names.extend(others.names.iter().cloned());
        self.ids.extend(&others.ids);
        self
    }

    /// Whether the value of a property must never be shown or set: by its name, by its ID (none
    /// is 0), or by its flags, as they are in `Attributes`.
    #[must_use]
    pub fn has(&self, name: &str, id: Option<u32>, flags: &str) -> bool {
        self.has_name(name) || id.is_some_and(|id| self.has_id(id)) || has_flag(flags, SECURE)
    }

    fn has_name(&self, name: &str) -> bool {
        let id = name.strip_prefix("UnknownName_").and_then(dword);
        id.is_some_and(|id| self.has_id(id))
            || is_published(name)
            || self.names.iter().any(|secret| secret.eq_ignore_ascii_case(name))
    }

    fn has_id(&self, id: u32) -> bool {
        IDS.contains(&id) || self.ids.contains(&id)
    }

    /// Where secrets stand in a part of a text. What is no regular tag can be the remains of one: if
    /// it speaks of a secret, all is hidden that could be its value.
    #[must_use]
    pub fn places(&self, text: &str, part: Range<usize>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = text[..part.start].rfind('<').unwrap_or(part.start);
        while at < part.end {
            let rest = &text.as_bytes()[at..];
            if rest[0] == b'<' {
                let tag = Tag::read(text, at);
                at = tag.at.end;
                tag.hide(self, text, &mut found);
            } else {
                let end = memchr::memchr(b'<', rest).map_or(text.len(), |end| at + end);
                found.extend(self.behind_mention(text, at..end));
                at = end;
            }
        }
        found
    }

    /// What is after the first name of a secret.
    fn behind_mention(&self, text: &str, at: Range<usize>) -> Option<Range<usize>> {
        let (_, end) = words(&text[at.clone()]).find(|(word, _)| self.has_name(word))?;
        let behind = at.start + end..at.end;
        words(&text[behind.clone()]).next().map(|_| behind)
    }

    /// Whether a word could be the ID of a secret.
    fn has_number(&self, word: &str) -> bool {
        dword(word).is_some_and(|id| self.has_id(id))
    }
}

fn is_published(name: &str) -> bool {
    SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// The words of a text in which a secret could be named, and where each ends.
fn words(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let words = text.split(move |c| !inside(c)).filter(|word| !word.is_empty());
    words.map(move |word| (word, word.as_ptr() as usize - text.as_ptr() as usize + word.len()))
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

    fn hide(self, secrets: &Secrets, text: &str, found: &mut Vec<Range<usize>>) {
        let raw = &text[self.at.clone()];
        if !self.regular && raw.starts_with("<!") {
            found.extend(secrets.behind_mention(text, self.at));
            return;
        }
        let speaks =
            |word: &str| secrets.has_name(word) || secrets.has_number(word) || word == SECURE;
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
                    "Name" => secrets.has_name(&value),
                    "ID" => secrets.has_number(&value),
                    "Attributes" => has_flag(&value, SECURE),
                    _ => false,
                }
            });
        let is_value = |name: &str| secure && is_value_name(name);
        let hidden =
            self.attributes.into_iter().filter(|(n, _)| secrets.has_name(n) || is_value(n));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        masked(text, &Secrets::default().places(text, 0..text.len())).into_owned()
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
        assert_eq!(Secrets::default().places(text, second_line).first(), Some(&(16..20)));
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
}
