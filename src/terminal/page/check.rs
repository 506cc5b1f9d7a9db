//! The page of `check`: the findings, those of one sort together.

use maud::{Markup, html};

use super::frame::{Made, Mood, Top, document, section, shown};
use crate::inspect::check::Finding;
use crate::inspect::check::rules::Severity;

/// What was found.
pub struct Checked<'a> {
    /// The metabase.
    pub file: &'a str,
    /// How many findings there are, in words.
    pub summary: &'a str,
    /// The findings in their order, each with the command that repairs it.
    pub findings: &'a [(&'a Finding, Option<String>)],
    /// What type data and inheritance were judged by.
    pub schema: &'a str,
}

/// The page.
#[must_use]
pub fn page(checked: &Checked<'_>, made: &Made) -> String {
    let worst = checked.findings.iter().map(|(finding, _)| finding.rule.severity).min();
    let mood = match worst {
        Some(Severity::Error) => Mood::Bad,
        Some(Severity::Warning) => Mood::Open,
        Some(Severity::Note) | None => Mood::Good,
    };
    let same = |a: &(&Finding, _), b: &(&Finding, _)| a.0.rule.name == b.0.rule.name;
    let body = html! {
        @for group in checked.findings.chunk_by(same) { (sort(group)) }
    };
    let facts = [("File", checked.file), ("Judged by", checked.schema)];
    let top = Top { title: "metafix check", mood, sentence: checked.summary, facts: &facts };
    document(&top, made, &body)
}

/// The findings of one sort.
fn sort(group: &[(&Finding, Option<String>)]) -> Markup {
    let rule = group[0].0.rule;
    let (class, word) = match rule.severity {
        Severity::Error => ("bad", "error"),
        Severity::Warning => ("open", "warning"),
        Severity::Note => ("soft", "note"),
    };
    let mut commands: Vec<_> = group.iter().filter_map(|(_, command)| command.as_ref()).collect();
    commands.dedup();
    let content = html! {
        p { span.severity.(class) { (word) ": " } (rule.meaning) }
        table {
            thead { tr { th.number { "Line" } th { "Key" } th { "Finding" } } }
            tbody { @for (finding, _) in group { (row(finding)) } }
        }
        dl {
            @if !group[0].0.advice().is_empty() {
                dt { "Advice" } dd { (shown(group[0].0.advice())) }
            }
            @if !commands.is_empty() {
                dt { "Repair" } dd { @for command in commands { pre { (shown(command)) } } }
            }
            dt { "Source" } dd { a href=(rule.url) rel="noreferrer" { (rule.source) } }
        }
    };
    section(rule.name, &content)
}

fn row(finding: &Finding) -> Markup {
    html! {
        tr {
            td.number { @if let Some(place) = finding.place { (place.line) } }
            td { @if let Some(key) = &finding.key { (shown(key)) } }
            td {
                (shown(&finding.message))
                @if let Some((place, what)) = finding.related {
                    " (" (what) ": line " (place.line) ")"
                }
            }
        }
    }
}
