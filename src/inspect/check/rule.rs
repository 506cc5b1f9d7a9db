//! What a rule is: its words, and how it looks.
//!
//! Each rule of servers has a file of its own below [`super::rules`]; what is wrong with the form
//! of the file itself is found while it is read.

use super::hit::Hit;
use super::tree::Tree;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// IIS or a part of it does not work, or metafix cannot read the file.
    Error,
    /// Something does not do what it seems to do, or a known fault is waiting.
    Warning,
    /// Worth knowing; healthy servers have it too.
    Note,
}

impl Severity {
    /// The word for it; SARIF's levels have the same names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// How a rule looks for what it finds.
#[derive(Debug, Clone, Copy)]
pub enum Look {
    /// Nothing can be said of a file in which it finds something: it cannot be ignored.
    Unreadable,
    /// It is looked for while the file is read, key by key.
    Reading,
    /// It looks at what the keys say together.
    Tree(fn(&Tree<'_>) -> Vec<Hit>),
}

/// A sort of finding.
#[derive(Debug)]
pub struct Rule {
    /// The name by which scripts know it.
    pub name: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it finds, in a few words.
    pub finds: &'static str,
    /// When it finds something.
    pub when: &'static str,
    /// When it finds nothing although one might expect it; empty where there is no such case.
    pub when_not: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What helps where no command does.
    pub advice: &'static str,
    /// The page that says so, as people cite it.
    pub source: &'static str,
    /// Its address.
    pub url: &'static str,
    /// How it looks.
    pub look: Look,
}

/// There is one rule of a name.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Rule {}

impl Rule {
    /// Whether it can be left out: what a file that cannot be read is cannot be ignored.
    #[must_use]
    pub fn can_be_ignored(&self) -> bool {
        !matches!(self.look, Look::Unreadable)
    }

    /// Whether a change can make it find something that stops a server: such a change is asked
    /// about.
    #[must_use]
    pub fn is_asked_about(&self) -> bool {
        self.severity == Severity::Error && matches!(self.look, Look::Tree(_))
    }
}
