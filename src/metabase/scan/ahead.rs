//! Reading a large metabase in several places at once.
//!
//! Owns the guess where keys begin, and the proof that it was right. A piece is read by itself as
//! if it began between two keys; what is found there counts only once the one reader that comes
//! from the beginning of the text arrives at just that place, between two keys. If it does not,
//! or if anything at all is odd in a piece, that reader reads on itself. So a text is accepted or
//! refused, and for the same reason, as if it were read from its beginning to its end.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, Scope, available_parallelism};

use super::scanner::{Begin, Key, scan_piece};
use crate::text::source::Source;
use crate::xml::key_begin;

/// How long a piece is about, in bytes: long enough that beginning one costs nothing, short
/// enough that the keys of those that wait take little room beside the file.
/// What the fuzzer invents is shorter than that.
const PIECE: usize = if cfg!(fuzzing) { 256 } else { 128 * 1024 };

/// More than these would wait for the memory rather than read.
const MOST: usize = 8;

/// So many pieces wait to be fetched: who is farther ahead waits, so that their keys take no room.
const WAITING: usize = MOST;

/// The pieces of a text: what is between two of their beginnings is one.
pub(super) struct Pieces {
    begins: Vec<usize>,
    next: AtomicUsize,
    stopped: AtomicBool,
}

impl Pieces {
    /// Cuts a text where keys seem to begin.
    pub(super) fn of(text: &str) -> Self {
        Self::of_length(text, PIECE)
    }

    pub(super) fn of_length(text: &str, length: usize) -> Self {
        let parts = (length..text.len()).step_by(length);
        let parts = parts.map(|at| at..text.len().min(at + length));
        let begins = parts.filter_map(|part| key_begin(text, part)).collect();
        Self { begins, next: AtomicUsize::new(0), stopped: AtomicBool::new(false) }
    }

    /// Where the first of them begins.
    #[cfg(test)]
    pub(super) fn first(&self) -> Option<usize> {
        self.begins.first().copied()
    }

    fn get(&self, index: usize) -> Option<Range<usize>> {
        Some(*self.begins.get(index)?..*self.begins.get(index + 1)?)
    }
}

/// The pieces that others read ahead.
pub(super) struct Ahead<'a> {
    pieces: &'a Pieces,
    /// The first piece that does not begin before the reader.
    current: usize,
    read: Receiver<(usize, Option<Vec<Key>>)>,
    /// What was read and is not wanted yet.
    early: HashMap<usize, Option<Vec<Key>>>,
}

impl<'a> Ahead<'a> {
    /// Begins to read, until the result is dropped.
    pub(super) fn begin<'scope>(
        scope: &'scope Scope<'scope, '_>,
        source: &'scope Source,
        pieces: &'a Pieces,
    ) -> Self
    where
        'a: 'scope,
    {
        let (sender, read) = sync_channel(WAITING);
        let count = pieces.begins.len().saturating_sub(1);
        let readers = match count {
            0 => 0,
            _ => available_parallelism().map_or(1, |n| n.get().min(MOST).min(count)),
        };
        for _ in 0..readers {
            let sender = sender.clone();
            let read = move || read_pieces(source, pieces, &sender);
            // Where the system gives no more threads, fewer do it, or none.
            if Builder::new().spawn_scoped(scope, read).is_err() {
                break;
            }
        }
        Self { pieces, current: 0, read, early: HashMap::new() }
    }

    /// What is in the piece that begins here, between two keys, and where that ends; nothing
    /// if none begins here, or if it must be read from here.
    pub(super) fn take(&mut self, at: usize) -> Option<(Vec<Key>, usize)> {
        while *self.pieces.begins.get(self.current)? < at {
            self.current += 1;
            // What the reader has passed need not be read any more.
            self.early.remove(&(self.current - 1));
            self.pieces.next.fetch_max(self.current, Relaxed);
        }
        let piece = self.pieces.get(self.current).filter(|piece| piece.start == at)?;
        let keys = loop {
            if let Some(keys) = self.early.remove(&self.current) {
                break keys;
            }
            // Where no reader could be started, nothing will come.
            let (index, keys) = self.read.recv().ok()?;
            if index >= self.current {
                self.early.insert(index, keys);
            }
        };
        self.current += 1;
        Some((keys?, piece.end))
    }
}

impl Drop for Ahead<'_> {
    fn drop(&mut self) {
        self.pieces.stopped.store(true, Relaxed);
    }
}

fn read_pieces(source: &Source, pieces: &Pieces, to: &SyncSender<(usize, Option<Vec<Key>>)>) {
    loop {
        let index = pieces.next.fetch_add(1, Relaxed);
        let Some(piece) = pieces.get(index).filter(|_| !pieces.stopped.load(Relaxed)) else {
            return;
        };
        if to.send((index, scan_piece(source, piece, Begin::BetweenKeys))).is_err() {
            return;
        }
    }
}
