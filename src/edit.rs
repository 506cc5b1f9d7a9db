//! Edits: ranges of a file's bytes and what replaces them.
//!
//! Owns the rules that edits are sorted, do not overlap, and say what they expect to find, so
//! that a stale plan fails instead of corrupting. Knows nothing of text, encodings or XML.

use std::ops::Range;

/// One replacement: the bytes `was` at `at` become `now`. Offsets count bytes of the file,
/// byte order mark included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Where the bytes stand before the edit. Empty for an insertion.
    pub at: Range<usize>,
    /// What must stand there.
    pub was: Vec<u8>,
    /// What stands there afterwards.
    pub now: Vec<u8>,
}

/// Edits in ascending order that do not overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edits {
    edits: Vec<Edit>,
    /// By how many bytes the file has grown behind each edit.
    growth: Vec<isize>,
}

/// Why edits cannot be put together or applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditError {
    /// An edit's range is not as long as what it expects to find there.
    Inconsistent {
        /// Where the edit begins, in bytes.
        at: usize,
    },
    /// Two edits touch the same bytes, or insert at the same place.
    Overlapping {
        /// Where the second of them begins, in bytes.
        at: usize,
    },
    /// The bytes are not those the edit was made for.
    Stale {
        /// Where the edit begins, in bytes.
        at: usize,
    },
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Inconsistent { at } => {
                write!(f, "the edit at byte {at} contradicts its own range")
            }
            Self::Overlapping { at } => {
                write!(f, "the edit at byte {at} overlaps the one before it")
            }
            Self::Stale { at } => write!(f, "byte {at} is not what the edit was made for"),
        }
    }
}

impl std::error::Error for EditError {}

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
        let growth = edits.iter().scan(0, |growth, edit| {
            *growth += edit.now.len() as isize - edit.was.len() as isize;
            Some(*growth)
        });
        Self { growth: growth.collect(), edits }
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

    /// Applies the edits in place, so that a large file is never held twice.
    ///
    /// # Errors
    /// [`EditError::Stale`] when the bytes are not the expected ones; then nothing is changed.
    pub fn apply(&self, mut bytes: Vec<u8>) -> Result<Vec<u8>, EditError> {
        let stale = |edit: &&Edit| bytes.get(edit.at.clone()) != Some(&edit.was);
        if let Some(edit) = self.edits.iter().find(stale) {
            return Err(EditError::Stale { at: edit.at.start });
        }
        let Some(first) = self.edits.first() else { return Ok(bytes) };
        // What follows the first edit goes as far back as it must ever be, and from there each
        // piece forward to its place.
        let end = bytes.len();
        let room = self.growth.iter().fold(0, |room, growth| room.max(*growth)).unsigned_abs();
        bytes.resize(end + room, 0);
        if room > 0 {
            bytes.copy_within(first.at.start..end, first.at.start + room);
        }
        let mut place = first.at.start;
        let next = self.edits[1..].iter().map(|edit| edit.at.start).chain([end]);
        for (edit, next) in self.edits.iter().zip(next) {
            bytes[place..place + edit.now.len()].copy_from_slice(&edit.now);
            place += edit.now.len();
            let kept = edit.at.end + room..next + room;
            let length = kept.len();
            if kept.start != place {
                bytes.copy_within(kept, place);
            }
            place += length;
        }
        bytes.truncate(place);
        Ok(bytes)
    }

    /// The edits that take these back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let inverted = self.edits.iter().map(|edit| {
            let start = self.shift(edit.at.start);
            Edit { at: start..start + edit.now.len(), was: edit.now.clone(), now: edit.was.clone() }
        });
        Self::sorted(inverted.collect())
    }

    /// Where a place of the original stands in the result. A place at an insertion moves behind
    /// what is inserted only if the insertion begins before it.
    #[must_use]
    pub fn shift(&self, place: usize) -> usize {
        let ahead = self.edits.partition_point(|edit| edit.at.start < place);
        let growth = ahead.checked_sub(1).map_or(0, |last| self.growth[last]);
        place.wrapping_add_signed(growth)
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

    proptest! {
        #[test]
        fn the_result_is_what_edits_one_by_one_from_the_end_give(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            gaps in prop::collection::vec((1_usize..20, 0_usize..6, 0_usize..9), 0..12),
        ) {
            let (mut edits, mut place) = (Vec::new(), 0);
            for (gap, was, now) in gaps {
                let at = place + gap..place + gap + was;
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
            prop_assert_eq!(edits.before_chunks(&expected).concat(), bytes.clone());
            prop_assert_eq!(edits.inverse().apply(expected), Ok(bytes));
        }
    }
}
