//! The folders of Windows, by which path a program of 32 bits reaches the real ones, and the DNS
//! servers.
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::io;
use std::os::windows::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::{ERROR_BUFFER_OVERFLOW, ERROR_SUCCESS};
use windows_sys::Win32::NetworkManagement::IpHelper::{FIXED_INFO_W2KSP1, GetNetworkParams};
use windows_sys::Win32::System::SystemInformation::{
    GetSystemDirectoryW, GetSystemWindowsDirectoryW, OSVERSIONINFOW,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, IsWow64Process};

#[link(name = "ntdll")]
unsafe extern "system" {
    fn RtlGetVersion(found: *mut OSVERSIONINFOW) -> i32;
}

/// Which Windows this is, by its numbers: 5.2 is Server 2003. It does not tell a program that is
/// older an older number, as other functions do.
#[must_use]
pub fn version() -> String {
    let Some(found) = version_info() else { return "Windows".to_owned() };
    let OSVERSIONINFOW { dwMajorVersion: major, dwMinorVersion: minor, .. } = found;
    let pack: Vec<u16> = found.szCSDVersion.into_iter().take_while(|unit| *unit != 0).collect();
    let pack = String::from_utf16_lossy(&pack);
    let pack = if pack.is_empty() { pack } else { format!(" ({pack})") };
    format!("Windows {major}.{minor} build {}{pack}", found.dwBuildNumber)
}

/// The first number of that: 6 is Server 2008.
#[must_use]
pub fn major_version() -> Option<u32> {
    version_info().map(|found| found.dwMajorVersion)
}

/// Its build: 26100 is Server 2025.
#[must_use]
pub fn build() -> Option<u32> {
    version_info().map(|found| found.dwBuildNumber)
}

fn version_info() -> Option<OSVERSIONINFOW> {
    let size = u32::try_from(size_of::<OSVERSIONINFOW>()).expect("it is small");
    let mut found = OSVERSIONINFOW { dwOSVersionInfoSize: size, ..OSVERSIONINFOW::default() };
    // SAFETY: the structure says its size, and outlives the call.
    let status = unsafe { RtlGetVersion(&raw mut found) };
    (status >= 0).then_some(found)
}

/// Whether this is a program of 32 bits on a Windows of 64.
#[must_use]
pub fn is_32_on_64() -> bool {
    let mut answer = 0;
    // SAFETY: the handle stands for this process, and the answer outlives the call.
    let asked = unsafe { IsWow64Process(GetCurrentProcess(), &raw mut answer) };
    asked != 0 && answer != 0
}

/// The path by which a program of 32 bits reaches what is in the real system folder of a Windows
/// of 64: under the name of System32 it is shown another folder.
#[must_use]
pub fn seen_with_32_bits(path: &Path, windows: &Path) -> PathBuf {
    let (system, real) = (windows.join("System32"), windows.join("Sysnative"));
    if starts_with(path, &system) && real.is_dir() {
        return path
            .components()
            .skip(system.components().count())
            .fold(real, |path, part| path.join(part));
    }
    path.to_owned()
}

/// Whether a program of 32 bits has no way at all to what is there: Server 2003 knows no Sysnative
/// without its hotfix 942589, and shows SysWOW64 under the name of System32.
#[must_use]
pub fn is_hidden(path: &Path) -> bool {
    cfg!(target_pointer_width = "32")
        && is_32_on_64()
        && is_without_sysnative(path, &windows_folder())
}

fn is_without_sysnative(path: &Path, windows: &Path) -> bool {
    starts_with(path, &windows.join("System32")) && !windows.join("Sysnative").is_dir()
}

/// The folder of Windows.
#[must_use]
pub fn windows_folder() -> PathBuf {
    folder(GetSystemWindowsDirectoryW)
}

/// The system folder, as Windows names it to a program of 64 bits.
#[must_use]
pub fn system_folder() -> PathBuf {
    folder(GetSystemDirectoryW)
}

/// A folder that Windows names.
fn folder(ask: unsafe extern "system" fn(*mut u16, u32) -> u32) -> PathBuf {
    let mut name = [0_u16; 1024];
    // SAFETY: there is room for 1024 characters.
    let length = unsafe { ask(name.as_mut_ptr(), 1024) } as usize;
    if length == 0 || length > name.len() {
        return PathBuf::from(r"C:\Windows");
    }
    PathBuf::from(std::ffi::OsString::from_wide(&name[..length]))
}

/// Whether a path lies in a folder; Windows compares without case.
#[must_use]
pub fn starts_with(path: &Path, folder: &Path) -> bool {
    let mut path = path.components();
    folder.components().all(|wanted| {
        path.next().is_some_and(|found| found.as_os_str().eq_ignore_ascii_case(wanted.as_os_str()))
    })
}

/// The DNS servers that this machine asks, in that order, as Windows writes their addresses.
///
/// `GetNetworkParams` names those of IPv4 alone; Server 2003 has it, and what names the others too
/// tells them for each network card, without an order among cards.
///
/// # Errors
/// Windows's.
pub fn dns_servers() -> io::Result<Vec<String>> {
    let unit = size_of::<FIXED_INFO_W2KSP1>();
    let mut size = u32::try_from(unit).unwrap_or(u32::MAX);
    // The list may grow between two calls, though hardly often.
    for _ in 0..4 {
        let mut room = vec![FIXED_INFO_W2KSP1::default(); (size as usize).div_ceil(unit)];
        size = u32::try_from(room.len() * unit).unwrap_or(u32::MAX);
        // SAFETY: the room has that many bytes and outlives the call.
        match unsafe { GetNetworkParams(room.as_mut_ptr(), &raw mut size) } {
            ERROR_SUCCESS => {
                let mut names = Vec::new();
                let mut entry = &raw const room[0].DnsServerList;
                // SAFETY: each entry is in the room, as Windows has just written it; the last one
                // points nowhere.
                while let Some(found) = unsafe { entry.as_ref() } {
                    let name = found.IpAddress.String.iter().take_while(|byte| **byte != 0);
                    let name: String = name.map(|byte| char::from(byte.cast_unsigned())).collect();
                    if !name.is_empty() {
                        names.push(name);
                    }
                    entry = found.Next;
                }
                return Ok(names);
            }
            ERROR_BUFFER_OVERFLOW => {}
            error => return Err(io::Error::from_raw_os_error(error.cast_signed())),
        }
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_32_bits_the_real_system_folder_has_another_name() {
        let windows = tempfile::tempdir().expect("a folder");
        let windows = windows.path();
        let metabase = windows.join(r"system32\inetsrv\MetaBase.xml");
        assert_eq!(seen_with_32_bits(&metabase, windows), metabase, "a Windows of 32 bits");
        assert!(is_without_sysnative(&metabase, windows), "a Server 2003 of 64 bits");
        assert!(!is_without_sysnative(&windows.join("MetaBase.xml"), windows));
        std::fs::create_dir(windows.join("Sysnative")).expect("a folder");
        let real = windows.join(r"Sysnative\inetsrv\MetaBase.xml");
        assert_eq!(seen_with_32_bits(&metabase, windows), real);
        assert!(!is_without_sysnative(&metabase, windows));
        let other = windows.join(r"Temp\MetaBase.xml");
        assert_eq!(seen_with_32_bits(&other, windows), other);
    }
}
