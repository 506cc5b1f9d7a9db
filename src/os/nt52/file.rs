//! What an open file is asked, and told, by its handle.
//!
//! The structures are the kernel's own; only the numbers of the classes differ, and a new name is
//! the kernel's `\??\C:\…` instead of `C:\…`. A class that NT 5.2 does not know is refused with
//! the code by which a newer Windows refuses what it does not know, so std takes its older way.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{
    ERROR_BAD_LENGTH, ERROR_INVALID_NAME, ERROR_INVALID_PARAMETER, HANDLE, NTSTATUS,
    RtlNtStatusToDosError, SetLastError, UNICODE_STRING,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_INFO_BY_HANDLE_CLASS, FILE_RENAME_INFO, FileAllocationInfo, FileAttributeTagInfo,
    FileBasicInfo, FileDispositionInfo, FileEndOfFileInfo, FileIdBothDirectoryInfo,
    FileIdBothDirectoryRestartInfo, FileNameInfo, FileRenameInfo, FileStandardInfo, FileStreamInfo,
};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;
use windows_sys::core::BOOL;

use super::replaces;

replaces!(GetFileInformationByHandleEx, "__imp_GetFileInformationByHandleEx",
    "_imp__GetFileInformationByHandleEx@16",
    (file: HANDLE, class: FILE_INFO_BY_HANDLE_CLASS, found: *mut c_void, size: u32) -> BOOL,
    query);
replaces!(SetFileInformationByHandle, "__imp_SetFileInformationByHandle",
    "_imp__SetFileInformationByHandle@16",
    (file: HANDLE, class: FILE_INFO_BY_HANDLE_CLASS, new: *const c_void, size: u32) -> BOOL,
    set);

#[link(name = "ntdll")]
unsafe extern "system" {
    fn NtQueryInformationFile(
        file: HANDLE,
        status: *mut IO_STATUS_BLOCK,
        found: *mut c_void,
        size: u32,
        class: i32,
    ) -> NTSTATUS;
    fn NtSetInformationFile(
        file: HANDLE,
        status: *mut IO_STATUS_BLOCK,
        new: *const c_void,
        size: u32,
        class: i32,
    ) -> NTSTATUS;
    fn NtQueryDirectoryFile(
        folder: HANDLE,
        event: HANDLE,
        routine: *const c_void,
        context: *const c_void,
        status: *mut IO_STATUS_BLOCK,
        found: *mut c_void,
        size: u32,
        class: i32,
        single: u8,
        mask: *const UNICODE_STRING,
        restart: u8,
    ) -> NTSTATUS;
    fn RtlDosPathNameToNtPathName_U(
        path: *const u16,
        name: *mut UNICODE_STRING,
        part: *mut *mut u16,
        folder: *mut c_void,
    ) -> u8;
    fn RtlFreeUnicodeString(name: *mut UNICODE_STRING);
}

/// The kernel's number of FileIdBothDirectoryInformation.
const FOLDER_WITH_IDS: i32 = 37;
/// The kernel's number of FileRenameInformation.
const RENAME: i32 = 10;

/// What a file is, or what is in a folder.
///
/// # Safety
/// `found` has `size` bytes, aligned for the class's structure.
pub unsafe extern "system" fn query(
    file: HANDLE,
    class: FILE_INFO_BY_HANDLE_CLASS,
    found: *mut c_void,
    size: u32,
) -> BOOL {
    #[expect(non_upper_case_globals, reason = "Windows's own names")]
    let kernels = match class {
        FileBasicInfo => 4,
        FileStandardInfo => 5,
        FileNameInfo => 9,
        FileStreamInfo => 22,
        FileAttributeTagInfo => 35,
        FileIdBothDirectoryInfo | FileIdBothDirectoryRestartInfo => {
            let restart = u8::from(class == FileIdBothDirectoryRestartInfo);
            let mut status = IO_STATUS_BLOCK::default();
            // SAFETY: the caller's handle and room; no event, no routine and no mask.
            return told(unsafe {
                NtQueryDirectoryFile(
                    file,
                    null_mut(),
                    null(),
                    null(),
                    &raw mut status,
                    found,
                    size,
                    FOLDER_WITH_IDS,
                    0,
                    null(),
                    restart,
                )
            });
        }
        _ => return failed(ERROR_INVALID_PARAMETER),
    };
    let mut status = IO_STATUS_BLOCK::default();
    // SAFETY: the caller's handle and room.
    told(unsafe { NtQueryInformationFile(file, &raw mut status, found, size, kernels) })
}

/// Changes what a file is, names it anew, or has it deleted when it is closed.
///
/// # Safety
/// `new` is the class's structure, of `size` bytes.
pub unsafe extern "system" fn set(
    file: HANDLE,
    class: FILE_INFO_BY_HANDLE_CLASS,
    new: *const c_void,
    size: u32,
) -> BOOL {
    #[expect(non_upper_case_globals, reason = "Windows's own names")]
    let kernels = match class {
        FileBasicInfo => 4,
        FileDispositionInfo => 13,
        FileAllocationInfo => 19,
        FileEndOfFileInfo => 20,
        // SAFETY: the caller's structure.
        FileRenameInfo => return unsafe { rename(file, new.cast(), size) },
        _ => return failed(ERROR_INVALID_PARAMETER),
    };
    let mut status = IO_STATUS_BLOCK::default();
    // SAFETY: the caller's handle and structure.
    told(unsafe { NtSetInformationFile(file, &raw mut status, new, size, kernels) })
}

/// Where the name begins in the structure.
const NAME: usize = std::mem::offset_of!(FILE_RENAME_INFO, FileName);

/// # Safety
/// `new` has `size` bytes, and its name the length that it says.
unsafe fn rename(file: HANDLE, new: *const FILE_RENAME_INFO, size: u32) -> BOOL {
    if (size as usize) < size_of::<FILE_RENAME_INFO>() {
        return failed(ERROR_BAD_LENGTH);
    }
    // SAFETY: it is as long as it says.
    let (replace, root, name) = unsafe {
        let length = (*new).FileNameLength as usize / 2;
        let name = new.cast::<u8>().add(NAME).cast::<u16>();
        ((*new).Anonymous, (*new).RootDirectory, std::slice::from_raw_parts(name, length))
    };
    let mut path = name.to_vec();
    path.push(0);
    let mut full = UNICODE_STRING::default();
    if root.is_null() {
        // SAFETY: the path ends with a NUL and outlives the call; the rest is not asked for.
        let made = unsafe {
            RtlDosPathNameToNtPathName_U(path.as_ptr(), &raw mut full, null_mut(), null_mut())
        };
        if made == 0 {
            return failed(ERROR_INVALID_NAME);
        }
        // SAFETY: the function above made it, with a length in bytes.
        path =
            unsafe { std::slice::from_raw_parts(full.Buffer, full.Length as usize / 2) }.to_vec();
        // SAFETY: it is made above, and freed once.
        unsafe { RtlFreeUnicodeString(&raw mut full) };
    } else {
        path.pop();
    }
    let length = path.len() * 2;
    // Units of eight bytes, for the alignment.
    let mut built = vec![0_u64; (NAME + length).div_ceil(8).max(size_of::<FILE_RENAME_INFO>() / 8)];
    let info = built.as_mut_ptr().cast::<FILE_RENAME_INFO>();
    // SAFETY: there is room for the structure, and for the name after its other fields.
    unsafe {
        (*info).Anonymous = replace;
        (*info).RootDirectory = root;
        (*info).FileNameLength = u32::try_from(length).unwrap_or(u32::MAX);
        let place = info.cast::<u8>().add(NAME).cast::<u16>();
        std::ptr::copy_nonoverlapping(path.as_ptr(), place, path.len());
    }
    let room = u32::try_from(built.len() * 8).unwrap_or(u32::MAX);
    let mut status = IO_STATUS_BLOCK::default();
    // SAFETY: the caller's handle, and the structure built above.
    told(unsafe { NtSetInformationFile(file, &raw mut status, info.cast(), room, RENAME) })
}

/// What the kernel says, in the words of the functions above it. A warning, such as that a name
/// does not fit, is a failure here.
fn told(status: NTSTATUS) -> BOOL {
    if status >= 0 {
        return 1;
    }
    // SAFETY: turns one number into another.
    failed(unsafe { RtlNtStatusToDosError(status) })
}

pub(super) fn failed(code: u32) -> BOOL {
    // SAFETY: sets a number of this thread.
    unsafe { SetLastError(code) };
    0
}
