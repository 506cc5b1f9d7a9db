//! Whether the system has the real function: asked once for each.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleW, GetProcAddress};

/// The address of a function of kernel32.
pub type Found = unsafe extern "system" fn() -> isize;

/// The answer, kept.
pub(super) struct Real(AtomicUsize);

/// Not asked yet.
const UNKNOWN: usize = 0;
/// The system has none; no function lies at this address.
const NONE: usize = 1;

impl Real {
    pub(super) const fn new() -> Self {
        Self(AtomicUsize::new(UNKNOWN))
    }

    /// The real function, if the system has it and a test does not forbid it. Two threads that ask
    /// at once get the same answer.
    pub(super) fn find(&self, name: &str) -> Option<Found> {
        if cfg!(feature = "nt52-forced") {
            return None;
        }
        let known = match self.0.load(Ordering::Relaxed) {
            UNKNOWN => {
                let asked = kernel32(name).map_or(NONE, |found| found as usize);
                self.0.store(asked, Ordering::Relaxed);
                asked
            }
            known => known,
        };
        // SAFETY: it is the address that GetProcAddress returned.
        (known != NONE).then(|| unsafe { std::mem::transmute::<*const c_void, Found>(known as _) })
    }
}

/// A function of kernel32, which is loaded into every program; the name ends with a NUL.
pub(super) fn kernel32(name: &str) -> Option<Found> {
    assert!(name.ends_with('\0'));
    // SAFETY: both names end with a NUL.
    unsafe {
        let module = GetModuleHandleW(windows_sys::core::w!("kernel32.dll"));
        GetProcAddress(module, name.as_ptr())
    }
}

/// The functions that are replaced on this system, because it lacks them.
#[must_use]
pub fn in_use() -> Vec<&'static str> {
    const NAMES: [&str; 9] = [
        "AcquireSRWLockExclusive\0",
        "TryAcquireSRWLockExclusive\0",
        "ReleaseSRWLockExclusive\0",
        "InitOnceBeginInitialize\0",
        "InitOnceComplete\0",
        "CreateWaitableTimerExW\0",
        "GetFileInformationByHandleEx\0",
        "SetFileInformationByHandle\0",
        "GetFinalPathNameByHandleW\0",
    ];
    let lacking = |name: &&str| cfg!(feature = "nt52-forced") || kernel32(name).is_none();
    NAMES.into_iter().filter(lacking).map(|name| name.trim_end_matches('\0')).collect()
}
