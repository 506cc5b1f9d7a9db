//! What is said of an error of the disk: its name, its exit code, and what to do about it.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use super::list::list;
use super::untrusted;
use crate::store::{Step, StoreError};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};

/// What the disk did not allow with a metabase.
#[must_use]
pub fn stored(error: &StoreError, file: &Path) -> Problem {
    Problem {
        exit: exit(error),
        hint: hint(error),
        ..Problem::failed(name(error), error.to_string(), file, error.written())
    }
}

/// The same with a file that is no metabase: `missing` says what to do where there is none.
#[must_use]
pub fn stored_or(error: &StoreError, file: &Path, missing: Hint) -> Problem {
    let problem = stored(error, file);
    match error {
        StoreError::Missing { .. } => Problem { hint: missing, ..problem },
        _ => problem,
    }
}

/// The name by which scripts know the error.
#[must_use]
pub fn name(error: &StoreError) -> &'static str {
    name_and_exit(error).0
}

/// How the run ends.
#[must_use]
pub fn exit(error: &StoreError) -> Exit {
    name_and_exit(error).1
}

fn name_and_exit(error: &StoreError) -> (&'static str, Exit) {
    use Exit::{Busy, Failure, Refused};
    match error {
        StoreError::Missing { .. } => ("file-missing", Failure),
        StoreError::Orphaned { .. } => ("interrupted-swap", Failure),
        StoreError::DanglingLink { .. } => ("dangling-link", Failure),
        StoreError::NotAFile { .. } => ("not-a-file", Refused),
        StoreError::Exists { .. } => ("file-exists", Refused),
        StoreError::HardLinked { .. } => ("hard-linked", Refused),
        StoreError::Attributes { .. } => ("attribute-set", Refused),
        StoreError::Locked { .. } => ("locked", Busy),
        StoreError::Changed { .. } => ("changed-meanwhile", Busy),
        StoreError::RightsNotKept { .. } => ("rights-not-kept", Refused),
        StoreError::RightsChanged { .. } => ("rights-changed", Failure),
        StoreError::BackupFolder { .. } => ("backup-folder", Refused),
        StoreError::Untrusted { .. } => ("untrusted-folder", Refused),
        StoreError::NotALock { .. } => ("not-a-lock", Refused),
        StoreError::NoBackup { .. } => ("no-such-backup", Failure),
        StoreError::AmbiguousBackup { .. } => ("ambiguous-backup", Refused),
        StoreError::BackupAltered { .. } => ("backup-altered", Refused),
        StoreError::NotAsWritten { .. } => ("not-as-written", Failure),
        StoreError::PutBack { .. } => ("put-back", Failure),
        StoreError::Torn { .. } => ("interrupted-write", Failure),
        StoreError::Io { error, .. } => match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ("disk-full", Failure),
            io::ErrorKind::ReadOnlyFilesystem => ("read-only", Failure),
            io::ErrorKind::PermissionDenied => ("permission-denied", Failure),
            io::ErrorKind::ResourceBusy => ("held-open", Busy),
            _ => ("io-error", Failure),
        },
        StoreError::PrunedInPart { .. } => ("pruned-in-part", Failure),
        StoreError::HalfWay { .. } => ("half-way", Failure),
        StoreError::AfterSwap { .. } => ("written-but", Failure),
    }
}

/// What the user can do about it.
fn hint(error: &StoreError) -> Hint {
    match error {
        StoreError::Missing { .. } => Hint::say(
            "is this the right path? On a server it is \
             %SystemRoot%\\System32\\inetsrv\\MetaBase.xml",
        ),
        StoreError::Orphaned { path, found } => {
            let (ren, name) = (OsStr::new("ren"), path.file_name().unwrap_or_default());
            Hint::default()
                .and_call([ren, found.as_os_str(), name])
                .and(" gives it its name back; then run the command again")
        }
        StoreError::DanglingLink { .. } => {
            Hint::say("create the file that the link points to, or name the file itself")
        }
        StoreError::Untrusted { doubt } => untrusted::hint(doubt),
        StoreError::NotALock { .. } => Hint::say(OUR_NAME),
        StoreError::NotAFile { path, .. } if is_name_of_ours(path) => Hint::say(OUR_NAME),
        StoreError::NotAFile { .. } => Hint::say("name the MetaBase.xml itself"),
        StoreError::Exists { .. } => {
            Hint::say("choose another name; that file may be the only one of its kind")
        }
        StoreError::HardLinked { path, .. } => hard_linked(path),
        StoreError::Attributes { path, .. } => {
            let path = path.as_os_str();
            Hint::say("somebody set it for a reason: find out which, then remove it with ")
                .and_call(["attrib", "-r", "-h", "-s"].map(OsStr::new).into_iter().chain([path]))
                .and(" (")
                .and_call([OsStr::new("cipher"), OsStr::new("/d"), path])
                .and(" for E)")
        }
        StoreError::Locked { .. } => {
            Hint::say("wait until the other run has ended, then try again")
        }
        StoreError::Changed { .. } => Hint::say("look at what changed, then run the command again"),
        StoreError::RightsNotKept { .. } => Hint::say(
            "run as the owner of the file or as an administrator; or use --write in-place, which \
             writes into the file and so keeps both",
        ),
        StoreError::RightsChanged { path } => {
            let hint = Hint::say(
                "another program or Windows changed them: compare them with those of the backup",
            );
            let cacls = [OsStr::new("cacls"), path.as_os_str()];
            if cfg!(windows) { hint.and(": ").and_call(cacls) } else { hint }
        }
        StoreError::BackupFolder { .. } => {
            Hint::say("name another folder with --backup-dir, or move what has this name elsewhere")
        }
        StoreError::NoBackup { asked, dir } => no_backup(asked.as_deref(), dir),
        StoreError::AmbiguousBackup { .. } => Hint::say("give the full name"),
        StoreError::BackupAltered { .. } => Hint::say("choose another backup; ")
            .and_run(["backups", "verify"])
            .and(" verifies all of them"),
        StoreError::NotAsWritten { .. } => Hint::say(
            "another program wrote to the file, or the disk fails: compare the file with the \
             backup",
        ),
        StoreError::Torn { .. } => Hint::say("if no metafix runs, ")
            .and_run(["restore"])
            .and(" restores the newest backup, which is that one"),
        StoreError::HalfWay { .. } => Hint::say(
            "remove the cause, then run the same command again: it first completes this change",
        ),
        StoreError::PutBack { error, .. }
        | StoreError::PrunedInPart { error, .. }
        | StoreError::AfterSwap { error, .. } => hint(error),
        StoreError::Io { step, error } => of_system(*step, error.kind()),
    }
}

const OUR_NAME: &str = "metafix needs this name for itself: move what has it elsewhere";

fn hard_linked(path: &Path) -> Hint {
    let command: &[&str] = match cfg!(windows) {
        true => &["fsutil", "hardlink", "list"],
        false => &["find", "/", "-xdev", "-samefile"],
    };
    Hint::say("a replacement would leave the old content under the other names (")
        .and_call(command.iter().map(OsStr::new).chain([path.as_os_str()]))
        .and(
            " lists them): remove those, or change all of them at once with --write in-place. \
             Where an interrupted run made one of them as a backup, use the backup folder of that \
             run once more",
        )
}

fn no_backup(asked: Option<&str>, dir: &Path) -> Hint {
    match asked {
        None => Hint::say(
            "is this the right file? If the backups are elsewhere, name their folder with \
             --backup-dir",
        ),
        Some(asked) if is_name(asked) => Hint::say("there is no file with this name either; ")
            .and_run(list(dir))
            .and(" lists the backups"),
        Some(_) => Hint::run(list(dir)).and(" lists the backups"),
    }
}

fn of_system(step: Step, error: io::ErrorKind) -> Hint {
    const RIGHTS: &str = "metafix must be able to read the file and to create files in its folder: \
                          run as its owner or as an administrator";
    match error {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Hint::say("free some space: the new file needs as much as the old one")
        }
        io::ErrorKind::ReadOnlyFilesystem => Hint::say("the file system is mounted read-only"),
        io::ErrorKind::PermissionDenied if cfg!(unix) => Hint::say(RIGHTS)
            .and(". If that does not help, one of the two may be marked as immutable (")
            .and_call(["lsattr", "-d"])
            .and(" shows it)"),
        io::ErrorKind::PermissionDenied => Hint::say(RIGHTS),
        io::ErrorKind::ResourceBusy => {
            Hint::say("close that program, or stop its service (for IIS: ")
                .and_call(["net", "stop", "iisadmin", "/y"])
                .and("), then run the command again")
        }
        io::ErrorKind::NotFound if step == Step::Record => Hint::say(
            "create the folder in which the backup folder is to be, or name another one with --backup-dir",
        ),
        _ => Hint::default(),
    }
}

/// Whether a backup was asked for by a name: not by its number, nor by what it must be.
fn is_name(asked: &str) -> bool {
    !asked.contains(' ') && asked.parse::<u64>().is_err()
}

/// Whether a file beside a metabase has a name that [`crate::store::Target`] gives.
fn is_name_of_ours(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains(".metafix-"))
}
