//! `metafix set-dns-mode`: the cure of Microsoft KB 820284.
//!
//! A thin name for setting one property; owns only what is special about it: which virtual
//! servers hide the service's value, and the price of UDP alone.

use std::path::Path;

use anyhow::Result;

use super::change::{self, Manner, Proposal};
use super::{Opened, open};
use crate::cli::SetDnsMode;
use crate::console::Console;
use crate::dns::{self, Setting};
use crate::error::{Exit, Problem, Refusal};
use crate::plan::{Note, Plan, plan};
use crate::property::DnsMode;
use crate::report::{ChangeRow, Warning};
use crate::store::Target;
use crate::verify::verified;

/// Sets the mode.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &SetDnsMode) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let why = match args.server {
        Some(number) => format!("set-dns-mode {} --server {number}", args.mode.name()),
        None => format!("set-dns-mode {}", args.mode.name()),
    };
    let lock = change::lock_ahead(console, &target, &args.writing, &why)?;
    let Opened { source, metabase } = open(&target)?;
    let refused = |refusal: Refusal| change::refused(&target, &refusal, &source);

    let request = dns::request(args.mode, args.server);
    let plan = plan(&source, &metabase, &request).map_err(refused)?;
    let mut warnings = notes(&plan);
    if args.server.is_none() {
        let survey = dns::survey(&source, &metabase).map_err(refused)?;
        warnings.extend(survey.servers.iter().filter_map(|server| hides(server, args.mode)));
    }
    if args.mode == DnsMode::UdpOnly {
        warnings.push(price());
    }
    let (edits_while_running, _) = dns::edit_while_running(&source, &metabase);

    let refused = |refusal: Refusal| Problem::refused(&refusal, target.asked(), None);
    let verified = verified(source, metabase, plan).map_err(refused)?;

    let key = request.key;
    let (mode, value) = (args.mode.name(), args.mode.value());
    let proposal = Proposal {
        command: "set-dns-mode",
        why,
        unchanged: format!("Nothing to do: {key} is {mode} already (SmtpUseTcpDns is {value})."),
        done: format!("{key} is {mode} now (SmtpUseTcpDns is {value}: {}).", args.mode.meaning()),
        changes: rows(&verified.plan),
        diff: verified.diff,
        edits: verified.edits,
        after: verified.after.bytes(),
        warnings,
        activation: activation(edits_while_running),
    };
    let manner = Manner { writing: &args.writing, exit_code: args.exit_code, lock };
    change::carry_out(console, &target, &proposal, manner)
}

fn rows(plan: &Plan) -> Vec<ChangeRow> {
    let row = |change: &crate::plan::Change| ChangeRow {
        key: change.location.clone(),
        property: change.property.name.to_string(),
        id: change.property.id,
        form: change.form.name(),
        line: change.line,
        was: change.was.clone(),
        now: change.now.clone(),
    };
    plan.changes.iter().map(row).collect()
}

fn notes(plan: &Plan) -> Vec<Warning> {
    let sentence = |note: &Note| match note {
        Note::Unsorted { location } => Warning {
            name: "unsorted",
            message: format!(
                "the IDs in {location} do not ascend; the new element stands before the first \
                 larger one, and nothing else was moved"
            ),
        },
    };
    plan.notes.iter().map(sentence).collect()
}

/// The warning about a virtual server that does not follow the service.
fn hides(server: &Setting, mode: DnsMode) -> Option<Warning> {
    let own = server.own().filter(|own| own.value != mode.value())?;
    let number = server.location.rsplit('/').next().unwrap_or_default();
    let message = format!(
        "{} has a value of its own in line {}, {} ({}), which hides the service's; \
         `metafix set-dns-mode {} --server {number}` changes it",
        server.location,
        own.line,
        own.value,
        server.mode_name(),
        mode.name(),
    );
    Some(Warning { name: "hidden-by-server", message })
}

fn price() -> Warning {
    let message = "with UDP alone a truncated list of MX hosts is used in part, which RFC 1123 \
         section 6.1.3.2 forbids; a DNS server that answers over TCP port 53 is the better cure";
    Warning { name: "udp-only", message: message.into() }
}

/// What makes IIS take a change of the file.
#[must_use]
pub fn activation(edits_while_running: bool) -> String {
    if edits_while_running {
        "IIS:     edit-while-running is on, so a running IIS takes the change by itself;\n         \
         `net stop smtpsvc` and `net start smtpsvc` make the SMTP service use it at once."
            .into()
    } else {
        "IIS:     edit-while-running is off: a running IIS would overwrite this file. On a live\n         \
         server run `net stop iisadmin /y` before metafix, then `net start smtpsvc`\n         \
         (and w3svc, if it ran)."
            .into()
    }
}
