//! Who holds a file open: asked of the Restart Manager, which knows programs and services. Before
//! Vista there is none: it is loaded when it is needed, and without it the holders have no names.
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::ffi::{CStr, c_void};
use std::os::windows::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null;

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, ERROR_SUCCESS};
use windows_sys::Win32::System::LibraryLoader::{GetProcAddress, LoadLibraryW};
use windows_sys::Win32::System::RestartManager::{CCH_RM_SESSION_KEY, RM_PROCESS_INFO};

use super::{text_of, wide};
use crate::os::windows::system_folder;

/// The functions that are used of the Restart Manager.
#[expect(non_snake_case, reason = "Windows's own names")]
struct RestartManager {
    RmStartSession: Start,
    RmEndSession: End,
    RmRegisterResources: Register,
    RmGetList: List,
}

impl RestartManager {
    /// Loads it, from the system's own folder and nowhere else. It stays until the process ends.
    #[expect(non_snake_case, reason = "Windows's own names")]
    fn load() -> Option<Self> {
        let path = system_folder().join("rstrtmgr.dll");
        let path: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
        // SAFETY: the path ends with a NUL and outlives the call.
        let library = unsafe { LoadLibraryW(path.as_ptr()) };
        if library.is_null() {
            return None;
        }
        // SAFETY: the library is loaded, and the name ends with a NUL.
        let find = |name: &CStr| unsafe { GetProcAddress(library, name.as_ptr().cast()) };
        let RmStartSession = find(c"RmStartSession")?;
        let RmEndSession = find(c"RmEndSession")?;
        let RmRegisterResources = find(c"RmRegisterResources")?;
        let RmGetList = find(c"RmGetList")?;
        // SAFETY: these are the arguments that the functions of these names take.
        Some(unsafe {
            Self {
                RmStartSession: std::mem::transmute::<Found, Start>(RmStartSession),
                RmEndSession: std::mem::transmute::<Found, End>(RmEndSession),
                RmRegisterResources: std::mem::transmute::<Found, Register>(RmRegisterResources),
                RmGetList: std::mem::transmute::<Found, List>(RmGetList),
            }
        })
    }
}

type Found = unsafe extern "system" fn() -> isize;
type Start = unsafe extern "system" fn(*mut u32, u32, *mut u16) -> u32;
type End = unsafe extern "system" fn(u32) -> u32;
type Register = unsafe extern "system" fn(
    u32,
    u32,
    *const *const u16,
    u32,
    *const c_void,
    u32,
    *const *const u16,
) -> u32;
type List =
    unsafe extern "system" fn(u32, *mut u32, *mut u32, *mut RM_PROCESS_INFO, *mut u32) -> u32;

/// The programs that hold it open, in words; none where that cannot be known.
pub(super) fn of(path: &Path) -> Vec<String> {
    RestartManager::load().map_or_else(Vec::new, |manager| ask(&manager, path))
}

fn ask(manager: &RestartManager, path: &Path) -> Vec<String> {
    let mut session = 0;
    let mut key = [0_u16; CCH_RM_SESSION_KEY as usize + 1];
    // SAFETY: the key has room for its NUL.
    let started = unsafe { (manager.RmStartSession)(&raw mut session, 0, key.as_mut_ptr()) };
    if started != ERROR_SUCCESS {
        return Vec::new();
    }
    let found = list(manager, session, path);
    // SAFETY: the session was started above, and ends once.
    unsafe { (manager.RmEndSession)(session) };
    found
}

fn list(manager: &RestartManager, session: u32, path: &Path) -> Vec<String> {
    let Ok(path) = wide(path) else { return Vec::new() };
    let files = [path.as_ptr()];
    // SAFETY: one file name, which ends with a NUL; no processes and no services.
    let registered =
        unsafe { (manager.RmRegisterResources)(session, 1, files.as_ptr(), 0, null(), 0, null()) };
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
            (manager.RmGetList)(
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
