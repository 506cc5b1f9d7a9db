//! What can go wrong on the disk, as facts; whether anything was written is one of them. The words
//! for it are in `words`.

mod words;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::{Holder, Step};
use crate::terminal::error::Exit;

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
