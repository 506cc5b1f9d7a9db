//! An error as it is shown, and how a run ends.
//!
//! What an error becomes is decided in `command::problem`; nothing here knows a cause.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::store::Written;
use crate::terminal::hint::Hint;
use crate::text::escape;
use crate::text::source::Position;

/// How a run ends; the numbers are the exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Success = 0,
    /// The system failed: a read error, a full disk.
    Failure = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The input is not what metafix edits: nothing was written.
    Refused = 3,
    /// Another run holds the lock, or the file changed meanwhile: try again.
    Busy = 4,
    /// The question was not answered with yes.
    NotConfirmed = 5,
    /// `--exit-code`: a change is pending; also: two files differ, `check` found something, or
    /// `diagnose` something to do.
    Pending = 6,
}

impl Exit {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The name that JSON output gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::Busy => "busy",
            Self::NotConfirmed => "not-confirmed",
            Self::Pending => "pending",
        }
    }
}

/// An error as it is shown: the end of the way for every fact above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The exit code.
    pub exit: Exit,
    /// The name by which scripts know it.
    pub name: String,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Hint,
    /// The file it is about.
    pub file: PathBuf,
    /// Where in the file, with the line to show.
    pub place: Option<Place>,
    /// A second place, and what is there.
    pub related: Option<(Position, &'static str)>,
    /// Whether anything was written, where that is in question.
    pub written: Option<Written>,
    /// Services that were stopped for the change and stay so.
    pub stopped_services: Vec<String>,
}

/// A place in a file, and its line as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Line and column.
    pub position: Position,
    /// The line, or the part of a long one around the column, masked and escaped.
    pub excerpt: String,
    /// How many characters of the excerpt stand before the column.
    pub caret: usize,
}

impl Problem {
    /// What failed after all was well with the file.
    #[must_use]
    pub fn failed(name: &str, message: String, file: &Path, written: Written) -> Self {
        Self {
            exit: Exit::Failure,
            name: name.into(),
            message: escape::escaped(&message).into_owned(),
            hint: Hint::default(),
            file: file.into(),
            place: None,
            related: None,
            written: Some(written),
            stopped_services: Vec::new(),
        }
    }
}

impl Problem {
    /// Where it is and what is wrong, without the line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut place = escape::escaped(&self.file.to_string_lossy()).into_owned();
        if let Some(Place { position, .. }) = &self.place {
            place += &format!(":{}:{}", position.line, position.column);
        }
        format!("{place}: {}", self.message)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())?;
        if let Some(Place { position, excerpt, caret }) = &self.place
            && !excerpt.is_empty()
        {
            let line = position.line.to_string();
            write!(f, "\n{line} | {excerpt}\n{:1$} | {2:caret$}^", "", line.len(), "")?;
        }
        if let Some((position, what)) = &self.related {
            write!(f, "\n{what} line {}, column {}", position.line, position.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
