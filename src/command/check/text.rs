//! The findings for people.

use anyhow::Result;

use super::judged::{Judged, summary};
use crate::command::text::entry;
use crate::inspect::check::rules::Severity;
use crate::terminal::console::{Console, ERROR, HINT, STRONG, WARNING};
use crate::text::escape;

/// How many findings of one sort people are shown.
const SHOWN: usize = 20;

/// Prints what was found in one file.
pub(super) fn print(console: &mut Console, judged: &Judged, ignored: &[&str]) -> Result<()> {
    if console.quiet {
        return Ok(());
    }
    let out = &mut console.out;
    let findings = &judged.findings;
    let name = judged.target.asked().to_string_lossy();
    let name = escape::escaped(&name);
    writeln!(out, "{STRONG}{name}{STRONG:#}: {}", summary(|severity| judged.count(severity)))?;
    for group in findings.chunk_by(|a, b| a.rule.name == b.rule.name) {
        let rule = group[0].rule;
        let style = match rule.severity {
            Severity::Error => ERROR,
            Severity::Warning => WARNING,
            Severity::Note => STRONG,
        };
        writeln!(
            out,
            "\n{style}{}:{style:#} {STRONG}{}{STRONG:#}",
            rule.severity.name(),
            rule.name
        )?;
        for finding in group.iter().take(SHOWN) {
            let place = finding.place.map(|place| format!("line {}: ", place.line));
            let related =
                finding.related.map(|(place, what)| format!(" ({what}: line {})", place.line));
            writeln!(
                out,
                "  {}{}{}",
                place.unwrap_or_default(),
                escape::escaped(&finding.message),
                related.unwrap_or_default()
            )?;
        }
        if group.len() > SHOWN {
            writeln!(out, "  … and {} more; --format json lists all", group.len() - SHOWN)?;
        }
        entry(out, "Meaning", rule.meaning)?;
        if !group[0].advice().is_empty() {
            entry(out, "Advice", &escape::escaped(group[0].advice()))?;
        }
        let repairs = group.iter().take(SHOWN).filter_map(|finding| judged.repair(finding));
        let mut commands: Vec<String> = repairs.collect();
        commands.dedup();
        for command in commands {
            writeln!(out, "  Repair:  {HINT}{command}{HINT:#}")?;
        }
        entry(out, "Source", rule.source)?;
    }
    if !judged.is_unreadable() {
        let schema = judged.schema.in_words();
        let schema = escape::escaped(&schema);
        writeln!(out, "\nType data and inheritance were judged by {schema}.")?;
    }
    if !ignored.is_empty() {
        writeln!(out, "Left out, because of --ignore: {}.", ignored.join(", "))?;
    }
    Ok(out.flush()?)
}
