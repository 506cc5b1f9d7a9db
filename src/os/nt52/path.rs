//! The path of an open file.
//!
//! NT 5.2 knows the name of a file on its volume or share, and not which letter the volume has. So
//! the name is tried on each drive there is, and as a share's, and taken where the same file lies:
//! the same serial number of the volume, and the same index in it. A volume that is mounted in a
//! folder only, and has no letter, is not found: the code is that of a path that is not there.

use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_INVALID_PARAMETER, ERROR_PATH_NOT_FOUND, HANDLE, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, CreateFileW, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_NAME_OPENED, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE, FileNameInfo, GetFileInformationByHandle, GetLogicalDrives, GetLongPathNameW,
    OPEN_EXISTING,
};

use super::file::{failed, query};
use super::replaces;

replaces!(GetFinalPathNameByHandleW, "__imp_GetFinalPathNameByHandleW",
    "_imp__GetFinalPathNameByHandleW@16",
    (file: HANDLE, path: *mut u16, room: u32, flags: u32) -> u32, final_path);

/// As many characters as a path can have.
const LONGEST: usize = 32 * 1024;

/// Writes the path with a drive's letter or a share, as `\\?\…`, and returns its length; or the
/// room it needs with its NUL, if there is less; or 0.
///
/// # Safety
/// There is room for `room` characters at `path`.
pub unsafe extern "system" fn final_path(
    file: HANDLE,
    path: *mut u16,
    room: u32,
    flags: u32,
) -> u32 {
    // Another form of the path than the one with a letter has other flags.
    if flags & !FILE_NAME_OPENED != 0 {
        failed(ERROR_INVALID_PARAMETER);
        return 0;
    }
    let Some(found) = find(file, flags & FILE_NAME_OPENED != 0) else { return 0 };
    let length = found.len();
    let needed = u32::try_from(length + 1).unwrap_or(u32::MAX);
    if needed > room {
        return needed;
    }
    // SAFETY: there is room for all of it and a NUL.
    unsafe {
        std::ptr::copy_nonoverlapping(found.as_ptr(), path, length);
        *path.add(length) = 0;
    }
    needed - 1
}

fn find(file: HANDLE, as_opened: bool) -> Option<Vec<u16>> {
    let wanted = which(file)?;
    let name = name_on_volume(file)?;
    // SAFETY: reads a number.
    let drives = unsafe { GetLogicalDrives() };
    let letters = (0..26_u8).filter(|drive| drives & 1 << drive != 0);
    let letters = letters.map(|drive| format!(r"\\?\{}:", char::from(b'A' + drive)));
    for start in letters.chain([r"\\?\UNC".to_owned()]) {
        let path: Vec<u16> = start.encode_utf16().chain(name.iter().copied()).collect();
        if lies_at(&path) == Some(wanted) {
            return Some(if as_opened { path } else { long(path) });
        }
    }
    failed(ERROR_PATH_NOT_FOUND);
    None
}

/// The name on the volume, from its root: `\folder\file`; or on the network: `\server\share\file`.
fn name_on_volume(file: HANDLE) -> Option<Vec<u16>> {
    // The length in bytes, and then the name.
    let mut found = vec![0_u32; 1 + LONGEST / 2];
    let size = u32::try_from(found.len() * 4).unwrap_or(u32::MAX);
    // SAFETY: the room is as large as is said.
    if unsafe { query(file, FileNameInfo, found.as_mut_ptr().cast(), size) } == 0 {
        return None;
    }
    let length = (found[0] as usize / 2).min(LONGEST);
    // SAFETY: so many characters were written after the length.
    let name = unsafe { std::slice::from_raw_parts(found[1..].as_ptr().cast::<u16>(), length) };
    Some(name.to_vec())
}

/// Which file it is: the volume's serial number, and the file's index.
fn which(file: HANDLE) -> Option<(u32, u32, u32)> {
    let mut found = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the caller's handle; the structure outlives the call.
    let done = unsafe { GetFileInformationByHandle(file, &raw mut found) } != 0;
    done.then_some((found.dwVolumeSerialNumber, found.nFileIndexHigh, found.nFileIndexLow))
}

/// Which file lies there, if one does.
fn lies_at(path: &[u16]) -> Option<(u32, u32, u32)> {
    let path: Vec<u16> = path.iter().copied().chain([0]).collect();
    // SAFETY: the path ends with a NUL and outlives the call.
    let file = unsafe {
        CreateFileW(
            path.as_ptr(),
            0,
            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
            null(),
            OPEN_EXISTING,
            FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT,
            null_mut(),
        )
    };
    if file == INVALID_HANDLE_VALUE {
        return None;
    }
    let found = which(file);
    // SAFETY: it was opened above.
    unsafe { CloseHandle(file) };
    found
}

/// The path without names in 8.3 form, which a file keeps by which it was opened.
fn long(path: Vec<u16>) -> Vec<u16> {
    let short: Vec<u16> = path.iter().copied().chain([0]).collect();
    let mut long = vec![0_u16; LONGEST];
    // SAFETY: the path ends with a NUL, and there is room for 32 768 characters.
    let length = unsafe { GetLongPathNameW(short.as_ptr(), long.as_mut_ptr(), 32 * 1024) } as usize;
    if length == 0 || length >= LONGEST {
        return path;
    }
    long.truncate(length);
    long
}
