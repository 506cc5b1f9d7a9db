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
pub struct Edits(Vec<Edit>);

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
        Ok(Self(edits))
    }

    /// The edits in ascending order.
    #[must_use]
    pub fn as_slice(&self) -> &[Edit] {
        &self.0
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Applies the edits in place, so that a large file is never held twice.
    ///
    /// # Errors
    /// [`EditError::Stale`] when the bytes are not the expected ones; then nothing is changed.
    pub fn apply(&self, mut bytes: Vec<u8>) -> Result<Vec<u8>, EditError> {
        if let Some(edit) = self.0.iter().find(|edit| bytes.get(edit.at.clone()) != Some(&edit.was))
        {
            return Err(EditError::Stale { at: edit.at.start });
        }
        // From the end, so that the ranges of the edits before stay true.
        for edit in self.0.iter().rev() {
            bytes.splice(edit.at.clone(), edit.now.iter().copied());
        }
        Ok(bytes)
    }

    /// The edits that take these back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let inverted = self.0.iter().map(|edit| {
            let start = self.shift(edit.at.start);
            Edit { at: start..start + edit.now.len(), was: edit.now.clone(), now: edit.was.clone() }
        });
        Self(inverted.collect())
    }

    /// Where a place of the original stands in the result. A place at an insertion moves behind
    /// what is inserted only if the insertion begins before it.
    #[must_use]
    pub fn shift(&self, place: usize) -> usize {
        let ahead = self.0.iter().take_while(|edit| edit.at.start < place);
        ahead.fold(place, |place, edit| place + edit.now.len() - edit.was.len())
    }

    /// The original, as pieces, from the result alone.
    #[must_use]
    pub fn before_chunks<'a>(&'a self, after: &'a [u8]) -> Vec<&'a [u8]> {
        let mut chunks = Vec::with_capacity(2 * self.0.len() + 1);
        let (mut rest, mut done) = (after, 0);
        for edit in &self.0 {
            let (kept, tail) = rest.split_at(edit.at.start - done);
            chunks.extend([kept, edit.was.as_slice()]);
            rest = &tail[edit.now.len()..];
            done = edit.at.end;
        }
        chunks.push(rest);
        chunks
    }
}
