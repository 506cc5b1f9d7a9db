//! Owner, group and DACL of files: read, copied exactly, and given to new files at creation.
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::{null, null_mut};

use sha2::{Digest, Sha256};
use windows_sys::Win32::Foundation::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_OWNER, ERROR_PRIVILEGE_NOT_HELD, ERROR_SUCCESS,
    GetLastError, LUID, LocalFree,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW, ConvertSidToStringSidW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    AdjustTokenPrivileges, DACL_SECURITY_INFORMATION, GROUP_SECURITY_INFORMATION,
    GetKernelObjectSecurity, GetSecurityDescriptorControl, GetTokenInformation,
    LUID_AND_ATTRIBUTES, LookupPrivilegeValueW, OBJECT_SECURITY_INFORMATION,
    OWNER_SECURITY_INFORMATION, SE_DACL_AUTO_INHERIT_REQ, SE_DACL_AUTO_INHERITED,
    SE_PRIVILEGE_ENABLED, SE_RESTORE_NAME, SECURITY_ATTRIBUTES, SetKernelObjectSecurity,
    SetSecurityDescriptorControl, TOKEN_ADJUST_PRIVILEGES, TOKEN_PRIVILEGES, TOKEN_QUERY,
    TOKEN_USER, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::super::sddl;
use super::{check, is, text};

const ALL: OBJECT_SECURITY_INFORMATION =
    OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

/// A security descriptor in one piece, aligned as Windows wants it.
pub(super) struct Descriptor(Vec<u64>);

impl Descriptor {
    /// That of an open file, which needs the right `READ_CONTROL`.
    pub(super) fn of(file: &impl AsRawHandle) -> io::Result<Self> {
        let mut buffer = vec![0_u64; 64];
        loop {
            let size = size(&buffer);
            let mut needed = 0;
            // SAFETY: the buffer has `size` bytes and outlives the call.
            let result = check(unsafe {
                GetKernelObjectSecurity(
                    file.as_raw_handle(),
                    ALL,
                    buffer.as_mut_ptr().cast(),
                    size,
                    &raw mut needed,
                )
            });
            match result {
                Err(error) if is(&error, ERROR_INSUFFICIENT_BUFFER) && needed > size => {
                    buffer.resize((needed as usize).div_ceil(8), 0);
                }
                result => return result.map(|()| Self(buffer)),
            }
        }
    }

    /// From its text.
    fn parse(text: &str) -> io::Result<Self> {
        let wide: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let (mut made, mut size) = (null_mut(), 0_u32);
        // SAFETY: the text ends with a NUL; both results are written before they are read.
        check(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                wide.as_ptr(),
                SDDL_REVISION_1,
                &raw mut made,
                &raw mut size,
            )
        })?;
        let mut buffer = vec![0_u64; (size as usize).div_ceil(8)];
        // SAFETY: Windows made `size` bytes there, and the buffer has as many; it is freed once,
        // and not used afterwards.
        unsafe {
            std::ptr::copy_nonoverlapping(
                made.cast::<u8>(),
                buffer.as_mut_ptr().cast(),
                size as usize,
            );
            LocalFree(made);
        }
        Ok(Self(buffer))
    }

    /// Its text, in SDDL.
    pub(super) fn text(&self) -> io::Result<String> {
        let (mut made, mut length) = (null_mut(), 0_u32);
        // SAFETY: the descriptor is one that Windows made; both results are written before they
        // are read.
        check(unsafe {
            ConvertSecurityDescriptorToStringSecurityDescriptorW(
                self.0.as_ptr().cast_mut().cast(),
                SDDL_REVISION_1,
                ALL,
                &raw mut made,
                &raw mut length,
            )
        })?;
        // SAFETY: Windows made a text that ends with a NUL; it is freed once, and not used
        // afterwards.
        let text = unsafe {
            let text = text(made);
            LocalFree(made.cast());
            text
        };
        Ok(text)
    }

    /// As Windows laid it out (self-relative).
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|piece| piece.to_ne_bytes()).collect()
    }

    /// As an argument of functions that create something. It must outlive the call.
    pub(super) fn attributes(&self) -> SECURITY_ATTRIBUTES {
        SECURITY_ATTRIBUTES {
            nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).expect("it is small"),
            lpSecurityDescriptor: self.0.as_ptr().cast_mut().cast(),
            bInheritHandle: 0,
        }
    }

    /// Without this request Windows drops the mark that the DACL was inherited.
    fn keep_inheritance(&mut self) -> io::Result<()> {
        let (mut control, mut revision) = (0, 0);
        let descriptor = self.0.as_mut_ptr().cast();
        // SAFETY: the descriptor is one that Windows made, and is changed by Windows alone.
        unsafe {
            check(GetSecurityDescriptorControl(descriptor, &raw mut control, &raw mut revision))?;
            let inherited = control & SE_DACL_AUTO_INHERITED;
            let request = if inherited == 0 { 0 } else { SE_DACL_AUTO_INHERIT_REQ };
            check(SetSecurityDescriptorControl(descriptor, SE_DACL_AUTO_INHERIT_REQ, request))
        }
    }
}

/// For a file that nobody but this user can open.
pub(super) fn private() -> io::Result<Descriptor> {
    Descriptor::parse(&format!("D:P(A;;FA;;;{})", own_sid()?))
}

/// For another file with the DACL of this one.
pub(super) fn for_file(like: &impl AsRawHandle) -> io::Result<Descriptor> {
    Descriptor::parse(&sddl::for_file(&Descriptor::of(like)?.text()?))
}

/// For a folder with the DACL of this file.
pub(super) fn for_folder(like: &impl AsRawHandle) -> io::Result<Descriptor> {
    Descriptor::parse(&sddl::for_folder(&Descriptor::of(like)?.text()?))
}

/// A number that changes with owner, group or DACL.
pub(super) fn fingerprint(file: &impl AsRawHandle) -> io::Result<(u32, u32)> {
    let text = sddl::normal(&Descriptor::of(file)?.text()?);
    let hash: [u8; 32] = Sha256::digest(text).into();
    let part = |at: usize| u32::from_le_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]]);
    Ok((part(0), part(4)))
}

/// Gives a file owner, group and DACL of another, all at once and exactly, and looks whether it
/// has them now.
pub(super) fn copy(from: &impl AsRawHandle, to: &impl AsRawHandle) -> io::Result<()> {
    let mut like = Descriptor::of(from)?;
    let wanted = sddl::normal(&like.text()?);
    let own = sddl::normal(&Descriptor::of(to)?.text()?);
    if own == wanted {
        return Ok(());
    }
    like.keep_inheritance()?;
    // Everybody may set a DACL of a file of theirs; to give it away takes a privilege.
    let owners = |text: &str| text.split("D:").next().map(str::to_owned);
    let what = if owners(&own) == owners(&wanted) { DACL_SECURITY_INFORMATION } else { ALL };
    match set(to, what, &like) {
        Err(error) if is(&error, ERROR_INVALID_OWNER) || is(&error, ERROR_PRIVILEGE_NOT_HELD) => {
            enable_restore_privilege()?;
            set(to, what, &like)?;
        }
        result => result?,
    }
    let found = Descriptor::of(to)?.text()?;
    if sddl::normal(&found) == wanted {
        return Ok(());
    }
    let what = format!("the file system made {found} of the security descriptor {wanted}");
    Err(io::Error::new(io::ErrorKind::Unsupported, what))
}

fn set(
    file: &impl AsRawHandle,
    what: OBJECT_SECURITY_INFORMATION,
    like: &Descriptor,
) -> io::Result<()> {
    // Not SetSecurityInfo, which would inherit from the folder anew.
    // SAFETY: the handle is open, and the descriptor is one that Windows made.
    check(unsafe {
        SetKernelObjectSecurity(file.as_raw_handle(), what, like.0.as_ptr().cast_mut().cast())
    })
}

/// Administrators have the right to give files away, but it is off until it is asked for. It
/// ends with this process, and does nothing for files that are opened in the usual way.
fn enable_restore_privilege() -> io::Result<()> {
    let token = own_token(TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY)?;
    let mut luid = LUID { LowPart: 0, HighPart: 0 };
    // SAFETY: the name is a constant that ends with a NUL; the number is written by Windows.
    check(unsafe { LookupPrivilegeValueW(null(), SE_RESTORE_NAME, &raw mut luid) })?;
    let privileges = TOKEN_PRIVILEGES {
        PrivilegeCount: 1,
        Privileges: [LUID_AND_ATTRIBUTES { Luid: luid, Attributes: SE_PRIVILEGE_ENABLED }],
    };
    // SAFETY: the token is open, and the privileges outlive the call.
    let error = unsafe {
        check(AdjustTokenPrivileges(
            token.as_raw_handle(),
            0,
            &raw const privileges,
            0,
            null_mut(),
            null_mut(),
        ))?;
        GetLastError()
    };
    if error == ERROR_SUCCESS {
        return Ok(());
    }
    let what = "only an administrator can give a file to the owner that the metabase has";
    Err(io::Error::new(io::ErrorKind::PermissionDenied, what))
}

/// Who runs this process, as `S-1-5-…`.
pub(super) fn own_sid() -> io::Result<String> {
    let token = own_token(TOKEN_QUERY)?;
    let mut buffer = vec![0_u64; 32];
    let mut needed = 0;
    // SAFETY: the buffer has that many bytes, and is aligned for the structure that Windows puts
    // at its beginning.
    check(unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            buffer.as_mut_ptr().cast(),
            size(&buffer),
            &raw mut needed,
        )
    })?;
    let mut made = null_mut();
    // SAFETY: Windows has written a TOKEN_USER there, whose SID is in the same buffer; it makes a
    // text that ends with a NUL, which is freed once and not used afterwards.
    unsafe {
        let user = &*buffer.as_ptr().cast::<TOKEN_USER>();
        check(ConvertSidToStringSidW(user.User.Sid, &raw mut made))?;
        let sid = text(made);
        LocalFree(made.cast());
        Ok(sid)
    }
}

fn own_token(access: u32) -> io::Result<OwnedHandle> {
    let mut token = null_mut();
    // SAFETY: Windows opens a token and hands it over; nobody else closes it.
    unsafe {
        check(OpenProcessToken(GetCurrentProcess(), access, &raw mut token))?;
        Ok(OwnedHandle::from_raw_handle(token))
    }
}

fn size(buffer: &[u64]) -> u32 {
    u32::try_from(size_of_val(buffer)).expect("a descriptor is smaller than 4 GB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_and_dacl_are_copied() {
        let dir = tempfile::tempdir().expect("a folder");
        let (open, closed) = (dir.path().join("open"), dir.path().join("closed"));
        // Everybody may read the one, and only this user the other.
        let everybody = format!("D:P(A;;FA;;;{})(A;;FR;;;WD)", own_sid().expect("a user"));
        let everybody = Descriptor::parse(&everybody).expect("it is SDDL");
        let from = super::super::create(&open, &everybody).expect("it can be made");
        let to = super::super::create(&closed, &private().expect("a descriptor"));
        let to = to.expect("it can be made");
        let before = fingerprint(&to).expect("it can be read");
        assert_ne!(fingerprint(&from).expect("it can be read"), before);
        copy(&from, &to).expect("it can be set");
        assert_eq!(fingerprint(&to).expect("it can be read"), fingerprint(&from).expect("as well"));
    }
}
