//! Why bytes are no event log that can be read.

use thiserror::Error;

/// Why a file says nothing of events.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventsError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The binary log of Windows Vista and later.
    #[error("this is the binary event log of Windows Vista and later (.evtx)")]
    Evtx,
    /// It is text, but no event is in it and no header of a table of events.
    #[error("this is no event log that was saved as XML, csv, text or .evt")]
    NotEvents,
    /// It begins as XML does, and cannot be read on.
    #[error("the XML cannot be read from line {line} on: {why}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        why: String,
    },
    /// The end of an event is missing.
    #[error("the file ends in the middle of the event that begins in line {line}")]
    CutShort {
        /// The line, from 1.
        line: usize,
    },
}
