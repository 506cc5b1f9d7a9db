//! Before and after a change of a live server's metabase: the guard, and the services.
//!
//! Owns what is said about a running IIS; [`guard`] decides, [`crate::server::services`] acts.

use anyhow::Result;

use super::activation::Activation;
use crate::cli::{Write, Writing};
use crate::metabase::scan::scan;
use crate::os::interrupt::Deferred;
use crate::server::guard::{self, Facts, Reason, SERVICES, State, Verdict};
use crate::server::services::{Machine, ServiceError, Services};
use crate::store::{History, Lock, Target, Written};
use crate::terminal::console::Console;
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report::Warning;
use crate::text::escape;
use crate::text::source::Source;

/// What was done before the file is read.
#[derive(Default)]
pub struct Ahead {
    /// The lock, when it was taken already.
    pub lock: Option<Lock>,
    /// What else to know.
    pub warnings: Vec<Warning>,
    /// What makes this server's IIS take the change, where that is known better than from the
    /// file alone.
    pub activation: Option<Activation>,
    /// The server whose IIS that is, as `\\name`, if it is another one.
    pub server: Option<String>,
    /// Whether this is only to learn if anything is to be done.
    pub rehearsal: Option<Rehearsal>,
    stopped: Option<Stopped>,
}

/// A run up to the first effect: no service is stopped, and no change refused, for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rehearsal {
    /// So far nothing is to be done.
    Idle,
    /// Something is.
    Pending,
}

/// What to rehearse with, where an IIS that runs has the file in memory.
#[must_use]
pub fn rehearsal(target: &Target) -> Option<Ahead> {
    let machine = Machine::of_target(target)?;
    let runs = SERVICES.iter().any(|service| machine.state(service) == State::Running);
    let takes = || taking(target).is_some_and(|taking| taking.edit_while_running);
    runs.then(|| Ahead {
        warnings: (!takes()).then(|| not_taken(&machine)).into_iter().collect(),
        server: machine.name().map(str::to_owned),
        rehearsal: Some(Rehearsal::Idle),
        ..Ahead::default()
    })
}

/// The file is as wanted, which says nothing of the memory.
fn not_taken(machine: &Machine) -> Warning {
    let message = format!(
        "{} is running and edit-while-running is off: if the file was edited since it started, it \
         has other values in memory, uses those, and writes them over the file when it stops",
        machine.iis()
    );
    Warning { name: "iis-running", message }
}

/// Services that were stopped for the change. Until they run again a request to end is noted.
struct Stopped {
    machine: Machine,
    services: Services,
    deferred: Deferred,
}

/// Services that were stopped for the change and do not start again.
pub struct Left {
    machine: Machine,
    errors: Vec<ServiceError>,
}

/// Looks whether an IIS has the file in memory; stops its services if that was asked for. Whoever
/// calls this starts them again, whatever comes of it: see [`Ahead::start_again`].
///
/// # Errors
/// The refusal `iis-running`, and a service that does not stop.
pub fn prepare(
    console: &mut Console,
    target: &Target,
    writing: &Writing,
    ahead: &mut Ahead,
) -> Result<()> {
    let Some(machine) = Machine::of_target(target) else { return Ok(()) };
    ahead.server = machine.name().map(str::to_owned);
    if machine.is_without_smtp() {
        let message = "this Windows has no SMTP service: it was removed in Windows Server 2025, so \
                       nothing here reads this metabase; edit a copy for a server that has it";
        ahead.warnings.push(Warning { name: "no-smtp-service", message: message.into() });
    }
    let services = SERVICES.map(|service| machine.state(service));
    let runs = services.contains(&State::Running);
    if runs && writing.stop_services {
        ahead.activation = Some(Activation::Restarted);
        return if writing.dry_run { Ok(()) } else { stop(console, target, machine, ahead) };
    }
    let taking = if runs { taking(target) } else { None };
    let facts = Facts { services, taking, version_is_kept: version_is_kept(target, taking) };
    match guard::decide(&facts) {
        Verdict::Go => {
            ahead.activation = Some(Activation::DoesNotRun);
        }
        Verdict::TakesItself => ahead.warnings.extend(takes_itself(writing, &machine)),
        Verdict::Refuse(reason) if writing.force || writing.dry_run => {
            let mut message = reason.sentence(&machine.iis());
            if !writing.force {
                message += "; without --dry-run this is refused";
            }
            ahead.warnings.push(Warning { name: "iis-running", message });
        }
        Verdict::Refuse(reason) => return Err(refused(target, &machine, &reason).into()),
    }
    Ok(())
}

fn stop(console: &mut Console, target: &Target, machine: Machine, ahead: &mut Ahead) -> Result<()> {
    let on = machine.name().map(|name| format!(" on {name}")).unwrap_or_default();
    let services = SERVICES.join(" and ");
    console.say(&format!("Stopping {services}{on} and what depends on them …"))?;
    let failed = {
        let machine = machine.clone();
        move |error: ServiceError| not_stopped(target, &machine, &error)
    };
    let deferred = Deferred::begin();
    let services = machine.services().map_err(&failed)?;
    let stopped = ahead.stopped.insert(Stopped { machine, services, deferred });
    stopped.services.stop(&SERVICES).map_err(&failed)?;
    let names = stopped.services.stopped().join(", ");
    console.say(&format!("Stopped: {names}. Stopped services will be restarted."))?;
    Ok(())
}

fn taking(target: &Target) -> Option<guard::Taking> {
    let source = Source::decode(target.read().ok()?).ok()?;
    let metabase = scan(&source).ok()?;
    Some(guard::taking(&source, &metabase))
}

fn version_is_kept(target: &Target, taking: Option<guard::Taking>) -> bool {
    let Some(major) = taking.and_then(|taking| taking.version) else { return false };
    let kept = History::new(target.path()).pairs();
    kept.is_ok_and(|pairs| pairs.iter().any(|pair| pair.version.major == major))
}

fn takes_itself(writing: &Writing, machine: &Machine) -> Option<Warning> {
    let message = format!(
        "{} is running and watches this file; that it notices a new file in its place is not \
         documented: if it does not take the change, use --write in-place",
        machine.iis()
    );
    (writing.write == Write::Replace).then_some(Warning { name: "iis-running", message })
}

fn refused(target: &Target, machine: &Machine, reason: &Reason) -> Problem {
    let failed = Problem::failed(
        "iis-running",
        reason.sentence(&machine.iis()),
        target.asked(),
        Written::Nothing,
    );
    let on = machine.name().map(|name| format!(" on {name}")).unwrap_or_default();
    if let Reason::Unknown(_) = reason {
        let there = if machine.name().is_some() { ", or run metafix there" } else { "" };
        let hint = Hint::say(format!(
            "{}{there}; where that IIS is known to be stopped, --force writes all the same",
            as_administrator(machine)
        ));
        return Problem { exit: Exit::Refused, hint, ..failed };
    }
    let hint = Hint::say(format!(
        "add --stop-services, and metafix stops the services, makes the change and starts them \
         again. By hand{on}:"
    ))
    .and_line()
    .and("  net stop iisadmin /y     (note which services it names)")
    .and_line()
    .and("  this command")
    .and_line()
    .and("  net start smtpsvc        (and the others that it had named)")
    .and_line()
    .and(
        "Or let IIS take edits: \"Enable Direct Metabase Edit\" in the properties of the server \
         in IIS Manager. --force writes all the same.",
    );
    Problem { exit: Exit::Refused, hint, ..failed }
}

/// Who may ask and stop the services of a machine.
fn as_administrator(machine: &Machine) -> String {
    match machine.name() {
        None => "run as an administrator".to_owned(),
        Some(name) => format!(
            "run as an administrator of {name}, whose firewall must let remote administration of \
             services through"
        ),
    }
}

fn not_stopped(target: &Target, machine: &Machine, error: &ServiceError) -> Problem {
    let ServiceError { service, why } = error;
    let message = format!("the service {service} did not stop: {why}");
    Problem {
        hint: Hint::say(as_administrator(machine)),
        ..Problem::failed("service-not-stopped", message, target.asked(), Written::Nothing)
    }
}

impl Ahead {
    /// Whether services were stopped, and somebody asked the run to end since.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.stopped.as_ref().is_some_and(|stopped| stopped.deferred.came())
    }

    /// Whether services are stopped.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Starts again what was stopped, and says so; nothing the second time. What does not start
    /// is for the caller to tell.
    pub fn start_again(&mut self, console: &mut Console) -> Option<Left> {
        let Stopped { machine, mut services, deferred } = self.stopped.take()?;
        drop(self.lock.take());
        let names = services.stopped().iter().rev().map(String::as_str);
        let names = names.collect::<Vec<_>>().join(", ");
        // Talk that cannot be printed is lost: see `stream`.
        let mut say = |line: &str| console.say(line).unwrap_or_default();
        if !names.is_empty() {
            say(&format!("Starting again: {names} …"));
        }
        let errors = services.start_again();
        if !names.is_empty() && errors.is_empty() {
            say("Started.");
        }
        console.interrupted = console.interrupted.or(deferred.end());
        (!errors.is_empty()).then_some(Left { machine, errors })
    }
}

impl Left {
    /// The problem where there is no other; `changed` says what was done before.
    #[must_use]
    pub fn alone(&self, target: &Target, done: &str, written: Written) -> Problem {
        let message = format!("{done}{}", self.sentence());
        let problem = Problem::failed("service-not-started", message, target.asked(), written);
        Problem { hint: self.hint(), stopped_services: self.names(), ..problem }
    }

    /// What went wrong, and this as well.
    #[must_use]
    pub fn beside(&self, problem: Problem) -> Problem {
        let hint = match problem.hint.is_empty() {
            true => self.hint(),
            false => problem.hint.and_line().and_hint("", self.hint()),
        };
        let sentence = escape::escaped(&self.sentence()).into_owned();
        let message = format!("{}; and {sentence}", problem.message);
        Problem { message, hint, stopped_services: self.names(), ..problem }
    }

    fn names(&self) -> Vec<String> {
        self.errors.iter().map(|error| error.service.clone()).collect()
    }

    fn sentence(&self) -> String {
        let each =
            self.errors.iter().map(|ServiceError { service, why }| format!("{service} ({why})"));
        let each = each.collect::<Vec<_>>().join(", ");
        match self.errors.len() {
            1 => format!("a service that was stopped for the change does not start again: {each}"),
            _ => format!("could not restart these services: {each}"),
        }
    }

    fn hint(&self) -> Hint {
        let (names, stay) =
            (self.names().join(" and "), if self.errors.len() == 1 { "stays" } else { "stay" });
        let mut hint = Hint::say(format!("{names} {stay} stopped until you run "));
        for (index, error) in self.errors.iter().enumerate() {
            hint = if index == 0 { hint } else { hint.and(", then ") };
            hint = hint.and_call(self.machine.start_command(&error.service));
        }
        hint.and("; the event log says more")
    }
}
