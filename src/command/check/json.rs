//! The findings as JSON.

use serde::Serialize;

use super::judged::Judged;
use crate::command::schema::Used;
use crate::inspect::check::Finding;
use crate::inspect::check::rules::{Rule, Severity};
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report::{ErrorObject, SCHEMA_VERSION};

/// The JSON object of `check`.
#[derive(Serialize)]
pub(super) struct Checked<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: String,
    schema: Used,
    exit: &'static str,
    errors: usize,
    warnings: usize,
    notes: usize,
    /// The rules that were left out.
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    ignored: &'a [&'static str],
    findings: Vec<Row<'a>>,
}

/// One finding.
#[derive(Serialize)]
struct Row<'a> {
    name: &'static str,
    severity: &'static str,
    line: Option<usize>,
    column: Option<usize>,
    key: Option<&'a str>,
    property: Option<&'a str>,
    message: &'a str,
    related: Option<Related>,
    meaning: &'static str,
    advice: &'a str,
    repair: Option<String>,
    source: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Related {
    line: usize,
    column: usize,
    what: &'static str,
}

/// The object about several files.
#[derive(Serialize)]
pub(super) struct Many<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    exit: &'static str,
    errors: usize,
    warnings: usize,
    notes: usize,
    /// How many files could not be read at all.
    unread: usize,
    /// Of each the object that a run over it alone prints.
    files: Vec<Each<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Each<'a> {
    Checked(Checked<'a>),
    Unread(ErrorObject<'a>),
}

/// The object about several files, of which some could not be read.
pub(super) fn objects<'a>(
    files: &'a [Result<Judged, Problem>],
    exit: Exit,
    ignored: &'a [&'static str],
) -> Many<'a> {
    let count = |severity| files.iter().flatten().map(|judged| judged.count(severity)).sum();
    let each = |file: &'a Result<Judged, Problem>| match file {
        Ok(judged) => Each::Checked(object(judged, ignored)),
        Err(problem) => Each::Unread(ErrorObject::of(problem)),
    };
    Many {
        schema_version: SCHEMA_VERSION,
        command: "check",
        changed: false,
        exit: exit.name(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        unread: files.iter().filter(|file| file.is_err()).count(),
        files: files.iter().map(each).collect(),
    }
}

/// The object about one file.
pub(super) fn object<'a>(judged: &'a Judged, ignored: &'a [&'static str]) -> Checked<'a> {
    Checked {
        schema_version: SCHEMA_VERSION,
        command: "check",
        changed: false,
        file: judged.target.asked().to_string_lossy().into_owned(),
        schema: Used::origin(&judged.schema),
        exit: judged.exit().name(),
        errors: judged.count(Severity::Error),
        warnings: judged.count(Severity::Warning),
        notes: judged.count(Severity::Note),
        ignored,
        findings: judged
            .with_repairs()
            .into_iter()
            .map(|(found, repair)| row(found, repair))
            .collect(),
    }
}

fn row(finding: &Finding, repair: Option<String>) -> Row<'_> {
    let Rule { name, severity, meaning, source, url, .. } = *finding.rule;
    Row {
        name,
        severity: severity.name(),
        line: finding.place.map(|place| place.line),
        column: finding.place.map(|place| place.column),
        key: finding.key.as_deref(),
        property: finding.property.as_deref(),
        message: &finding.message,
        related: finding.related.map(|(place, what)| Related {
            line: place.line,
            column: place.column,
            what,
        }),
        meaning,
        advice: finding.advice(),
        repair,
        source,
        url,
    }
}
