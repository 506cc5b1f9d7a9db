//! The Service Control Manager.
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{
    ERROR_MORE_DATA, ERROR_SERVICE_ALREADY_RUNNING, ERROR_SERVICE_DOES_NOT_EXIST,
    ERROR_SERVICE_NOT_ACTIVE,
};
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, ControlService, ENUM_SERVICE_STATUSW, EnumDependentServicesW,
    OpenSCManagerW, OpenServiceW, QueryServiceStatus, SC_HANDLE, SC_MANAGER_CONNECT,
    SERVICE_ACTIVE, SERVICE_CONTROL_STOP, SERVICE_ENUMERATE_DEPENDENTS, SERVICE_QUERY_STATUS,
    SERVICE_RUNNING, SERVICE_START, SERVICE_STATUS, SERVICE_STOP, SERVICE_STOPPED, StartServiceW,
};

use super::{Machine, ServiceError, other};
use crate::os::interrupt;
use crate::os::windows::{seen_with_32_bits, starts_with, system_folder, windows_folder};
use crate::server::guard::State;

/// The metabase that is meant where none is named: that of this server.
#[must_use]
pub fn default_metabase() -> PathBuf {
    let system = system_folder();
    let system = match cfg!(target_pointer_width = "32") {
        true => seen_with_32_bits(&system, &windows_folder()),
        false => system,
    };
    system.join("inetsrv").join("MetaBase.xml")
}

impl Machine {
    /// The machine whose IIS has this file, by its path without links, in memory: this one, if
    /// the file is in a folder of Windows; another one, if it is in a folder `inetsrv` on one of
    /// its administrative shares.
    #[must_use]
    pub fn of(metabase: &Path) -> Option<Self> {
        let windows = windows_folder();
        if starts_with(metabase, &windows) {
            return Some(Self { name: None });
        }
        other(&metabase.to_string_lossy()).map(|name| Self { name: Some(name) })
    }

    /// What a service does.
    #[must_use]
    pub fn state(&self, service: &str) -> State {
        let state = self.manager().and_then(|manager| {
            open(&manager, service, SERVICE_QUERY_STATUS)?.as_ref().map(Handle::status).transpose()
        });
        match state {
            Ok(None) => State::Absent,
            Ok(Some(SERVICE_STOPPED)) => State::Stopped,
            Ok(Some(_)) => State::Running,
            Err(error) => State::Unknown(format!("{service}: {error}")),
        }
    }

    /// Its services, to be stopped and started again.
    ///
    /// # Errors
    /// The Service Control Manager's.
    pub fn services(&self) -> Result<Services, ServiceError> {
        let manager = self.manager().map_err(failed("the Service Control Manager"))?;
        Ok(Services { machine: self.clone(), manager, stopped: Vec::new() })
    }

    fn manager(&self) -> io::Result<Handle> {
        let name = self.name.as_deref().map(wide);
        let name = name.as_ref().map_or(std::ptr::null(), |name| name.as_ptr());
        // SAFETY: the name, if there is one, ends with a NUL and outlives the call.
        Handle::new(unsafe { OpenSCManagerW(name, std::ptr::null(), SC_MANAGER_CONNECT) })
    }
}

/// The services of a machine, and which of them were stopped.
pub struct Services {
    machine: Machine,
    manager: Handle,
    stopped: Vec<String>,
}

/// How long a service may take to stop or to start.
const PATIENCE: Duration = Duration::from_secs(90);

impl Services {
    /// Stops services and what depends on them, and waits until they have stopped.
    ///
    /// # Errors
    /// The first service that does not stop; others were stopped before it.
    pub fn stop(&mut self, services: &[&str]) -> Result<(), ServiceError> {
        for service in services {
            let access = SERVICE_QUERY_STATUS | SERVICE_ENUMERATE_DEPENDENTS;
            let opened = open(&self.manager, service, access).map_err(failed(service))?;
            let Some(handle) = opened else { continue };
            for dependent in handle.dependents().map_err(failed(service))? {
                self.stop_one(&dependent).map_err(failed(&dependent))?;
            }
            self.stop_one(service).map_err(failed(service))?;
        }
        Ok(())
    }

    /// Those that were stopped, in that order.
    #[must_use]
    pub fn stopped(&self) -> &[String] {
        &self.stopped
    }

    /// Starts those that were stopped again, in the other order, waits until they run, and says
    /// which do not.
    pub fn start_again(&mut self) -> Vec<ServiceError> {
        let mut left = Vec::new();
        while let Some(service) = self.stopped.pop() {
            let started = start(&self.manager, &service).map_err(failed(&service));
            left.extend(started.err());
            self.leave_word();
        }
        left
    }

    /// Who insists on ending the run at once is told what stays stopped.
    fn leave_word(&self) {
        let Self { machine, stopped, .. } = self;
        let commands = stopped.iter().rev().map(|name| machine.start_command(name).join(" "));
        let commands = commands.collect::<Vec<_>>().join(" && ");
        interrupt::last_words(match stopped.is_empty() {
            true => String::new(),
            false => format!("\nServices stay stopped; start them: {commands}\n"),
        });
    }

    fn stop_one(&mut self, service: &str) -> io::Result<()> {
        // Whoever may not start it again must not stop it.
        let access = SERVICE_QUERY_STATUS | SERVICE_STOP | SERVICE_START;
        let Some(handle) = open(&self.manager, service, access)? else { return Ok(()) };
        if handle.status()? == SERVICE_STOPPED {
            return Ok(());
        }
        let mut status = SERVICE_STATUS::default();
        // SAFETY: the service is open, and the structure outlives the call.
        let done = unsafe { ControlService(handle.0, SERVICE_CONTROL_STOP, &raw mut status) };
        match check(done) {
            Err(error) if !is(&error, ERROR_SERVICE_NOT_ACTIVE) => return Err(error),
            _ => self.stopped.push(service.to_owned()),
        }
        self.leave_word();
        handle.wait_for(SERVICE_STOPPED)
    }
}

impl Drop for Services {
    /// The last resort, for a panic: whoever has them starts them again and says so.
    fn drop(&mut self) {
        self.start_again();
    }
}

fn failed(service: &str) -> impl FnOnce(io::Error) -> ServiceError {
    move |error| ServiceError { service: service.to_owned(), why: error.to_string() }
}

fn start(manager: &Handle, service: &str) -> io::Result<()> {
    let access = SERVICE_QUERY_STATUS | SERVICE_START;
    let gone = || io::Error::from_raw_os_error(ERROR_SERVICE_DOES_NOT_EXIST.cast_signed());
    let handle = open(manager, service, access)?.ok_or_else(gone)?;
    // SAFETY: the service is open, and there are no arguments.
    match check(unsafe { StartServiceW(handle.0, 0, std::ptr::null()) }) {
        Err(error) if !is(&error, ERROR_SERVICE_ALREADY_RUNNING) => Err(error),
        _ => handle.wait_for(SERVICE_RUNNING),
    }
}

/// A service, if it exists.
fn open(manager: &Handle, service: &str, access: u32) -> io::Result<Option<Handle>> {
    let name = wide(service);
    // SAFETY: the manager is open; the name ends with a NUL and outlives the call.
    match Handle::new(unsafe { OpenServiceW(manager.0, name.as_ptr(), access) }) {
        Err(error) if is(&error, ERROR_SERVICE_DOES_NOT_EXIST) => Ok(None),
        result => result.map(Some),
    }
}

/// The manager or a service, open.
struct Handle(SC_HANDLE);

impl Handle {
    fn new(handle: SC_HANDLE) -> io::Result<Self> {
        if handle.is_null() { Err(io::Error::last_os_error()) } else { Ok(Self(handle)) }
    }

    fn status(&self) -> io::Result<u32> {
        let mut status = SERVICE_STATUS::default();
        // SAFETY: the service is open, and the structure outlives the call.
        check(unsafe { QueryServiceStatus(self.0, &raw mut status) })?;
        Ok(status.dwCurrentState)
    }

    fn wait_for(&self, state: u32) -> io::Result<()> {
        let begun = Instant::now();
        let mut found = self.status()?;
        // A service that cannot start goes back to stopped.
        let mut left = false;
        while found != state {
            left |= found != SERVICE_STOPPED;
            if left && found == SERVICE_STOPPED {
                return Err(io::Error::other("it stopped again at once: see the event log"));
            }
            if begun.elapsed() > PATIENCE {
                let seconds = PATIENCE.as_secs();
                return Err(io::Error::other(format!("it took longer than {seconds} s")));
            }
            std::thread::sleep(Duration::from_millis(100));
            found = self.status()?;
        }
        Ok(())
    }

    /// Those that depend on it and run, in the order in which they must be stopped.
    fn dependents(&self) -> io::Result<Vec<String>> {
        let size = size_of::<ENUM_SERVICE_STATUSW>();
        let mut buffer = vec![ENUM_SERVICE_STATUSW::default(); 64];
        loop {
            let (mut needed, mut count) = (0, 0);
            let room = u32::try_from(buffer.len() * size).unwrap_or(u32::MAX);
            // SAFETY: the service is open; the buffer has that many bytes and outlives the call.
            let done = check(unsafe {
                EnumDependentServicesW(
                    self.0,
                    SERVICE_ACTIVE,
                    buffer.as_mut_ptr(),
                    room,
                    &raw mut needed,
                    &raw mut count,
                )
            });
            match done {
                Err(error) if is(&error, ERROR_MORE_DATA) && needed > room => {
                    buffer
                        .resize((needed as usize).div_ceil(size), ENUM_SERVICE_STATUSW::default());
                }
                Err(error) => return Err(error),
                Ok(()) => {
                    let found = buffer.iter().take(count as usize);
                    // SAFETY: the names are in the buffer, and end with a NUL.
                    return Ok(found.map(|one| unsafe { text(one.lpServiceName) }).collect());
                }
            }
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: it is open, and nobody else closes it.
        unsafe { CloseServiceHandle(self.0) };
    }
}

/// A text that Windows made.
///
/// # Safety
/// There is a NUL after it.
unsafe fn text(made: *const u16) -> String {
    let mut length = 0;
    // SAFETY: nothing after the NUL is read.
    unsafe {
        while *made.add(length) != 0 {
            length += 1;
        }
        String::from_utf16_lossy(std::slice::from_raw_parts(made, length))
    }
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

fn check(done: windows_sys::core::BOOL) -> io::Result<()> {
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn is(error: &io::Error, code: u32) -> bool {
    error.raw_os_error() == Some(code.cast_signed())
}
