//! The symptom of Microsoft KB 820284 in what a server's event log was saved as: for which domains
//! the SMTP service wrote event 4000 with the data c00402e7, how often and when.
//!
//! Bytes in, [`Events`] out. The form is told by the content, not by the name of the file:
//!
//! | form | made by |
//! |---|---|
//! | XML, with one root or none | `wevtutil qe System /f:xml`, with and without `/e:Events`; `/f:RenderedXml`; the viewer's "Save as XML" |
//! | a table by commas, tabs or semicolons | the viewers of Server 2003 ("Save Log File As", csv or tab) and of later systems; PowerShell's `Export-Csv` of `Get-EventLog`, `Get-WinEvent` or WMI |
//! | `.evt` | the viewer of Server 2003, as it saves unless told otherwise |
//!
//! Each in UTF-8, UTF-16 or the ANSI code page. `.evtx` is refused with the command that makes XML
//! of it: what it takes to read it is 57 more crates.
//!
//! A log is evidence and not ours to judge: a form that is not strict is read as far as it says
//! something. What a file says is text of strangers (anybody who sends mail chooses the domain).

mod decode;
mod error;
mod event;
mod record;
mod table;
mod tally;
mod time;
mod xml;

pub use error::EventsError;
pub use record::take as take_records;
pub use tally::{DomainEvents, Events};
pub use time::{Clock, Time};

/// What begins the file of an event log since Windows Vista.
const EVTX: &[u8] = b"ElfFile\0";

/// Reads one file.
///
/// # Errors
/// [`EventsError`]: it is no saved event log, or one that must be converted first.
pub fn read(bytes: &[u8]) -> Result<Events, EventsError> {
    if bytes.starts_with(EVTX) {
        return Err(EventsError::Evtx);
    }
    let mut events = Events::default();
    if record::is_log(bytes) {
        record::take(bytes, &mut events);
        return Ok(events);
    }
    let text = decode::text(bytes);
    match text.trim_start().chars().next() {
        None => return Err(EventsError::Empty),
        Some('<') => xml::take(&text, &mut events)?,
        Some(_) => table::take(&text, &mut events)?,
    }
    Ok(events)
}
