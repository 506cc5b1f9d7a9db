//! What is said of an error of the disk: its name, its exit code, and what to do about it.

use std::io;
use std::path::Path;

use crate::store::{Step, StoreError};
use crate::terminal::problem::{Exit, Problem};
use crate::text::{escape, shell};

/// What the disk did not allow.
#[must_use]
pub fn stored(error: &StoreError, file: &Path) -> Problem {
    Problem {
        exit: exit(error),
        hint: hint(error).map(|hint| escape::escaped(&hint).into_owned()).unwrap_or_default(),
        ..Problem::failed(name(error), error.to_string(), file, error.written())
    }
}

/// The name by which scripts know the error.
#[must_use]
pub fn name(error: &StoreError) -> &'static str {
    match error {
        StoreError::Missing { .. } => "file-missing",
        StoreError::Orphaned { .. } => "interrupted-swap",
        StoreError::DanglingLink { .. } => "dangling-link",
        StoreError::NotAFile { .. } => "not-a-file",
        StoreError::Exists { .. } => "file-exists",
        StoreError::HardLinked { .. } => "hard-linked",
        StoreError::Attributes { .. } => "attribute-set",
        StoreError::Locked { .. } => "locked",
        StoreError::Changed { .. } => "changed-meanwhile",
        StoreError::RightsNotKept { .. } => "rights-not-kept",
        StoreError::RightsChanged { .. } => "rights-changed",
        StoreError::BackupFolder { .. } => "backup-folder",
        StoreError::NoBackup { .. } => "no-such-backup",
        StoreError::AmbiguousBackup { .. } => "ambiguous-backup",
        StoreError::BackupAltered { .. } => "backup-altered",
        StoreError::NotAsWritten { .. } => "not-as-written",
        StoreError::PutBack { .. } => "put-back",
        StoreError::Torn { .. } => "interrupted-write",
        StoreError::Io { error, .. } => match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk-full",
            io::ErrorKind::ReadOnlyFilesystem => "read-only",
            io::ErrorKind::PermissionDenied => "permission-denied",
            io::ErrorKind::ResourceBusy => "held-open",
            _ => "io-error",
        },
        StoreError::PrunedInPart { .. } => "pruned-in-part",
        StoreError::HalfWay { .. } => "half-way",
        StoreError::AfterSwap { .. } => "written-but",
    }
}

/// How the run ends.
#[must_use]
pub fn exit(error: &StoreError) -> Exit {
    match error {
        StoreError::NotAFile { .. }
        | StoreError::Exists { .. }
        | StoreError::HardLinked { .. }
        | StoreError::Attributes { .. }
        | StoreError::RightsNotKept { .. }
        | StoreError::BackupFolder { .. }
        | StoreError::BackupAltered { .. }
        | StoreError::AmbiguousBackup { .. } => Exit::Refused,
        StoreError::Locked { .. } | StoreError::Changed { .. } => Exit::Busy,
        StoreError::Io { .. } if name(error) == "held-open" => Exit::Busy,
        StoreError::Missing { .. }
        | StoreError::Orphaned { .. }
        | StoreError::DanglingLink { .. }
        | StoreError::NoBackup { .. }
        | StoreError::NotAsWritten { .. }
        | StoreError::RightsChanged { .. }
        | StoreError::PutBack { .. }
        | StoreError::Torn { .. }
        | StoreError::Io { .. }
        | StoreError::PrunedInPart { .. }
        | StoreError::HalfWay { .. }
        | StoreError::AfterSwap { .. } => Exit::Failure,
    }
}

/// What the user can do about it.
#[must_use]
pub fn hint(error: &StoreError) -> Option<String> {
    let hint = match error {
        StoreError::Missing { .. } => "is this the right path? On a server it is \
             %SystemRoot%\\System32\\inetsrv\\MetaBase.xml"
            .to_owned(),
        StoreError::Orphaned { path, found } => format!(
            "`ren \"{}\" \"{}\"` gives it its name back; then run the command again",
            found.display(),
            path.file_name().unwrap_or_default().display()
        ),
        StoreError::DanglingLink { .. } => {
            "make the file that the link names, or name the file itself".to_owned()
        }
        StoreError::NotAFile { path, .. } if is_name_of_ours(path) => {
            "metafix needs that name for itself: move what has it away".to_owned()
        }
        StoreError::NotAFile { .. } => "name the MetaBase.xml itself".to_owned(),
        StoreError::Exists { .. } => "choose another name, or remove that file".to_owned(),
        StoreError::HardLinked { path, .. } => format!(
            "replacing it would leave the old content under its other names, which {} lists; \
             remove those, or write all of them at once with --write in-place. A backup of an \
             interrupted run is one if that run had another backup folder: use the same one \
             once more",
            if cfg!(windows) {
                format!("`fsutil hardlink list {}`", shell::path(path))
            } else {
                format!("`find / -xdev -samefile {}`", shell::path(path))
            }
        ),
        StoreError::Attributes { path, .. } => format!(
            "somebody set them for a reason: find out which, then take them away with \
             `attrib -r -h -s {0}` (`cipher /d {0}` for E)",
            shell::path(path)
        ),
        StoreError::Locked { lock, holder: None, .. } => {
            format!("wait for the other run to end and try again; it holds {}", lock.display())
        }
        StoreError::Locked { .. } => "wait for the other run to end and try again".to_owned(),
        StoreError::Changed { .. } => "look at what changed, then run the command again".to_owned(),
        StoreError::RightsNotKept { .. } => {
            "run as the owner of the file or as an administrator; or write the file itself, which \
             keeps both, with --write in-place"
                .to_owned()
        }
        StoreError::RightsChanged { path } => format!(
            "another program set them, or Windows did: compare them with the backup's{}",
            if cfg!(windows) {
                format!(" (`icacls \"{}\"`)", path.display())
            } else {
                String::new()
            }
        ),
        StoreError::BackupFolder { .. } => {
            "name another folder with --backup-dir, or move what has that name away".to_owned()
        }
        StoreError::NoBackup { asked: None, .. } => "is this the right file? \
             Where the backups are elsewhere, name their folder with --backup-dir"
            .to_owned(),
        StoreError::NoBackup { asked: Some(asked), dir } if is_name(asked) => format!(
            "there is no file of that name either; `metafix backups list{}` names the backups",
            elsewhere(dir)
        ),
        StoreError::NoBackup { dir, .. } => {
            format!("`metafix backups list{}` names them", elsewhere(dir))
        }
        StoreError::AmbiguousBackup { .. } => "give the full name".to_owned(),
        StoreError::BackupAltered { .. } => {
            "choose another backup; `metafix backups verify` checks them all".to_owned()
        }
        StoreError::NotAsWritten { .. } => "another program wrote to the file, or the disk fails: \
             compare the file with the backup"
            .to_owned(),
        StoreError::PutBack { error, .. } => return hint(error),
        StoreError::Torn { .. } => "if no metafix runs: `metafix restore` puts the newest backup, \
             that one, in its place"
            .to_owned(),
        StoreError::Io { .. } => return system_hint(error).map(str::to_owned),
        StoreError::PrunedInPart { error, .. } | StoreError::AfterSwap { error, .. } => {
            return hint(error);
        }
        StoreError::HalfWay { .. } => {
            "run the same command again when the cause is gone: it first \
             completes what was begun"
                .to_owned()
        }
    };
    Some(hint)
}

fn system_hint(error: &StoreError) -> Option<&'static str> {
    match name(error) {
        "disk-full" => Some("free some space: the new file needs as much as the old one"),
        "read-only" => Some("the file system is mounted read-only"),
        "permission-denied" if cfg!(unix) => Some(
            "metafix must be able to read the file and to create files in its folder: \
             run as its owner or as an administrator. Where that does not help, one of the \
             two may be marked as immutable (`lsattr -d` shows it)",
        ),
        "permission-denied" => Some(
            "metafix must be able to read the file and to create files in its folder: \
             run as its owner or as an administrator",
        ),
        "held-open" => Some(
            "close that program, or stop its service (IIS's: `net stop iisadmin /y`), then \
             run the command again",
        ),
        _ => match error {
            StoreError::Io { step: Step::Record, error } => {
                (error.kind() == io::ErrorKind::NotFound).then_some(
                    "make the folder in which the backup folder is to be, or name another one \
                     with --backup-dir",
                )
            }
            _ => None,
        },
    }
}

/// The option for a backup folder that is not the usual one.
fn elsewhere(dir: &Path) -> String {
    match dir.file_name() {
        Some(name) if name == "metafix-backups" => String::new(),
        _ => format!(" --backup-dir {}", shell::path(dir)),
    }
}

/// Whether a backup was asked for by a name: not by its number, nor by what it must be.
fn is_name(asked: &str) -> bool {
    !asked.contains(' ') && asked.parse::<u64>().is_err()
}

/// Whether a file beside a metabase has a name that [`Target::beside`](super::Target) makes.
fn is_name_of_ours(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains(".metafix-"))
}
