//! The page of a dry run: what would change, in which lines, and what to know before.

use maud::{Markup, html};

use super::frame::{Made, Mood, Top, document, section, shown, value};
use crate::change::diff::{Diff, Line, Sign};
use crate::metabase::secrets::{self, Secrets};
use crate::terminal::report::{ChangeRow, Warning};

/// What a dry run found.
pub struct Change<'a> {
    /// The command, as the backup list would name it.
    pub title: &'a str,
    /// Whether there is something to do.
    pub pending: bool,
    /// How things are, in one sentence.
    pub sentence: &'a str,
    /// The metabase.
    pub file: &'a str,
    /// The properties that change.
    pub changes: &'a [ChangeRow],
    /// The lines that change.
    pub diff: &'a Diff,
    /// What else to know.
    pub warnings: &'a [Warning],
    /// What a running IIS makes of it.
    pub activation: &'a str,
    /// What type data and inheritance were judged by.
    pub schema: Option<&'a str>,
    /// What makes the change, and what takes it back.
    pub commands: &'a [(&'a str, String)],
    /// What is never shown.
    pub secrets: &'a Secrets,
}

/// The page.
#[must_use]
pub fn page(change: &Change<'_>, made: &Made) -> String {
    let mood = if change.pending { Mood::Open } else { Mood::Good };
    let mut facts = vec![("File", change.file)];
    facts.extend(change.schema.map(|schema| ("Schema", schema)));
    let body = html! {
        (section("Properties", &properties(change)))
        (section("Lines of the file", &lines(change.diff)))
        (section("To know before", &to_know(change)))
        @if change.pending { (section("Commands", &commands(change.commands))) }
    };
    let Change { title, sentence, .. } = *change;
    document(&Top { title, mood, sentence, facts: &facts }, made, &body)
}

fn properties(change: &Change<'_>) -> Markup {
    let cell = |row: &ChangeRow, found: &Option<String>| -> Markup {
        let hidden = change.secrets.has(&row.property, row.id, "");
        html! {
            @match found {
                None => span.soft { "absent" },
                Some(_) if hidden => (secrets::MASK),
                Some(found) => (value(found)),
            }
        }
    };
    html! {
        @if !change.changes.is_empty() {
            table {
                thead { tr { th { "Key" } th { "Property" } th { "Before" } th { "After" } th.number { "Line" } } }
                tbody {
                    @for row in change.changes {
                        tr {
                            td { (shown(&row.key)) }
                            td { (shown(&row.property)) @if let Some(id) = row.id { " (" (id) ")" } }
                            td { (cell(row, &row.was)) }
                            td { (cell(row, &row.now)) }
                            td.number { (row.line) }
                        }
                    }
                }
            }
        }
    }
}

fn lines(diff: &Diff) -> Markup {
    html! {
        @if !diff.hunks.is_empty() {
            pre {
                @for hunk in &diff.hunks {
                    span.hunk { (shown(&hunk.header())) }
                    @for line in &hunk.lines { (one_line(line)) }
                }
            }
            @if diff.has_secrets() {
                p.soft { "Secrets are masked here; in the file they stay as they are." }
            }
        }
    }
}

fn one_line(line: &Line) -> Markup {
    let text = line.text.trim_end_matches('\n');
    let text = if text.len() < line.text.len() { text.trim_end_matches('\r') } else { text };
    let text = secrets::masked(text, &line.secrets);
    html! {
        @match line.sign {
            Sign::Context => span.context { "  " (shown(&text)) },
            Sign::Removed => del.removed { "- " (shown(&text)) },
            Sign::Added => ins.added { "+ " (shown(&text)) },
        }
    }
}

fn to_know(change: &Change<'_>) -> Markup {
    html! {
        @if change.pending || !change.warnings.is_empty() {
            ul {
                @for warning in change.warnings { li { (shown(&warning.message)) } }
                @if change.pending { li { "IIS: " (shown(&change.activation.replace('\n', " "))) } }
            }
        }
    }
}

/// Commands, each below what it does.
pub(super) fn commands(commands: &[(&str, String)]) -> Markup {
    html! {
        @for (what, command) in commands {
            p { (what) }
            pre { (shown(command)) }
        }
    }
}
