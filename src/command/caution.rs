//! Before a change: whose settings it touches, and the findings of `check` that it makes.
//!
//! Owns their words, and what becomes of a change that would stop a server: a person is asked, and
//! where there is nobody to ask it is refused unless the finding is allowed by name.

use std::io;

use serde::Serialize;

use super::problem;
use super::text::entry;
use crate::change::error::ChangeError;
use crate::change::plan::{Change, Plan};
use crate::inspect::check::before::{self, Fault};
use crate::inspect::check::rules::{Rule, UNKNOWN_DNS_MODE};
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::folded;
use crate::metabase::property::{DnsMode, SMTP_USE_TCP_DNS, UNSET, dword};
use crate::metabase::scan::Metabase;
use crate::metabase::secrets::Secrets;
use crate::server::services::Machine;
use crate::store::Target;
use crate::terminal::console::{Console, ERROR, STRONG};
use crate::terminal::problem::Problem;
use crate::terminal::report::Warning;
use crate::text::edit::Edits;
use crate::text::escape;
use crate::text::source::Source;

/// A finding that a change makes, as JSON shows it.
#[derive(Serialize)]
pub struct Row<'a> {
    name: &'static str,
    severity: &'static str,
    /// In the result.
    line: usize,
    key: &'a str,
    property: Option<&'a str>,
    message: &'a str,
    meaning: &'static str,
    allowed: bool,
}

/// The findings that a change makes, as rows.
#[must_use]
pub fn rows<'a>(faults: &'a [Fault], allowed: &[&Rule]) -> Vec<Row<'a>> {
    let row = |fault: &'a Fault| Row {
        name: fault.rule.name,
        severity: fault.rule.severity.name(),
        line: fault.line,
        key: &fault.key,
        property: fault.property.as_deref(),
        message: &fault.message,
        meaning: fault.rule.meaning,
        allowed: allowed.contains(&fault.rule),
    };
    faults.iter().map(row).collect()
}

/// What a plan changes that somebody else owns.
#[must_use]
pub fn warnings(
    target: &Target,
    source: &Source,
    metabase: &Metabase,
    plan: &Plan,
) -> Vec<Warning> {
    let overwritten = before::overwritten(source, metabase, plan).into_iter().map(|one| {
        let (property, location, attribute) = (&one.property, &one.location, one.attribute);
        let message = format!(
            "Exchange copies {property} of {location} from Active Directory ({attribute}) and \
             overwrites it here, within 15 minutes: change it in Exchange System Manager"
        );
        Warning { name: "exchange-owns", message }
    });
    let mut modes: Vec<_> = plan.changes.iter().filter_map(of_mode).collect();
    modes.dedup_by(|one, other| one.message == other.message);
    overwritten.chain(of_web(target, source, metabase, plan)).chain(modes).collect()
}

/// The price of UDP alone; or that a value of SmtpUseTcpDns is no mode.
fn of_mode(change: &Change) -> Option<Warning> {
    let now = change.now.as_deref().filter(|_| change.property.id == SMTP_USE_TCP_DNS.id)?;
    match dword(now).map(|value| (value, DnsMode::of(value))) {
        Some((_, Some(DnsMode::UdpOnly))) => {
            let message = "with UDP alone a truncated list of MX hosts is used in part, which RFC \
                           1123 section 6.1.3.2 forbids; a DNS server that answers over TCP port \
                           53 is the better cure";
            Some(Warning { name: "udp-only", message: message.into() })
        }
        Some((_, Some(_)) | (UNSET, None)) => None,
        _ => {
            let rule = &UNKNOWN_DNS_MODE;
            let message = format!("{now} is not a DNS mode: {}", rule.meaning);
            Some(Warning { name: rule.name, message })
        }
    }
}

/// That a change of the web server's keys has no effect, where that is so.
fn of_web(target: &Target, source: &Source, metabase: &Metabase, plan: &Plan) -> Option<Warning> {
    let location = before::first_web_key(plan)?;
    let who = match before::web_is_elsewhere(source, metabase) {
        Some(version) => format!("this is the metabase of IIS {version}, which"),
        None if Machine::of_target(target)?.has_iis_7() => "IIS on this Windows".to_owned(),
        None => return None,
    };
    let message = format!(
        "{who} reads the web server's settings from applicationHost.config: the change of \
         {location} has no effect"
    );
    Some(Warning { name: "web-keys-unused", message })
}

/// The faults that come and go with a change.
#[derive(Debug, Default)]
pub struct Faults {
    /// Those that it makes.
    pub new: Vec<Fault>,
    /// The rules of those that taking it back makes again, each once.
    pub back: Vec<&'static str>,
}

/// The faults that a plan's result has and the original had not, and the other way round.
///
/// # Errors
/// None for a result that was verified.
pub fn faults_of_plan(
    plan: &Plan,
    edits: &Edits,
    after: &[u8],
    secrets: &Secrets,
) -> Result<Faults, ChangeError> {
    if !before::can_make_faults(plan) {
        return Ok(Faults::default());
    }
    let has = faults(after, secrets)?;
    let had = faults(&edits.inverse().apply(after.to_vec())?, secrets)?;
    let back = not_allowed(&before::new(&has, had.clone(), |_| true), &[]);
    let touched = before::touched(plan);
    let had = before::moved(had, plan);
    let new = before::new(&had, has, |location| touched.contains(&folded(location)));
    Ok(Faults { new, back })
}

fn faults(file: &[u8], secrets: &Secrets) -> Result<Vec<Fault>, MetabaseError> {
    before::faults(&Source::decode(file)?, secrets)
}

/// The faults that come with a file which takes the place of another. Where one of the two is no
/// metabase there are none: what is broken is put right first.
#[must_use]
pub fn faults_of_restoring(
    before: Option<&[u8]>,
    after: Option<&Source>,
    secrets: &Secrets,
) -> Faults {
    let of = |source: &Source| before::faults(source, secrets).ok();
    let before = before.and_then(|before| faults(before, secrets).ok());
    let (Some(before), Some(after)) = (before, after.and_then(of)) else {
        return Faults::default();
    };
    let back = not_allowed(&before::new(&after, before.clone(), |_| true), &[]);
    Faults { new: before::new(&before, after, |_| true), back }
}

/// Says which findings a change makes; to somebody who is asked about them, whatever else is to be
/// quiet.
///
/// # Errors
/// When standard error cannot be written.
pub fn say(console: &mut Console, faults: &[Fault], is_asked: bool) -> io::Result<()> {
    let is_said = console.is_text() && !console.quiet;
    if faults.is_empty() || is_said == is_asked {
        return Ok(());
    }
    let err = &mut console.err;
    for (index, fault) in faults.iter().enumerate() {
        let (name, message) = (fault.rule.name, escape::escaped(&fault.message));
        writeln!(err, "{ERROR}new finding:{ERROR:#} {STRONG}{name}{STRONG:#}: {message}")?;
        if faults.get(index + 1).is_none_or(|next| next.rule != fault.rule) {
            entry(err, "Meaning", fault.rule.meaning)?;
        }
    }
    Ok(())
}

/// The rules of those findings that are not allowed, each once.
#[must_use]
pub fn not_allowed(faults: &[Fault], allowed: &[&Rule]) -> Vec<&'static str> {
    let rules = faults.iter().map(|fault| fault.rule).filter(|rule| !allowed.contains(rule));
    let mut names: Vec<&str> = rules.map(|rule| rule.name).collect();
    names.dedup();
    names
}

/// The refusal of a change about which nobody can be asked.
#[must_use]
pub fn refusal(target: &Target, faults: &[Fault], allowed: &[&Rule]) -> Option<Problem> {
    let rules = not_allowed(faults, allowed);
    if rules.is_empty() {
        return None;
    }
    let refused = faults.iter().filter(|fault| rules.contains(&fault.rule.name));
    let findings = refused.map(|fault| format!("{}: {}", fault.rule.name, fault.message));
    let error = ChangeError::NewFindings { findings: findings.collect(), rules };
    Some(problem::refused(error, target.asked(), None, &Secrets::default()))
}
