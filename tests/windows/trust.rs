//! Folders of backups that other people may write to, by their DACL or as their owner.
//!
//! Wine keeps of a DACL what the mode of a file can say: what its owner, the group and everybody
//! may. The entries themselves are read in `src/store/dacl.rs`, whose tests run everywhere.
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::print_stdout, reason = "says why a test is skipped")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![allow(unsafe_code, reason = "makes folders with a DACL of their own")]

use std::fs;
use std::os::windows::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{DACL_SECURITY_INFORMATION, SetFileSecurityW};

use metafix::store::Backups;

use crate::program::{Room, json};
use crate::store_support::Told as _;

const SET: &[&str] = &["set-dns-mode", "udp-only", "--yes"];

/// Everybody may do everything, and hands it down.
const OPEN: &str = "D:P(A;OICI;FA;;;WD)";

fn wide(text: impl AsRef<std::ffi::OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

/// A new folder with this DACL, in SDDL.
fn folder(path: &Path, dacl: &str) {
    fs::create_dir(path).unwrap();
    let (dacl, path) = (wide(dacl), wide(path));
    let mut descriptor = null_mut();
    // SAFETY: both texts end with a NUL; the descriptor is written before it is read, outlives its
    // use, and is freed once.
    unsafe {
        let (revision, size) = (SDDL_REVISION_1, null_mut());
        let made = ConvertStringSecurityDescriptorToSecurityDescriptorW(
            dacl.as_ptr(),
            revision,
            &raw mut descriptor,
            size,
        );
        assert_ne!(made, 0, "{}", std::io::Error::last_os_error());
        // Wine makes a folder as the umask wants it.
        let done = SetFileSecurityW(path.as_ptr(), DACL_SECURITY_INFORMATION, descriptor);
        assert_ne!(done, 0, "{}", std::io::Error::last_os_error());
        LocalFree(descriptor);
    }
}

fn server() -> Room {
    Room::of("servers/windows-2003.xml")
}

#[test]
fn a_folder_that_everybody_may_write_to_is_used_by_no_command() {
    let room = server();
    let backups = room.path("metafix-backups");
    room.done(SET);
    let kept = room.path("kept");
    fs::rename(&backups, &kept).unwrap();
    folder(&backups, OPEN);
    for entry in fs::read_dir(&kept).unwrap() {
        let path = entry.unwrap().path();
        fs::rename(&path, backups.join(path.file_name().unwrap())).unwrap();
    }
    let before = room.files();
    for args in [
        &["set-dns-mode", "tcp-only", "--yes"][..],
        &["restore", "--yes"],
        &["restore", "1", "--yes"],
        &["diff", "1"],
        &["backups", "verify"],
        &["backups", "prune", "--keep", "1"],
    ] {
        let ran = room.run(&[args, &["--format", "json"]].concat());
        assert_eq!(ran.code, 3, "{args:?}: {ran:?}");
        let error = &json(&ran)["error"];
        assert_eq!(error["name"], "untrusted-folder", "{ran:?}");
        let (message, hint) = (error["message"].to_string(), error["hint"].to_string());
        assert!(message.contains("Everyone") && message.contains("may write to it"), "{message}");
        assert!(hint.contains("cacls ") && hint.contains(" /t /g "), "{hint}");
        assert!(hint.contains(" SYSTEM:F Administrators:F`"), "{hint}");
    }
    assert_eq!(room.files(), before);

    let listed = room.done(&["backups", "list"]);
    assert!(listed.stdout.contains("UNTRUSTED: Everyone"), "{listed:?}");
    let listed = json(&room.done(&["backups", "list", "--format", "json"]));
    assert!(listed["untrusted"].as_str().unwrap().contains("Everyone"), "{listed}");
    assert_eq!(listed["backups"].as_array().unwrap().len(), 1);

    room.done(&["restore", "--yes", "--trust-folder"]);
    assert_eq!(room.metabase(), server().metabase());
}

/// Such as everybody has who makes it where he may: here others may look, on Windows not even that.
#[test]
fn a_folder_that_is_closed_to_others_is_used() {
    let room = server();
    fs::create_dir(room.path("metafix-backups")).unwrap();
    room.done(SET);
    room.done(&["restore", "--yes"]);
    room.done(&["backups", "verify"]);
    assert_eq!(room.metabase(), server().metabase());
}

fn is_wine() -> bool {
    Path::new(r"Z:\bin\sh").exists()
}

#[test]
fn a_folder_of_somebody_elses_is_named_with_its_owner() {
    let root = Path::new(r"Z:\etc");
    if !is_wine() || !root.exists() {
        println!("skipped: of another user's folders only Wine has one at hand");
        return;
    }
    let room = server();
    let backups = Backups::new(&room.path("MetaBase.xml"), Some(root));
    let error = backups.look().unwrap_err();
    assert_eq!(error.name(), "untrusted-folder");
    // Wine's name for every user of the machine but the one that runs it.
    assert!(error.to_string().contains(r"belongs to NT AUTHORITY\ANONYMOUS LOGON"), "{error}");
    assert!(
        error.hint().contains(r"`takeown /f Z:\etc /a /r`, then `cacls Z:\etc /t /g "),
        "{error}"
    );
    assert!(backups.trusting(true).look().is_ok());
    let ran = room.run(&["restore", r"Z:\etc\passwd", "--yes"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("belongs to NT AUTHORITY"), "{ran:?}");
}
