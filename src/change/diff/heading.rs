//! The key in which a hunk begins, for the line above it, as `diff -p` names a function.
//!
//! Found in the text alone, so that a file that is no metabase has a diff too.

use crate::xml;

/// The attribute that names a key's path.
const LOCATION: &str = "Location";

/// Finds the key of one place after the other, and looks at no byte twice.
pub(super) struct Headings<'a> {
    text: &'a str,
    seen: usize,
    last: Option<String>,
}

impl<'a> Headings<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, seen: 0, last: None }
    }

    /// The `Location` of the key at a place, which is after the places asked for before; or of
    /// the key that what is inserted there begins.
    pub(super) fn at(&mut self, place: usize, inserted: &str) -> Option<String> {
        let mut here =
            memchr::memmem::rfind_iter(&self.text.as_bytes()[self.seen..place], LOCATION);
        if let Some(location) = here.find_map(|at| location(self.text, self.seen + at)) {
            self.last = Some(location);
        }
        self.seen = place;
        new_key(inserted).or_else(|| self.last.clone())
    }
}

/// The `Location` of the first element of a text, if that is the first thing in it.
fn new_key(text: &str) -> Option<String> {
    let tag = text.trim_start().strip_prefix('<')?;
    let tag = &tag[..tag.find(['<', '>'])?];
    memchr::memmem::find_iter(tag.as_bytes(), LOCATION).find_map(|at| value(tag, at))
}

/// The value of the attribute `Location` whose name begins at a place, where it is one.
fn location(text: &str, at: usize) -> Option<String> {
    let tag = &text[text[..at].rfind('<')? + 1..at];
    // In a value no `<` can stand, so this is a start tag, and no comment.
    tag.starts_with(|first: char| first.is_alphabetic()).then(|| value(text, at))?
}

fn value(text: &str, at: usize) -> Option<String> {
    let blank = |character: char| character.is_ascii_whitespace();
    text[..at].ends_with(blank).then_some(())?;
    let behind = text[at + LOCATION.len()..].trim_start_matches(blank).strip_prefix('=')?;
    let behind = behind.trim_start_matches(blank);
    let quote = behind.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Some(xml::unescape(behind[1..].split_once(quote)?.0).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<a><!-- Location=\"/LM/not\" -->\n<IIsKey\tLocation =\"/LM/A&amp;B\"\n\t\tX=\" \
                        Locations='1' \"\n/><IIsKey Location='/LM/C'\n\tY=\"2\"/></a>";

    #[test]
    fn the_key_before_a_place_is_named() {
        let at = |what| TEXT.find(what).unwrap();
        let mut headings = Headings::of(TEXT);
        assert_eq!(headings.at(at("<IIsKey"), ""), None);
        assert_eq!(headings.at(at("X="), "").as_deref(), Some("/LM/A&B"));
        assert_eq!(headings.at(at("/><"), "").as_deref(), Some("/LM/A&B"));
        assert_eq!(headings.at(at("Y="), "").as_deref(), Some("/LM/C"));
        assert_eq!(headings.at(at("</a>"), "").as_deref(), Some("/LM/C"));
    }

    #[test]
    fn a_new_key_names_itself() {
        let mut headings = Headings::of(TEXT);
        let end = TEXT.find("</a>").unwrap();
        let new = "\n<IIsKey Location =\"/LM/D\"/>";
        assert_eq!(headings.at(end, new).as_deref(), Some("/LM/D"));
        assert_eq!(headings.at(end, "<Custom ID=\"1\"/>").as_deref(), Some("/LM/C"));
    }
}
