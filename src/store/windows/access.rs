//! Who owns a file or folder and who may write to it, and what people are called.
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::io;
use std::path::Path;
use std::ptr::{null, null_mut};

use fs_err::File;
use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::ConvertStringSidToSidW;
use windows_sys::Win32::Security::{LookupAccountSidW, SidTypeUnknown};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES, READ_CONTROL,
};

use super::super::access::{Access, Who};
use super::super::dacl;
use super::error::{check, named};
use super::names::text_of;
use super::rights::{Descriptor, own_sid};

/// SYSTEM and the group Administrators.
const SYSTEM: [&str; 2] = ["S-1-5-18", "S-1-5-32-544"];

/// `NT SERVICE\TrustedInstaller`, which nobody but SYSTEM can be: since Windows Vista it may write
/// to what belongs to Windows.
const INSTALLER: &str = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

/// Who may write to an open file or folder.
pub(in crate::store) fn access(file: &File) -> io::Result<Access> {
    access_of(file.file()).map_err(named("read the owner and DACL of", file.path()))
}

/// Who may write to what has this name. A link is a link.
pub(in crate::store) fn access_at(path: &Path) -> io::Result<Access> {
    access(&open_folder(path, false)?)
}

fn access_of(file: &std::fs::File) -> io::Result<Access> {
    dacl::access(&Descriptor::of(file)?.bytes())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it is in an unknown form"))
}

/// Opens a folder, or whatever else has this name, to look at it.
pub(in crate::store) fn open_folder(path: &Path, follow: bool) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt;
    let link = if follow { 0 } else { FILE_FLAG_OPEN_REPARSE_POINT };
    let mut options = std::fs::OpenOptions::new();
    options.access_mode(FILE_READ_ATTRIBUTES | READ_CONTROL).share_mode(super::SHARE_ALL);
    options.custom_flags(FILE_FLAG_BACKUP_SEMANTICS | link);
    options.open(path).map_err(named("look at", path)).map(|file| File::from_parts(file, path))
}

/// Who runs this process.
pub(in crate::store) fn own() -> io::Result<Who> {
    own_sid().map(Who)
}

/// Who administers the machine.
pub(in crate::store) fn system() -> Vec<Who> {
    SYSTEM.into_iter().chain([INSTALLER]).map(|sid| Who(sid.into())).collect()
}

/// What to call them in a command that closes a folder: it must not lock them out.
pub(in crate::store) fn administrators() -> Vec<String> {
    SYSTEM.iter().map(|sid| account(&Who((*sid).into()))).collect()
}

/// What to call somebody in a message.
pub(in crate::store) fn name_of(who: &Who) -> String {
    match account_of(&who.0) {
        Ok((domain, name)) if domain.is_empty() => name,
        Ok((domain, name)) => format!("{domain}\\{name}"),
        Err(_) => who.0.clone(),
    }
}

/// What to call somebody in a command: those that Windows itself has need no domain, whose name
/// has a space in it.
pub(in crate::store) fn account(who: &Who) -> String {
    match account_of(&who.0) {
        Ok((_, name)) if SYSTEM.contains(&who.0.as_str()) => name,
        _ => name_of(who),
    }
}

/// The domain and the name that belong to a SID.
fn account_of(sid: &str) -> io::Result<(String, String)> {
    let wide: Vec<u16> = sid.encode_utf16().chain([0]).collect();
    let mut made = null_mut();
    // SAFETY: the text ends with a NUL; the result is written before it is read.
    check(unsafe { ConvertStringSidToSidW(wide.as_ptr(), &raw mut made) })?;
    let (mut name, mut domain) = ([0_u16; 512], [0_u16; 512]);
    let (mut name_length, mut domain_length) = (512, 512);
    let mut kind = SidTypeUnknown;
    // SAFETY: Windows made the SID just now; there is room for as many characters as it is told.
    // The SID is freed once, and not used afterwards.
    let found = unsafe {
        let found = check(LookupAccountSidW(
            null(),
            made,
            name.as_mut_ptr(),
            &raw mut name_length,
            domain.as_mut_ptr(),
            &raw mut domain_length,
            &raw mut kind,
        ));
        LocalFree(made);
        found
    };
    found.map(|()| (text_of(&domain), text_of(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_name() {
        let name = |sid: &str| name_of(&Who(sid.into()));
        // In English, which is what Wine speaks.
        assert_eq!(name("S-1-1-0"), "Everyone");
        assert_eq!(name("S-1-5-32-545"), "BUILTIN\\Users");
        assert_eq!(name("S-1-5-21-1-2-3-4567"), "S-1-5-21-1-2-3-4567");
        assert_eq!(administrators(), ["SYSTEM", "Administrators"]);
        assert!(!account(&own().expect("somebody")).is_empty());
    }

    #[test]
    fn what_this_user_makes_is_his() {
        let dir = tempfile::tempdir().expect("a folder");
        let access = access_at(dir.path()).expect("it can be looked at");
        assert_eq!(access.owner, own().expect("somebody"));
    }
}
