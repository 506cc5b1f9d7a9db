//! The exclusive lock and the condition variable, each one word that begins as zero.
//!
//! A word of a lock has the lowest bit set while somebody has it, and above that the number of
//! those who wait. A waiter is counted only while the lock is taken, and whoever lets go takes one
//! off the count and wakes just one: so nobody sleeps who was not counted, and none is woken twice.
//! A word of a condition variable is the number of those who sleep.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_TIMEOUT, GENERIC_READ, GENERIC_WRITE, HANDLE, NTSTATUS, STATUS_TIMEOUT,
    SetLastError,
};
use windows_sys::Win32::System::Threading::{INFINITE, Sleep};
use windows_sys::core::BOOL;

use super::replaces;

replaces!(AcquireSRWLockExclusive, "__imp_AcquireSRWLockExclusive",
    "_imp__AcquireSRWLockExclusive@4", (lock: *mut AtomicUsize) -> (), acquire);
replaces!(TryAcquireSRWLockExclusive, "__imp_TryAcquireSRWLockExclusive",
    "_imp__TryAcquireSRWLockExclusive@4", (lock: *mut AtomicUsize) -> u8, try_acquire);
replaces!(ReleaseSRWLockExclusive, "__imp_ReleaseSRWLockExclusive",
    "_imp__ReleaseSRWLockExclusive@4", (lock: *mut AtomicUsize) -> (), release);
replaces!(SleepConditionVariableSRW, "__imp_SleepConditionVariableSRW",
    "_imp__SleepConditionVariableSRW@16",
    (variable: *mut AtomicUsize, lock: *mut AtomicUsize, milliseconds: u32, flags: u32) -> BOOL,
    sleep);
replaces!(WakeConditionVariable, "__imp_WakeConditionVariable",
    "_imp__WakeConditionVariable@4", (variable: *mut AtomicUsize) -> (), wake_one);
replaces!(WakeAllConditionVariable, "__imp_WakeAllConditionVariable",
    "_imp__WakeAllConditionVariable@4", (variable: *mut AtomicUsize) -> (), wake_all);

#[link(name = "ntdll")]
unsafe extern "system" {
    fn NtCreateKeyedEvent(
        handle: *mut HANDLE,
        access: u32,
        attributes: *const c_void,
        flags: u32,
    ) -> NTSTATUS;
    fn NtWaitForKeyedEvent(
        event: HANDLE,
        key: *const AtomicUsize,
        alertable: u8,
        timeout: *const i64,
    ) -> NTSTATUS;
    fn NtReleaseKeyedEvent(
        event: HANDLE,
        key: *const AtomicUsize,
        alertable: u8,
        timeout: *const i64,
    ) -> NTSTATUS;
}

/// The lock is taken.
const TAKEN: usize = 1;
/// One who waits.
const WAITER: usize = 2;
/// How often a lock that is taken is looked at again before its waiter sleeps.
const SPINS: u32 = 100;

/// Takes the lock, and waits for it.
///
/// # Safety
/// The word is a lock's, and lives until the lock is released.
pub unsafe extern "system" fn acquire(lock: *mut AtomicUsize) {
    // SAFETY: the caller's word.
    let word = unsafe { &*lock };
    let mut spins = 0;
    loop {
        let seen = word.load(Ordering::Relaxed);
        if seen & TAKEN == 0 {
            if exchange(word, seen, seen | TAKEN) {
                return;
            }
        } else if spins < SPINS {
            spins += 1;
            std::hint::spin_loop();
        } else if exchange(word, seen, seen + WAITER) {
            wait(word, None);
            spins = 0;
        }
    }
}

/// Takes the lock if nobody has it.
///
/// # Safety
/// The word is a lock's, and lives until the lock is released.
pub unsafe extern "system" fn try_acquire(lock: *mut AtomicUsize) -> u8 {
    // SAFETY: the caller's word.
    let word = unsafe { &*lock };
    loop {
        let seen = word.load(Ordering::Relaxed);
        if seen & TAKEN != 0 {
            return 0;
        }
        if exchange(word, seen, seen | TAKEN) {
            return 1;
        }
    }
}

/// Lets go of the lock, and wakes one who waits.
///
/// # Safety
/// The word is a lock's that this thread has taken.
pub unsafe extern "system" fn release(lock: *mut AtomicUsize) {
    // SAFETY: the caller's word.
    let word = unsafe { &*lock };
    loop {
        let seen = word.load(Ordering::Relaxed);
        let waits = seen >= WAITER;
        let after = if waits { seen - TAKEN - WAITER } else { 0 };
        if exchange(word, seen, after) {
            if waits {
                wake(lock);
            }
            return;
        }
    }
}

/// Lets go of the lock, sleeps until it is woken or the time is over, and takes the lock again.
///
/// # Safety
/// Both words are what they are called, this thread has taken the lock, and not as one of many
/// (`flags` is 0).
pub unsafe extern "system" fn sleep(
    variable: *mut AtomicUsize,
    lock: *mut AtomicUsize,
    milliseconds: u32,
    _flags: u32,
) -> BOOL {
    // SAFETY: the caller's word.
    let word = unsafe { &*variable };
    word.fetch_add(1, Ordering::AcqRel);
    // SAFETY: this thread has it.
    unsafe { release(lock) };
    let woken = match milliseconds {
        INFINITE => wait(word, None),
        // In units of 100 ns; below zero means from now.
        milliseconds => wait(word, Some(-i64::from(milliseconds) * 10_000)),
    };
    // Whoever was taken off the count meanwhile is being woken: that is waited for, or the waker
    // would wait for ever.
    let woken = woken || (!take_one(word) && wait(word, None));
    // SAFETY: the caller's lock.
    unsafe { acquire(lock) };
    if !woken {
        // SAFETY: sets a number of this thread.
        unsafe { SetLastError(ERROR_TIMEOUT) };
    }
    woken.into()
}

/// Wakes one who sleeps.
///
/// # Safety
/// The word is a condition variable's.
pub unsafe extern "system" fn wake_one(variable: *mut AtomicUsize) {
    // SAFETY: the caller's word.
    if take_one(unsafe { &*variable }) {
        wake(variable);
    }
}

/// Wakes all who sleep.
///
/// # Safety
/// The word is a condition variable's.
pub unsafe extern "system" fn wake_all(variable: *mut AtomicUsize) {
    // SAFETY: the caller's word.
    let sleeping = unsafe { &*variable }.swap(0, Ordering::AcqRel);
    for _ in 0..sleeping {
        wake(variable);
    }
}

/// Takes one off the count of those who sleep.
fn take_one(word: &AtomicUsize) -> bool {
    word.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |count| count.checked_sub(1)).is_ok()
}

pub(super) fn exchange(word: &AtomicUsize, seen: usize, new: usize) -> bool {
    word.compare_exchange_weak(seen, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

/// Sleeps until somebody wakes one who waits at this word; false if the time is over.
pub(super) fn wait(word: &AtomicUsize, timeout: Option<i64>) -> bool {
    let timeout = timeout.as_ref().map_or(null(), std::ptr::from_ref);
    // SAFETY: the event is open, the key is even, and the time outlives the call.
    let status = unsafe { NtWaitForKeyedEvent(event(), word, 0, timeout) };
    status != STATUS_TIMEOUT
}

/// Wakes one who waits at this word, or will in a moment. The word is only a number here.
pub(super) fn wake(word: *const AtomicUsize) {
    // SAFETY: the event is open, and the key is even.
    unsafe { NtReleaseKeyedEvent(event(), word, 0, null()) };
}

/// The keyed event of this process, made when the first has to wait.
fn event() -> HANDLE {
    static EVENT: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
    loop {
        let known = EVENT.load(Ordering::Acquire);
        if !known.is_null() {
            return known;
        }
        let mut made = null_mut();
        // SAFETY: the handle outlives the call; without attributes the event has no name.
        let status =
            unsafe { NtCreateKeyedEvent(&raw mut made, GENERIC_READ | GENERIC_WRITE, null(), 0) };
        if status < 0 {
            // The system has no memory for a handle at the moment.
            // SAFETY: waits.
            unsafe { Sleep(1) };
        } else if EVENT
            .compare_exchange(null_mut(), made, Ordering::AcqRel, Ordering::Acquire)
            .is_err()
        {
            // SAFETY: it was opened just now, and nobody else has it.
            unsafe { CloseHandle(made) };
        }
    }
}
