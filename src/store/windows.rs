//! The Windows side of the seam. `unix.rs` has the same functions.
//!
//! Every error names the path. No function follows a link at the end of a path. What another
//! program holds open is tried again for a moment, a virus scanner's hold is short; after that
//! the error says who it is.
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::os::windows::io::{AsRawHandle, FromRawHandle};
use std::path::{Component, Path, PathBuf, Prefix};
use std::time::Duration;

use fs_err::{self as fs, File};
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_LOCK_VIOLATION, GENERIC_READ, GENERIC_WRITE, INVALID_HANDLE_VALUE,
    STATUS_DELETE_PENDING,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, CREATE_NEW, CreateDirectoryW, CreateFileW, DELETE,
    FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_ENCRYPTED, FILE_ATTRIBUTE_HIDDEN,
    FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_REPARSE_POINT,
    FILE_ATTRIBUTE_SYSTEM, FILE_BASIC_INFO, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_ID_INFO, FILE_INFO_BY_HANDLE_CLASS, FILE_READ_ATTRIBUTES,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_STANDARD_INFO, FILE_TYPE_DISK,
    FileBasicInfo, FileIdInfo, FileStandardInfo, GetFileInformationByHandle,
    GetFileInformationByHandleEx, GetFileType, LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY,
    LockFileEx, MOVEFILE_WRITE_THROUGH, MoveFileExW, READ_CONTROL, WRITE_DAC, WRITE_OWNER,
};
use windows_sys::Win32::System::IO::{OVERLAPPED, OVERLAPPED_0, OVERLAPPED_0_0};
use windows_sys::Win32::System::SystemInformation::{
    ComputerNamePhysicalDnsHostname, GetComputerNameExW,
};

use super::identity::{Identity, Kind};
use crate::os::windows::{seen_with_32_bits, windows_folder};

mod access;
mod error;
mod holders;
mod names;
mod patience;
mod replace;
mod rights;

pub(super) use access::{
    access, access_at, account, administrators, name_of, open_folder, own, system,
};
pub(super) use replace::{displaced, orphan, swap};

use error::{check, is, named};
use names::{text, text_of, wide};
use patience::{patiently, while_swapped};

const SHARE_ALL: u32 = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/// The path without links, as people write it: `\\?\C:\x` is `C:\x`, unless that would mean
/// something else.
pub(super) fn canonicalize(path: &Path) -> io::Result<PathBuf> {
    let found = while_swapped(|| fs::canonicalize(path))?;
    let Some(Component::Prefix(prefix)) = found.components().next() else { return Ok(found) };
    let wide: Vec<u16> = found.as_os_str().encode_wide().collect();
    let plain = match prefix.kind() {
        Prefix::VerbatimDisk(_) => OsString::from_wide(&wide[r"\\?\".len()..]),
        Prefix::VerbatimUNC(..) => {
            let mut plain = OsString::from(r"\\");
            plain.push(OsString::from_wide(&wide[r"\\?\UNC\".len()..]));
            plain
        }
        _ => return Ok(found),
    };
    // A name like `NUL`, or one that ends with a dot, would be taken for another one.
    match std::path::absolute(&plain) {
        // Windows says where the file is, which for a program of 32 bits is not how to reach it.
        Ok(absolute) if absolute.as_os_str() == plain && cfg!(target_pointer_width = "32") => {
            Ok(seen_with_32_bits(&absolute, &windows_folder()))
        }
        Ok(absolute) if absolute.as_os_str() == plain => Ok(absolute),
        _ => Ok(found),
    }
}

/// What an open file is.
pub(super) fn identity(file: &File) -> io::Result<Identity> {
    let look = || {
        let mut identity = describe(file.file())?;
        if identity.file.0 == 0 {
            // Wine does not know the volume of an open file that was renamed.
            let folder = file.path().parent().unwrap_or(Path::new("."));
            identity.file.0 = number(&options(FILE_READ_ATTRIBUTES, SHARE_ALL).open(folder)?)?.0;
        }
        Ok(identity)
    };
    look().map_err(named("look at", file.path()))
}

/// What a name stands for: a link is a link.
pub(super) fn identity_at(path: &Path) -> io::Result<Identity> {
    let look = |access| options(access, SHARE_ALL).open(path);
    let opened = match look(FILE_READ_ATTRIBUTES | READ_CONTROL) {
        // It is as good as gone: the last one who has it open removes it by closing it.
        Err(error) if is(&error, ERROR_ACCESS_DENIED) && is_delete_pending() => {
            Err(io::ErrorKind::NotFound.into())
        }
        Err(error) if is(&error, ERROR_ACCESS_DENIED) => look(FILE_READ_ATTRIBUTES),
        result => result,
    };
    opened.and_then(|file| describe(&file)).map_err(named("look at", path))
}

fn describe(file: &std::fs::File) -> io::Result<Identity> {
    // SAFETY: the handle is open.
    if unsafe { GetFileType(file.as_raw_handle()) } != FILE_TYPE_DISK {
        let none = std::time::SystemTime::UNIX_EPOCH;
        let (kind, file, access) = (Kind::Other("a device"), (0, 0), (0, 0, 0));
        return Ok(Identity { kind, file, links: 1, size: 0, modified: none, changed: 0, access });
    }
    let found = file.metadata()?;
    let attributes = found.file_attributes();
    let standard: FILE_STANDARD_INFO = information(file, FileStandardInfo)?;
    let basic: FILE_BASIC_INFO = information(file, FileBasicInfo)?;
    let kind = match () {
        () if found.is_symlink() => Kind::Other("a symbolic link or junction"),
        () if attributes & FILE_ATTRIBUTE_REPARSE_POINT != 0 => {
            Kind::Other("a reparse point (a stand-in for a file that is elsewhere)")
        }
        () if attributes & FILE_ATTRIBUTE_DIRECTORY != 0 => Kind::Folder,
        () => Kind::File,
    };
    // Who may look at it but not read its rights has no use for this.
    let (one, two) = rights::fingerprint(file).unwrap_or_default();
    Ok(Identity {
        kind,
        file: number(file)?,
        links: if standard.DeletePending { 0 } else { standard.NumberOfLinks.into() },
        size: found.len(),
        modified: found.modified()?,
        changed: basic.ChangeTime.into(),
        access: (attributes & WATCHED, one, two),
    })
}

/// The attributes that nobody changes by the way.
const WATCHED: u32 = FILE_ATTRIBUTE_READONLY
    | FILE_ATTRIBUTE_HIDDEN
    | FILE_ATTRIBUTE_SYSTEM
    | FILE_ATTRIBUTE_ENCRYPTED
    | FILE_ATTRIBUTE_DIRECTORY
    | FILE_ATTRIBUTE_REPARSE_POINT;

/// The volume, and the file in it.
fn number(file: &std::fs::File) -> io::Result<(u64, u128)> {
    if let Ok(id) = information::<FILE_ID_INFO>(file, FileIdInfo) {
        return Ok((id.VolumeSerialNumber, u128::from_le_bytes(id.FileId.Identifier)));
    }
    // Some network file systems know the older question only.
    // SAFETY: plain numbers, for which zero is a value.
    let mut found: BY_HANDLE_FILE_INFORMATION = unsafe { std::mem::zeroed() };
    // SAFETY: the handle is open, and the structure outlives the call.
    check(unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut found) })?;
    let index = u128::from(found.nFileIndexHigh) << 32 | u128::from(found.nFileIndexLow);
    Ok((found.dwVolumeSerialNumber.into(), index))
}

/// One of the structures that the class belongs to.
fn information<T: Copy>(file: &std::fs::File, class: FILE_INFO_BY_HANDLE_CLASS) -> io::Result<T> {
    let size = u32::try_from(size_of::<T>()).expect("it is small");
    // SAFETY: plain numbers, for which zero is a value.
    let mut found: T = unsafe { std::mem::zeroed() };
    // SAFETY: the handle is open, and the structure has `size` bytes and outlives the call.
    check(unsafe {
        GetFileInformationByHandleEx(file.as_raw_handle(), class, (&raw mut found).cast(), size)
    })?;
    Ok(found)
}

/// Why this file must not be changed, in words: attributes that forbid it, or that a new file
/// would lose.
pub(super) fn obstacle(identity: &Identity, in_place: bool) -> Option<String> {
    let names = [
        (FILE_ATTRIBUTE_READONLY, "read-only (R)"),
        (FILE_ATTRIBUTE_HIDDEN, "hidden (H)"),
        (FILE_ATTRIBUTE_SYSTEM, "system (S)"),
        (FILE_ATTRIBUTE_ENCRYPTED, "encrypted (E)"),
    ];
    let matters = if in_place { &names[..1] } else { &names };
    let found = matters.iter().filter(|(flag, _)| identity.access.0 & flag != 0);
    let found: Vec<_> = found.map(|(_, name)| *name).collect();
    (!found.is_empty()).then(|| found.join(", "))
}

/// Opens a file for reading, and disturbs nobody.
pub(super) fn open_read(path: &Path) -> io::Result<File> {
    patiently(path, "open", || while_swapped(|| options(GENERIC_READ, SHARE_ALL).open(path)))
        .map(|file| File::from_parts(file, path))
}

/// Reads from a place of a file, whatever others read from it.
pub(super) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file.file(), buffer, place)
}

/// Opens a file that is to be replaced or kept: as long as it is open nobody can write to it.
pub(super) fn open_original(path: &Path) -> io::Result<File> {
    let share = FILE_SHARE_READ | FILE_SHARE_DELETE;
    // Only who can write to a file can have it flushed.
    let open = || match options(GENERIC_READ | GENERIC_WRITE, share).open(path) {
        Err(error) if is(&error, ERROR_ACCESS_DENIED) => options(GENERIC_READ, share).open(path),
        result => result,
    };
    patiently(path, "open", open).map(|file| File::from_parts(file, path))
}

/// Opens a file to write to it in place. Nobody else can write to it meanwhile; readers can look.
pub(super) fn open_in_place(path: &Path) -> io::Result<File> {
    let open = || options(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ).open(path);
    patiently(path, "open", open).map(|file| File::from_parts(file, path))
}

fn options(access: u32, share: u32) -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    // Without the first flag a folder cannot be looked at.
    let flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;
    options.access_mode(access).share_mode(share).custom_flags(flags);
    options
}

/// Makes the content of a file durable, and with it its name.
pub(super) fn sync_content(file: &File) -> io::Result<()> {
    match file.file().sync_all() {
        // Open for reading alone: whoever wrote it has flushed it, or nobody can.
        Err(error) if is(&error, ERROR_ACCESS_DENIED) => Ok(()),
        result => result.map_err(named("flush", file.path())),
    }
}

/// Creates a file that only this user can open. Fails if anything has that name.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let made = rights::private().and_then(|descriptor| create(path, &descriptor));
    made.map_err(named("create", path)).map(|file| File::from_parts(file, path))
}

fn create(path: &Path, descriptor: &rights::Descriptor) -> io::Result<std::fs::File> {
    let (name, attributes) = (wide(path)?, descriptor.attributes());
    let access = GENERIC_READ | GENERIC_WRITE | DELETE | WRITE_DAC | WRITE_OWNER;
    // SAFETY: the name ends with a NUL; name, attributes and descriptor outlive the call.
    let handle = unsafe {
        CreateFileW(
            name.as_ptr(),
            access,
            SHARE_ALL,
            &raw const attributes,
            CREATE_NEW,
            FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT,
            std::ptr::null_mut(),
        )
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was opened just now, and nobody else has it.
    Ok(unsafe { std::fs::File::from_raw_handle(handle) })
}

/// Gives a file that [`create_private`] made the owner, group and DACL of another.
pub(super) fn copy_rights(from: &File, to: &File) -> io::Result<()> {
    rights::copy(from.file(), to.file()).map_err(named("set the owner and DACL of", to.path()))
}

/// Creates a folder that is open to just those to whom `like` is.
pub(super) fn create_folder(path: &Path, like: &File) -> io::Result<()> {
    let made = rights::for_folder(like.file()).and_then(|descriptor| {
        let (name, attributes) = (wide(path)?, descriptor.attributes());
        // SAFETY: the name ends with a NUL; name, attributes and descriptor outlive the call.
        check(unsafe { CreateDirectoryW(name.as_ptr(), &raw const attributes) })
    });
    made.map_err(named("create folder", path))
}

/// Gives a file a second name, which must not exist.
pub(super) fn link(path: &Path, second: &Path) -> io::Result<()> {
    fs::hard_link(path, second)
}

/// Renames a file, but never over another one.
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let (old, new) = (wide(from)?, wide(to)?);
    patiently(to, "rename to", || {
        // SAFETY: both names end with a NUL and outlive the call.
        check(unsafe { MoveFileExW(old.as_ptr(), new.as_ptr(), MOVEFILE_WRITE_THROUGH) })
    })
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    patiently(path, "remove", || std::fs::remove_file(path))
}

/// Windows has no such thing for folders; the names are in the journal of the file system.
#[expect(clippy::unnecessary_wraps, reason = "the other platform can fail")]
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes the name of a file durable, by flushing the file.
pub(super) fn sync_name(path: &Path) -> io::Result<()> {
    open_flushable(path).and_then(|file| sync_content(&file))
}

fn open_flushable(path: &Path) -> io::Result<File> {
    let open = || match options(GENERIC_READ | GENERIC_WRITE, SHARE_ALL).open(path) {
        Err(error) if is(&error, ERROR_ACCESS_DENIED) => {
            options(GENERIC_READ, SHARE_ALL).open(path)
        }
        result => result,
    };
    patiently(path, "open", open).map(|file| File::from_parts(file, path))
}

/// Opens the lock file, and creates it if it is not there, with the DACL of `like`.
pub(super) fn open_lock(path: &Path, like: &Path) -> io::Result<File> {
    let descriptor = while_swapped(|| options(READ_CONTROL, SHARE_ALL).open(like))
        .and_then(|like| rights::for_file(&like))
        .map_err(named("read the DACL of", like))?;
    let open = || {
        for _ in 0..1000 {
            match options(GENERIC_READ | GENERIC_WRITE, SHARE_ALL).open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // Its holder removes it at this moment.
                Err(error) if is(&error, ERROR_ACCESS_DENIED) && is_delete_pending() => {
                    std::thread::sleep(Duration::from_millis(1));
                    continue;
                }
                result => return result,
            }
            match create(path, &descriptor) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) if is(&error, ERROR_ACCESS_DENIED) && is_delete_pending() => {}
                result => return result,
            }
        }
        Err(io::ErrorKind::TimedOut.into())
    };
    patiently(path, "open", open).map(|file| File::from_parts(file, path))
}

/// Takes the lock, if nobody has it. It ends with the process, or when the file is closed.
///
/// Locks keep others from reading here, so what is locked is a byte that is far behind the
/// content.
pub(super) fn try_lock(file: &File) -> io::Result<bool> {
    let far = OVERLAPPED_0_0 { Offset: 0, OffsetHigh: 0x4000_0000 };
    let mut at = OVERLAPPED {
        Internal: 0,
        InternalHigh: 0,
        Anonymous: OVERLAPPED_0 { Anonymous: far },
        hEvent: std::ptr::null_mut(),
    };
    let flags = LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY;
    // SAFETY: the handle is open; it is not asynchronous, so the structure is done with when the
    // call returns.
    let locked = check(unsafe { LockFileEx(file.as_raw_handle(), flags, 0, 1, 0, &raw mut at) });
    match locked {
        Err(error) if is(&error, ERROR_LOCK_VIOLATION) => Ok(false),
        result => result.map(|()| true).map_err(named("lock", file.path())),
    }
}

/// Removes the lock file and lets go. Whoever waits for it has it open, and sees once he has the
/// lock that the file has no name any more.
pub(super) fn release_lock(file: File) -> io::Result<()> {
    std::fs::remove_file(file.path()).map_err(named("remove", file.path()))
}

/// What this machine calls itself.
pub(super) fn host_name() -> String {
    let mut name = [0_u16; 256];
    let mut length = 256;
    // SAFETY: there is room for `length` characters.
    let done = check(unsafe {
        GetComputerNameExW(ComputerNamePhysicalDnsHostname, name.as_mut_ptr(), &raw mut length)
    });
    if done.is_ok() { text_of(&name) } else { "this machine".to_owned() }
}

#[link(name = "ntdll")]
unsafe extern "system" {
    fn RtlGetLastNtStatus() -> i32;
}

/// Whether the last call of this thread failed because the file is being removed.
fn is_delete_pending() -> bool {
    // SAFETY: reads a number of this thread.
    unsafe { RtlGetLastNtStatus() == STATUS_DELETE_PENDING }
}

/// What a function of Windows says about its success.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_a_name() {
        assert!(!host_name().is_empty());
    }
}
