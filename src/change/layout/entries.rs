//! The entries of a list in the file's own layout: those that stay keep every byte.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::metabase::property::lines;
use crate::xml;

/// White space that a list's entries are laid out with.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// Where the entries of a list stand in its raw value, without the white space around them.
pub(super) fn places(text: &str, at: &Range<usize>) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut start = at.start;
    for line in text[at.clone()].split(['\r', '\n']) {
        let (begin, entry) =
            (line.len() - line.trim_start_matches(BLANK).len(), line.trim_matches(BLANK));
        if !entry.is_empty() {
            places.push(start + begin..start + begin + entry.len());
        }
        start += line.len() + 1;
    }
    places
}

/// The raw value in which the list says `value`; `between` stands before an entry that is new.
pub(super) fn rewritten(
    text: &str,
    at: &Range<usize>,
    places: &[Range<usize>],
    between: &str,
    value: &str,
    quote: char,
) -> String {
    let was: Vec<_> = places.iter().map(|place| xml::unescape(&text[place.clone()])).collect();
    let wanted: Vec<_> = lines(value).collect();
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        let entries: Vec<_> = wanted.iter().map(|entry| xml::escape(entry, quote)).collect();
        return entries.join(between);
    };
    if wanted.is_empty() {
        return String::new();
    }
    let mut left: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, entry) in was.iter().enumerate().rev() {
        left.entry(entry).or_default().push(place);
    }
    // Entries stay in their order; one that was moved up is written anew.
    let mut next = 0;
    let mut written = text[at.start..first.start].to_owned();
    for (count, entry) in wanted.into_iter().enumerate() {
        let stays = left.get_mut(entry).and_then(|places| {
            while places.pop_if(|place| *place < next).is_some() {}
            places.pop()
        });
        let before = stays.and_then(|place| place.checked_sub(1));
        if count > 0 {
            written.push_str(
                before
                    .map_or(between, |before| &text[places[before].end..places[before + 1].start]),
            );
        }
        next = stays.map_or(next, |place| place + 1);
        let raw = stays.map(|place| Cow::Borrowed(&text[places[place].clone()]));
        written.push_str(&raw.unwrap_or_else(|| xml::escape(entry, quote)));
    }
    written.push_str(&text[last.end..at.end]);
    written
}

/// The part of a value that differs, and what it becomes: whole lines at its ends are left out.
#[must_use]
pub fn differing(text: &str, at: &Range<usize>, now: &str) -> (Range<usize>, String) {
    let was = &text[at.clone()];
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum()
    };
    let head = same(&mut was.chars().zip(now.chars()));
    let head = was[..head].rfind('\n').map_or(0, |line| line + 1);
    let (rest, new) = (&was[head..], &now[head..]);
    let tail = same(&mut rest.chars().rev().zip(new.chars().rev()));
    let tail = rest[rest.len() - tail..].find(['\r', '\n']).map_or(0, |line| tail - line);
    (at.start + head..at.end - tail, new[..new.len() - tail].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewrite(raw: &str, value: &str) -> String {
        let at = 0..raw.len();
        rewritten(raw, &at, &places(raw, &at), "\n\t", value, '"')
    }

    #[test]
    fn entries_that_stay_keep_their_bytes_and_what_stands_before_them() {
        let raw = " &#97;\r\n  b\t\r\n\r\n\tc ";
        assert_eq!(rewrite(raw, "a\nb\nc"), raw);
        assert_eq!(rewrite(raw, "a\nb\nx\nc"), " &#97;\r\n  b\n\tx\t\r\n\r\n\tc ");
        assert_eq!(rewrite(raw, "a\nc"), " &#97;\t\r\n\r\n\tc ");
        assert_eq!(rewrite(raw, "b\nc"), " b\t\r\n\r\n\tc ");
        assert_eq!(rewrite(raw, "<\na\nb\nc\nd"), " &lt;\n\t&#97;\r\n  b\t\r\n\r\n\tc\n\td ");
        assert_eq!(rewrite(raw, ""), "");
        assert_eq!(rewrite("", "a\n\"b\""), "a\n\t&quot;b&quot;");
    }

    #[test]
    fn only_the_lines_that_differ_are_edited() {
        let edit = |was: &str, now: &str| {
            let (at, now) = differing(was, &(0..was.len()), now);
            (was[at].to_owned(), now)
        };
        let pair = |was: &str, now: &str| (was.to_owned(), now.to_owned());
        assert_eq!(edit("a\r\n\tb\r\n\tc", "a\r\n\tx\r\n\tc"), pair("\tb", "\tx"));
        assert_eq!(edit("a\n\tb\n\tc", "a\n\tc"), pair("\tb\n\tc", "\tc"));
        assert_eq!(edit("a\nb", "a\nb\nc"), pair("b", "b\nc"));
        assert_eq!(edit("a\nb", "b"), pair("a\nb", "b"));
        assert_eq!(edit("a\na\na", "a\na"), pair("a\na", "a"));
        assert_eq!(edit("", "a"), pair("", "a"));
    }

    #[test]
    fn white_space_is_all_that_is_no_entry() {
        let entry = Some(6..9);
        assert_eq!(places("xx \r\n\ta b\n \nc", &(2..12)).first().cloned(), entry);
    }
}
