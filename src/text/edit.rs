//! Edits: ranges of a file's bytes and what replaces them.
//!
//! Owns the rules that edits are sorted, do not overlap, and say what they expect to find, so
//! that a stale plan fails instead of corrupting. Knows nothing of text, encodings or XML.

use std::ops::Range;

use thiserror::Error;

/// One replacement: the bytes `was` at `at` become `now`. Offsets count bytes of the file,
/// byte order mark included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where the bytes stand before the edit. Empty for an insertion.
    pub at: Range<usize>,
    /// What must be there.
    pub was: Vec<u8>,
    /// What is there afterwards.
    pub now: Vec<u8>,
}

/// Edits in ascending order that do not overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edits {
    edits: Vec<Edit>,
    /// By how much what is after each edit moves, taken together with those before it.
    moves: Vec<isize>,
}

/// Why edits cannot be put together or applied.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// An edit's range is not as long as what it expects to find there.
    #[error("the edit at byte {at} contradicts its own range")]
    Inconsistent {
        /// Where the edit begins, in bytes.
        at: usize,
    },
    /// Two edits touch the same bytes, or insert at the same place.
    #[error("the edit at byte {at} overlaps the one before it")]
    Overlapping {
        /// Where the second of them begins, in bytes.
        at: usize,
    },
    /// The bytes are not those the edit was made for.
    #[error("byte {at} is not what the edit was made for")]
    Stale {
        /// Where the edit begins, in bytes.
        at: usize,
    },
}

impl Edits {
    /// Sorts the edits and checks that they can stand together.
    ///
    /// # Errors
    /// [`EditError::Inconsistent`] and [`EditError::Overlapping`].
    pub fn new(mut edits: Vec<Edit>) -> Result<Self, EditError> {
        edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
        if let Some(edit) = edits.iter().find(|edit| edit.at.len() != edit.was.len()) {
            return Err(EditError::Inconsistent { at: edit.at.start });
        }
        for pair in edits.windows(2) {
            let (left, right) = (&pair[0].at, &pair[1].at);
            if left.end > right.start || left.start == right.start {
                return Err(EditError::Overlapping { at: right.start });
            }
        }
        Ok(Self::sorted(edits))
    }

    fn sorted(edits: Vec<Edit>) -> Self {
        let mut moved = 0;
        let growth = |edit: &Edit| edit.now.len().cast_signed() - edit.was.len().cast_signed();
        let add = |edit| {
            moved += growth(edit);
            moved
        };
        let moves = edits.iter().map(add).collect();
        Self { edits, moves }
    }

    /// The edits in ascending order.
    #[must_use]
    pub fn as_slice(&self) -> &[Edit] {
        &self.edits
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Applies the edits in place, so that a large file is never held twice, and in one pass.
    ///
    /// # Errors
    /// [`EditError::Stale`] when the bytes are not the expected ones; then nothing is changed.
    pub fn apply(&self, mut bytes: Vec<u8>) -> Result<Vec<u8>, EditError> {
        let is_stale = |edit: &&Edit| bytes.get(edit.at.clone()) != Some(&edit.was);
        if let Some(edit) = self.edits.iter().find(is_stale) {
            return Err(EditError::Stale { at: edit.at.start });
        }
        let Some(first) = self.edits.first() else { return Ok(bytes) };
        // All after the first edit moves so far on that what is written never reaches what is
        // still to be read.
        let most = self.moves.iter().max().copied().unwrap_or_default().max(0);
        let (from, end, room) = (first.at.start, bytes.len(), most.unsigned_abs());
        if room > 0 {
            bytes.resize(end + room, 0);
            bytes.copy_within(from..end, from + room);
        }
        let (mut read, mut write) = (from, from);
        for edit in &self.edits {
            // What does not move is left alone: it can be most of a large file.
            if read + room != write {
                bytes.copy_within(read + room..edit.at.start + room, write);
            }
            write += edit.at.start - read;
            bytes[write..write + edit.now.len()].copy_from_slice(&edit.now);
            write += edit.now.len();
            read = edit.at.end;
        }
        if write < read + room {
            bytes.copy_within(read + room.., write);
            bytes.truncate(write + end - read);
        }
        Ok(bytes)
    }

    /// The edits that take these back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let mut inverted: Vec<Edit> = Vec::with_capacity(self.edits.len());
        for edit in &self.edits {
            let start = self.shift(edit.at.start);
            let (at, was) = (start..start + edit.now.len(), &edit.now);
            match inverted.last_mut().filter(|last| last.at.start == start) {
                // What was removed just before an insertion comes back in its place.
                Some(last) => {
                    last.at.end = at.end;
                    last.was.extend(was);
                    last.now.extend(&edit.was);
                }
                None => inverted.push(Edit { at, was: was.clone(), now: edit.was.clone() }),
            }
        }
        Self::sorted(inverted)
    }

    /// Where a place of the original stands in the result. A place at an insertion moves after
    /// what is inserted only if the insertion begins before it.
    #[must_use]
    pub fn shift(&self, place: usize) -> usize {
        let ahead = self.edits.partition_point(|edit| edit.at.start < place);
        let moved = ahead.checked_sub(1).map_or(0, |last| self.moves[last]);
        place.saturating_add_signed(moved)
    }

    /// The original, as pieces, from the result alone.
    #[must_use]
    pub fn before_chunks<'a>(&'a self, after: &'a [u8]) -> Vec<&'a [u8]> {
        let mut chunks = Vec::with_capacity(2 * self.edits.len() + 1);
        let (mut rest, mut done) = (after, 0);
        for edit in &self.edits {
            let (kept, tail) = rest.split_at(edit.at.start - done);
            chunks.extend([kept, edit.was.as_slice()]);
            rest = &tail[edit.now.len()..];
            done = edit.at.end;
        }
        chunks.push(rest);
        chunks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One edit for each word: what is there, and what is to be there, with `|` between.
    fn edits(text: &str) -> (Vec<u8>, Edits, Vec<u8>) {
        let (mut before, mut after, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for word in text.split(' ') {
            let Some((was, now)) = word.split_once('|') else {
                before.extend(word.bytes());
                after.extend(word.bytes());
                continue;
            };
            let at = before.len()..before.len() + was.len();
            all.push(Edit { at, was: was.into(), now: now.into() });
            before.extend(was.bytes());
            after.extend(now.bytes());
        }
        (before, Edits::new(all).expect("they fit together"), after)
    }

    #[test]
    fn edits_that_grow_and_shrink_in_any_order_give_the_text_that_was_meant() {
        for text in [
            "abc",
            "a |xyz b",
            "a xyz| b",
            "|first a b|longer c |last",
            "grow|grown abc shrink|s def same|SAME g",
            "shrink|s abc grow|grown def |x gh",
            "a aaaaaaaaaa| b |bbbbbbbbbbbbbbb c cccccccc|c d |ddd",
            "a |bbbbbbbbbbbbbbb b aaaaaaaaaa| c |ddd d cccccccccccccc|c",
            "one|two b two|one",
            "all|",
        ] {
            let (before, edits, after) = edits(text);
            assert_eq!(edits.apply(before.clone()), Ok(after.clone()), "{text}");
            assert_eq!(edits.inverse().apply(after.clone()), Ok(before.clone()), "{text}");
            assert_eq!(edits.inverse().inverse(), edits, "{text}");
            assert_eq!(edits.before_chunks(&after).concat(), before, "{text}");
        }
    }

    #[test]
    fn a_place_moves_with_what_stands_before_it() {
        let (before, edits, _) = edits("a |xyz b cc| d");
        let places: Vec<usize> = (0..=before.len()).map(|place| edits.shift(place)).collect();
        // What is inserted at a place stands before it; what goes takes its inside along.
        assert_eq!((before.as_slice(), places), (&b"abccd"[..], vec![0, 1, 5, 4, 5, 6]));
    }

    #[test]
    fn nothing_is_changed_where_one_of_many_is_stale() {
        let (before, edits, _) = edits("a b|c d e|f g");
        let mut other = before;
        other[3] = b'x';
        assert_eq!(edits.apply(other), Err(EditError::Stale { at: 3 }));
        assert_eq!(edits.apply(b"ab".to_vec()), Err(EditError::Stale { at: 3 }));
    }

    proptest! {
        #[test]
        fn the_result_is_what_edits_one_by_one_from_the_end_give(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            gaps in prop::collection::vec((0_usize..20, 0_usize..6, 0_usize..9), 0..12),
        ) {
            let (mut edits, mut place) = (Vec::new(), 0);
            for (gap, was, now) in gaps {
                let at = place + gap..place + gap + was;
                if edits.last().is_some_and(|last: &Edit| last.at.start == at.start) {
                    continue;
                }
                let Some(was) = bytes.get(at.clone()) else { break };
                edits.push(Edit { was: was.to_vec(), now: vec![b'+'; now], at: at.clone() });
                place = at.end;
            }
            let mut expected = bytes.clone();
            for edit in edits.iter().rev() {
                expected.splice(edit.at.clone(), edit.now.iter().copied());
            }
            let edits = Edits::new(edits).unwrap();
            prop_assert_eq!(edits.apply(bytes.clone()), Ok(expected.clone()));
            let inverse = edits.inverse();
            prop_assert_eq!(Edits::new(inverse.as_slice().to_vec()), Ok(inverse.clone()));
            prop_assert_eq!(inverse.inverse().apply(bytes.clone()), Ok(expected.clone()));
            prop_assert_eq!(inverse.apply(expected), Ok(bytes));
        }
    }
}
