//! One text for another in every value: a folder that moved, a drive that has another letter.
//!
//! Owns what counts as a place: whole names of a path, in any case of letters, or plain text.
//! Secrets, numbers, bytes and what IIS keeps for itself are never looked at.

use std::collections::BTreeMap;

use crate::change::plan::Request;
use crate::change::transfer::request;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::{self, KeyParts, KeyPath, capital};
use crate::metabase::model::{Property, canonical, properties};
use crate::metabase::property::Type;
use crate::metabase::protect::protection;
use crate::metabase::resolve::PropertyName;
use crate::metabase::scan::Metabase;
use crate::metabase::schema::Schema;
use crate::text::source::Source;

/// What is to become what, and where.
#[derive(Debug, Clone)]
pub struct Replacement<'a> {
    /// The text that is looked for.
    pub old: &'a str,
    /// What takes its place.
    pub new: &'a str,
    /// As plain text, to the letter, and not as names of a path.
    pub plain: bool,
    /// In these properties alone; in all where there is none.
    pub only: &'a [PropertyName],
    /// At this key and below it alone.
    pub under: Option<&'a KeyPath>,
}

/// Two paths without the `\` behind them where only one of them has it: what follows it in a value
/// would lose its `\`, or get a second one.
#[must_use]
pub fn alike<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str) {
    match (old.strip_suffix('\\'), new.strip_suffix('\\')) {
        (Some(bare), None) if !bare.is_empty() && !new.is_empty() => (bare, new),
        (None, Some(bare)) if !bare.is_empty() => (old, bare),
        _ => (old, new),
    }
}

/// What a replacement asks for.
#[derive(Debug, Default)]
pub struct Replaced {
    /// One request for each value.
    pub requests: Vec<Request>,
    /// How many values of each property change.
    pub counts: BTreeMap<String, usize>,
}

impl Replacement<'_> {
    /// What it asks for in a file.
    ///
    /// # Errors
    /// None for a metabase that was scanned in this source.
    pub fn requests(
        &self,
        source: &Source,
        metabase: &Metabase,
        schema: &Schema,
    ) -> Result<Replaced, MetabaseError> {
        let text = source.text();
        let mut replaced = Replaced::default();
        for key in &metabase.keys {
            let location = locate::location(source, key);
            if self.under.is_some_and(|under| !under.holds(&location)) {
                continue;
            }
            let parts = KeyParts::read(source, key)?;
            for property in properties(text, &parts) {
                let Some(now) = self.value(&property, schema) else { continue };
                let name = canonical(&property, schema);
                let changed = Property { value: now.into(), ..property };
                if let Some(request) = request(&location, &changed, None, schema.secrets()) {
                    replaced.requests.push(request);
                    *replaced.counts.entry(name).or_default() += 1;
                }
            }
        }
        Ok(replaced)
    }

    /// The new value of a property, if it is one that changes.
    fn value(&self, property: &Property<'_>, schema: &Schema) -> Option<String> {
        let row = schema.named(&property.name);
        let listed = row.map(|row| row.definition.kind);
        let kind = property.kind.as_deref().map_or(listed, Type::of);
        let is_text = matches!(
            kind.unwrap_or(Type::String),
            Type::String | Type::ExpandSz | Type::MultiSz | Type::MimeMap | Type::Wstr
        );
        let id = property.id.unwrap_or_default();
        let is_asked = self.only.is_empty()
            || self.only.iter().any(|asked| {
                let row = asked.in_schema(schema).map(|row| &row.definition);
                asked.is(&property.name, id) || row.is_some_and(|row| row.is_named(&property.name))
            });
        if !is_text || !is_asked {
            return None;
        }
        let name = canonical(property, schema);
        let flags = property.flags.as_deref().unwrap_or_default();
        if protection(&name, property.id, flags, schema.secrets()).is_some() {
            return None;
        }
        self.text(&property.value)
    }

    /// A text with each place replaced; nothing where there is none.
    fn text(&self, value: &str) -> Option<String> {
        let mut now = String::new();
        let mut rest = 0;
        let mut at = 0;
        while let Some(length) =
            value.get(at..).and_then(|text| self.next(value, at, text, &mut at))
        {
            now.push_str(&value[rest..at]);
            now.push_str(self.new);
            at += length;
            rest = at;
        }
        if rest == 0 {
            return None;
        }
        now.push_str(&value[rest..]);
        Some(now).filter(|now| now != value)
    }

    /// Moves `at` to the next place, and says how long it is.
    fn next(&self, value: &str, from: usize, text: &str, at: &mut usize) -> Option<usize> {
        if self.plain {
            *at = from + text.find(self.old)?;
            return Some(self.old.len());
        }
        let ends = |letter: Option<char>| letter.is_none_or(|letter| DELIMITERS.contains(&letter));
        let mut before = value[..from].chars().next_back();
        for (place, letter) in text.char_indices() {
            // A path may follow a blank; a name in a path may hold one.
            if ends(before) || before == Some(' ') && self.is_absolute() {
                let length = prefix(&text[place..], self.old);
                let behind = |length: &usize| text[place + length..].chars().next();
                let is_whole = self.old.ends_with(['\\', '/']);
                if let Some(length) = length.filter(|length| is_whole || ends(behind(length))) {
                    *at = from + place;
                    return Some(length);
                }
            }
            before = Some(letter);
        }
        None
    }

    fn is_absolute(&self) -> bool {
        let rest = self.old.strip_prefix(|letter: char| letter.is_ascii_alphabetic());
        self.old.starts_with(['\\', '%']) || rest.is_some_and(|rest| rest.starts_with(':'))
    }
}

/// What ends a name in a path, or a path in a list.
const DELIMITERS: [char; 17] =
    ['\\', '/', ',', ';', '|', '"', '\'', '<', '>', '*', '?', '=', '(', ')', '\t', '\n', '\r'];

/// How long the beginning of a text is that is the same as another without case.
fn prefix(text: &str, wanted: &str) -> Option<usize> {
    let mut letters = text.chars();
    for letter in wanted.chars() {
        if capital(letters.next()?) != capital(letter) {
            return None;
        }
    }
    Some(text.len() - letters.as_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(value: &str, old: &str, new: &str) -> String {
        let plain = false;
        let replacement = Replacement { old, new, plain, only: &[], under: None };
        replacement.text(value).unwrap_or_else(|| "-".into())
    }

    #[test]
    fn whole_names_of_a_path_are_found_in_any_case() {
        for (value, now) in [
            (r"D:\web", r"E:\www"),
            (r"d:\WEB\contoso", r"E:\www\contoso"),
            (r"D:\website2", "-"),
            (r"D:\web.old", "-"),
            (r"D:\web two", "-"),
            (r"XD:\web", "-"),
            (r".asp,D:\web\a.dll,5,GET|D:\web|x", r".asp,E:\www\a.dll,5,GET|E:\www|x"),
            (r#""D:\web\a.exe" "D:\web""#, r#""E:\www\a.exe" "E:\www""#),
            (r"-x D:\web\a", r"-x E:\www\a"),
            ("a\n\t\tD:\\web\n\t\tD:\\web\\b", "a\n\t\tE:\\www\n\t\tE:\\www\\b"),
            ("a\nD:\\web\nD:\\web\\b", "a\nE:\\www\nE:\\www\\b"),
            ("", "-"),
            ("é", "-"),
        ] {
            assert_eq!(replaced(value, r"D:\web", r"E:\www"), now, "{value}");
        }
        assert_eq!(
            replaced(r"C:\WINNT\system32\x,%winnt%", "winnt", "Windows"),
            r"C:\Windows\system32\x,%winnt%"
        );
        assert_eq!(replaced(r"\\OLD\share\x", r"\\old\share", r"\\new\s"), r"\\new\s\x");
        assert_eq!(replaced(r"D:\web\a", r"D:\", r"E:\"), r"E:\web\a");
        assert_eq!(replaced(r"c:\ÄÖ\x", r"C:\äö", r"C:\a"), r"C:\a\x");
    }

    #[test]
    fn plain_text_is_found_to_the_letter() {
        let plain = Replacement { old: "aa", new: "b", plain: true, only: &[], under: None };
        assert_eq!(plain.text("aaaaAAaa").as_deref(), Some("bbAAb"));
        assert_eq!(plain.text("AA"), None);
        let same = Replacement { old: "a", new: "a", ..plain };
        assert_eq!(same.text("aaa"), None);
    }
}
