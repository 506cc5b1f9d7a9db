//! `metafix set-dns-mode`: the cure of Microsoft KB 820284.
//!
//! A thin name for setting one property; owns only what is special about it: which virtual
//! servers override the service's value.

use std::path::Path;

use anyhow::Result;

use super::change::{self, Manner};
use super::edit::{self, Asked};
use super::open::open;
use super::proposal::{self, Proposal};
use crate::change::dns::request;
use crate::cli::SetDnsMode;
use crate::metabase::dns::{self, Setting, Survey};
use crate::metabase::property::DnsMode;
use crate::store::Target;
use crate::terminal::console::Console;
use crate::terminal::problem::Exit;
use crate::terminal::report::Warning;

/// Sets the mode.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &SetDnsMode) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let why = match args.server {
        Some(number) => format!("set-dns-mode {} --server {number}", args.mode.name()),
        None => format!("set-dns-mode {}", args.mode.name()),
    };
    change::guarded(console, &target, &args.writing, &why, |console, ahead| {
        let proposal = propose(&target, args, why.clone())?;
        let manner = Manner { writing: &args.writing, exit_code: args.exit_code, ahead };
        change::carry_out(console, &target, &proposal, manner)
    })
}

fn propose(target: &Target, args: &SetDnsMode, why: String) -> Result<Proposal<'static>> {
    let opened = open(target)?;
    let mut warnings = Vec::new();
    if args.server.is_none() {
        let survey = dns::survey(&opened.source, &opened.metabase)
            .map_err(|refusal| proposal::refused(target, refusal, &opened.source))?;
        warnings
            .extend(survey.servers.iter().filter_map(|server| hides(target, server, args.mode)));
        warnings.extend(not_inherited(&survey));
    }
    let request = request(args.mode, args.server);
    let key = &request.key;
    let (mode, value) = (args.mode.name(), args.mode.value());
    let asked = Asked {
        command: "set-dns-mode",
        why,
        unchanged: format!("Nothing to do: {key} is {mode} already (SmtpUseTcpDns is {value})."),
        done: format!("{key} is {mode} now (SmtpUseTcpDns is {value}: {}).", args.mode.meaning()),
        requests: vec![request].into(),
        warnings,
        schema: None,
        names_hidden: false,
    };
    edit::propose(target, opened, asked)
}

/// The warning about a virtual server that does not follow the service.
fn hides(target: &Target, server: &Setting, mode: DnsMode) -> Option<Warning> {
    let own = server.own().filter(|own| own.value != mode.value())?;
    let number = server.location.rsplit('/').next().unwrap_or_default();
    let message = format!(
        "{} has a value of its own in line {}, {} ({}), which overrides the service's; \
         `{} set-dns-mode {} --server {number}` changes it",
        server.location,
        own.line,
        own.value,
        server.mode_name(),
        proposal::metafix(target),
        mode.name(),
    );
    Some(Warning { name: "hidden-by-server", message })
}

/// The warning about a value that stays with the service.
fn not_inherited(survey: &Survey) -> Option<Warning> {
    let own = survey.service.own().filter(|own| !own.inheritable)?;
    survey.servers.iter().find(|server| server.own().is_none())?;
    let message = format!(
        "the value in line {} has no flag INHERIT, so no virtual server inherits it; \
         `--server N` sets that of one",
        own.line
    );
    Some(Warning { name: "not-inherited", message })
}
