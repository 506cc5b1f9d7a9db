//! The words for what can go wrong on the disk: a sentence, and what to do about it.

use std::fmt;
use std::io;
use std::path::Path;

use super::{Step, StoreError};
use crate::text::shell;

impl StoreError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Missing { .. } => "is this the right path? On a server it is \
                 %SystemRoot%\\System32\\inetsrv\\MetaBase.xml"
                .to_owned(),
            Self::Orphaned { path, found } => format!(
                "`ren \"{}\" \"{}\"` gives it its name back; then run the command again",
                found.display(),
                path.file_name().unwrap_or_default().display()
            ),
            Self::DanglingLink { .. } => {
                "make the file that the link names, or name the file itself".to_owned()
            }
            Self::NotAFile { path, .. } if is_name_of_ours(path) => {
                "metafix needs that name for itself: move what has it away".to_owned()
            }
            Self::NotAFile { .. } => "name the MetaBase.xml itself".to_owned(),
            Self::Exists { .. } => "choose another name, or remove that file".to_owned(),
            Self::HardLinked { path, .. } => format!(
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
            Self::Attributes { path, .. } => format!(
                "somebody set them for a reason: find out which, then take them away with \
                 `attrib -r -h -s {0}` (`cipher /d {0}` for E)",
                shell::path(path)
            ),
            Self::Locked { lock, holder: None, .. } => {
                format!("wait for the other run to end and try again; it holds {}", lock.display())
            }
            Self::Locked { .. } => "wait for the other run to end and try again".to_owned(),
            Self::Changed { .. } => "look at what changed, then run the command again".to_owned(),
            Self::RightsNotKept { .. } => {
                "run as the owner of the file or as an administrator; or write the file itself, which \
                 keeps both, with --write in-place"
                    .to_owned()
            }
            Self::RightsChanged { path } => format!(
                "another program set them, or Windows did: compare them with the backup's{}",
                if cfg!(windows) {
                    format!(" (`cacls \"{}\"`)", path.display())
                } else {
                    String::new()
                }
            ),
            Self::BackupFolder { .. } => {
                "name another folder with --backup-dir, or move what has that name away".to_owned()
            }
            Self::NoBackup { asked: None, .. } => "is this the right file? \
                 Where the backups are elsewhere, name their folder with --backup-dir"
                .to_owned(),
            Self::NoBackup { asked: Some(asked), dir } if is_name(asked) => format!(
                "there is no file of that name either; `metafix backups list{}` names the backups",
                elsewhere(dir)
            ),
            Self::NoBackup { dir, .. } => {
                format!("`metafix backups list{}` names them", elsewhere(dir))
            }
            Self::AmbiguousBackup { .. } => "give the full name".to_owned(),
            Self::BackupAltered { .. } => {
                "choose another backup; `metafix backups verify` checks them all".to_owned()
            }
            Self::NotAsWritten { .. } => "another program wrote to the file, or the disk fails: \
                 compare the file with the backup"
                .to_owned(),
            Self::PutBack { error, .. } => return error.hint(),
            Self::Torn { .. } => "if no metafix runs: `metafix restore` puts the newest backup, \
                 that one, in its place"
                .to_owned(),
            Self::Io { .. } => return self.system_hint().map(str::to_owned),
            Self::PrunedInPart { error, .. } | Self::AfterSwap { error, .. } => {
                return error.hint();
            }
            Self::HalfWay { .. } => "run the same command again when the cause is gone: it first \
                 completes what was begun"
                .to_owned(),
        };
        Some(hint)
    }

    fn system_hint(&self) -> Option<&'static str> {
        match self.name() {
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
            _ => match self {
                Self::Io { step: Step::Record, error } => (error.kind() == io::ErrorKind::NotFound)
                    .then_some(
                        "make the folder in which the backup folder is to be, or name another one \
                         with --backup-dir",
                    ),
                _ => None,
            },
        }
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

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "there is no file {}", path.display()),
            Self::Orphaned { path, found } => write!(
                f,
                "there is no file {}: a run was killed while it replaced it, and {} is that file",
                path.display(),
                found.display()
            ),
            Self::DanglingLink { path } => {
                write!(f, "{} is a link to a file that does not exist", path.display())
            }
            Self::NotAFile { path, found } => {
                write!(f, "{} is {found}, not a regular file", path.display())
            }
            Self::Exists { path } => write!(f, "{} is there already", path.display()),
            Self::HardLinked { path, links } => {
                write!(f, "{} has {links} names (hard links)", path.display())
            }
            Self::Attributes { path, attributes } => {
                write!(f, "{} has the attribute {attributes}", path.display())
            }
            Self::Locked { holder, lock, waited } => {
                write!(f, "another run is changing this file: ")?;
                match holder {
                    Some(holder) => write!(f, "{holder}")?,
                    None => write!(f, "it holds {}", lock.display())?,
                }
                write!(f, "; waited {} s", waited.as_secs())
            }
            Self::Changed { path, rescued } => {
                write!(f, "another program changed {} meanwhile", path.display())?;
                match rescued {
                    Some(kept) => {
                        write!(
                            f,
                            ", and changed it again: what it wrote first is {}",
                            kept.display()
                        )
                    }
                    None => Ok(()),
                }
            }
            Self::RightsNotKept { error } => {
                write!(f, "the new file cannot have the owner and rights of the old one: {error}")
            }
            Self::RightsChanged { path } => write!(
                f,
                "the owner or rights of {} are not those that it had before",
                path.display()
            ),
            Self::BackupFolder { path, found } => {
                write!(f, "the backup folder {} is {found}", path.display())
            }
            Self::NoBackup { asked: None, dir } => {
                write!(f, "there is no backup of this file in {}", dir.display())
            }
            Self::NoBackup { asked: Some(asked), dir } => {
                write!(f, "there is no backup {asked} of this file in {}", dir.display())
            }
            Self::AmbiguousBackup { asked, names } => {
                write!(f, "{asked} is the number of several backups: {}", names.join(", "))
            }
            Self::BackupAltered { path } => write!(
                f,
                "the backup {} is not what was backed up: its SHA-256 differs from the recorded one",
                path.display()
            ),
            Self::NotAsWritten { path } => {
                write!(f, "{} reads back differently from what was written", path.display())
            }
            Self::PutBack { kept, error } => {
                write!(f, "{error}; the original was put back")?;
                kept.as_ref().map_or(Ok(()), |kept| {
                    write!(f, ", and what was found in its place is {}", kept.display())
                })
            }
            Self::Torn { path, backup, why, .. } => write!(
                f,
                "{} is half written: {why}. The original is {}",
                path.display(),
                backup.display()
            ),
            Self::Io { step, error } => write!(f, "while {}: {error}", step.doing()),
            Self::PrunedInPart { gone: 1, error } => {
                write!(f, "{error}; one old backup was removed before that")
            }
            Self::PrunedInPart { gone, error } => {
                write!(f, "{error}; {gone} old backups were removed before that")
            }
            Self::HalfWay { error } => write!(
                f,
                "the new metabase is in place, but the schema that belongs to it is not: {error}"
            ),
            Self::AfterSwap { backup, error } => write!(
                f,
                "the new file is in place, but {error}; the old file is {}",
                backup.display()
            ),
        }
    }
}
