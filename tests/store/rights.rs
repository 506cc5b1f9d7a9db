//! Owner, mode, ACL and attributes: the new file and the backup have those of the metabase, and at
//! no moment more.
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::print_stdout, reason = "says why a test is skipped")]
#![cfg_attr(windows, allow(unused_imports, dead_code, reason = "some tests are Unix's alone"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use crate::store_support;
use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::store_support::{AFTER, BEFORE, NAME, Room};
use metafix::store::Backups;

#[test]
#[cfg(unix)]
fn mode_owner_and_attributes_are_kept() {
    let room = Room::new();
    fs::set_permissions(room.path(), fs::Permissions::from_mode(0o640)).unwrap();
    let is_root = rustix::process::geteuid().is_root();
    if is_root {
        std::os::unix::fs::chown(room.path(), Some(4242), Some(4343)).unwrap();
    } else {
        println!("owner not tested: only root can give a file away");
    }
    set_attribute(&room.path(), "user.note", b"kept");
    let old = fs::metadata(room.path()).unwrap();
    let receipt = room.commit().unwrap();
    let sidecar = format!("{}.sha256", receipt.backup.path.display());
    for path in [room.path(), receipt.backup.path, sidecar.into()] {
        let new = fs::metadata(&path).unwrap();
        assert_eq!((new.mode(), new.uid(), new.gid()), (old.mode(), old.uid(), old.gid()));
        assert_eq!(attribute(&path, "user.note").as_deref(), Some(&b"kept"[..]));
    }
    let dir = fs::metadata(room.backups().dir()).unwrap();
    assert_eq!((dir.mode() & 0o7777, dir.uid(), dir.gid()), (0o700, old.uid(), old.gid()));
}

/// Set-user-ID, set-group-ID and sticky mean nothing for a file that nobody runs; who may set
/// them keeps them. From anybody else the kernel takes the first two when the new content is
/// written, as it does whenever such a file is written.
#[test]
#[cfg(unix)]
fn the_special_bits_of_the_mode_are_kept_and_none_comes_to_it() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root keeps set-user-ID while it writes");
        return;
    }
    for mode in [0o4640, 0o2640, 0o2750, 0o1640, 0o7777, 0o0640, 0o0000] {
        let room = Room::new();
        fs::set_permissions(room.path(), fs::Permissions::from_mode(mode)).unwrap();
        let receipt = room.commit().unwrap();
        let found = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
        assert_eq!(found(&room.path()), mode, "{mode:o}");
        assert_eq!(found(&receipt.backup.path), mode, "{mode:o}");
    }
}

#[test]
#[cfg(unix)]
fn a_backup_on_another_file_system_is_a_copy_with_all_of_it() {
    let Some(elsewhere) = store_support::another_file_system() else { return };
    let room = Room::new();
    fs::set_permissions(room.path(), fs::Permissions::from_mode(0o640)).unwrap();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(room.path(), Some(4242), Some(4343)).unwrap();
    }
    let old = fs::metadata(room.path()).unwrap();
    let backups = Backups::new(room.target().path(), Some(&elsewhere.path().join("new")));
    let receipt = room.commit_to(&backups, BEFORE, AFTER, &mut |_| ()).unwrap();
    let copy = fs::metadata(&receipt.backup.path).unwrap();
    assert_eq!((copy.mode(), copy.uid(), copy.gid()), (old.mode(), old.uid(), old.gid()));
    assert_eq!(copy.modified().unwrap(), old.modified().unwrap());
    assert_eq!(backups.read(&receipt.backup).unwrap(), BEFORE);
    assert_eq!(room.tree(), [NAME]);
}

/// user::rw-, user:4242:r--, group::---, mask::r--, other::---.
const ACL: &[u8] = &[
    2, 0, 0, 0, //
    1, 0, 6, 0, 255, 255, 255, 255, //
    2, 0, 4, 0, 146, 16, 0, 0, //
    4, 0, 0, 0, 255, 255, 255, 255, //
    16, 0, 4, 0, 255, 255, 255, 255, //
    32, 0, 0, 0, 255, 255, 255, 255,
];

#[test]
#[cfg(unix)]
fn an_acl_is_kept() {
    let room = Room::new();
    set_attribute(&room.path(), "system.posix_acl_access", ACL);
    room.commit().unwrap();
    assert_eq!(attribute(&room.path(), "system.posix_acl_access").as_deref(), Some(ACL));
    assert_eq!(fs::metadata(room.path()).unwrap().mode() & 0o7777, 0o640);
}

#[test]
#[cfg(unix)]
fn the_folders_default_acl_opens_nothing() {
    let room = Room::new();
    fs::set_permissions(room.path(), fs::Permissions::from_mode(0o660)).unwrap();
    set_attribute(room.dir(), "system.posix_acl_default", ACL);
    room.commit().unwrap();
    assert_eq!(room.content(), AFTER);
    assert_eq!(attribute(&room.path(), "system.posix_acl_access"), None);
    assert_eq!(fs::metadata(room.path()).unwrap().mode() & 0o7777, 0o660);
}

#[test]
#[cfg(unix)]
fn nothing_is_ever_open_to_more_people_than_the_metabase() {
    let room = Room::new();
    fs::set_permissions(room.path(), fs::Permissions::from_mode(0o600)).unwrap();
    let dir = room.dir().to_owned();
    let mut seen = 0;
    room.commit_with(&mut |_| {
        for path in files_below(&dir) {
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o077, 0, "{}", path.display());
            seen += 1;
        }
    })
    .unwrap();
    assert!(seen > 20, "{seen}");
}

fn files_below(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[cfg(unix)]
fn set_attribute(path: &Path, name: &str, value: &[u8]) {
    rustix::fs::setxattr(path, name, value, rustix::fs::XattrFlags::empty()).unwrap();
}

#[cfg(unix)]
fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 1000];
    let length = rustix::fs::getxattr(path, name, &mut value[..]).ok()?;
    value.truncate(length);
    Some(value)
}
