//! Event logging of Windows.
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::io;

use windows_sys::Win32::Foundation::{
    ERROR_EVENTLOG_FILE_CHANGED, ERROR_HANDLE_EOF, ERROR_INSUFFICIENT_BUFFER, HANDLE,
};
use windows_sys::Win32::System::EventLog::{
    CloseEventLog, EVENTLOG_SEQUENTIAL_READ, OpenEventLogW, ReadEventLogW,
};

use super::drain::{Refused, drain};
use crate::inspect::events::Events;

/// `EVENTLOG_FORWARDS_READ` of winnt.h; windows-sys has it in a feature that nothing else here needs.
const FORWARDS: u32 = 4;

/// Reads a log of a server, as `\\name`, or of this machine.
pub(super) fn read(server: Option<&str>, log: &str) -> io::Result<Events> {
    drain(|| {
        let log = Log::open(server, log)?;
        Ok(move |buffer: &mut [u8]| log.read(buffer))
    })
}

/// A log, open.
struct Log(HANDLE);

impl Log {
    fn open(server: Option<&str>, name: &str) -> io::Result<Self> {
        let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
        let (server, name) = (server.map(wide), wide(name));
        let server = server.as_ref().map_or(std::ptr::null(), |server| server.as_ptr());
        // SAFETY: both names end with a NUL and outlive the call; no name of a server is this one.
        let handle = unsafe { OpenEventLogW(server, name.as_ptr()) };
        if handle.is_null() { Err(io::Error::last_os_error()) } else { Ok(Self(handle)) }
    }

    /// Reads the records after those that were read.
    fn read(&self, buffer: &mut [u8]) -> Result<usize, Refused> {
        let (mut read, mut needed) = (0, 0);
        let room = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        // SAFETY: the log is open; the buffer has that many bytes, and all three outlive the call.
        let done = unsafe {
            ReadEventLogW(
                self.0,
                EVENTLOG_SEQUENTIAL_READ | FORWARDS,
                0,
                buffer.as_mut_ptr().cast(),
                room,
                &raw mut read,
                &raw mut needed,
            )
        };
        if done != 0 {
            return Ok(usize::try_from(read).unwrap_or(buffer.len()));
        }
        let error = io::Error::last_os_error();
        Err(match error.raw_os_error().map(i32::cast_unsigned) {
            Some(ERROR_HANDLE_EOF) => Refused::End,
            Some(ERROR_INSUFFICIENT_BUFFER) => {
                Refused::TooSmall(usize::try_from(needed).unwrap_or(usize::MAX))
            }
            Some(ERROR_EVENTLOG_FILE_CHANGED) => Refused::Cleared,
            _ => Refused::Failed(error),
        })
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // SAFETY: it is open, and nobody else closes it.
        unsafe { CloseEventLog(self.0) };
    }
}
