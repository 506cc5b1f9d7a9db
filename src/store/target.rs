//! The file that is to be read or changed: links followed, and really a file.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::error::during;
use super::names::SWAP;
use super::{Kind, Step, StoreError, bytes, platform};

/// A regular file, by its path without links. It exists, unless [`Target::resolve_or_vacant`]
/// found that it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    asked: PathBuf,
    path: PathBuf,
}

/// Room after the content for what an edit inserts, so that the file is never held twice.
const SPARE: usize = 64 * 1024;

impl Target {
    /// Follows links, and refuses what is not a file without opening it: a FIFO would block.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::DanglingLink`], [`StoreError::NotAFile`] and the
    /// system's.
    pub fn resolve(asked: &Path) -> Result<Self, StoreError> {
        let found = platform::canonicalize(asked)
            .and_then(|path| platform::identity_at(&path).map(|identity| (path, identity.kind)));
        let (path, kind) = match found {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(absent(asked)),
            Err(error) => return Err(during(Step::Resolve)(error)),
        };
        refuse_unless_file(&path, kind)?;
        Ok(Self { asked: asked.to_owned(), path })
    }

    /// A name in a folder that exists, for a file that is to be made there; an existing file is
    /// resolved.
    ///
    /// # Errors
    /// Those of [`Target::resolve`] but [`StoreError::Missing`], which is what the folder must
    /// not be.
    pub fn resolve_or_vacant(asked: &Path) -> Result<Self, StoreError> {
        match Self::resolve(asked) {
            Err(StoreError::Missing { path }) => {
                let parent = asked.parent().filter(|parent| *parent != Path::new(""));
                let folder = match platform::canonicalize(parent.unwrap_or(Path::new("."))) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        return Err(StoreError::Missing { path });
                    }
                    folder => folder.map_err(during(Step::Resolve))?,
                };
                let name = asked.file_name().ok_or(StoreError::Missing { path })?;
                Ok(Self { asked: asked.to_owned(), path: folder.join(name) })
            }
            resolved => resolved,
        }
    }

    /// Whether nothing has its name at this moment.
    ///
    /// # Errors
    /// The system's.
    pub fn is_vacant(&self) -> Result<bool, StoreError> {
        match platform::identity_at(&self.path) {
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(during(Step::Resolve)(error)),
        }
    }

    /// The path as it was asked for.
    #[must_use]
    pub fn asked(&self) -> &Path {
        &self.asked
    }

    /// The path without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it whole.
    ///
    /// # Errors
    /// [`StoreError::Changed`] when it grows, shrinks or changes meanwhile, and the system's.
    pub fn read(&self) -> Result<Vec<u8>, StoreError> {
        self.read_if(|_| Ok(()))
    }

    /// Reads it whole, if the open file is found to be right.
    pub(super) fn read_if(
        &self,
        look: impl FnOnce(&fs::File) -> Result<(), StoreError>,
    ) -> Result<Vec<u8>, StoreError> {
        let file = self.open(Step::Read)?;
        look(&file)?;
        let before = platform::identity(&file).map_err(during(Step::Read))?;
        let size = usize::try_from(before.size).unwrap_or(usize::MAX);
        let mut content = room_for(size.saturating_add(SPARE)).map_err(during(Step::Read))?;
        content.truncate(size);
        let complete = bytes::fill(&file, &mut content).map_err(during(Step::Read))?;
        let after = platform::identity(&file).map_err(during(Step::Read))?;
        if complete && after.is_unchanged(&before) { Ok(content) } else { Err(self.changed()) }
    }

    /// Opens it for reading; `step` is what an error blames.
    pub(super) fn open(&self, step: Step) -> Result<fs::File, StoreError> {
        let file = platform::open_read(&self.path).map_err(|error| self.not_opened(step, error))?;
        let kind = platform::identity(&file).map_err(during(step))?.kind;
        refuse_unless_file(&self.path, kind)?;
        Ok(file)
    }

    /// Opens it to be replaced: where the system can do that, nobody writes to it meanwhile.
    pub(super) fn open_original(&self, step: Step) -> Result<fs::File, StoreError> {
        self.refuse_obstacle(false, step)?;
        platform::open_original(&self.path).map_err(|error| self.not_opened(step, error))
    }

    /// Opens it to be written: where the system can do that, nobody else writes to it meanwhile.
    pub(super) fn open_in_place(&self, step: Step) -> Result<fs::File, StoreError> {
        self.refuse_obstacle(true, step)?;
        platform::open_in_place(&self.path).map_err(|error| self.not_opened(step, error))
    }

    fn not_opened(&self, step: Step, error: io::Error) -> StoreError {
        match error.kind() {
            // It was there when its path was resolved.
            io::ErrorKind::NotFound => self.changed(),
            _ => during(step)(error),
        }
    }

    fn refuse_obstacle(&self, in_place: bool, step: Step) -> Result<(), StoreError> {
        let found = platform::identity_at(&self.path);
        let identity = found.map_err(|error| self.not_opened(step, error))?;
        refuse_unless_file(&self.path, identity.kind)?;
        match platform::obstacle(&identity, in_place) {
            None => Ok(()),
            Some(attributes) => Err(StoreError::Attributes { path: self.path.clone(), attributes }),
        }
    }

    pub(super) fn changed(&self) -> StoreError {
        StoreError::Changed { path: self.path.clone(), rescued: None }
    }

    /// The folder that it is in.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// A hidden name beside it: `.MetaBase.xml.metafix-…`.
    pub(super) fn beside(&self, what: &str) -> PathBuf {
        beside(&self.path, what)
    }
}

fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or(OsStr::new("")));
    name.push(".metafix-");
    name.push(what);
    path.with_file_name(name)
}

/// Zeros, which cost nothing until they are touched; an error where there is no room for them.
fn room_for(size: usize) -> io::Result<Vec<u8>> {
    let mut probe = Vec::<u8>::new();
    probe.try_reserve_exact(size).map_err(|_| io::ErrorKind::OutOfMemory)?;
    drop(probe);
    Ok(vec![0; size])
}

fn refuse_unless_file(path: &Path, kind: Kind) -> Result<(), StoreError> {
    match kind {
        Kind::File => Ok(()),
        other => Err(StoreError::NotAFile { path: path.to_owned(), found: other.name() }),
    }
}

/// A path that leads nowhere: is it itself a link?
fn absent(asked: &Path) -> StoreError {
    match fs::symlink_metadata(asked) {
        Ok(found) if found.is_symlink() => StoreError::DanglingLink { path: asked.to_owned() },
        Err(error) if error.kind() != io::ErrorKind::NotFound => during(Step::Resolve)(error),
        _ => match platform::orphan(&beside(asked, SWAP)) {
            Some(found) => StoreError::Orphaned { path: asked.to_owned(), found },
            None => StoreError::Missing { path: asked.to_owned() },
        },
    }
}
