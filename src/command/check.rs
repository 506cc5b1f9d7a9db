//! `metafix check`: the findings, for people, for scripts and for code scanning tools.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::advice;
use super::page;
use super::problem;
use super::proposal;
use super::rules;
use super::schema::{self, Used};
use super::text::entry;
use crate::cli::Check;
use crate::inspect::check::rules::{Rule, Severity};
use crate::inspect::check::{self, Finding, Surroundings};
use crate::metabase::error::MetabaseError;
use crate::metabase::schema::Schema;
use crate::store::{History, Pair, Target};
use crate::terminal::console::{Console, ERROR, HINT, STRONG, WARNING};
use crate::terminal::page::check as page_of_check;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::terminal::sarif;
use crate::text::escape;
use crate::text::shell;
use crate::text::source::Source;

/// How many findings of one sort people are shown.
const SHOWN: usize = 20;

/// The JSON object of `check`.
#[derive(Serialize)]
struct Checked<'a> {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: &'a str,
    schema: Used,
    exit: &'static str,
    errors: usize,
    warnings: usize,
    notes: usize,
    /// The rules that were left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<&'static str>,
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

/// Prints the findings, or what the rules are.
///
/// # Errors
/// A store error.
pub fn run(console: &mut Console, file: &Path, args: &Check) -> Result<Exit> {
    match args.explain {
        _ if args.list => rules::list(console),
        Some(rule) => rules::explain(console, rule),
        None => judge(console, file, args),
    }
}

fn judge(console: &mut Console, file: &Path, args: &Check) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let surroundings = Surroundings { history: history(console, target.path())? };
    let schema = schema::open(target.path(), args.schema.schema.as_deref())?;
    schema::warn(console, &schema)?;
    let mut findings = findings(target.read()?, &schema.schema, &surroundings);
    findings.retain(|finding| !args.ignore.contains(&finding.rule));
    for finding in findings.iter_mut().filter(|finding| !finding.rule.can_be_ignored()) {
        if let Some(way) = advice::way_back(&target, file) {
            finding.advice = Some(format!("{}. {way}", finding.advice()));
        }
    }
    let exit = match check::worst(&findings) {
        _ if findings.iter().any(|finding| !finding.rule.can_be_ignored()) => Exit::Refused,
        Some(Severity::Error | Severity::Warning) => Exit::Pending,
        Some(Severity::Note) | None => Exit::Success,
    };
    let mut ignored: Vec<&str> = args.ignore.iter().map(|rule| rule.name).collect();
    ignored.sort_unstable();
    ignored.dedup();
    let shown = target.asked().to_string_lossy();
    let command = |finding: &Finding| command(finding, target.asked());
    page::write(&args.page, |made| {
        let (file, summary) = (proposal::absolute(&target), summary(&findings));
        let findings: Vec<_> = findings.iter().map(|found| (found, command(found))).collect();
        let checked = page_of_check::Checked {
            file: &file.to_string_lossy(),
            summary: &summary,
            findings: &findings,
            schema: &schema.schema.origin.in_words(),
        };
        page_of_check::page(&checked, made)
    })?;
    if args.sarif {
        report::json(console, &sarif::log(target.asked(), &findings, &ignored, command))?;
    } else if console.is_text() {
        let schema = schema.schema.origin.in_words();
        text(console, target.asked(), &schema, &findings, &ignored)?;
    } else {
        let count = |severity| findings.iter().filter(|f| f.rule.severity == severity).count();
        let checked = Checked {
            schema_version: SCHEMA_VERSION,
            command: "check",
            changed: false,
            file: &shown,
            schema: Used::of(&schema.schema),
            exit: exit.name(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            ignored,
            findings: findings.iter().map(|finding| row(finding, command(finding))).collect(),
        };
        report::json(console, &checked)?;
    }
    page::say(console, &args.page)?;
    Ok(exit)
}

/// What is found in a file; that it cannot be read as a metabase is a finding too.
#[must_use]
pub fn findings(bytes: Vec<u8>, schema: &Schema, surroundings: &Surroundings) -> Vec<Finding> {
    let unreadable = |error: MetabaseError, source: Option<&Source>| {
        let rule = check::broken_by(&error);
        let Problem { place, related, message, hint, .. } =
            problem::refused(error, Path::new(""), source, schema.secrets());
        let place = place.map(|place| place.position);
        let (key, property, repair, advice) = (None, None, None, Some(hint.to_string()));
        vec![Finding { rule, place, related, key, property, message, repair, advice }]
    };
    match Source::decode(bytes) {
        Err(error) => unreadable(error.into(), None),
        Ok(source) => check::check(&source, schema, surroundings)
            .unwrap_or_else(|error| unreadable(error, Some(&source))),
    }
}

/// The major numbers in IIS's history. What cannot be listed is said and not judged.
fn history(console: &mut Console, metabase: &Path) -> Result<Option<Vec<u32>>> {
    let history = History::new(metabase);
    let pairs = history.is_there().and_then(|there| there.then(|| history.pairs()).transpose());
    match pairs {
        Ok(pairs) => {
            let major = |pair: &Pair| pair.version.major;
            Ok(pairs.map(|pairs| pairs.iter().map(major).collect()))
        }
        Err(error) => {
            let message = escape::escaped(&error.to_string()).into_owned();
            console.say(&format!("{WARNING}warning:{WARNING:#} not looked at: {message}"))?;
            Ok(None)
        }
    }
}

/// The command that repairs a finding.
fn command(finding: &Finding, file: &Path) -> Option<String> {
    let arguments = finding.repair.as_ref()?.iter().map(shell::argument);
    let arguments = arguments.collect::<Vec<_>>().join(" ");
    Some(format!("metafix --file {} {arguments}", shell::path(file)))
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

fn text(
    console: &mut Console,
    file: &Path,
    schema: &str,
    findings: &[Finding],
    ignored: &[&str],
) -> Result<()> {
    if console.quiet {
        return Ok(());
    }
    let out = &mut console.out;
    let name = file.to_string_lossy();
    let name = escape::escaped(&name);
    writeln!(out, "{STRONG}{name}{STRONG:#}: {}", summary(findings))?;
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
        let mut commands: Vec<String> =
            group.iter().take(SHOWN).filter_map(|finding| command(finding, file)).collect();
        commands.dedup();
        for command in commands {
            writeln!(out, "  Repair:  {HINT}{command}{HINT:#}")?;
        }
        entry(out, "Source", rule.source)?;
    }
    let unread = findings.iter().any(|finding| !finding.rule.can_be_ignored());
    if !unread {
        let schema = escape::escaped(schema);
        writeln!(out, "\nType data and inheritance were judged by {schema}.")?;
    }
    if !ignored.is_empty() {
        writeln!(out, "Left out, because of --ignore: {}.", ignored.join(", "))?;
    }
    Ok(out.flush()?)
}

fn summary(findings: &[Finding]) -> String {
    let counts = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        let count = findings.iter().filter(|finding| finding.rule.severity == severity).count();
        match count {
            0 => None,
            1 => Some(format!("1 {}", severity.name())),
            _ => Some(format!("{count} {}s", severity.name())),
        }
    });
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if counts.is_empty() { "nothing found".into() } else { counts.join(", ") }
}
