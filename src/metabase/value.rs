//! Values as people type them, checked against the type of their property.
//!
//! Owns what each type takes on the command line and how it is written in the file. Decodes
//! `IPSECLIST` for reading as far as its layout is published, and writes none.

use crate::metabase::error::MetabaseError;
use crate::metabase::property::{Definition, Type};
use crate::metabase::schema::Row;
use crate::xml;

/// The value, as the file has it, that words of the command line stand for. `flags` are the
/// names that the property's bits have.
///
/// # Errors
/// [`MetabaseError::BadArgument`], [`MetabaseError::NoValue`], [`MetabaseError::NotWritten`].
pub fn parse(
    property: &Definition,
    flags: &[(String, Option<u32>)],
    words: &[String],
) -> Result<String, MetabaseError> {
    let bad = |found: &str, expected: String| MetabaseError::BadArgument {
        name: property.name.to_string(),
        found: found.to_owned(),
        expected,
    };
    let kind = property.kind;
    if matches!(kind, Type::IpSecList | Type::NtAcl) {
        return Err(MetabaseError::NotWritten {
            name: property.name.to_string(),
            kind: kind.name(),
        });
    }
    if words.is_empty() {
        let (name, path) = (property.name.to_string(), "KEY".into());
        let (expected, example) = (expected(kind, flags), example(kind, flags));
        return Err(MetabaseError::NoValue { name, path, expected, example });
    }
    if let Some(word) = words.iter().find(|word| !word.chars().all(xml::is_allowed)) {
        return Err(bad(word, "text that XML can hold: no control characters".into()));
    }
    if kind.is_list() {
        let is_no_line = |word: &&String| {
            let blank = [' ', '\t'];
            word.is_empty() || word.trim_matches(blank) != *word || word.contains(['\r', '\n'])
        };
        if words.len() == 1 && words[0].is_empty() {
            return Ok(String::new());
        }
        if let Some(word) = words.iter().find(is_no_line) {
            let expected = "a line without blanks at its ends, one argument for each line";
            return Err(bad(word, expected.into()));
        }
        return Ok(words.join("\n"));
    }
    let [word] = words else {
        return Err(bad(&words.join(" "), format!("one value: a {} is no list", kind.name())));
    };
    let hint = || expected(kind, flags);
    match kind {
        Type::Dword => number(word).map(|n| n.to_string()).ok_or_else(|| bad(word, hint())),
        Type::Flags => flag_names(word, flags).ok_or_else(|| bad(word, hint())),
        Type::Bool => boolean(word).map(str::to_owned).ok_or_else(|| bad(word, hint())),
        Type::Binary if is_hex(word) => Ok(word.clone()),
        Type::Binary => Err(bad(word, hint())),
        Type::String | Type::ExpandSz | Type::Wstr if word.contains(['\r', '\n', '\t']) => {
            Err(bad(word, "one line without tabs".into()))
        }
        Type::String | Type::ExpandSz | Type::Wstr => Ok(word.clone()),
        // Lists and what is not written have been dealt with.
        Type::IpSecList | Type::NtAcl | Type::MultiSz | Type::MimeMap => Ok(word.clone()),
    }
}

/// The same where numbers may have names: of a value, as in `set … LogonMethod network`.
///
/// # Errors
/// Those of [`parse`].
pub fn parse_named(
    property: &Definition,
    row: Option<&Row>,
    flags: &[(String, Option<u32>)],
    words: &[String],
) -> Result<String, MetabaseError> {
    let [word] = words else { return parse(property, flags, words) };
    let named = row.filter(|row| property.kind == Type::Dword && !row.values.is_empty());
    let Some(row) = named.filter(|_| number(word).is_none()) else {
        return parse(property, flags, words);
    };
    row.value_named(word).map(|value| value.to_string()).ok_or_else(|| {
        let names: Vec<_> = row.values.iter().map(|(n, value)| format!("{n} ({value})")).collect();
        let expected = format!("a number or one of: {}", names.join(", "));
        let name = property.name.to_string();
        MetabaseError::BadArgument { name, found: word.clone(), expected }
    })
}

fn expected(kind: Type, flags: &[(String, Option<u32>)]) -> String {
    match kind {
        Type::Flags => {
            let names: Vec<_> = flags.iter().map(|(name, _)| name.as_str()).collect();
            format!("a number or names joined by |: {}", names.join(", "))
        }
        Type::Bool => "TRUE or FALSE".into(),
        Type::Binary => "pairs of hexadecimal digits".into(),
        Type::String | Type::ExpandSz | Type::Wstr => "text, one line without tabs, or \"\"".into(),
        Type::MultiSz | Type::MimeMap => "a list, one argument for each line, or \"\"".into(),
        _ => "a number from 0 to 4294967295, in decimal or as 0x…".into(),
    }
}

/// A value of the type, in the words of a command line.
fn example(kind: Type, flags: &[(String, Option<u32>)]) -> Vec<String> {
    let first = flags.first().map(|(name, _)| name.as_str());
    let words: &[&str] = match kind {
        Type::Flags => &[first.unwrap_or("1")],
        Type::Bool => &["TRUE"],
        Type::Binary => &["00ff"],
        Type::String | Type::ExpandSz | Type::Wstr => &["text"],
        Type::MultiSz | Type::MimeMap => &["first", "second"],
        Type::Dword | Type::IpSecList | Type::NtAcl => &["15"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A number of 32 bits; -1 is what ADSI calls 4294967295.
fn number(word: &str) -> Option<u32> {
    let hex = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    match hex {
        Some(hex) if hex.starts_with('+') => None,
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None if word == "-1" => Some(u32::MAX),
        None => crate::metabase::property::dword(word),
    }
}

/// A number, or known names joined as the file joins them.
fn flag_names(word: &str, flags: &[(String, Option<u32>)]) -> Option<String> {
    if let Some(number) = number(word) {
        return Some(number.to_string());
    }
    let known = |name: &str| {
        let same = |flag: &&(String, Option<u32>)| flag.0.eq_ignore_ascii_case(name.trim());
        flags.iter().find(same).map(|(name, _)| name.as_str())
    };
    Some(word.split('|').map(known).collect::<Option<Vec<_>>>()?.join(" | "))
}

fn boolean(word: &str) -> Option<&'static str> {
    match word {
        "1" => Some("TRUE"),
        "0" => Some("FALSE"),
        _ if word.eq_ignore_ascii_case("TRUE") => Some("TRUE"),
        _ if word.eq_ignore_ascii_case("FALSE") => Some("FALSE"),
        _ => None,
    }
}

fn is_hex(word: &str) -> bool {
    word.len().is_multiple_of(2) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The addresses and masks in an `IPSECLIST`: the groups of four bytes behind the last empty one
/// of its header, as published descriptions of `RelayIpList` list them (the Salt project's
/// `win_smtp_server`). Which group means what is not published.
#[must_use]
pub fn addresses(hex: &str) -> Option<Vec<String>> {
    if !is_hex(hex) || !hex.len().is_multiple_of(8) {
        return None;
    }
    let digits = hex.as_bytes();
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    };
    let bytes: Vec<u8> = digits.chunks(2).map(byte).collect::<Option<_>>()?;
    let groups: Vec<&[u8]> = bytes.chunks(4).collect();
    let header = groups.iter().rposition(|group| *group == [0; 4])?;
    let dotted =
        |group: &&[u8]| std::net::Ipv4Addr::new(group[0], group[1], group[2], group[3]).to_string();
    Some(groups[header + 1..].iter().map(dotted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(kind: Type, words: &[&str]) -> Result<String, String> {
        let property = Definition { kind, ..crate::metabase::property::SMTP_USE_TCP_DNS };
        let flags = [("One".to_owned(), Some(1)), ("Two".to_owned(), Some(2))];
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        parse(&property, &flags, &words).map_err(|error| match error {
            MetabaseError::BadArgument { .. } => "bad-argument".to_owned(),
            MetabaseError::NoValue { .. } => "no-value".to_owned(),
            MetabaseError::NotWritten { .. } => "not-written".to_owned(),
            other => other.to_string(),
        })
    }

    #[test]
    fn numbers() {
        for (word, value) in [("0", "0"), ("007", "7"), ("4294967295", "4294967295")] {
            assert_eq!(typed(Type::Dword, &[word]), Ok(value.to_owned()));
        }
        assert_eq!(typed(Type::Dword, &["0x1F"]), Ok("31".into()));
        assert_eq!(typed(Type::Dword, &["0XffFFffFF"]), Ok("4294967295".into()));
        assert_eq!(typed(Type::Dword, &["-1"]), Ok("4294967295".into()));
        for word in ["", "x", "-2", "4294967296", "0x", "0x1FFFFFFFF", "1.0", " 1", "+1", "0x+1"] {
            assert_eq!(typed(Type::Dword, &[word]), Err("bad-argument".into()), "{word}");
        }
        assert_eq!(typed(Type::Dword, &["1", "2"]), Err("bad-argument".into()));
        assert_eq!(typed(Type::Dword, &[]), Err("no-value".into()));
    }

    #[test]
    fn names_of_flags() {
        assert_eq!(typed(Type::Flags, &["two|ONE"]), Ok("Two | One".into()));
        assert_eq!(typed(Type::Flags, &["3"]), Ok("3".into()));
        assert_eq!(typed(Type::Flags, &["One | Three"]), Err("bad-argument".into()));
        assert_eq!(typed(Type::Flags, &[""]), Err("bad-argument".into()));
    }

    #[test]
    fn names_of_values() {
        let schema = crate::metabase::schema::Schema::built_in();
        let typed = |name: &str, word: &str| {
            let row = schema.named(name).expect("it is there");
            parse_named(&row.definition, Some(row), &row.flags, &[word.to_owned()])
        };
        assert_eq!(typed("LogonMethod", "Network-ClearText").as_deref(), Ok("3"));
        assert_eq!(typed("LogonMethod", "0x2").as_deref(), Ok("2"));
        assert_eq!(typed("LogonMethod", "-1").as_deref(), Ok("4294967295"));
        assert_eq!(typed("SmtpUseTcpDns", "udp-only").as_deref(), Ok("2"));
        let refused = typed("LogonMethod", "clear").expect_err("no such name").to_string();
        assert!(
            refused.ends_with("interactive (0), batch (1), network (2), network-cleartext (3)")
        );
    }

    #[test]
    fn truth() {
        for (word, value) in [("true", "TRUE"), ("FALSE", "FALSE"), ("1", "TRUE"), ("0", "FALSE")] {
            assert_eq!(typed(Type::Bool, &[word]), Ok(value.to_owned()));
        }
        assert_eq!(typed(Type::Bool, &["yes"]), Err("bad-argument".into()));
    }

    #[test]
    fn text_and_lists() {
        assert_eq!(typed(Type::String, &[""]), Ok(String::new()));
        assert_eq!(typed(Type::ExpandSz, &["%windir%\\x"]), Ok("%windir%\\x".into()));
        assert_eq!(typed(Type::String, &["a\nb"]), Err("bad-argument".into()));
        assert_eq!(typed(Type::String, &["a\u{1}"]), Err("bad-argument".into()));
        assert_eq!(
            typed(Type::MultiSz, &[":25:", "10.0.0.1:25:"]),
            Ok(":25:\n10.0.0.1:25:".into())
        );
        assert_eq!(typed(Type::MultiSz, &[""]), Ok(String::new()));
        assert_eq!(typed(Type::MultiSz, &[]), Err("no-value".into()));
        assert_eq!(typed(Type::MultiSz, &["a", ""]), Err("bad-argument".into()));
        assert_eq!(typed(Type::MultiSz, &[" a"]), Err("bad-argument".into()));
        assert_eq!(typed(Type::MultiSz, &["a\nb"]), Err("bad-argument".into()));
    }

    #[test]
    fn bytes() {
        assert_eq!(typed(Type::Binary, &["00fFa1"]), Ok("00fFa1".into()));
        assert_eq!(typed(Type::Binary, &["00f"]), Err("bad-argument".into()));
        assert_eq!(typed(Type::IpSecList, &["00"]), Err("not-written".into()));
        assert_eq!(typed(Type::NtAcl, &["00"]), Err("not-written".into()));
    }

    #[test]
    fn address_lists_are_read_as_far_as_published() {
        let hex = "18000080200000803c000080440000800100000000000000ffffffff7f000001";
        assert_eq!(addresses(hex), Some(vec!["255.255.255.255".into(), "127.0.0.1".into()]));
        assert_eq!(addresses(""), None);
        assert_eq!(addresses("1800008"), None);
    }
}
