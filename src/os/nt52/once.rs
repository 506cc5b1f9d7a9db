//! What is done once, however many come to do it.
//!
//! A word begins as zero. Its two lowest bits say how far it is; above them is, while one does it,
//! the number of those who wait, and afterwards what the one left for the others.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::Foundation::{ERROR_GEN_FAILURE, ERROR_INVALID_PARAMETER, SetLastError};
use windows_sys::Win32::System::Threading::{INIT_ONCE_CHECK_ONLY, INIT_ONCE_INIT_FAILED};
use windows_sys::core::BOOL;

use super::lock::{exchange, wait, wake};
use super::replaces;

replaces!(InitOnceBeginInitialize, "__imp_InitOnceBeginInitialize",
    "_imp__InitOnceBeginInitialize@16",
    (once: *mut AtomicUsize, flags: u32, pending: *mut BOOL, context: *mut *mut c_void) -> BOOL,
    begin);
replaces!(InitOnceComplete, "__imp_InitOnceComplete", "_imp__InitOnceComplete@12",
    (once: *mut AtomicUsize, flags: u32, context: *mut c_void) -> BOOL, complete);

const STAGE: usize = 3;
const BEGUN: usize = 1;
const DONE: usize = 2;
const WAITER: usize = 4;

/// Says in `pending` whether the caller is the one who does it; otherwise it is done, and waited for
/// if need be.
///
/// # Safety
/// The word is a once's; `pending`, and `context` if it is not null, can be written to.
pub unsafe extern "system" fn begin(
    once: *mut AtomicUsize,
    flags: u32,
    pending: *mut BOOL,
    context: *mut *mut c_void,
) -> BOOL {
    if flags & !INIT_ONCE_CHECK_ONLY != 0 {
        return failed(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: the caller's word.
    let word = unsafe { &*once };
    loop {
        let seen = word.load(Ordering::Acquire);
        match seen & STAGE {
            DONE => {
                // SAFETY: the caller's places.
                unsafe {
                    *pending = 0;
                    if !context.is_null() {
                        *context = (seen & !STAGE) as *mut c_void;
                    }
                }
                return 1;
            }
            _ if flags & INIT_ONCE_CHECK_ONLY != 0 => {
                // SAFETY: the caller's place.
                unsafe { *pending = 1 };
                return failed(ERROR_GEN_FAILURE);
            }
            BEGUN if exchange(word, seen, seen + WAITER) => {
                wait(word, None);
            }
            0 if exchange(word, 0, BEGUN) => {
                // SAFETY: the caller's place.
                unsafe { *pending = 1 };
                return 1;
            }
            _ => {}
        }
    }
}

/// It is done, or it failed and the next one may try. All who wait are woken.
///
/// # Safety
/// The word is a once's that this caller has begun.
pub unsafe extern "system" fn complete(
    once: *mut AtomicUsize,
    flags: u32,
    context: *mut c_void,
) -> BOOL {
    let after = match flags {
        0 => context as usize | DONE,
        INIT_ONCE_INIT_FAILED if context.is_null() => 0,
        _ => return failed(ERROR_INVALID_PARAMETER),
    };
    if context as usize & STAGE != 0 {
        return failed(ERROR_INVALID_PARAMETER);
    }
    // SAFETY: the caller's word.
    let word = unsafe { &*once };
    let begun = |seen| (seen & STAGE == BEGUN).then_some(after);
    match word.fetch_update(Ordering::AcqRel, Ordering::Acquire, begun) {
        Ok(seen) => {
            for _ in 0..seen / WAITER {
                wake(once);
            }
            1
        }
        Err(_) => failed(ERROR_GEN_FAILURE),
    }
}

fn failed(code: u32) -> BOOL {
    // SAFETY: sets a number of this thread.
    unsafe { SetLastError(code) };
    0
}
