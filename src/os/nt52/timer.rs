//! A timer to wait for.

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, HANDLE, SetLastError};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::System::Threading::{
    CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, CREATE_WAITABLE_TIMER_MANUAL_RESET, CreateWaitableTimerW,
};
use windows_sys::core::PCWSTR;

use super::replaces;

replaces!(CreateWaitableTimerExW, "__imp_CreateWaitableTimerExW",
    "_imp__CreateWaitableTimerExW@16",
    (attributes: *const SECURITY_ATTRIBUTES, name: PCWSTR, flags: u32, access: u32) -> HANDLE,
    create);

/// Makes a timer with all access. An old system has one resolution only, so which is asked for does
/// not matter.
///
/// # Safety
/// Attributes and name are null or as Windows takes them.
pub unsafe extern "system" fn create(
    attributes: *const SECURITY_ATTRIBUTES,
    name: PCWSTR,
    flags: u32,
    _access: u32,
) -> HANDLE {
    let known = CREATE_WAITABLE_TIMER_MANUAL_RESET | CREATE_WAITABLE_TIMER_HIGH_RESOLUTION;
    if flags & !known != 0 {
        // SAFETY: sets a number of this thread.
        unsafe { SetLastError(ERROR_INVALID_PARAMETER) };
        return std::ptr::null_mut();
    }
    let manual = flags & CREATE_WAITABLE_TIMER_MANUAL_RESET != 0;
    // SAFETY: the caller's arguments.
    unsafe { CreateWaitableTimerW(attributes, manual.into(), name) }
}
