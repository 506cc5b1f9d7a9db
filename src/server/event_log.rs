//! The live event log of this machine or another one, through the functions that Server 2003 has too
//! (learn.microsoft.com, "OpenEventLogW", "ReadEventLogW": since Windows 2000).
//!
//! Owns how it is read to its end. What the records say is judged by [`crate::inspect::events`].

#[cfg(any(windows, test))]
mod drain;
#[cfg(windows)]
mod windows;

use std::io;

use thiserror::Error;

use crate::inspect::events::Events;

/// The logs in which the SMTP service writes: Windows's own in the first, that of Exchange 2000 and
/// 2003 in the second.
pub const LOGS: [&str; 2] = ["System", "Application"];

/// Why a log cannot be read.
#[derive(Debug, Error)]
#[error("the event log {log} cannot be read: {error}")]
pub struct EventLogError {
    /// Which one.
    pub log: String,
    /// What the system said.
    #[source]
    pub error: io::Error,
}

/// What is in the logs of a server, as `\\name`, or of this machine; nothing where this is no
/// Windows.
///
/// # Errors
/// The first log that cannot be read.
#[cfg(windows)]
pub fn read(server: Option<&str>) -> Result<Option<Events>, EventLogError> {
    let mut events = Events::default();
    for log in LOGS {
        events.add(windows::read(server, log).map_err(|error| {
            let of = server.map(|server| format!(" of {server}")).unwrap_or_default();
            EventLogError { log: format!("{log}{of}"), error }
        })?);
    }
    Ok(Some(events))
}

/// What is in the logs of a server, as `\\name`, or of this machine; nothing where this is no
/// Windows.
///
/// # Errors
/// None here.
#[cfg(not(windows))]
pub fn read(_server: Option<&str>) -> Result<Option<Events>, EventLogError> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::drain::{Refused, drain};
    use super::*;

    /// A log with four records, one of another source, one with another cause.
    const LOG: &[u8] = include_bytes!("../../fixtures/events/viewer-2003-evt/log");
    /// After its head, and before its end.
    const RECORDS: std::ops::Range<usize> = 0x30..LOG.len() - 0x28;

    fn whole_records(at: usize) -> usize {
        let length = LOG[at..at + 4].try_into().map_or(0, u32::from_le_bytes);
        usize::try_from(length).expect("it is small")
    }

    #[test]
    fn a_log_is_read_record_by_record_to_its_end() {
        let small = &Cell::new(true);
        let open = || {
            let mut at = RECORDS.start;
            Ok(move |buffer: &mut [u8]| {
                if at == RECORDS.end {
                    return Err(Refused::End);
                }
                let length = whole_records(at);
                if small.take() {
                    return Err(Refused::TooSmall(buffer.len() + length));
                }
                buffer[..length].copy_from_slice(&LOG[at..at + length]);
                at += length;
                Ok(length)
            })
        };
        let events = drain(open).expect("it is read");
        assert_eq!((events.read, events.other_causes), (4, 1));
        assert_eq!(events.of("contoso.com").map(|of| of.count), Some(2));
    }

    #[test]
    fn a_log_that_is_cleared_is_read_anew_and_not_for_ever() {
        let opened = Cell::new(0);
        let cleared = |times: usize| {
            opened.set(0);
            let opened = &opened;
            drain(move || {
                opened.set(opened.get() + 1);
                let mut given = false;
                Ok(move |buffer: &mut [u8]| {
                    if std::mem::replace(&mut given, true) {
                        return Err(if opened.get() <= times {
                            Refused::Cleared
                        } else {
                            Refused::End
                        });
                    }
                    buffer[..RECORDS.len()].copy_from_slice(&LOG[RECORDS]);
                    Ok(RECORDS.len())
                })
            })
        };
        assert_eq!(cleared(2).expect("it is read").read, 4, "nothing is counted twice");
        assert!(cleared(100).is_err());
        assert_eq!(opened.get(), 3);
    }

    #[test]
    fn what_the_system_says_is_said() {
        let failed = |refused: fn() -> Refused| {
            drain(|| Ok(move |_: &mut [u8]| Err(refused()))).expect_err("it failed").to_string()
        };
        assert_eq!(failed(|| Refused::TooSmall(1)), "a record needs 1 bytes");
        assert_eq!(
            failed(|| Refused::TooSmall(usize::MAX)),
            format!("a record needs {} bytes", usize::MAX)
        );
        assert_eq!(failed(|| Refused::Failed(io::Error::other("no"))), "no");
        assert_eq!(drain(|| Ok(|_: &mut [u8]| Ok(0))).expect("it ends"), Events::default());
    }

    #[test]
    #[cfg(not(windows))]
    fn elsewhere_there_is_no_log() {
        assert!(read(None).is_ok_and(|events| events.is_none()));
    }
}
