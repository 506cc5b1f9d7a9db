//! `metafix check --list` and `--explain`: what the rules are.

use anyhow::Result;
use serde::Serialize;

use super::text::entry;
use crate::inspect::check::rules::{RULES, Rule, Severity};
use crate::terminal::console::{Console, ERROR, STRONG, WARNING};
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION, column};

/// The JSON object of both.
#[derive(Serialize)]
struct Object {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    rules: Vec<Row>,
}

/// One rule.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    severity: &'static str,
    finds: &'static str,
    when: &'static str,
    when_not: &'static str,
    meaning: &'static str,
    advice: &'static str,
    source: &'static str,
    url: &'static str,
    can_be_ignored: bool,
    asked_about: bool,
}

fn row(rule: &Rule) -> Row {
    let Rule { name, severity, finds, when, when_not, meaning, advice, source, url, .. } = *rule;
    Row {
        name,
        severity: severity.name(),
        finds,
        when,
        when_not,
        meaning,
        advice,
        source,
        url,
        can_be_ignored: rule.can_be_ignored(),
        asked_about: rule.is_asked_about(),
    }
}

fn json(console: &mut Console, rules: Vec<Row>) -> Result<()> {
    let (schema_version, command) = (SCHEMA_VERSION, "check");
    Ok(report::json(console, &Object { schema_version, command, changed: false, rules })?)
}

/// Lists the rules, the worst first.
///
/// # Errors
/// When the output cannot be written.
pub fn list(console: &mut Console) -> Result<Exit> {
    if !console.is_text() {
        json(console, RULES.into_iter().map(row).collect())?;
        return Ok(Exit::Success);
    }
    let width = column(RULES.iter().map(|rule| rule.name));
    for rule in RULES {
        let style = style(rule.severity);
        let (severity, name) = (rule.severity.name(), rule.name);
        writeln!(console.out, "{style}{severity:<7}{style:#}  {name:width$}  {}", rule.finds)?;
    }
    console.out.flush()?;
    Ok(Exit::Success)
}

/// Explains one.
///
/// # Errors
/// When the output cannot be written.
pub fn explain(console: &mut Console, rule: &Rule) -> Result<Exit> {
    if !console.is_text() {
        json(console, vec![row(rule)])?;
        return Ok(Exit::Success);
    }
    let (style, out) = (style(rule.severity), &mut console.out);
    writeln!(out, "{style}{}:{style:#} {STRONG}{}{STRONG:#}", rule.severity.name(), rule.name)?;
    let paragraphs = [
        ("Finds", rule.finds),
        ("When", rule.when),
        ("But not", rule.when_not),
        ("Meaning", rule.meaning),
        ("Advice", rule.advice),
        ("Source", rule.source),
    ];
    for (label, words) in paragraphs.into_iter().filter(|(_, words)| !words.is_empty()) {
        entry(out, label, words)?;
    }
    writeln!(out, "           {}", rule.url)?;
    out.flush()?;
    Ok(Exit::Success)
}

fn style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Note => STRONG,
    }
}
