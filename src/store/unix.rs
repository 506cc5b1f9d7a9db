//! The Unix side of the seam. `windows.rs` has the same functions.
//!
//! Every error names the path. No function follows a link at the end of a path.

use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use fs_err::os::unix::fs::OpenOptionsExt;
use fs_err::{self as fs, File, OpenOptions};
use rustix::fs::{CWD, Gid, Mode, OFlags, RenameFlags, Uid, XattrFlags};
use rustix::io::{Errno, retry_on_intr};

use super::identity::{Identity, Kind};

mod access;

pub(super) use access::{
    access, access_at, account, administrators, name_of, open_folder, own, system,
};

/// The path without links.
pub(super) fn canonicalize(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// What an open file is.
pub(super) fn identity(file: &File) -> io::Result<Identity> {
    file.metadata().map(|found| describe(&found))
}

/// What a name stands for: a link is a link.
pub(super) fn identity_at(path: &Path) -> io::Result<Identity> {
    fs::symlink_metadata(path).map(|found| describe(&found))
}

fn describe(found: &std::fs::Metadata) -> Identity {
    let kind = found.file_type();
    let kind = match () {
        () if kind.is_file() => Kind::File,
        () if kind.is_dir() => Kind::Folder,
        () if kind.is_symlink() => Kind::Other("a symbolic link"),
        () if kind.is_fifo() => Kind::Other("a FIFO"),
        () if kind.is_socket() => Kind::Other("a socket"),
        () if kind.is_block_device() || kind.is_char_device() => Kind::Other("a device"),
        () => Kind::Other("something else"),
    };
    Identity {
        kind,
        file: (found.dev(), found.ino().into()),
        links: found.nlink(),
        size: found.len(),
        modified: found.modified().unwrap_or(std::time::SystemTime::UNIX_EPOCH),
        changed: i128::from(found.ctime()) * 1_000_000_000 + i128::from(found.ctime_nsec()),
        access: (found.mode(), found.uid(), found.gid()),
    }
}

/// Opens a file for reading, without waiting for anything.
pub(super) fn open_read(path: &Path) -> io::Result<File> {
    options().read(true).open(path)
}

/// Opens a file that is to be replaced or kept. Here nobody is kept from writing to it meanwhile.
pub(super) fn open_original(path: &Path) -> io::Result<File> {
    open_read(path)
}

/// Opens a file to write to it in place. Here nobody else is kept from it.
pub(super) fn open_in_place(path: &Path) -> io::Result<File> {
    options().read(true).write(true).open(path)
}

/// Why this file must not be changed, in words: here nothing is in the way.
pub(super) fn obstacle(_identity: &Identity, _in_place: bool) -> Option<String> {
    None
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Reads from a place of a file, whatever others read from it.
pub(super) fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    fs::os::unix::fs::FileExt::read_at(file, buffer, place)
}

/// Creates a file that only this user can read. Fails if anything has that name.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    options().read(true).write(true).create_new(true).open(path)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // O_NONBLOCK: a FIFO that took the file's place must not hold us up.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.mode(0o600).custom_flags(flags.bits().cast_signed());
    options
}

/// Gives a file that [`create_private`] made the owner, group, extended attributes (the ACL is
/// one) and mode of another, in an order in which it is never open to more people.
///
/// The mode includes set-user-ID, set-group-ID and sticky, which mean nothing for a file that
/// nobody runs: root keeps them; of anybody else the kernel takes the first two when content is
/// written, and never gives one.
pub(super) fn copy_rights(from: &File, to: &File) -> io::Result<()> {
    let (like, own) = (from.metadata()?, to.metadata()?);
    if (like.uid(), like.gid()) != (own.uid(), own.gid()) {
        let (uid, gid) = (Uid::from_raw(like.uid()), Gid::from_raw(like.gid()));
        retry_on_intr(|| rustix::fs::fchown(to, Some(uid), Some(gid)))
            .map_err(failed("change owner of", to.path()))?;
    }
    copy_attributes(from, to)?;
    let mode = Mode::from_raw_mode(like.mode() & 0o7777);
    retry_on_intr(|| rustix::fs::fchmod(to, mode)).map_err(failed("change mode of", to.path()))?;
    let own = to.metadata()?;
    if (like.mode(), like.uid(), like.gid()) == (own.mode(), own.uid(), own.gid()) {
        Ok(())
    } else {
        let what = "the file system did not keep owner and mode of";
        Err(io::Error::new(io::ErrorKind::Unsupported, format!("{what} `{}`", to.path().display())))
    }
}

/// The rights that a folder's default ACL hands down.
const ACL: &[u8] = b"system.posix_acl_access";

fn copy_attributes(from: &File, to: &File) -> io::Result<()> {
    let names = attribute_names(from)?;
    // A default ACL of the folder gave the new file rights that the old one does not have.
    if !has(&names, ACL) && has(&attribute_names(to)?, ACL) {
        retry_on_intr(|| rustix::fs::fremovexattr(to, ACL))
            .map_err(failed("remove the inherited ACL of", to.path()))?;
    }
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        // These sign the content of one file; the kernel makes them for the new one.
        if matches!(name, b"security.ima" | b"security.evm") {
            continue;
        }
        let value = attribute(from, name)?;
        if value.is_some() && value != attribute(to, name)? {
            let value = value.unwrap_or_default();
            retry_on_intr(|| rustix::fs::fsetxattr(to, name, &value, XattrFlags::empty()))
                .map_err(failed("copy extended attributes to", to.path()))?;
        }
    }
    Ok(())
}

fn has(names: &[u8], wanted: &[u8]) -> bool {
    names.split(|byte| *byte == 0).any(|name| name == wanted)
}

/// As large as the kernel lets a list of names, or a value, be.
const ATTRIBUTE_MAX: usize = 64 * 1024;

/// The names of the extended attributes, each with a NUL after it.
fn attribute_names(file: &File) -> io::Result<Vec<u8>> {
    let mut names = vec![0; ATTRIBUTE_MAX];
    match retry_on_intr(|| rustix::fs::flistxattr(file, &mut names[..])) {
        Ok(length) => names.truncate(length),
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => names.clear(),
        Err(error) => return Err(failed("list extended attributes of", file.path())(error)),
    }
    Ok(names)
}

/// The value of an extended attribute, if it is there.
fn attribute(file: &File, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut value = vec![0; ATTRIBUTE_MAX];
    match retry_on_intr(|| rustix::fs::fgetxattr(file, name, &mut value[..])) {
        Ok(length) => value.truncate(length),
        Err(Errno::NODATA) => return Ok(None),
        Err(error) => return Err(failed("read extended attributes of", file.path())(error)),
    }
    Ok(Some(value))
}

/// Creates a folder that only the owner of `like` can enter.
pub(super) fn create_folder(path: &Path, like: &File) -> io::Result<()> {
    let like = like.metadata()?;
    std::fs::DirBuilder::new().mode(0o700).create(path).map_err(named("create folder", path))?;
    let own = fs::symlink_metadata(path)?;
    if (like.uid(), like.gid()) != (own.uid(), own.gid()) {
        fs::os::unix::fs::lchown(path, Some(like.uid()), Some(like.gid()))?;
    }
    Ok(())
}

/// Gives a file a second name, which must not exist.
pub(super) fn link(path: &Path, second: &Path) -> io::Result<()> {
    fs::hard_link(path, second)
}

/// Renames a file, but never over another one.
///
/// Where the file system cannot promise that, it is checked just before.
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match rename(from, to, RenameFlags::NOREPLACE) {
        Err(error) if is_unsupported(error) => match fs::symlink_metadata(to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
            Err(error) => Err(error),
            Ok(_) => Err(named("rename to", to)(io::ErrorKind::AlreadyExists.into())),
        },
        result => result.map_err(failed("rename to", to)),
    }
}

/// Puts `new` in the place of `target` in one instant, and says where the file is that `target`
/// was at that instant. `None`: the file system cannot exchange two files; `target` is replaced
/// and gone.
///
/// The name of what is displaced must be `new` itself, or one that the sweep recognises.
pub(super) fn swap(new: &Path, target: &Path) -> io::Result<Option<PathBuf>> {
    match rename(new, target, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(Some(new.to_owned())),
        Err(error) if is_unsupported(error) => fs::rename(new, target).map(|()| None),
        Err(error) => Err(failed("replace", target)(error)),
    }
}

/// What an interrupted [`swap`] left of a target that is gone: nothing, the exchange of two names
/// is one instant.
pub(super) fn orphan(_swap: &Path) -> Option<PathBuf> {
    None
}

/// Where [`swap`] puts what it displaces.
pub(super) fn displaced(new: &Path) -> PathBuf {
    new.to_owned()
}

fn rename(from: &Path, to: &Path, flags: RenameFlags) -> Result<(), Errno> {
    retry_on_intr(|| rustix::fs::renameat_with(CWD, from, CWD, to, flags))
}

fn is_unsupported(error: Errno) -> bool {
    matches!(error, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

/// Makes the content of a file durable that was written by others and is open for reading.
pub(super) fn sync_content(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = File::open(path)?;
    match retry_on_intr(|| rustix::fs::fsync(&folder)) {
        // Some network file systems have no such thing for folders.
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(error) => Err(failed("sync folder", path)(error)),
    }
}

/// Makes the name of a file durable.
pub(super) fn sync_name(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if folder != Path::new("") => sync_folder(folder),
        _ => sync_folder(Path::new(".")),
    }
}

/// Opens the lock file, and creates it if it is not there, for the owner of `like` alone.
///
/// Never creates and opens in one call: in a folder with the sticky bit the kernel refuses that
/// for a file of somebody else, even to root.
pub(super) fn open_lock(path: &Path, like: &Path) -> io::Result<File> {
    let like = fs::symlink_metadata(like)?;
    loop {
        match options().read(true).write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            result => return result,
        }
        let file = match create_private(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            result => result?,
        };
        let (uid, gid) = (Uid::from_raw(like.uid()), Gid::from_raw(like.gid()));
        match retry_on_intr(|| rustix::fs::fchown(&file, Some(uid), Some(gid))) {
            // Who is not the owner gets no further than `copy_rights`, which says it better.
            Ok(()) | Err(Errno::PERM) => return Ok(file),
            Err(error) => return Err(failed("change owner of", path)(error)),
        }
    }
}

/// Takes the lock, if nobody has it. It ends with the process, or when the file is closed. The
/// content of the file must stay readable to others.
pub(super) fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(std::fs::TryLockError::WouldBlock) => Ok(false),
        Err(std::fs::TryLockError::Error(error)) => Err(named("lock", file.path())(error)),
    }
}

/// Removes the lock file and lets go, in an order in which nobody is left with a lock on a file
/// that has no name.
pub(super) fn release_lock(file: File) -> io::Result<()> {
    // Whoever waits for this file sees, once it has it, that the name stands for another one.
    fs::remove_file(file.path())
}

/// What this machine calls itself.
pub(super) fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

fn failed(doing: &str, path: &Path) -> impl FnOnce(Errno) -> io::Error {
    move |error| named(doing, path)(error.into())
}

/// Says what failed with which path, as fs_err does for what it knows.
fn named(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| {
        io::Error::new(error.kind(), format!("failed to {doing} `{}`: {error}", path.display()))
    }
}
