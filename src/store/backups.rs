//! The backups of a metabase: which there are, whether they are intact, and removing old ones.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use fs_err as fs;
use jiff::Timestamp;

use super::doubt::{Doubt, Sort};
use super::error::during;
use super::missing::there;
use super::sidecar::{Label, SIDECAR, Sidecar, hex, path_text, safe_name, short_hash};
use super::trust::{Trust, trusted};
use super::{Identity, Kind, Step, StoreError, bytes, platform};

/// Where the backups of one metabase are.
#[derive(Debug, Clone)]
pub struct Backups {
    dir: PathBuf,
    /// Named by the user, who may well name a link.
    chosen: bool,
    file_name: String,
    metabase: PathBuf,
    pub(super) trust: Trust,
}

/// A backup that is complete and recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its file name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Backups of a metabase are numbered in the order in which they were made.
    pub sequence: u64,
    /// When it was made, by the clock of that machine.
    pub made: Timestamp,
    /// In bytes.
    pub size: u64,
    /// Why it was made.
    pub why: String,
    /// The path of the file that it is a backup of.
    pub of: String,
    /// What its bytes were when it was made.
    pub sha256: [u8; 32],
}

/// Whether a backup is what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Byte for byte.
    Intact,
    /// Something changed it.
    Altered,
}

/// A name of ours in the folder, and which of the two files it belongs to are there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    pub(super) backup: bool,
    pub(super) sidecar: bool,
}

impl Backup {
    /// The checksum as it is printed.
    #[must_use]
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

impl Backups {
    /// Those of the metabase at this path, in `metafix-backups` beside it or in another folder.
    /// Neither needs to exist.
    #[must_use]
    pub fn new(metabase: &Path, dir: Option<&Path>) -> Self {
        let beside = metabase.parent().unwrap_or(Path::new("/")).join("metafix-backups");
        Self {
            dir: dir.map_or(beside, Path::to_owned),
            chosen: dir.is_some(),
            file_name: safe_name(metabase.file_name().unwrap_or_default()),
            metabase: metabase.to_owned(),
            trust: Trust::new(metabase),
        }
    }

    /// The same, and with `whoever` it is not looked who owns them and who may write to them: he
    /// can forge a backup, and the checksum beside it.
    #[must_use]
    pub fn trusting(self, whoever: bool) -> Self {
        Self { trust: self.trust.whoever(whoever), ..self }
    }

    /// Those of another file that changes together with this metabase.
    #[must_use]
    pub fn of_other(&self, file: &Path) -> Self {
        let trust = self.trust.clone();
        Self { trust, ..Self::new(file, self.chosen.then_some(self.dir.as_path())) }
    }

    /// Those in the folder of a file, as this metabase trusts them.
    pub(super) fn in_folder(&self, file: &Path, folder: &Path) -> Self {
        Self { trust: self.trust.clone(), ..Self::new(file, Some(folder)) }
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether it is a backup of this very metabase; a folder can be shared by several.
    #[must_use]
    pub fn is_own(&self, backup: &Backup) -> bool {
        backup.of == self.of()
    }

    /// Makes sure that nobody can have forged what is in the folder.
    ///
    /// # Errors
    /// [`StoreError::Untrusted`], [`StoreError::BackupFolder`] and the system's.
    pub fn look(&self) -> Result<(), StoreError> {
        self.found().map(|_| ())
    }

    /// Everything that is wrong with folder and files, the folder first.
    ///
    /// # Errors
    /// [`StoreError::BackupFolder`] and the system's.
    pub fn doubts(&self) -> Result<Vec<Doubt>, StoreError> {
        let circle = self.trust.circle()?;
        if !self.is_there()? {
            return Ok(Vec::new());
        }
        let sort = self.sort();
        let mut all: Vec<_> =
            circle.look_at_folder(&self.dir, self.chosen, &sort)?.into_iter().collect();
        for label in self.names()?.keys() {
            for path in self.files(label) {
                all.extend(circle.look_at(&path, &sort)?);
            }
        }
        Ok(all)
    }

    /// All that are complete, in the order in which they were made.
    ///
    /// # Errors
    /// [`StoreError::Untrusted`], [`StoreError::BackupFolder`] and the system's.
    pub fn list(&self) -> Result<Vec<Backup>, StoreError> {
        self.load_all(self.found()?.keys())
    }

    /// The latest one of this metabase.
    ///
    /// # Errors
    /// [`StoreError::NoBackup`] when there is none, and the system's.
    pub fn newest(&self) -> Result<Backup, StoreError> {
        let (found, live) = (self.found()?, self.live()?);
        for label in found.keys().rev() {
            match self.load(label, live.as_ref())? {
                Some(backup) if self.is_own(&backup) => return Ok(backup),
                _ => {}
            }
        }
        Err(self.no_backup(None))
    }

    /// The one with this name or number.
    ///
    /// # Errors
    /// [`StoreError::NoBackup`], [`StoreError::AmbiguousBackup`] and the system's.
    pub fn find(&self, asked: &str) -> Result<Backup, StoreError> {
        let number = asked.parse().ok();
        let found = self.found()?;
        let named = found
            .keys()
            .filter(|label| Some(label.sequence) == number || label.name(&self.file_name) == asked);
        let mut backups = self.load_all(named)?;
        if backups.iter().filter(|backup| self.is_own(backup)).count() == 1 {
            backups.retain(|backup| self.is_own(backup));
        }
        match backups.pop() {
            None => Err(self.no_backup(Some(asked))),
            Some(backup) if backups.is_empty() => Ok(backup),
            Some(last) => {
                backups.push(last);
                let names = backups.into_iter().map(|backup| backup.name).collect();
                Err(StoreError::AmbiguousBackup { asked: asked.to_owned(), names })
            }
        }
    }

    /// Reads a backup again and compares it with its checksum.
    ///
    /// # Errors
    /// The system's.
    pub fn verify(&self, backup: &Backup) -> Result<Verdict, StoreError> {
        let mut file = platform::open_read(&backup.path).map_err(during(Step::Verify))?;
        self.trust.look_at(&file, &self.sort())?;
        let hash = bytes::hash(&mut file).map_err(during(Step::Verify))?;
        Ok(if hash == backup.sha256 { Verdict::Intact } else { Verdict::Altered })
    }

    /// The content of a backup, which is just what its checksum was made of.
    ///
    /// # Errors
    /// [`StoreError::BackupAltered`] and the system's.
    pub fn read(&self, backup: &Backup) -> Result<Vec<u8>, StoreError> {
        let mut content = Vec::new();
        let mut file = platform::open_read(&backup.path).map_err(during(Step::Verify))?;
        self.trust.look_at(&file, &self.sort())?;
        file.read_to_end(&mut content).map_err(during(Step::Verify))?;
        if bytes::hash_of(&content) == backup.sha256 {
            Ok(content)
        } else {
            Err(StoreError::BackupAltered { path: backup.path.clone() })
        }
    }

    /// The names in the folder that are ours by their form, oldest first; folder and files are
    /// looked at, and nothing in it is opened.
    pub(super) fn found(&self) -> Result<BTreeMap<Label, Found>, StoreError> {
        if !self.is_there()? {
            return Ok(BTreeMap::new());
        }
        let (circle, sort) = (self.trust.circle()?, self.sort());
        trusted(circle.look_at_folder(&self.dir, self.chosen, &sort)?)?;
        let all = self.names()?;
        for path in all.keys().flat_map(|label| self.files(label)) {
            trusted(circle.look_at(&path, &sort)?)?;
        }
        Ok(all)
    }

    fn names(&self) -> Result<BTreeMap<Label, Found>, StoreError> {
        let mut all = BTreeMap::<Label, Found>::new();
        for entry in fs::read_dir(&self.dir).map_err(during(Step::List))? {
            let name = entry.map_err(during(Step::List))?.file_name();
            let Some(name) = name.to_str() else { continue };
            let (name, sidecar) = match name.strip_suffix(SIDECAR) {
                Some(name) => (name, true),
                None => (name, false),
            };
            if let Some(label) = Label::parse(&self.file_name, name) {
                let found = all.entry(label).or_default();
                found.sidecar |= sidecar;
                found.backup |= !sidecar;
            }
        }
        Ok(all)
    }

    /// Makes sure that a file beside the metabase is what a run of metafix left there.
    pub(super) fn look_at_leftover(&self, path: &Path) -> Result<(), StoreError> {
        // What is shared on purpose is the folder of backups.
        let trust = self.trust.clone().whoever(false);
        trusted(trust.circle()?.look_at(path, &Sort::Leftover)?)
    }

    /// A backup and its checksum file.
    fn files(&self, label: &Label) -> [PathBuf; 2] {
        let name = label.name(&self.file_name);
        [self.dir.join(&name), self.sidecar_path(&name)]
    }

    pub(super) fn sort(&self) -> Sort {
        Sort::Backups(self.dir.clone())
    }

    /// Whether the folder exists. A link in its place could lead backups anywhere.
    pub(super) fn is_there(&self) -> Result<bool, StoreError> {
        let link = |error: io::Error| match fs::symlink_metadata(&self.dir) {
            Ok(found) if found.is_symlink() => Ok(Kind::Other("a link to nothing")),
            _ => Err(error),
        };
        let kind = if self.chosen {
            fs::metadata(&self.dir)
                .map(|found| if found.is_dir() { Kind::Folder } else { Kind::Other("no folder") })
                .or_else(link)
        } else {
            platform::identity_at(&self.dir).map(|found| found.kind)
        };
        match kind {
            Ok(Kind::Folder) => Ok(true),
            Ok(other) => {
                Err(StoreError::BackupFolder { path: self.dir.clone(), found: other.name() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(during(Step::List)(error)),
        }
    }

    pub(super) fn load_all<'a>(
        &self,
        labels: impl Iterator<Item = &'a Label>,
    ) -> Result<Vec<Backup>, StoreError> {
        let live = self.live()?;
        let loaded = labels.map(|label| self.load(label, live.as_ref()));
        loaded.filter_map(Result::transpose).collect()
    }

    /// A backup, if both its files are there, are files, and know each other. One that is still
    /// the metabase itself is none: a run was killed, or is at work, between two steps.
    fn load(&self, label: &Label, live: Option<&Identity>) -> Result<Option<Backup>, StoreError> {
        let name = label.name(&self.file_name);
        let path = self.dir.join(&name);
        let Some(found) = there(platform::identity_at(&path), Step::List)? else { return Ok(None) };
        if found.kind != Kind::File || live.is_some_and(|live| live.file == found.file) {
            return Ok(None);
        }
        let Some(sidecar) = self.sidecar(&name)? else { return Ok(None) };
        let Sidecar { of, why, sha256, .. } = sidecar;
        let Label { sequence, made } = *label;
        Ok(Some(Backup { name, path, sequence, made, size: found.size, why, of, sha256 }))
    }

    /// What the checksum file of a backup says, if it is one.
    pub(super) fn sidecar(&self, name: &str) -> Result<Option<Sidecar>, StoreError> {
        let path = self.sidecar_path(name);
        let Some(found) = there(platform::identity_at(&path), Step::List)? else { return Ok(None) };
        if found.kind != Kind::File {
            return Ok(None);
        }
        let Some(file) = there(platform::open_read(&path), Step::List)? else { return Ok(None) };
        self.trust.look_at(&file, &self.sort())?;
        let mut text = Vec::new();
        file.take(64 * 1024).read_to_end(&mut text).map_err(during(Step::List))?;
        Ok(std::str::from_utf8(&text).ok().and_then(|text| Sidecar::parse(text, name)))
    }

    pub(super) fn sidecar_path(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}{SIDECAR}"))
    }

    /// Where a file of the folder has its name until it is complete.
    pub(super) fn part_path(&self) -> PathBuf {
        self.dir.join(format!(".{}.metafix-part-{}", self.file_name, short_hash(&self.metabase)))
    }

    pub(super) fn name(&self, label: &Label) -> String {
        label.name(&self.file_name)
    }

    /// How a checksum file names the metabase.
    pub(super) fn of(&self) -> String {
        path_text(&self.metabase)
    }

    fn live(&self) -> Result<Option<Identity>, StoreError> {
        there(platform::identity_at(&self.metabase), Step::List)
    }

    fn no_backup(&self, asked: Option<&str>) -> StoreError {
        StoreError::NoBackup { asked: asked.map(str::to_owned), dir: self.dir.clone() }
    }
}
