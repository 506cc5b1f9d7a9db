//! What can go wrong on the disk, as facts; whether anything was written is one of them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Holder, Step};
use crate::error::Exit;
use crate::shell;

/// Whether an error came before or after the moment in which the metabase changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The metabase is as it was.
    Nothing,
    /// The complete new metabase is in place.
    Complete,
    /// The metabase is damaged; the backup has the original.
    Torn,
    /// The metabase is as it was, but backups are gone that were to be removed.
    Backups,
}

/// Why the disk was not read or changed as asked.
///
/// Paths are as the system has them: who prints them escapes them.
#[derive(Debug)]
pub enum StoreError {
    /// No such file.
    Missing {
        /// The path asked for.
        path: PathBuf,
    },
    /// No such file, because a run was killed while it replaced it.
    Orphaned {
        /// The path asked for.
        path: PathBuf,
        /// Where it is.
        found: PathBuf,
    },
    /// A symbolic link to nothing.
    DanglingLink {
        /// The link.
        path: PathBuf,
    },
    /// A folder, a FIFO, a device …
    NotAFile {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// There is a file already where a new one was to be made.
    Exists {
        /// Its path.
        path: PathBuf,
    },
    /// The file has another name, which a replacement would detach from it.
    HardLinked {
        /// The file.
        path: PathBuf,
        /// How many names it has.
        links: u64,
    },
    /// The file has attributes that metafix does not carry over, or that forbid a change.
    Attributes {
        /// The file.
        path: PathBuf,
        /// Their names.
        attributes: String,
    },
    /// Another run holds the lock.
    Locked {
        /// The lock file.
        lock: PathBuf,
        /// Who says to hold it, if that can be read.
        holder: Option<Holder>,
        /// How long was waited for it.
        waited: Duration,
    },
    /// Another program changed or replaced the file meanwhile; its bytes are in place.
    Changed {
        /// The file.
        path: PathBuf,
        /// Where an intermediate version of that program's was kept, when it wrote twice.
        rescued: Option<PathBuf>,
    },
    /// The new file cannot be given the owner or rights of the old one.
    RightsNotKept {
        /// What the system said.
        error: io::Error,
    },
    /// The file that is in place has not the owner and rights that it was given.
    RightsChanged {
        /// The file.
        path: PathBuf,
    },
    /// The folder for backups is a link or no folder.
    BackupFolder {
        /// The folder.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// No backup has this name or number, or there is none.
    NoBackup {
        /// What was asked for; without it there is none at all.
        asked: Option<String>,
        /// The folder.
        dir: PathBuf,
    },
    /// Several backups have this number.
    AmbiguousBackup {
        /// What was asked for.
        asked: String,
        /// Their names.
        names: Vec<String>,
    },
    /// The backup's bytes are not those that its checksum was made of.
    BackupAltered {
        /// The backup.
        path: PathBuf,
    },
    /// What was read back is not what was written.
    NotAsWritten {
        /// The file.
        path: PathBuf,
    },
    /// Writing in place failed, and the original was put back.
    PutBack {
        /// Where that is kept which was read instead of what was written.
        kept: Option<PathBuf>,
        /// What failed.
        error: Box<StoreError>,
    },
    /// The file is neither the old nor the new one.
    Torn {
        /// The file.
        path: PathBuf,
        /// Where the original is.
        backup: PathBuf,
        /// How that came.
        why: String,
        /// Whether by this run.
        now: bool,
    },
    /// The system refused something; the error names the path.
    Io {
        /// What was being done.
        step: Step,
        /// What the system said.
        error: io::Error,
    },
    /// Old backups were being removed, and not all of them could be.
    PrunedInPart {
        /// How many are gone.
        gone: usize,
        /// What failed.
        error: Box<StoreError>,
    },
    /// Of several files that belong together some are in place, and neither could the others be
    /// put in place nor those be taken back.
    HalfWay {
        /// What failed first.
        error: Box<StoreError>,
    },
    /// The new file is in place, but something after that failed.
    AfterSwap {
        /// The backup of the old file.
        backup: PathBuf,
        /// What failed.
        error: Box<StoreError>,
    },
}

/// Turns an error of the system into one that says what was being done.
pub(super) fn during(step: Step) -> impl Fn(io::Error) -> StoreError {
    move |error| StoreError::Io { step, error }
}

impl StoreError {
    /// The name by which scripts know the error.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "file-missing",
            Self::Orphaned { .. } => "interrupted-swap",
            Self::DanglingLink { .. } => "dangling-link",
            Self::NotAFile { .. } => "not-a-file",
            Self::Exists { .. } => "file-exists",
            Self::HardLinked { .. } => "hard-linked",
            Self::Attributes { .. } => "attribute-set",
            Self::Locked { .. } => "locked",
            Self::Changed { .. } => "changed-meanwhile",
            Self::RightsNotKept { .. } => "rights-not-kept",
            Self::RightsChanged { .. } => "rights-changed",
            Self::BackupFolder { .. } => "backup-folder",
            Self::NoBackup { .. } => "no-such-backup",
            Self::AmbiguousBackup { .. } => "ambiguous-backup",
            Self::BackupAltered { .. } => "backup-altered",
            Self::NotAsWritten { .. } => "not-as-written",
            Self::PutBack { .. } => "put-back",
            Self::Torn { .. } => "interrupted-write",
            Self::Io { error, .. } => match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "disk-full",
                io::ErrorKind::ReadOnlyFilesystem => "read-only",
                io::ErrorKind::PermissionDenied => "permission-denied",
                io::ErrorKind::ResourceBusy => "held-open",
                _ => "io-error",
            },
            Self::PrunedInPart { .. } => "pruned-in-part",
            Self::HalfWay { .. } => "half-way",
            Self::AfterSwap { .. } => "written-but",
        }
    }

    /// How the run ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::NotAFile { .. }
            | Self::Exists { .. }
            | Self::HardLinked { .. }
            | Self::Attributes { .. }
            | Self::RightsNotKept { .. }
            | Self::BackupFolder { .. }
            | Self::BackupAltered { .. }
            | Self::AmbiguousBackup { .. } => Exit::Refused,
            Self::Locked { .. } | Self::Changed { .. } => Exit::Busy,
            Self::Io { .. } if self.name() == "held-open" => Exit::Busy,
            Self::Missing { .. }
            | Self::Orphaned { .. }
            | Self::DanglingLink { .. }
            | Self::NoBackup { .. }
            | Self::NotAsWritten { .. }
            | Self::RightsChanged { .. }
            | Self::PutBack { .. }
            | Self::Torn { .. }
            | Self::Io { .. }
            | Self::PrunedInPart { .. }
            | Self::HalfWay { .. }
            | Self::AfterSwap { .. } => Exit::Failure,
        }
    }

    /// Whether the metabase was changed.
    #[must_use]
    pub fn written(&self) -> Written {
        match self {
            Self::HalfWay { .. } | Self::AfterSwap { .. } => Written::Complete,
            Self::PrunedInPart { .. } => Written::Backups,
            Self::Torn { now: true, .. } => Written::Torn,
            _ => Written::Nothing,
        }
    }

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
                    format!(" (`icacls \"{}\"`)", path.display())
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
            Self::NoBackup { .. } => "`metafix backups list` names them".to_owned(),
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

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } | Self::RightsNotKept { error } => Some(error),
            Self::PrunedInPart { error, .. }
            | Self::HalfWay { error }
            | Self::PutBack { error, .. }
            | Self::AfterSwap { error, .. } => Some(error),
            _ => None,
        }
    }
}
