//! Lines and columns, as people count them.
//!
//! Owns what a line end is, and counting them: once, however many places are asked for, and in
//! whatever order.

use std::cell::{Cell, RefCell};

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1. A line ends at LF, CR LF, or a lone CR, as in XML 1.0 §2.11. Between the
    /// CR and the LF of one end the line is still the one that ends there.
    pub line: usize,
    /// The column in characters (Unicode scalar values), from 1.
    pub column: usize,
}

/// How many line ends of each sort a text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineEnds {
    /// CR LF, as Windows writes.
    pub crlf: usize,
    /// LF alone.
    pub lf: usize,
    /// CR alone.
    pub cr: usize,
}

impl LineEnds {
    /// Counts the line ends of a text.
    #[must_use]
    pub fn count(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut ends = Self::default();
        for at in memchr::memchr2_iter(b'\r', b'\n', bytes) {
            match (bytes[at], bytes.get(at + 1)) {
                (b'\r', Some(b'\n')) => ends.crlf += 1,
                (b'\r', _) => ends.cr += 1,
                _ if at > 0 && bytes[at - 1] == b'\r' => {}
                _ => ends.lf += 1,
            }
        }
        ends
    }

    /// All of them together.
    #[must_use]
    pub fn total(self) -> usize {
        self.crlf + self.lf + self.cr
    }
}

/// How far apart the places are whose line is remembered.
const BLOCK: usize = 1024;

/// The lines of a text. They are counted up to the farthest place that is asked for, so that the
/// first few lines of a large file cost little, and many places not more than one.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    /// How many lines end before each block, as far as they are counted.
    counted: RefCell<Vec<usize>>,
    /// The place whose column was asked for last, and its column.
    last: Cell<(usize, usize)>,
}

impl<'a> Lines<'a> {
    /// Those of a text.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        Self { text, counted: RefCell::new(vec![0]), last: Cell::new((0, 1)) }
    }

    /// The line of a place, from 1.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        let block = at / BLOCK;
        let mut counted = self.counted.borrow_mut();
        while counted.len() <= block {
            let from = (counted.len() - 1) * BLOCK;
            let before = counted[counted.len() - 1];
            counted.push(before + self.ends(from, from + BLOCK));
        }
        counted[block] + self.ends(block * BLOCK, at) + 1
    }

    /// Line and column of a place. Asked for in ascending order, each is counted on from the last:
    /// a file can be one line.
    #[must_use]
    pub fn position(&self, at: usize) -> Position {
        let (last, column) =
            Some(self.last.get()).filter(|(last, _)| *last <= at).unwrap_or((0, 1));
        let mut breaks = memchr::memrchr2_iter(b'\r', b'\n', &self.text.as_bytes()[last..at]);
        let column = match breaks.find(|end| self.is_end(last + end)) {
            Some(end) => self.text[last + end + 1..at].chars().count() + 1,
            None => column + self.text[last..at].chars().count(),
        };
        self.last.set((at, column));
        Position { line: self.line(at), column }
    }

    /// How many lines end in a part of the text.
    fn ends(&self, from: usize, to: usize) -> usize {
        let breaks = memchr::memchr2_iter(b'\r', b'\n', &self.text.as_bytes()[from..to]);
        breaks.filter(|at| self.is_end(from + at)).count()
    }

    /// Whether a line ends with this CR or LF: of a CR LF it is the LF.
    fn is_end(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a person would: character by character from the beginning.
    fn counted(text: &str, place: usize) -> Position {
        let mut found = Position { line: 1, column: 1 };
        for (at, character) in text.char_indices().take_while(|(at, _)| *at < place) {
            found.column += 1;
            if character == '\n' || character == '\r' && !text[at + 1..].starts_with('\n') {
                found = Position { line: found.line + 1, column: 1 };
            }
        }
        found
    }

    fn places(text: &str) -> Vec<usize> {
        (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect()
    }

    #[test]
    fn every_place_has_the_line_and_column_that_a_person_would_count() {
        for text in
            ["", "\r\n", "\n\r", "\r", "a\r\nb\rc\n\r\n\n\u{e9}\u{1F600}x\r\ry", "\r\r\n\n\r\n\r"]
        {
            let lines = Lines::of(text);
            let places = places(text);
            for at in places.iter().chain(places.iter().rev()) {
                assert_eq!(lines.position(*at), counted(text, *at), "{text:?} {at}");
                assert_eq!(lines.line(*at), counted(text, *at).line, "{text:?} {at}");
            }
            assert_eq!(lines.line(text.len()), LineEnds::count(text).total() + 1, "{text:?}");
        }
    }

    #[test]
    fn inside_a_cr_lf_the_line_is_the_one_that_ends_there() {
        let lines = Lines::of("ab\r\ncd");
        let at = |line, column| Position { line, column };
        let found: Vec<_> = (0..=6).map(|place| lines.position(place)).collect();
        assert_eq!(found, [at(1, 1), at(1, 2), at(1, 3), at(1, 4), at(2, 1), at(2, 2), at(2, 3)]);
    }

    #[test]
    fn a_line_end_across_two_blocks_is_one() {
        for shift in 0..4 {
            let text = "x".repeat(BLOCK - 2 + shift) + "\r\n" + &"\r\n".repeat(BLOCK) + "\ry";
            let far = Lines::of(&text);
            for at in [text.len(), 3 * BLOCK, 2 * BLOCK + 1, 2 * BLOCK, BLOCK + 1, BLOCK, BLOCK - 1]
            {
                let expected = counted(&text, at);
                assert_eq!(far.position(at), expected, "{shift} {at}");
                assert_eq!(Lines::of(&text).position(at), expected, "{shift} {at}");
            }
        }
    }
}
