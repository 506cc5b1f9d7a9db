//! Whom to trust: who runs metafix, the owner of the metabase, and the system itself (root; on
//! Windows SYSTEM and Administrators). Whatever metafix acts on must be theirs, and nobody else
//! may write to it.
//!
//! A checksum beside a backup is no signature: who may write to one may write to the other. So the
//! files are looked at, and each once more when it is open, so that nobody can exchange it between
//! the look and the reading.
//!
//! The metabase itself is not judged. Who may write to it needs no forged backup; so he is trusted
//! with the backups too, which have the metabase's own rights.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use fs_err::File;

use super::access::{Access, Who};
use super::doubt::{Doubt, Sort};
use super::error::during;
use super::missing::there;
use super::{Identity, Kind, Step, StoreError, platform};

/// Whom to trust with what belongs to one metabase.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    metabase: PathBuf,
    whoever: bool,
}

/// Those who are trusted.
pub(super) struct Circle {
    owners: BTreeSet<Who>,
    /// Beside those, who may write to the metabase itself.
    writers: BTreeSet<Who>,
    whoever: bool,
}

impl Trust {
    /// Nobody but those that [the module](self) names.
    pub(super) fn new(metabase: &Path) -> Self {
        Self { metabase: metabase.to_owned(), whoever: false }
    }

    /// Whoever it is, if the user says so.
    pub(super) fn whoever(self, whoever: bool) -> Self {
        Self { whoever, ..self }
    }

    /// Whether nobody is looked at.
    pub(super) fn is_blind(&self) -> bool {
        self.whoever
    }

    /// Those who are trusted, at this moment.
    pub(super) fn circle(&self) -> Result<Circle, StoreError> {
        let (mut owners, mut writers) = (BTreeSet::new(), BTreeSet::new());
        if !self.whoever {
            let failed = during(Step::Look);
            owners.insert(platform::own().map_err(&failed)?);
            owners.extend(platform::system());
            match there(platform::access_at(&self.metabase), Step::Look)? {
                Some(metabase) => {
                    owners.insert(metabase.owner);
                    writers = metabase.writers;
                }
                // Where there is none, who owns its folder decides what will be there.
                None => {
                    let folder = match self.metabase.parent() {
                        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
                        Some(folder) => folder,
                        None => Path::new("/"),
                    };
                    let folder = platform::access_at(folder).map_err(failed)?;
                    owners.insert(folder.owner);
                }
            }
        }
        Ok(Circle { owners, writers, whoever: self.whoever })
    }

    /// Looks at an open file.
    pub(super) fn look_at(&self, file: &File, sort: &Sort) -> Result<(), StoreError> {
        if self.whoever {
            return Ok(());
        }
        let access = platform::access(file).map_err(during(Step::Look))?;
        trusted(self.circle()?.doubt(file.path(), &access, sort, false))
    }
}

impl Circle {
    /// Looks at a folder; a link is followed where the user named it.
    pub(super) fn look_at_folder(
        &self,
        path: &Path,
        follow: bool,
        sort: &Sort,
    ) -> Result<Option<Doubt>, StoreError> {
        if self.whoever {
            return Ok(None);
        }
        let folder = platform::open_folder(path, follow);
        let access = folder.and_then(|folder| platform::access(&folder));
        let access = there(access, Step::Look)?;
        // Here the folder of backups is its owner's alone; on Windows it has the metabase's DACL.
        let strictly = cfg!(unix);
        Ok(access.and_then(|access| self.doubt(path, &access, sort, strictly)))
    }

    /// Looks at what has this name. What is no file, or is gone, is in nobody's way: it is not
    /// read.
    pub(super) fn look_at(&self, path: &Path, sort: &Sort) -> Result<Option<Doubt>, StoreError> {
        if self.whoever {
            return Ok(None);
        }
        let found = there(platform::identity_at(path), Step::Look)?;
        if !found.is_some_and(|Identity { kind, .. }| kind == Kind::File) {
            return Ok(None);
        }
        let access = there(platform::access_at(path), Step::Look)?;
        Ok(access.and_then(|access| self.doubt(path, &access, sort, false)))
    }

    /// `strictly`: who may write to the metabase is a stranger here.
    fn doubt(&self, path: &Path, access: &Access, sort: &Sort, strictly: bool) -> Option<Doubt> {
        if self.whoever {
            return None;
        }
        let strange = |who: &&Who| !self.owners.contains(*who);
        let owner = Some(&access.owner).filter(strange);
        let writers = access.writers.iter().filter(strange);
        let writers = writers.filter(|who| strictly || !self.writers.contains(*who));
        let writers = writers.filter(|who| Some(*who) != owner);
        let writers: Vec<_> = writers.map(platform::name_of).collect();
        let owner = owner.map(platform::name_of);
        (owner.is_some() || !writers.is_empty()).then(|| {
            let (path, sort, link) = (path.to_owned(), sort.clone(), false);
            Doubt {
                path,
                sort,
                link,
                owner,
                writers,
                user: user(),
                system: platform::administrators(),
            }
        })
    }
}

/// The refusal of what is doubted.
pub(super) fn trusted(doubt: Option<Doubt>) -> Result<(), StoreError> {
    match doubt {
        None => Ok(()),
        Some(doubt) => Err(StoreError::Untrusted { doubt: Box::new(doubt) }),
    }
}

/// Refuses a link where a file or folder itself must be.
pub(super) fn no_link(path: &Path, sort: Sort) -> Result<(), StoreError> {
    let link = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        found => found.map_err(during(Step::Look))?.is_symlink(),
    };
    let (owner, writers) = (None, Vec::new());
    let doubt = link.then(|| {
        let path = path.to_owned();
        Doubt { path, sort, link, owner, writers, user: user(), system: platform::administrators() }
    });
    trusted(doubt)
}

/// Who runs this process, for a command.
fn user() -> String {
    platform::own().as_ref().map_or_else(|_| String::new(), platform::account)
}
