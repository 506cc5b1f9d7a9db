//! Files that are named by their path and may be backups, in whatever folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::doubt::Sort;
use super::missing::there;
use super::sidecar::Sidecar;
use super::trust::no_link;
use super::{Backups, Step, StoreError, Target, bytes, platform};

impl Backups {
    /// The path without links, and the content, of a file that may be a backup in whatever folder:
    /// then it is what the checksum beside it was made of. One that is to be `restored` must be
    /// somebody's who is trusted.
    ///
    /// # Errors
    /// [`StoreError::Untrusted`], [`StoreError::BackupAltered`], those of [`Target::resolve`] and
    /// the system's.
    pub fn read_file(
        &self,
        asked: &Path,
        restored: bool,
    ) -> Result<(PathBuf, Vec<u8>), StoreError> {
        let target = Target::resolve(asked)?;
        let path = target.path().to_owned();
        let sidecar = self.recorded(asked)?.or(self.recorded(&path)?);
        let content = target.read_if(|file| match restored {
            true => self.trust.look_at(file, &Sort::File),
            false => Ok(()),
        })?;
        if sidecar.is_some_and(|sidecar| sidecar.sha256 != bytes::hash_of(&content)) {
            return Err(StoreError::BackupAltered { path });
        }
        Ok((path, content))
    }

    /// What the checksum file beside a file says, if there is one: then the file is a backup, and
    /// its folder one of backups, in which links are not followed.
    fn recorded(&self, asked: &Path) -> Result<Option<Sidecar>, StoreError> {
        let Some(name) = asked.file_name().and_then(OsStr::to_str) else { return Ok(None) };
        let folder = asked.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        let beside = self.in_folder(asked, folder);
        let sidecar = there(platform::identity_at(&beside.sidecar_path(name)), Step::List)?;
        if sidecar.is_none() && !self.is_at(folder) {
            return Ok(None);
        }
        no_link(asked, beside.sort())?;
        beside.look()?;
        beside.sidecar(name)
    }

    fn is_at(&self, folder: &Path) -> bool {
        match (platform::canonicalize(folder), platform::canonicalize(self.dir())) {
            (Ok(folder), Ok(own)) => folder == own,
            _ => false,
        }
    }
}
