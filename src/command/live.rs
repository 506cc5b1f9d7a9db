//! Before and after a change of a live server's metabase: the guard, and the services.
//!
//! Owns what is said about a running IIS; [`guard`] decides, [`crate::server`] acts.

use anyhow::Result;

use super::activation::Activation;
use crate::cli::{Write, Writing};
use crate::console::Console;
use crate::error::{Exit, Problem};
use crate::guard::{self, Facts, Reason, SERVICES, State, Verdict};
use crate::interrupt::Deferred;
use crate::report::Warning;
use crate::scan::scan;
use crate::server::{Machine, ServiceError, Stopped};
use crate::source::Source;
use crate::store::{History, Lock, Target, Written};

/// What was done before the file is read. Dropping it starts the services again.
#[derive(Default)]
pub struct Ahead {
    /// The lock, when it was taken already.
    pub lock: Option<Lock>,
    /// What else to know.
    pub warnings: Vec<Warning>,
    /// What makes this server's IIS take the change, where that is known better than from the
    /// file alone.
    pub activation: Option<Activation>,
    stopped: Option<(Stopped, Deferred)>,
}

/// Looks whether an IIS has the file in memory; stops its services if that was asked for.
///
/// # Errors
/// The refusal `iis-running`, and a service that does not stop.
pub fn prepare(console: &mut Console, target: &Target, writing: &Writing) -> Result<Ahead> {
    let mut ahead = Ahead::default();
    let Some(machine) = Machine::of(target.path()) else { return Ok(ahead) };
    let services = SERVICES.map(|service| machine.state(service));
    let runs = services.contains(&State::Running);
    if runs && writing.stop_services && !writing.dry_run {
        console.say(&format!("Stopping {} and what depends on them …", SERVICES.join(" and ")))?;
        let deferred = Deferred::begin();
        let stopped = machine.stop(&SERVICES).map_err(|error| not_stopped(target, &error))?;
        let names = stopped.names().join(", ");
        console.say(&format!("Stopped: {names}. They are started again in the end."))?;
        ahead.activation = Some(Activation::Restarted);
        ahead.stopped = Some((stopped, deferred));
        return Ok(ahead);
    }
    let taking = if runs { taking(target) } else { None };
    let facts = Facts { services, taking, version_is_kept: version_is_kept(target, taking) };
    match guard::decide(&facts) {
        Verdict::Go => {
            ahead.activation = Some(Activation::DoesNotRun);
        }
        Verdict::TakesItself => ahead.warnings.extend(takes_itself(writing)),
        Verdict::Refuse(reason) if writing.force || writing.dry_run => {
            let mut message = reason.sentence();
            if !writing.force {
                message += "; without --dry-run this is refused";
            }
            ahead.warnings.push(Warning { name: "iis-running", message });
        }
        Verdict::Refuse(reason) => return Err(refused(target, &machine, &reason).into()),
    }
    Ok(ahead)
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

fn takes_itself(writing: &Writing) -> Option<Warning> {
    let message = "IIS is running and watches this file; that it notices a new file in its place \
         is not documented: if it does not take the change, use --write in-place";
    (writing.write == Write::Replace)
        .then(|| Warning { name: "iis-running", message: message.into() })
}

fn refused(target: &Target, machine: &Machine, reason: &Reason) -> Problem {
    let on = machine.name().map(|name| format!(" on {name}")).unwrap_or_default();
    let hint = format!(
        "add --stop-services, and metafix stops the services, makes the change and starts them \
         again. By hand{on}:\n\
         \x20 net stop iisadmin /y     (note which services it names)\n\
         \x20 this command\n\
         \x20 net start smtpsvc        (and the others that it had named)\n\
         Or let IIS take edits: \"Enable Direct Metabase Edit\" in the properties of the server \
         in IIS Manager. --force writes all the same."
    );
    Problem {
        exit: Exit::Refused,
        hint,
        ..Problem::failed("iis-running", reason.sentence(), target.asked(), Written::Nothing)
    }
}

fn not_stopped(target: &Target, error: &ServiceError) -> Problem {
    let ServiceError { service, why } = error;
    let message = format!("the service {service} did not stop: {why}");
    Problem {
        hint: "run as an administrator; what was stopped has been started again".into(),
        ..Problem::failed("service-not-stopped", message, target.asked(), Written::Nothing)
    }
}

impl Ahead {
    /// Starts the services again, and says so.
    ///
    /// # Errors
    /// What went wrong before; else a service that does not start.
    pub fn finish(
        self,
        console: &mut Console,
        target: &Target,
        done: Result<Exit>,
    ) -> Result<Exit> {
        let Some((stopped, deferred)) = self.stopped else { return done };
        drop(self.lock);
        console.say(&format!("Starting again: {} …", stopped.names().join(", ")))?;
        let restarted = stopped.restart();
        console.interrupted = console.interrupted.or(deferred.end());
        let Err(ServiceError { service, why }) = restarted else { return done };
        let message = format!("the service {service} did not start again: {why}");
        match done {
            Err(error) => {
                console.say(&message)?;
                Err(error)
            }
            Ok(exit) => {
                let changed = exit == Exit::Success;
                let written = if changed { Written::Complete } else { Written::Nothing };
                Err(Problem {
                    hint: format!("start it: `net start {service}`; the event log says more"),
                    ..Problem::failed("service-not-started", message, target.asked(), written)
                }
                .into())
            }
        }
    }
}
