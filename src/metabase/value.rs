//! Values as people type them, checked against the type of their property.
//!
//! Owns what each type takes on the command line and how it is written in the file.

use std::collections::HashSet;

use crate::metabase::address_list::{self, AddressList};
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
    if kind == Type::NtAcl {
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
    if kind == Type::IpSecList {
        return addresses(property, words);
    }
    if kind.is_list() {
        let is_no_line = |word: &&String| {
            let is_whole = word.trim_matches(' ') == *word;
            word.is_empty() || !is_whole || word.contains(['\r', '\n', '\t'])
        };
        if words.len() == 1 && words[0].is_empty() {
            return Ok(String::new());
        }
        if let Some(word) = words.iter().find(is_no_line) {
            let expected =
                "a line without tabs and without blanks at its ends, one argument for each line";
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
    // A `<Custom>` has the flags as a number, and keeps them so.
    let as_number = property.kind == Type::Dword
        && row.is_some_and(|row| row.definition.kind == Type::Flags)
        && number(word).is_none();
    if as_number {
        return flag_number(word, flags).map(|flags| flags.to_string()).ok_or_else(|| {
            let (name, expected) = (property.name.to_string(), expected(Type::Flags, flags));
            MetabaseError::BadArgument { name, found: word.clone(), expected }
        });
    }
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

/// The list that lets in these addresses alone; `nobody`; everybody for `""`.
fn addresses(property: &Definition, words: &[String]) -> Result<String, MetabaseError> {
    match words {
        [word] if word.is_empty() => return Ok(String::new()),
        [word] if word.eq_ignore_ascii_case("nobody") => return Ok(AddressList::only(&[])),
        _ => {}
    }
    let address = |word: &String| {
        address_list::address(word).map_err(|what| MetabaseError::AddressNotWritten {
            name: property.name.to_string(),
            found: word.clone(),
            what,
        })
    };
    let addresses = words.iter().map(address).collect::<Result<Vec<_>, _>>()?;
    Ok(AddressList::only(&addresses))
}

/// The entries of a list after some were added, removed and replaced, and what was not done.
///
/// Entries are compared without case, as IIS compares paths, host names and extensions; those of
/// `HttpCustomHeaders`, which are sent as they are, with it.
///
/// # Errors
/// [`MetabaseError::NoList`], [`MetabaseError::EntryAbsent`], and those of [`parse`].
pub fn edited(
    property: &Definition,
    was: &str,
    edit: &Entries,
) -> Result<(String, Vec<NotDone>), MetabaseError> {
    let kind = property.kind;
    if !kind.is_list() && kind != Type::IpSecList {
        return Err(MetabaseError::NoList { name: property.name.to_string(), kind: kind.name() });
    }
    for word in edit.words() {
        // Twice the same: no word alone stands for an empty list, or for everyone.
        parse(property, &[], &[word.clone(), word.clone()])?;
    }
    let mut entries: Vec<String> = match kind {
        Type::IpSecList if was.is_empty() => Vec::new(),
        Type::IpSecList => match AddressList::of(was).addresses() {
            Some(addresses) => addresses.iter().map(ToString::to_string).collect(),
            None => {
                let (name, kind) = (property.name.to_string(), kind.name());
                return Err(MetabaseError::NotWritten { name, kind });
            }
        },
        _ => crate::metabase::property::lines(was).map(str::to_owned).collect(),
    };
    let folded = |entry: &str| match &*property.name {
        "HttpCustomHeaders" => entry.to_owned(),
        _ => crate::metabase::locate::folded(entry),
    };
    let mut not_done = Vec::new();
    for (old, new) in &edit.replace {
        let (of, to) = (folded(old), folded(new));
        let is_there = entries.iter().any(|entry| folded(entry) == of);
        match (is_there, entries.iter().any(|entry| folded(entry) == to)) {
            (true, false) => {
                let place = entries.iter_mut().filter(|entry| folded(entry) == of);
                place.take(1).for_each(|entry| entry.clone_from(new));
                entries.retain(|entry| folded(entry) != of || folded(entry) == to);
            }
            // Another spelling of the same entry.
            (true, true) if of == to => {
                let place = entries.iter_mut().filter(|entry| folded(entry) == of);
                place.for_each(|entry| entry.clone_from(new));
            }
            (true, true) => entries.retain(|entry| folded(entry) != of),
            (false, true) => not_done.push(NotDone::There(new.clone())),
            (false, false) => {
                let (name, entry) = (property.name.to_string(), old.clone());
                return Err(MetabaseError::EntryAbsent { name, entry, entries });
            }
        }
    }
    let gone: HashSet<_> = edit.remove.iter().map(|entry| folded(entry)).collect();
    let all: HashSet<_> = entries.iter().map(|entry| folded(entry)).collect();
    let absent = edit.remove.iter().filter(|entry| !all.contains(&folded(entry)));
    not_done.extend(absent.cloned().map(NotDone::Absent));
    entries.retain(|entry| !gone.contains(&folded(entry)));
    let mut all: HashSet<_> = entries.iter().map(|entry| folded(entry)).collect();
    for entry in &edit.add {
        match all.insert(folded(entry)) {
            true => entries.push(entry.clone()),
            false => not_done.push(NotDone::There(entry.clone())),
        }
    }
    let value = match kind {
        Type::IpSecList => addresses(property, &entries)?,
        _ => entries.join("\n"),
    };
    Ok((value, not_done))
}

/// What is to become of the entries of a list; first of all entries are replaced, then removed,
/// then added at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    /// The entries that are to be there.
    pub add: Vec<String>,
    /// The entries that are not to be there.
    pub remove: Vec<String>,
    /// The entries that are to be another one.
    pub replace: Vec<(String, String)>,
}

impl Entries {
    /// Whether nothing is to become of them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries are asked about.
    #[must_use]
    pub fn len(&self) -> usize {
        self.add.len() + self.remove.len() + self.replace.len()
    }

    fn words(&self) -> impl Iterator<Item = &String> {
        let replaced = self.replace.iter().flat_map(|(old, new)| [old, new]);
        self.add.iter().chain(&self.remove).chain(replaced)
    }
}

/// What needed not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDone {
    /// The entry was there already.
    There(String),
    /// The entry was not there to be removed.
    Absent(String),
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
        Type::IpSecList => "single IPv4 addresses, \"nobody\", or \"\" for everyone".into(),
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
        Type::IpSecList => &["127.0.0.1"],
        Type::Dword | Type::NtAcl => &["15"],
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

/// The number that known names have together.
fn flag_number(word: &str, flags: &[(String, Option<u32>)]) -> Option<u32> {
    word.split('|').try_fold(0, |all, name| {
        let same = |flag: &&(String, Option<u32>)| flag.0.eq_ignore_ascii_case(name.trim());
        Some(all | flags.iter().find(same)?.1?)
    })
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
        assert_eq!(typed(Type::NtAcl, &["00"]), Err("not-written".into()));
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
    fn lists_of_addresses() {
        let local = AddressList::only(&[std::net::Ipv4Addr::LOCALHOST]);
        assert_eq!(typed(Type::IpSecList, &["127.0.0.1"]), Ok(local));
        assert_eq!(typed(Type::IpSecList, &["Nobody"]), Ok(AddressList::only(&[])));
        assert_eq!(typed(Type::IpSecList, &[""]), Ok(String::new()));
        assert!(typed(Type::IpSecList, &["127.0.0.1", "10.0.0.0/8"]).is_err());
    }

    fn edit(was: &str, add: &[&str], remove: &[&str], replace: &[(&str, &str)]) -> (String, usize) {
        let property =
            Definition { kind: Type::MultiSz, ..crate::metabase::property::SMTP_USE_TCP_DNS };
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let replace = replace.iter().map(|(old, new)| ((*old).into(), (*new).into())).collect();
        let asked = Entries { add: words(add), remove: words(remove), replace };
        let (value, not_done) = edited(&property, was, &asked).expect("it can be done");
        let again = Entries { replace: Vec::new(), ..asked };
        assert_eq!(edited(&property, &value, &again).expect("it can be done").0, value);
        (value, not_done.len())
    }

    #[test]
    fn entries_are_added_removed_and_replaced_without_case() {
        assert_eq!(edit("a\n\tb", &["c", "B"], &[], &[]), ("a\nb\nc".into(), 1));
        assert_eq!(edit("a\nb\nA", &[], &["a", "x"], &[]), ("b".into(), 1));
        assert_eq!(edit("a\nb\nc", &[], &[], &[("B", "x")]), ("a\nx\nc".into(), 0));
        assert_eq!(edit("a\nb\nc", &[], &[], &[("b", "C")]), ("a\nc".into(), 0));
        assert_eq!(edit("a\nb", &[], &[], &[("x", "b")]), ("a\nb".into(), 1));
        assert_eq!(edit("a\nb", &[], &[], &[("b", "B")]), ("a\nB".into(), 0));
        assert_eq!(edit("a", &["b"], &["a"], &[]), ("b".into(), 0));
        assert_eq!(edit("", &["a"], &[], &[]), ("a".into(), 0));
    }
}
