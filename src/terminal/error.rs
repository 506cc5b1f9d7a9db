//! What can go wrong, as facts, and the one place that turns facts into words.
//!
//! Pure modules return a [`Refusal`], `store` returns a [`crate::store::StoreError`]; both become a [`Problem`]:
//! message, hint, place and exit code. Nothing here decides whether something is wrong.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::metabase::secrets::{MASK, Secrets, masked};
use crate::store::Written;
use crate::text::escape;
use crate::text::source::{Position, Source};

pub use crate::metabase::refusal::Refusal;

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
    /// `--exit-code`: a change is pending; also: two files differ, or `check` found something.
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
    pub hint: String,
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

/// How many characters of a long line are shown on either side of the place.
const EXCERPT: usize = 60;

impl Problem {
    /// What was refused, and where.
    #[must_use]
    pub fn refused(
        refusal: &Refusal,
        file: &Path,
        source: Option<&Source>,
        secrets: &Secrets,
    ) -> Self {
        let place = match (refusal, refusal.at(), source) {
            (Refusal::NotEncoded { position, .. }, ..) => {
                Some(Place { position: *position, excerpt: String::new(), caret: 0 })
            }
            (_, Some(at), Some(source)) => Some(Place::of(source, at, secrets)),
            _ => None,
        };
        let related = refusal.related().zip(source);
        Self {
            exit: Exit::Refused,
            name: refusal.name().into(),
            message: escape::escaped(&message(refusal, source, secrets)).into_owned(),
            hint: refusal.hint(),
            file: file.into(),
            place,
            related: related.map(|((at, what), source)| (source.position(at), what)),
            written: Some(Written::Nothing),
            stopped_services: Vec::new(),
        }
    }
}

/// The sentence, without a name that is a part of a secret which was taken for markup.
fn message(refusal: &Refusal, source: Option<&Source>, secrets: &Secrets) -> String {
    const KNOWN: [&str; 7] = ["Custom", "Name", "ID", "Value", "Type", "UserType", "Attributes"];
    let message = refusal.to_string();
    let (Refusal::Malformed(malformed), Some(source)) = (refusal, source) else { return message };
    let (text, at) = (source.text(), malformed.at);
    let hidden = secrets.places(text, at..text.len().min(at + 1));
    let Some(secret) = hidden.into_iter().find(|secret| secret.contains(&at)) else {
        return message;
    };
    let outside = |c: char| !c.is_alphanumeric() && !"_-.:".contains(c);
    let is_part = |name: &str| text[secret.clone()].split(outside).any(|part| part == name);
    let shown = |word: &str| match word.trim_matches(outside) {
        name if name.len() < 2 || KNOWN.contains(&name) || secrets.has(name, None, "") => {
            word.into()
        }
        name if is_part(name) => word.replace(name, MASK),
        _ => word.to_owned(),
    };
    message.split(' ').map(shown).collect::<Vec<_>>().join(" ")
}

impl Problem {
    /// What failed after all was well with the file.
    #[must_use]
    pub fn failed(name: &str, message: String, file: &Path, written: Written) -> Self {
        Self {
            exit: Exit::Failure,
            name: name.into(),
            message: escape::escaped(&message).into_owned(),
            hint: String::new(),
            file: file.into(),
            place: None,
            related: None,
            written: Some(written),
            stopped_services: Vec::new(),
        }
    }
}

impl Place {
    fn of(source: &Source, at: usize, secrets: &Secrets) -> Self {
        let text = source.text();
        let at = text.floor_char_boundary(at);
        let breaks = |character| character == '\n' || character == '\r';
        let start = text[..at].rfind(breaks).map_or(0, |end| end + 1);
        let start =
            text[start..at].char_indices().rev().nth(EXCERPT).map_or(start, |c| start + c.0);
        let line_end = text[at..].find(breaks).map_or(text.len(), |end| at + end);
        let end = text[at..line_end].char_indices().nth(EXCERPT).map_or(line_end, |c| at + c.0);

        let hidden = secrets.places(text, start..end);
        let inside = |from: usize, to: usize| -> String {
            let cut = hidden.iter().map(|secret| secret.start.max(from)..secret.end.min(to));
            let cut = cut.filter(|secret| secret.start < secret.end);
            let cut: Vec<_> = cut.map(|secret| secret.start - from..secret.end - from).collect();
            escape::escaped(&masked(&text[from..to], &cut)).replace('\t', " ")
        };
        let before = inside(start, at);
        let excerpt = inside(start, end);
        Self { position: source.position(at), caret: before.chars().count(), excerpt }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", escape::escaped(&self.file.to_string_lossy()))?;
        if let Some(Place { position, .. }) = &self.place {
            write!(f, ":{}:{}", position.line, position.column)?;
        }
        write!(f, ": {}", self.message)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metabase::scan::scan;

    #[test]
    fn a_part_of_a_secret_is_no_name_in_a_message() {
        for (slip, told) in [
            ("AdminACL='4963' c4dbe'", "the attribute ******** has no value"),
            ("AdminACL='4963&c4dbe;'", "there is no entity &********;"),
            ("AdminACL='a' c4dbe=1", "the value of ******** does not begin with a quote"),
            ("AdminACL=c4dbe", "the value of AdminACL does not begin with a quote"),
            ("AdminACL='4963' X1", "the attribute ******** has no value"),
        ] {
            let text = format!(
                "<configuration xmlns='urn:microsoft-catalog:XML_Metabase_V64_0'><MBProperty>\
                 <K {slip} /></MBProperty></configuration>"
            );
            let source = Source::decode(text.into_bytes()).expect("it is text");
            let refusal = scan(&source).expect_err("it is refused");
            let problem =
                Problem::refused(&refusal, Path::new("f"), Some(&source), &Secrets::default());
            assert!(problem.message.ends_with(told), "{slip}: {problem}");
            assert!(!problem.to_string().contains("4dbe"), "{problem}");
        }
    }
}
