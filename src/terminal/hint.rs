//! What to do about an error: sentences, with commands in them that stay values until they are
//! printed.
//!
//! Owns how a command is printed: quoted for a shell, and naming the file that the user named.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::text::{escape, shell};

/// What to do about an error; empty where nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hint {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Line,
    Run(Run),
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    program: Program,
    arguments: Vec<OsString>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Program {
    /// This one, and the metabase it is to work on where that must be said.
    Metafix(Option<PathBuf>),
    /// The first of the arguments.
    Other,
}

impl Hint {
    /// A hint that begins with a sentence.
    #[must_use]
    pub fn say(text: impl Into<String>) -> Self {
        Self::default().and(text)
    }

    /// A hint that begins with a metafix command.
    #[must_use]
    pub fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self::default().and_run(arguments)
    }

    /// Goes on with words.
    #[must_use]
    pub fn and(self, text: impl Into<String>) -> Self {
        self.with(Part::Text(text.into()))
    }

    /// Goes on in a new line.
    #[must_use]
    pub fn and_line(self) -> Self {
        self.with(Part::Line)
    }

    /// Goes on with a metafix command, on the metabase of this run.
    #[must_use]
    pub fn and_run<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.with(Part::Run(Run::new(Program::Metafix(None), arguments)))
    }

    /// Goes on with a metafix command on a certain metabase.
    #[must_use]
    pub fn and_run_on<A: AsRef<OsStr>>(
        self,
        file: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        self.with(Part::Run(Run::new(Program::Metafix(Some(file.to_owned())), arguments)))
    }

    /// Goes on with a command of the system.
    #[must_use]
    pub fn and_call<A: AsRef<OsStr>>(self, words: impl IntoIterator<Item = A>) -> Self {
        self.with(Part::Run(Run::new(Program::Other, words)))
    }

    /// Goes on with another hint; `between` stands between two that both say something.
    #[must_use]
    pub fn and_hint(self, between: &str, mut other: Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return if self.is_empty() { other } else { self };
        }
        let mut hint = self.and(between);
        hint.parts.append(&mut other.parts);
        hint
    }

    fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether one of its commands has this argument.
    #[must_use]
    pub fn has_argument(&self, argument: &str) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Run(run) => run.arguments.iter().any(|word| word == argument),
            _ => false,
        })
    }

    /// The same, with commands that mean this file, as the user gave it.
    #[must_use]
    pub fn naming(mut self, file: &Path) -> Self {
        for part in &mut self.parts {
            if let Part::Run(Run { program: Program::Metafix(named @ None), .. }) = part {
                *named = Some(file.to_owned());
            }
        }
        self
    }
}

impl Run {
    fn new<A: AsRef<OsStr>>(program: Program, arguments: impl IntoIterator<Item = A>) -> Self {
        let arguments = arguments.into_iter().map(|word| word.as_ref().to_owned());
        Self { program, arguments: arguments.collect() }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        if let Program::Metafix(file) = &self.program {
            words.push("metafix".to_owned());
            if let Some(file) = file {
                words.extend(["--file".to_owned(), shell::path(file)]);
            }
        }
        words.extend(self.arguments.iter().map(shell::argument));
        f.write_str(&words.join(" "))
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => f.write_str(&escape::escaped(text))?,
                Part::Line => f.write_str("\n")?,
                Part::Run(run) => write!(f, "`{run}`")?,
            }
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_a_hint_means_the_file_that_the_user_named() {
        let other = Path::new("b");
        let hint = Hint::run(["get", "/LM"])
            .and(" lists it, ")
            .and_run_on(other, ["keys"])
            .and(" not; `metafix get` in words\u{1b} stays, as does ")
            .and_call(["net", "start", "SMTP SVC"]);
        let expected = "`metafix --file 'a b' get /LM` lists it, `metafix --file b keys` not; \
                        `metafix get` in words\\u{1b} stays, as does `net start 'SMTP SVC'`";
        assert_eq!(hint.naming(Path::new("a b")).to_string(), expected);
    }
}
