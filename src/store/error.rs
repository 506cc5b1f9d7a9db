//! What can go wrong on the disk, as facts and in one sentence; whether anything was written is one
//! of them. Names, exit codes and hints are not the store's: see `command::problem`.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use super::doubt::Doubt;
use super::{Holder, Step};

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
#[derive(Debug, Error)]
pub enum StoreError {
    /// No such file.
    #[error("there is no such file")]
    Missing {
        /// The path asked for.
        path: PathBuf,
    },
    /// No such file, because a run was killed while it replaced it.
    #[error(
        "there is no file {path}: a run was killed while it replaced it, and {found} is that file"
    )]
    Orphaned {
        /// The path asked for.
        path: PathBuf,
        /// Where it is.
        found: PathBuf,
    },
    /// A symbolic link to nothing.
    #[error("{path} is a link to a file that does not exist")]
    DanglingLink {
        /// The link.
        path: PathBuf,
    },
    /// A folder, a FIFO, a device …
    #[error("{path} is {found}, not a regular file")]
    NotAFile {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// There is a file already where a new one was to be made.
    #[error("{path} already exists")]
    Exists {
        /// Its path.
        path: PathBuf,
    },
    /// The file has another name, which a replacement would detach from it.
    #[error("{path} has {links} names (hard links)")]
    HardLinked {
        /// The file.
        path: PathBuf,
        /// How many names it has.
        links: u64,
    },
    /// The file has attributes that metafix does not carry over, or that forbid a change.
    #[error("{path} has the attribute {attributes}")]
    Attributes {
        /// The file.
        path: PathBuf,
        /// Their names.
        attributes: String,
    },
    /// Another run holds the lock.
    #[error("another run is changing this file: {}; waited {} s", whose(.holder.as_ref(), .lock), .waited.as_secs())]
    Locked {
        /// The lock file.
        lock: PathBuf,
        /// Who says to hold it, if that can be read.
        holder: Option<Holder>,
        /// How long was waited for it.
        waited: Duration,
    },
    /// Another program changed or replaced the file meanwhile; its bytes are in place.
    #[error("another program has changed {path}{}", with_path(", and changed it again: its first version is ", .rescued.as_deref()))]
    Changed {
        /// The file.
        path: PathBuf,
        /// Where an intermediate version of that program's was kept, when it wrote twice.
        rescued: Option<PathBuf>,
    },
    /// The new file cannot be given the owner or rights of the old one.
    #[error("the new file cannot have the owner and rights of the old one: {error}")]
    RightsNotKept {
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The file that is in place has not the owner and rights that it was given.
    #[error("the owner or the rights of {path} have changed")]
    RightsChanged {
        /// The file.
        path: PathBuf,
    },
    /// The folder for backups is a link or no folder.
    #[error("the backup folder {path} is {found}")]
    BackupFolder {
        /// The folder.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// Somebody else could have made or changed what metafix is to act on.
    #[error("{doubt}")]
    Untrusted {
        /// What, and who.
        doubt: Box<Doubt>,
    },
    /// What has the lock's name is none of metafix's lock files.
    #[error("{path} is no lock file of metafix's: {why}")]
    NotALock {
        /// Its path.
        path: PathBuf,
        /// How it differs.
        why: &'static str,
    },
    /// No backup has this name or number, or there is none.
    #[error("there is no backup {}of this file in {dir}", .asked.as_ref().map_or(String::new(), |asked| format!("{asked} ")))]
    NoBackup {
        /// What was asked for; without it there is none at all.
        asked: Option<String>,
        /// The folder.
        dir: PathBuf,
    },
    /// Several backups have this number.
    #[error("{asked} is the number of several backups: {}", .names.join(", "))]
    AmbiguousBackup {
        /// What was asked for.
        asked: String,
        /// Their names.
        names: Vec<String>,
    },
    /// The backup's bytes are not those that its checksum was made of.
    #[error("the backup {path} was altered: its SHA-256 is not the recorded one")]
    BackupAltered {
        /// The backup.
        path: PathBuf,
    },
    /// What was read back is not what was written.
    #[error("{path} does not read back as it was written")]
    NotAsWritten {
        /// The file.
        path: PathBuf,
    },
    /// Writing in place failed, and the original was put back.
    #[error("{error}; the original was put back{}", with_path(", and what was found in its place is ", .kept.as_deref()))]
    PutBack {
        /// Where that is kept which was read instead of what was written.
        kept: Option<PathBuf>,
        /// What failed.
        #[source]
        error: Box<StoreError>,
    },
    /// The file is neither the old nor the new one.
    #[error("{path} is half written: {why}. The original is {backup}")]
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
    #[error("while {}: {error}", .step.doing())]
    Io {
        /// What was being done.
        step: Step,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// Old backups were being removed, and not all of them could be.
    #[error("{error}; {} removed before that", old_backups(*.gone))]
    PrunedInPart {
        /// How many are gone.
        gone: usize,
        /// What failed.
        #[source]
        error: Box<StoreError>,
    },
    /// Of several files that belong together some are in place, and neither could the others be
    /// put in place nor those be taken back.
    #[error("the new metabase is in place, but its schema is not: {error}")]
    HalfWay {
        /// What failed first.
        #[source]
        error: Box<StoreError>,
    },
    /// The new file is in place, but something after that failed.
    #[error("the new file is in place, but {error}; the old file is {backup}")]
    AfterSwap {
        /// The backup of the old file.
        backup: PathBuf,
        /// What failed.
        #[source]
        error: Box<StoreError>,
    },
}

/// Turns an error of the system into one that says what was being done.
pub(super) fn during(step: Step) -> impl Fn(io::Error) -> StoreError {
    move |error| StoreError::Io { step, error }
}

impl StoreError {
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

/// Who holds a lock, as far as that is known.
fn whose(holder: Option<&Holder>, lock: &Path) -> String {
    holder.map_or_else(|| format!("it holds {}", lock.display()), Holder::to_string)
}

/// Where something is kept, if it is.
fn with_path(what: &str, path: Option<&Path>) -> String {
    path.map_or_else(String::new, |path| format!("{what}{}", path.display()))
}

fn old_backups(gone: usize) -> String {
    match gone {
        1 => "one old backup was".into(),
        _ => format!("{gone} old backups were"),
    }
}
