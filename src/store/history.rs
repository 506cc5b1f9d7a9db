//! What IIS itself keeps beside the metabase: pairs in `History`, backups in `MetaBack`
//! (TechNet cc759312, cc787255). Reads only; every name is compared without case.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use fs_err as fs;
use jiff::Timestamp;

use super::doubt::Sort;
use super::error::during;
use super::trust::{Trust, no_link, trusted};
use super::{Kind, Step, StoreError, platform};

/// The version of a saved metabase: `HistoryMajorVersionNumber`, and how many edits of the file
/// IIS took since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The number in the file.
    pub major: u32,
    /// Counts the edits from 0.
    pub minor: u32,
}

/// A file of IIS's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// When it was written.
    pub made: Timestamp,
    /// In bytes.
    pub size: u64,
}

/// A metabase in `History` and the schema that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The version in both names.
    pub version: Version,
    /// `MetaBase_….xml`.
    pub metabase: Kept,
    /// `MBSchema_….xml`, if it is there.
    pub schema: Option<Kept>,
}

/// Which version is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The newest that will do.
    Newest,
    /// The newest of this major number that will do.
    Major(u32),
    /// This one and no other.
    Exactly(Version),
}

/// What IIS keeps beside one metabase.
#[derive(Debug, Clone)]
pub struct History {
    beside: PathBuf,
    trust: Trust,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Wanted {
    /// Whether a version can be the one that is meant.
    #[must_use]
    pub fn fits(self, version: Version) -> bool {
        match self {
            Self::Newest => true,
            Self::Major(major) => version.major == major,
            Self::Exactly(wanted) => version == wanted,
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest => f.write_str("newest"),
            Self::Major(major) => write!(f, "{major}"),
            Self::Exactly(version) => write!(f, "{version}"),
        }
    }
}

/// No version of the history is written like this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoVersion;

impl fmt::Display for NoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version is MAJOR or MAJOR.MINOR, such as 12 or 12.3, or newest")
    }
}

impl std::error::Error for NoVersion {}

impl FromStr for Wanted {
    type Err = NoVersion;

    /// Leading zeros, as in the names of the files, do not count.
    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let number = |text: &str| digits(text)?.parse().ok();
        if text.eq_ignore_ascii_case("newest") {
            return Ok(Self::Newest);
        }
        let wanted = match text.split_once('.') {
            None => number(text).map(Self::Major),
            Some((major, minor)) => number(major)
                .zip(number(minor))
                .map(|(major, minor)| Self::Exactly(Version { major, minor })),
        };
        wanted.ok_or(NoVersion)
    }
}

impl History {
    /// That of the metabase at this path, to look at it. Nothing needs to exist.
    #[must_use]
    pub fn new(metabase: &Path) -> Self {
        Self::to_restore(metabase, true)
    }

    /// The same, to restore from it: unless it is to be trusted as it is, it must be somebody's who
    /// is trusted, with the schema beside the metabase, and nothing of it a link.
    #[must_use]
    pub fn to_restore(metabase: &Path, whoever: bool) -> Self {
        let beside = metabase.parent().unwrap_or(Path::new("/")).to_owned();
        Self { beside, trust: Trust::new(metabase).whoever(whoever) }
    }

    /// The folder of the pairs.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        self.beside.join("History")
    }

    /// Whether there is a folder of the pairs: beside a copy of a metabase there is none.
    ///
    /// # Errors
    /// The system's.
    pub fn is_there(&self) -> Result<bool, StoreError> {
        Ok(self.folder("History")?.is_some())
    }

    /// Where the schema is that belongs to the metabase: `MBSchema.xml` beside it.
    ///
    /// # Errors
    /// [`StoreError::Untrusted`] and the system's.
    pub fn schema(&self) -> Result<PathBuf, StoreError> {
        let exact = self.beside.join("MBSchema.xml");
        let path = self.beside_named("MBSchema.xml", Path::is_file)?.unwrap_or(exact);
        if !self.trust.is_blind() {
            no_link(&path, Sort::File)?;
            trusted(self.trust.circle()?.look_at(&path, &Sort::File)?)?;
        }
        Ok(path)
    }

    /// Every metabase in `History` whose name has a version, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Untrusted`] and the system's.
    pub fn pairs(&self) -> Result<Vec<Pair>, StoreError> {
        let all = self.files("History")?;
        let version = |kept: &Kept, start: &str| version_in(&kept.name, start);
        let schema = |wanted: Version| {
            all.iter().find(|kept| version(kept, "MBSchema_") == Some(wanted)).cloned()
        };
        let pair = |kept: &Kept| {
            let version = version(kept, "MetaBase_")?;
            Some(Pair { version, metabase: kept.clone(), schema: schema(version) })
        };
        let mut pairs: Vec<_> = all.iter().filter_map(pair).collect();
        pairs.sort_by(|a, b| (a.version, &a.metabase.name).cmp(&(b.version, &b.metabase.name)));
        Ok(pairs)
    }

    /// The files in `MetaBack`, by name. Not all of them are metabases.
    ///
    /// # Errors
    /// The system's.
    pub fn meta_back(&self) -> Result<Vec<Kept>, StoreError> {
        self.files("MetaBack")
    }

    /// The content of a file of IIS's.
    ///
    /// # Errors
    /// [`StoreError::Untrusted`] and the system's.
    pub fn read(&self, kept: &Kept) -> Result<Vec<u8>, StoreError> {
        let mut content = Vec::new();
        let mut file = platform::open_read(&kept.path).map_err(during(Step::Verify))?;
        self.trust.look_at(&file, &Sort::History(self.dir()))?;
        file.read_to_end(&mut content).map_err(during(Step::Verify))?;
        Ok(content)
    }

    /// The regular files of a folder, by name.
    fn files(&self, folder: &str) -> Result<Vec<Kept>, StoreError> {
        let Some(folder) = self.folder(folder)? else { return Ok(Vec::new()) };
        if !self.trust.is_blind() {
            let sort = Sort::History(folder.clone());
            no_link(&folder, sort.clone())?;
            trusted(self.trust.circle()?.look_at_folder(&folder, false, &sort)?)?;
        }
        let mut all = Vec::new();
        for entry in fs::read_dir(folder).map_err(during(Step::List))? {
            let entry = entry.map_err(during(Step::List))?;
            let path = entry.path();
            let found = match platform::identity_at(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                found => found.map_err(during(Step::List))?,
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            if found.kind == Kind::File {
                let made = Timestamp::try_from(found.modified).unwrap_or(Timestamp::UNIX_EPOCH);
                all.push(Kept { name, path, made, size: found.size });
            }
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// The folder of that name, however it is written: a copy of it may have come to a system
    /// that tells case.
    fn folder(&self, name: &str) -> Result<Option<PathBuf>, StoreError> {
        self.beside_named(name, Path::is_dir)
    }

    /// What has this name beside the metabase: exactly, or else but for case.
    fn beside_named(
        &self,
        name: &str,
        is: fn(&Path) -> bool,
    ) -> Result<Option<PathBuf>, StoreError> {
        let exact = self.beside.join(name);
        if is(&exact) {
            return Ok(Some(exact));
        }
        let entries = match fs::read_dir(&self.beside) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            entries => entries.map_err(during(Step::List))?,
        };
        for entry in entries {
            let entry = entry.map_err(during(Step::List))?;
            if entry.file_name().eq_ignore_ascii_case(name) && is(&entry.path()) {
                return Ok(Some(entry.path()));
            }
        }
        Ok(None)
    }
}

/// The version in a name: `MetaBase_0000000012_0000000003.xml`.
fn version_in(name: &str, start: &str) -> Option<Version> {
    let (head, rest) = name.split_at_checked(start.len())?;
    let (numbers, tail) = rest.split_at_checked(rest.len().checked_sub(".xml".len())?)?;
    if !head.eq_ignore_ascii_case(start) || !tail.eq_ignore_ascii_case(".xml") {
        return None;
    }
    let (major, minor) = numbers.split_once('_')?;
    let number = |text: &str| if text.len() == 10 { digits(text)?.parse().ok() } else { None };
    Some(Version { major: number(major)?, minor: number(minor)? })
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}
