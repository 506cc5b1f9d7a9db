//! Nine functions that Windows Server 2003 does not have, and three that a build of the tests
//! needs beside them: what std and this program import of Vista and later, built on what NT 5.2
//! exports.
//!
//! A program with an unknown import does not start at all, so an old Windows needs a program that
//! does not import these. Each replacement is defined here under its own name and, as a pointer,
//! under the name that an import library would give it (`__imp_…`); so the linker finds both here
//! and draws neither from the import library. Where the system has the real function, it is found
//! once by `GetProcAddress` and does the work: what is right on a new Windows stays what it was.
//!
//! | replaced | built on |
//! |---|---|
//! | `AcquireSRWLockExclusive`, `TryAcquireSRWLockExclusive`, `ReleaseSRWLockExclusive` | an atomic word, `NtWaitForKeyedEvent`, `NtReleaseKeyedEvent` |
//! | `InitOnceBeginInitialize`, `InitOnceComplete` | the same |
//! | `SleepConditionVariableSRW`, `WakeConditionVariable`, `WakeAllConditionVariable` | the same; std's own lock and its variables must be of one kind |
//! | `CreateWaitableTimerExW` | `CreateWaitableTimerW` |
//! | `GetFileInformationByHandleEx` | `NtQueryInformationFile`, `NtQueryDirectoryFile` |
//! | `SetFileInformationByHandle` | `NtSetInformationFile` |
//! | `GetFinalPathNameByHandleW` | `NtQueryInformationFile`, `GetFileInformationByHandle` |
//!
//! It is compiled in by the feature `nt52`; with `nt52-forced`, for tests, none hands over. It can
//! be deleted on the day the program no longer has to start on anything older than Windows 7, and
//! the targets `*-win7-windows-gnu` remain. No other file has symbols of its own.
#![allow(
    unsafe_code,
    reason = "stands in for Windows's own functions; each block says why it is sound"
)]

pub mod file;
pub mod lock;
pub mod once;
pub mod path;
mod real;
pub mod timer;

pub use real::in_use;

/// Defines a replacement: its function, and the pointer that an import library would have.
///
/// On 32 bits the compiler decorates the function's name with the size of its arguments, as the
/// calling convention says; the pointer's name has to say it itself.
macro_rules! replaces {
    ($name:ident, $imp64:literal, $imp32:literal,
     ($($arg:ident: $ty:ty),*) -> $result:ty, $own:path) => {
        #[doc = concat!("`", stringify!($name), "`: the system's own, or [`", stringify!($own), "`].")]
        ///
        /// # Safety
        /// As Microsoft documents it.
        #[unsafe(no_mangle)]
        pub unsafe extern "system" fn $name($($arg: $ty),*) -> $result {
            type Function = unsafe extern "system" fn($($ty),*) -> $result;
            static REAL: super::real::Real = super::real::Real::new();
            match REAL.find(concat!(stringify!($name), "\0")) {
                // SAFETY: kernel32 has a function of this name, and these are its arguments.
                Some(found) => unsafe {
                    std::mem::transmute::<super::real::Found, Function>(found)($($arg),*)
                },
                // SAFETY: the same arguments, for which the caller answers.
                None => unsafe { $own($($arg),*) },
            }
        }

        const _: () = {
            type Function = unsafe extern "system" fn($($ty),*) -> $result;
            // SAFETY: nobody else defines this name: the import library's member is not drawn in.
            #[cfg_attr(target_pointer_width = "64", unsafe(export_name = $imp64))]
            #[cfg_attr(target_pointer_width = "32", unsafe(export_name = $imp32))]
            static POINTER: Function = $name;
        };
    };
}
use replaces;
