//! Owner, mode and POSIX ACL: who may write to a file or folder.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use fs_err::{self as fs, File};
use rustix::fs::OFlags;
use rustix::io::{Errno, retry_on_intr};

use super::super::access::{Access, Who};

/// As large as the kernel lets a value be.
const ATTRIBUTE_MAX: usize = 64 * 1024;

/// The extended attribute that holds the ACL, if there is one.
const ACL: &str = "system.posix_acl_access";

const EVERYBODY: &str = "everybody";

/// Who may write to an open file or folder.
pub(in crate::store) fn access(file: &File) -> io::Result<Access> {
    let found = file.metadata()?;
    let acl = value(|buffer| rustix::fs::fgetxattr(file, ACL, buffer), file.path())?;
    access_of(&found, acl.as_deref(), file.path())
}

/// Who may write to what has this name. A link is a link.
pub(in crate::store) fn access_at(path: &Path) -> io::Result<Access> {
    let found = fs::symlink_metadata(path)?;
    let acl = if found.is_symlink() {
        None
    } else {
        value(|buffer| rustix::fs::lgetxattr(path, ACL, buffer), path)?
    };
    access_of(&found, acl.as_deref(), path)
}

/// Opens a folder to look at it.
pub(in crate::store) fn open_folder(path: &Path, follow: bool) -> io::Result<File> {
    use fs::os::unix::fs::OpenOptionsExt;
    let link = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let flags = OFlags::DIRECTORY | link;
    fs::OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

/// Who runs this process.
#[expect(clippy::unnecessary_wraps, reason = "the other platform can fail")]
pub(in crate::store) fn own() -> io::Result<Who> {
    Ok(user(rustix::process::geteuid().as_raw()))
}

/// Who administers the machine.
pub(in crate::store) fn system() -> Vec<Who> {
    vec![user(0)]
}

/// Whom a command that closes a folder must name: here nobody is locked out by it.
pub(in crate::store) fn administrators() -> Vec<String> {
    Vec::new()
}

/// What to call somebody in a message.
pub(in crate::store) fn name_of(who: &Who) -> String {
    match named(who) {
        Some((name, Who(who))) => format!("{name} ({who})"),
        None => who.0.clone(),
    }
}

/// What to call somebody in a command.
pub(in crate::store) fn account(who: &Who) -> String {
    let number = || who.0.rsplit(' ').next().unwrap_or_default().to_owned();
    named(who).map_or_else(number, |(name, _)| name)
}

fn user(id: u32) -> Who {
    Who(format!("user {id}"))
}

fn group(id: u32) -> Who {
    Who(format!("group {id}"))
}

/// The name of a user or group, where the machine itself knows it.
fn named(who: &Who) -> Option<(String, &Who)> {
    let (file, id) = match who.0.split_once(' ')? {
        ("user", id) => ("/etc/passwd", id),
        (_, id) => ("/etc/group", id),
    };
    // Both have the name first and the number third (passwd(5), group(5)).
    let text = fs::read_to_string(file).unwrap_or_default();
    let fields = text.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let mut fields = fields.filter(|fields| fields.get(2) == Some(&id));
    fields.next().map(|fields| (fields[0].to_owned(), who))
}

fn value(
    read: impl Fn(&mut [u8]) -> Result<usize, Errno>,
    path: &Path,
) -> io::Result<Option<Vec<u8>>> {
    let mut value = vec![0; ATTRIBUTE_MAX];
    match retry_on_intr(|| read(&mut value)) {
        Ok(length) => value.truncate(length),
        Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(None),
        Err(error) => {
            let (error, path) = (io::Error::from(error), path.display());
            let what = format!("failed to read the ACL of `{path}`: {error}");
            return Err(io::Error::new(error.kind(), what));
        }
    }
    Ok(Some(value))
}

const WRITE: u32 = 0o2;

fn access_of(found: &std::fs::Metadata, acl: Option<&[u8]>, path: &Path) -> io::Result<Access> {
    let owner = user(found.uid());
    let writers = match acl {
        None => of_mode(found.mode(), found.gid()),
        Some(acl) => of_acl(acl, found.gid()).ok_or_else(|| {
            let what = format!("the ACL of `{}` is in an unknown form", path.display());
            io::Error::new(io::ErrorKind::InvalidData, what)
        })?,
    };
    Ok(Access { owner, writers })
}

fn of_mode(mode: u32, gid: u32) -> BTreeSet<Who> {
    let group = (mode >> 3 & WRITE != 0).then(|| group(gid));
    let everybody = (mode & WRITE != 0).then(|| Who(EVERYBODY.into()));
    group.into_iter().chain(everybody).collect()
}

/// An ACL as the kernel hands it out (`linux/posix_acl_xattr.h`): version 2, then entries of tag,
/// rights and number. The mask limits all but the owner and everybody (acl(5)).
fn of_acl(acl: &[u8], gid: u32) -> Option<BTreeSet<Who>> {
    const USER: u16 = 0x02;
    const GROUP_OWNER: u16 = 0x04;
    const GROUP: u16 = 0x08;
    const MASK: u16 = 0x10;
    const OTHER: u16 = 0x20;

    let entries = acl.strip_prefix(&2_u32.to_le_bytes())?;
    if entries.len() % 8 != 0 {
        return None;
    }
    let entries = entries.chunks_exact(8).map(|entry| {
        let number = |at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
        let id = u32::from_le_bytes([entry[4], entry[5], entry[6], entry[7]]);
        (number(0), u32::from(number(2)), id)
    });
    let entries: Vec<_> = entries.collect();
    let mask = entries.iter().find(|(tag, ..)| *tag == MASK).map_or(0o7, |(_, rights, _)| *rights);
    let writer = |(tag, rights, id): &(u16, u32, u32)| match *tag {
        OTHER => (rights & WRITE != 0).then(|| Who(EVERYBODY.into())),
        USER | GROUP_OWNER | GROUP if rights & mask & WRITE == 0 => None,
        USER => Some(user(*id)),
        GROUP_OWNER => Some(group(gid)),
        GROUP => Some(group(*id)),
        _ => None,
    };
    Some(entries.iter().filter_map(writer).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(writers: BTreeSet<Who>) -> Vec<String> {
        writers.into_iter().map(|Who(name)| name).collect()
    }

    #[test]
    fn a_mode_lets_group_and_everybody_write() {
        assert!(of_mode(0o755, 7).is_empty());
        assert_eq!(names(of_mode(0o775, 7)), ["group 7"]);
        assert_eq!(names(of_mode(0o1777, 7)), ["everybody", "group 7"]);
    }

    fn acl(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut acl = 2_u32.to_le_bytes().to_vec();
        for (tag, rights, id) in entries {
            acl.extend(tag.to_le_bytes().into_iter().chain(rights.to_le_bytes()));
            acl.extend(id.to_le_bytes());
        }
        acl
    }

    #[test]
    fn the_mask_of_an_acl_limits_users_and_groups_but_not_everybody() {
        let none = u32::MAX;
        let with_mask = |mask| {
            let entries = [
                (1, 7, none),
                (2, 6, 42),
                (4, 7, none),
                (8, 7, 43),
                (0x10, mask, none),
                (0x20, 5, none),
            ];
            names(of_acl(&acl(&entries), 7).expect("an ACL"))
        };
        assert_eq!(with_mask(7), ["group 43", "group 7", "user 42"]);
        assert!(with_mask(5).is_empty());
        let open = acl(&[(1, 7, none), (4, 5, none), (0x20, 7, none)]);
        assert_eq!(names(of_acl(&open, 7).expect("an ACL")), ["everybody"]);
    }

    #[test]
    fn an_acl_in_an_unknown_form_is_none() {
        assert_eq!(of_acl(&[], 7), None);
        assert_eq!(of_acl(&[3, 0, 0, 0], 7), None);
        assert_eq!(of_acl(&[2, 0, 0, 0, 1], 7), None);
    }

    #[test]
    fn users_have_names_where_the_machine_knows_them() {
        assert_eq!(name_of(&user(0)), "root (user 0)");
        assert_eq!(
            (account(&user(0)), account(&user(4_000_000_000))),
            ("root".into(), "4000000000".into())
        );
        assert_eq!(name_of(&user(4_000_000_000)), "user 4000000000");
        assert_eq!(name_of(&Who(EVERYBODY.into())), "everybody");
    }
}
