//! Who holds a file open: asked of the Restart Manager, which knows programs and services.
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::path::Path;
use std::ptr::null;

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, ERROR_SUCCESS};
use windows_sys::Win32::System::RestartManager::{
    CCH_RM_SESSION_KEY, RM_PROCESS_INFO, RmEndSession, RmGetList, RmRegisterResources,
    RmStartSession,
};

use super::{text_of, wide};

/// The programs that hold it open, in words; none where that cannot be known.
pub(super) fn of(path: &Path) -> Vec<String> {
    let mut session = 0;
    let mut key = [0_u16; CCH_RM_SESSION_KEY as usize + 1];
    // SAFETY: the key has room for its NUL.
    if unsafe { RmStartSession(&raw mut session, 0, key.as_mut_ptr()) } != ERROR_SUCCESS {
        return Vec::new();
    }
    let found = list(session, path);
    // SAFETY: the session was started above, and ends once.
    unsafe { RmEndSession(session) };
    found
}

fn list(session: u32, path: &Path) -> Vec<String> {
    let Ok(path) = wide(path) else { return Vec::new() };
    let files = [path.as_ptr()];
    // SAFETY: one file name, which ends with a NUL; no processes and no services.
    let registered =
        unsafe { RmRegisterResources(session, 1, files.as_ptr(), 0, null(), 0, null()) };
    if registered != ERROR_SUCCESS {
        return Vec::new();
    }
    // SAFETY: RM_PROCESS_INFO is plain numbers, for which zero is a value.
    let empty: RM_PROCESS_INFO = unsafe { std::mem::zeroed() };
    let mut programs = vec![empty; 8];
    for _ in 0..4 {
        let (mut needed, mut reasons) = (0, 0);
        let mut count = u32::try_from(programs.len()).unwrap_or(u32::MAX);
        // SAFETY: there is room for `count` of them.
        let result = unsafe {
            RmGetList(
                session,
                &raw mut needed,
                &raw mut count,
                programs.as_mut_ptr(),
                &raw mut reasons,
            )
        };
        match result {
            ERROR_SUCCESS => {
                programs.truncate(count as usize);
                return programs.iter().map(describe).collect();
            }
            ERROR_MORE_DATA => programs.resize(needed as usize + 8, empty),
            _ => return Vec::new(),
        }
    }
    Vec::new()
}

fn describe(program: &RM_PROCESS_INFO) -> String {
    let name = text_of(&program.strAppName);
    let service = text_of(&program.strServiceShortName);
    let process = program.Process.dwProcessId;
    if service.is_empty() {
        format!("{name} (process {process})")
    } else {
        format!("{name} (process {process}, service {service})")
    }
}
