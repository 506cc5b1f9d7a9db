//! The note that says which files are about to be put in place together: as long as it is there,
//! the next run knows what was begun. Text of fixed lines, complete or absent.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::bytes::Hash;
use super::doubt::Sort;
use super::error::during;
use super::missing::remove;
use super::sidecar::{hex, one_line, unhex};
use super::trust::Trust;
use super::{Step, StoreError, Target, platform};

/// The first line; a note of another version is none that this program may act on.
const HEAD: &str = "metafix restore 1: these files belong together; a metafix that writes first \
     completes what was begun";

/// What is put in place together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Journal {
    /// Why, for messages.
    pub(super) why: String,
    /// The files, the metabase first.
    pub(super) entries: Vec<Entry>,
}

/// One of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where it belongs.
    pub(super) path: PathBuf,
    /// The number of the new file, which is in its name.
    pub(super) staged: u128,
    /// What was there before, if anything was.
    pub(super) old: Option<Hash>,
    /// What is to be there.
    pub(super) new: Hash,
}

impl Journal {
    fn path(metabase: &Target) -> PathBuf {
        metabase.beside("journal")
    }

    /// Whether there is one.
    pub(super) fn is_there(metabase: &Target) -> Result<bool, StoreError> {
        match platform::identity_at(&Self::path(metabase)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(during(Step::Sweep)(error)),
        }
    }

    /// What was begun, if anything was.
    pub(super) fn read(metabase: &Target) -> Result<Option<Self>, StoreError> {
        if !Self::is_there(metabase)? {
            return Ok(None);
        }
        let failed = during(Step::Sweep);
        let path = Self::path(metabase);
        let mut text = Vec::new();
        let file = platform::open_read(&path).map_err(&failed)?;
        // What it says is done, to whatever files it names.
        Trust::new(metabase.path()).look_at(&file, &Sort::Leftover)?;
        file.take(64 * 1024).read_to_end(&mut text).map_err(&failed)?;
        let journal = std::str::from_utf8(&text).ok().and_then(Self::parse);
        journal.map(Some).ok_or_else(|| {
            let what = format!("{} is no note of this program's", path.display());
            failed(io::Error::new(io::ErrorKind::InvalidData, what))
        })
    }

    /// Makes it durable, before the first file is put in place.
    pub(super) fn write(&self, metabase: &Target) -> Result<(), StoreError> {
        let failed = during(Step::Journal);
        let part = metabase.beside("journal-part");
        remove(&part).map_err(&failed)?;
        let mut file = platform::create_private(&part).map_err(&failed)?;
        file.write_all(self.text()?.as_bytes()).map_err(&failed)?;
        file.sync_all().map_err(&failed)?;
        drop(file);
        platform::rename_new(&part, &Self::path(metabase)).map_err(&failed)?;
        platform::sync_folder(metabase.folder()).map_err(&failed)
    }

    /// Takes it away, when all is done or nothing was.
    pub(super) fn remove(metabase: &Target) -> Result<(), StoreError> {
        remove(&metabase.beside("journal-part")).map_err(during(Step::Forget))?;
        if Self::is_there(metabase)? {
            fs::remove_file(Self::path(metabase)).map_err(during(Step::Forget))?;
            platform::sync_folder(metabase.folder()).map_err(during(Step::Forget))?;
        }
        Ok(())
    }

    fn text(&self) -> Result<String, StoreError> {
        let mut text = format!("{HEAD}\nwhy: {}\n", one_line(&self.why));
        for Entry { path, staged, old, new } in &self.entries {
            let exact = path.to_str().filter(|path| one_line(path) == **path);
            let path = exact.ok_or_else(|| unwritable(path))?;
            let old = old.as_ref().map_or_else(|| "-".into(), |old| hex(old));
            text.push_str(&format!("file: {staged} {old} {} {path}\n", hex(new)));
        }
        text.push_str("end\n");
        Ok(text)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != HEAD {
            return None;
        }
        let why = lines.next()?.strip_prefix("why: ")?.to_owned();
        let mut entries = Vec::new();
        loop {
            let line = lines.next()?;
            if line == "end" {
                let complete = lines.next().is_none() && !entries.is_empty();
                return complete.then_some(Self { why, entries });
            }
            let mut words = line.strip_prefix("file: ")?.splitn(4, ' ');
            let staged = words.next()?.parse().ok()?;
            let old = match words.next()? {
                "-" => None,
                old => Some(unhex(old)?),
            };
            let new = unhex(words.next()?)?;
            entries.push(Entry { path: words.next()?.into(), staged, old, new });
        }
    }
}

fn unwritable(path: &Path) -> StoreError {
    let what = format!(
        "the path {} cannot be written down in one line of text: give the folder a plain name, or \
         restore one file after the other (`metafix restore` with the path of the kept one)",
        path.display()
    );
    during(Step::Journal)(io::Error::new(io::ErrorKind::InvalidInput, what))
}
