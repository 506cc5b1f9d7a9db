//! What is said of a file that is no saved event log.

use std::ffi::OsStr;
use std::path::Path;

use crate::inspect::events::EventsError;
use crate::server::event_log::EventLogError;
use crate::store::Written;
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};

/// Why nothing can be learnt from a file with events.
#[must_use]
pub fn events(error: &EventsError, file: &Path) -> Problem {
    let name = match error {
        EventsError::Empty => "events-empty",
        EventsError::Evtx => "events-binary",
        EventsError::NotEvents => "not-events",
        EventsError::Malformed { .. } => "events-malformed",
        EventsError::CutShort { .. } => "events-cut-short",
    };
    let hint = match error {
        EventsError::Evtx => Hint::default()
            .and_call(["wevtutil", "qe"].map(OsStr::new).into_iter().chain([
                file.as_os_str(),
                OsStr::new("/lf:true"),
                OsStr::new("/f:xml"),
            ]))
            .and(", on Windows, prints it as XML; send that to a file and name that one"),
        EventsError::Empty | EventsError::CutShort { .. } => {
            Hint::say("save the log once more: ").and_hint("", on_the_server())
        }
        EventsError::NotEvents | EventsError::Malformed { .. } => on_the_server(),
    };
    let problem = Problem::failed(name, error.to_string(), file, Written::Nothing);
    Problem { exit: Exit::Refused, hint, ..problem }
}

/// Why the log of this machine cannot be read.
#[must_use]
pub fn event_log(error: &EventLogError, file: &Path) -> Problem {
    let problem = Problem::failed("event-log-unread", error.to_string(), file, Written::Nothing);
    let hint =
        Hint::say("run as an administrator, or save the log and name the file with --events");
    Problem { hint, ..problem }
}

fn on_the_server() -> Hint {
    Hint::default().and_call(["wevtutil", "qe", "System", "/f:xml"]).and(
        " prints what can be read here; on Server 2003 the viewer saves it (csv, text or .evt)",
    )
}
