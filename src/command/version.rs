//! The versions of a metabase that an argument can name: a backup, one of IIS's history, a file.
//!
//! Owns what is said of a version that is not there or not a metabase. Writes nothing.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::problem;
use super::schema;
use crate::cli::Operand;
use crate::metabase::scan::{Metabase, scan};
use crate::metabase::secrets::Secrets;
use crate::store::{Backup, Backups, History, Kept, Pair, StoreError, Version, Wanted, Written};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::text::source::Source;
use crate::xml::{self, XmlError};

/// The content of a version.
pub struct Content {
    /// What to call it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A version that was read and checked.
pub struct Read {
    /// What to call it.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub source: Source<'static>,
    /// Its keys.
    pub metabase: Metabase,
}

impl Content {
    /// Checks that it is a metabase.
    ///
    /// # Errors
    /// A [`Problem`] that names the version's own file.
    pub fn checked(self, secrets: &Secrets) -> Result<Read, Problem> {
        let Self { name, path, bytes } = self;
        let source =
            Source::decode(bytes).map_err(|error| problem::refused(error, &path, None, secrets))?;
        match scan(&source) {
            Ok(metabase) => Ok(Read { name, path, source, metabase }),
            Err(error) => Err(problem::refused(error, &path, Some(&source), secrets)),
        }
    }
}

/// Reads the version that an argument names.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn read(backups: &Backups, history: &History, operand: &Operand) -> Result<Content> {
    match operand {
        Operand::History(wanted) => read_history(history, *wanted),
        Operand::BackupOrFile(asked) => backup_or_file(backups, asked, false),
    }
}

/// Reads the backup of this name or number, or the file at this path, which must be somebody's
/// who is trusted if it is to be `restored`.
///
/// # Errors
/// A [`Problem`] or a store error.
pub fn backup_or_file(backups: &Backups, asked: &str, restored: bool) -> Result<Content> {
    match backups.find(asked) {
        Err(StoreError::NoBackup { .. }) if is_path(asked) => {
            let path = Path::new(asked);
            let failed = |error| problem::stored(&error, path);
            let (path, bytes) = backups.read_file(path, restored).map_err(failed)?;
            Ok(Content { name: asked.to_owned(), path, bytes })
        }
        found => of_backup(backups, &found?),
    }
}

/// Reads a backup.
///
/// # Errors
/// A store error.
pub fn of_backup(backups: &Backups, backup: &Backup) -> Result<Content> {
    let bytes = backups.read(backup)?;
    let name = format!("backup {} ({})", backup.sequence, backup.name);
    Ok(Content { name, path: backup.path.clone(), bytes })
}

/// Whether an argument that is no backup's name or number means a file.
fn is_path(asked: &str) -> bool {
    asked.contains(['/', '\\']) || Path::new(asked).exists()
}

fn read_history(history: &History, wanted: Wanted) -> Result<Content> {
    let mut fitting = history.pairs()?;
    fitting.retain(|pair| wanted.fits(pair.version));
    let good = |pair: &&Pair| history.read(&pair.metabase).is_ok_and(|bytes| is_metabase(&bytes));
    let pair = fitting.iter().rev().find(good).or(fitting.last());
    let pair = pair.ok_or_else(|| absent(history, wanted))?;
    let bytes = history.read(&pair.metabase)?;
    let name = format!("history {} ({})", pair.version, pair.metabase.name);
    Ok(Content { name, path: pair.metabase.path.clone(), bytes })
}

/// There is no such version in the history.
#[must_use]
pub fn absent(history: &History, wanted: Wanted) -> Problem {
    let dir = history.dir();
    let message = match wanted {
        Wanted::Newest => "there is no version of the metabase here".into(),
        wanted => format!("there is no version {wanted} of the metabase here"),
    };
    Problem {
        hint: Hint::say(
            "IIS keeps versions in the folder History while EnableHistory at /LM is 1; ",
        )
        .and_run(["backups", "list"])
        .and(" lists them, and metafix's own backups"),
        ..Problem::failed("no-such-version", message, &dir, Written::Nothing)
    }
}

/// Whether bytes are a metabase that IIS could read.
#[must_use]
pub fn is_metabase(bytes: &[u8]) -> bool {
    Source::decode(bytes).is_ok_and(|source| scan(&source).is_ok())
}

/// Checks that a schema is well-formed.
///
/// # Errors
/// A [`Problem`] that names its file.
pub fn well_formed(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let secrets = Secrets::default();
    let source =
        Source::decode(bytes).map_err(|error| problem::refused(error, path, None, &secrets))?;
    let walked = xml::walk::<XmlError>(source.text(), |_| Ok(()));
    walked.map_err(|error| problem::refused(error, path, Some(&source), &secrets))
}

/// A pair of the history, read.
pub struct Good {
    /// Which it is.
    pub pair: Pair,
    /// The metabase.
    pub metabase: Vec<u8>,
    /// The schema, with its path.
    pub schema: (Vec<u8>, PathBuf),
    /// Newer ones that fit as well, and are not what they must be.
    pub passed_over: Vec<Version>,
}

/// The newest pair that fits, of which both files are what they must be; and if there is none,
/// what is wrong with the newest that fits.
///
/// # Errors
/// The store's for the folder, and for a file that cannot be trusted; one that cannot be read is
/// just not good.
pub fn newest_good(history: &History, wanted: Wanted) -> Result<Result<Good, Problem>, StoreError> {
    let (mut flaw, mut passed_over) = (None, Vec::new());
    for pair in history.pairs()?.into_iter().rev().filter(|pair| wanted.fits(pair.version)) {
        let version = pair.version;
        match good(history, pair)? {
            Ok(good) => return Ok(Ok(Good { passed_over, ..good })),
            Err(error) => flaw = flaw.or(Some(error)),
        }
        passed_over.push(version);
    }
    Ok(Err(flaw.unwrap_or_else(|| absent(history, wanted))))
}

fn good(history: &History, pair: Pair) -> Result<Result<Good, Problem>, StoreError> {
    let read = |kept: &Kept| match history.read(kept) {
        Err(error @ StoreError::Untrusted { .. }) => Err(error),
        read => Ok(read.map_err(|error| problem::stored(&error, &kept.path))),
    };
    let metabase = read(&pair.metabase)?;
    let schema = match &pair.schema {
        Some(kept) => read(kept)?.map(|bytes| (bytes, kept.path.clone())),
        None => Err(no_schema(&pair)),
    };
    let secrets = schema::secrets_beside(&history.schema()?);
    Ok(metabase.and_then(|metabase| {
        let (name, path) = (String::new(), pair.metabase.path.clone());
        let Read { source, .. } = Content { name, path, bytes: metabase }.checked(&secrets)?;
        let schema = schema?;
        well_formed(&schema.1, &schema.0)?;
        let (metabase, passed_over) = (source.into_bytes(), Vec::new());
        Ok(Good { pair, metabase, schema, passed_over })
    }))
}

/// The pair is half a pair.
fn no_schema(pair: &Pair) -> Problem {
    let message = format!("there is no MBSchema file of version {} beside it", pair.version);
    Problem {
        exit: Exit::Refused,
        hint: Hint::say("choose another version, or restore the metabase alone: ")
            .and_run([OsStr::new("restore"), pair.metabase.path.as_os_str()]),
        ..Problem::failed("no-schema", message, &pair.metabase.path, Written::Nothing)
    }
}
