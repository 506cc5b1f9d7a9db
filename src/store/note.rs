//! The note that says that the metabase is being written in place: there from before the first
//! byte until after the last one. A file that is neither what was there nor what was to be there,
//! with the note beside it, is what a killed run left.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use fs_err::{self as fs, File};

use super::bytes::{self, Hash};
use super::doubt::Sort;
use super::error::during;
use super::missing::remove;
use super::sidecar::{hex, one_line, path_text, unhex};
use super::trust::Trust;
use super::{Backup, Kind, Step, StoreError, Target, platform};

const NOTE: &str = "in-place";
/// Where it is until it is complete.
const NEW_NOTE: &str = "in-place-new";

/// What is being done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    /// Where the original is kept.
    backup: String,
    /// What the file was.
    before: Hash,
    /// What it is to become.
    after: Hash,
}

impl Note {
    pub(super) fn new(backup: &Backup, after: &[u8]) -> Self {
        Self {
            backup: path_text(&backup.path),
            before: backup.sha256,
            after: bytes::hash_of(after),
        }
    }

    /// Writes it, durable and with the rights of the metabase, which is open as `like`.
    pub(super) fn write(&self, target: &Target, like: &File) -> io::Result<()> {
        let (new, path) = (target.beside(NEW_NOTE), target.beside(NOTE));
        remove(&new)?;
        let mut file = platform::create_private(&new)?;
        platform::copy_rights(like, &file)?;
        file.write_all(self.text().as_bytes())?;
        file.sync_all()?;
        drop(file);
        // One of an earlier run stays in force until this moment.
        fs::rename(&new, &path)?;
        platform::sync_name(&path)
    }

    /// Takes away what was not completed.
    pub(super) fn sweep(target: &Target) -> io::Result<()> {
        let new = target.beside(NEW_NOTE);
        match platform::identity_at(&new) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result.and_then(|_| remove(&new)),
        }
    }

    /// Takes it away, if it is there.
    pub(super) fn remove(target: &Target) -> io::Result<()> {
        match platform::identity_at(&target.beside(NOTE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            result => result?,
        };
        remove(&target.beside(NOTE))?;
        platform::sync_folder(target.folder())
    }

    /// Takes it away where the run that wrote it was killed when the file was whole: before its
    /// first byte, or after its last one.
    pub(super) fn remove_if_whole(target: &Target) -> Result<(), StoreError> {
        let Some(note) = Self::read(target)? else { return Ok(()) };
        let mut file = target.open(Step::Sweep)?;
        let hash = bytes::hash(&mut file).map_err(during(Step::Sweep))?;
        if hash != note.before && hash != note.after {
            return Ok(());
        }
        // Without the note nobody would know why, if a power cut tore it now.
        platform::sync_content(&file).map_err(during(Step::Sweep))?;
        Self::remove(target).map_err(during(Step::Sweep))
    }

    fn read(target: &Target) -> Result<Option<Self>, StoreError> {
        let path = target.beside(NOTE);
        match platform::identity_at(&path) {
            Ok(found) if found.kind == Kind::File => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(during(Step::Read)(error)),
        }
        let file = match platform::open_read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            result => result.map_err(during(Step::Read))?,
        };
        // It says where the original is, which is what the user then restores.
        Trust::new(target.path()).look_at(&file, &Sort::Leftover)?;
        let mut text = Vec::new();
        file.take(64 * 1024).read_to_end(&mut text).map_err(during(Step::Read))?;
        Ok(Self::parse(&String::from_utf8_lossy(&text)))
    }

    fn text(&self) -> String {
        let Self { backup, before, after } = self;
        format!(
            "metafix writes this file in place; if no metafix runs, it was interrupted\n\
             backup: {backup}\nbefore: {}\nafter: {}\n",
            hex(before),
            hex(after)
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        Some(Self {
            backup: one_line(field("backup: ")?),
            before: unhex(field("before: ")?)?,
            after: unhex(field("after: ")?)?,
        })
    }
}

/// Whether a run that wrote in place was killed in the middle, so that this content of the
/// metabase is neither the old nor the new one.
///
/// # Errors
/// [`StoreError::Torn`] if so, [`StoreError::Untrusted`] where somebody else could have said so, and
/// the system's.
pub fn check_whole(target: &Target, content: &[u8]) -> Result<(), StoreError> {
    let Some(note) = Note::read(target)? else { return Ok(()) };
    let hash = bytes::hash_of(content);
    if hash == note.before || hash == note.after {
        return Ok(());
    }
    let why = "a run that wrote it in place is still at work or was interrupted".to_owned();
    Err(StoreError::Torn {
        path: target.path().to_owned(),
        backup: PathBuf::from(note.backup),
        why,
        now: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_that_was_written_is_read() {
        let note = Note { backup: "/a b/c.bak".into(), before: [1; 32], after: [0xFF; 32] };
        assert_eq!(Note::parse(&note.text()), Some(note.clone()));
        let half = &note.text()[..150];
        assert_eq!(Note::parse(half), None);
    }
}
