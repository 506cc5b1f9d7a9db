//! One metabase, judged: what was found in it, and how a run over it ends.

use std::path::Path;

use anyhow::Result;

use crate::cli::Check;
use crate::command::schema;
use crate::command::{advice, problem};
use crate::inspect::check::rules::Severity;
use crate::inspect::check::{self, Finding, Surroundings};
use crate::metabase::error::MetabaseError;
use crate::metabase::schema::{Origin, Schema};
use crate::store::{History, Pair, Target};
use crate::terminal::console::{Console, WARNING};
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::sarif;
use crate::text::escape;
use crate::text::shell;
use crate::text::source::Source;

/// A metabase and what was found in it.
pub(super) struct Judged {
    pub target: Target,
    /// What it was judged by; the schema itself is let go, for there may be thousands of files.
    pub schema: Origin,
    pub findings: Vec<Finding>,
}

/// Reads a metabase and judges it.
pub(super) fn judge(console: &mut Console, file: &Path, args: &Check) -> Result<Judged> {
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
    Ok(Judged { target, schema: schema.schema.origin, findings })
}

impl Judged {
    /// How a run over this file alone ends.
    pub fn exit(&self) -> Exit {
        match check::worst(&self.findings) {
            _ if self.is_unreadable() => Exit::Refused,
            Some(Severity::Error | Severity::Warning) => Exit::Pending,
            Some(Severity::Note) | None => Exit::Success,
        }
    }

    /// Whether it cannot be read as a metabase, which is then the one finding.
    pub fn is_unreadable(&self) -> bool {
        self.findings.iter().any(|finding| !finding.rule.can_be_ignored())
    }

    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.rule.severity == severity).count()
    }

    /// The findings, each with the command that repairs it, if one does.
    pub fn with_repairs(&self) -> Vec<(&Finding, Option<String>)> {
        self.findings.iter().map(|finding| (finding, self.repair(finding))).collect()
    }

    /// The command that repairs a finding.
    pub fn repair(&self, finding: &Finding) -> Option<String> {
        let arguments = finding.repair.as_ref()?.iter().map(shell::argument);
        let arguments = arguments.collect::<Vec<_>>().join(" ");
        Some(format!("metafix --file {} {arguments}", shell::path(self.target.asked())))
    }

    /// As SARIF takes it.
    pub fn checked(&self) -> sarif::Checked<'_> {
        sarif::Checked { file: self.target.asked(), findings: self.with_repairs() }
    }
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

/// How many findings there are, by their severity, in words.
pub(super) fn summary(counted: impl Fn(Severity) -> usize) -> String {
    let counts =
        [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
            match counted(severity) {
                0 => None,
                1 => Some(format!("1 {}", severity.name())),
                count => Some(format!("{count} {}s", severity.name())),
            }
        });
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if counts.is_empty() { "nothing found".into() } else { counts.join(", ") }
}
