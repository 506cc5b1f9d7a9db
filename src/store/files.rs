//! The two files of a change: the metabase as it is, and the one that takes its place.

use std::io::{self, Write};
use std::path::PathBuf;

use fs_err::File;

use super::beside::beside;
use super::bytes::{self, Hash};
use super::error::during;
use super::names::{NEW, SWAP};
use super::undo::Undo;
use super::{Identity, Step, StoreError, Target, platform};

/// The metabase as it is before.
pub(super) struct OldFile {
    pub(super) file: File,
    pub(super) identity: Identity,
}

impl OldFile {
    pub(super) fn open(target: &Target) -> Result<Self, StoreError> {
        let file = target.open_original(Step::Compare).map_err(|error| match error {
            // It was read, and is gone since: a lock alone does not tell, because a metabase
            // that is missing can be locked as well.
            StoreError::Io { error, .. } if error.kind() == io::ErrorKind::NotFound => {
                target.changed()
            }
            error => error,
        })?;
        let identity = platform::identity(&file).map_err(during(Step::Compare))?;
        match identity.links {
            0 => Err(target.changed()),
            1 => Ok(Self { file, identity }),
            links => Err(StoreError::HardLinked { path: target.path().to_owned(), links }),
        }
    }

    /// Makes sure that it still is the metabase and nothing about it changed.
    pub(super) fn check(self, target: &Target) -> Result<Identity, StoreError> {
        match platform::identity_at(target.path()) {
            Ok(there) if there == self.identity => Ok(there),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(during(Step::Check)(error))
            }
            _ => Err(target.changed()),
        }
    }
}

/// What is to take its place.
pub(super) struct NewFile {
    pub(super) file: File,
    path: PathBuf,
}

impl NewFile {
    /// Owner and rights before content: at no moment can more people read it than the original.
    /// `like` is the file whose rights it gets.
    pub(super) fn create(
        target: &Target,
        like: &File,
        undo: &mut Undo,
        on_step: &mut dyn FnMut(Step),
    ) -> Result<Self, StoreError> {
        let made = target.beside(NEW);
        let file = platform::create_private(&made).map_err(during(Step::Create))?;
        undo.file(made.clone());
        // Its name holds its own number: so the sweep after a kill can tell whether under that
        // name it finds this file, which nobody needs, or what it displaced.
        let number = platform::identity(&file).map_err(during(Step::Create))?.file.1;
        let path = target.beside(&format!("{SWAP}{number}"));
        platform::rename_new(&made, &path).map_err(during(Step::Create))?;
        undo.renamed(path.clone());
        on_step(Step::Create);

        let file = File::from_parts(file.into_file(), &path);
        platform::copy_rights(like, &file).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported => {
                StoreError::RightsNotKept { error }
            }
            _ => during(Step::Secure)(error),
        })?;
        on_step(Step::Secure);
        Ok(Self { file, path })
    }

    /// No file is open during the swap: not every system swaps those.
    pub(super) fn close(self) -> Result<(Identity, PathBuf), StoreError> {
        Ok((platform::identity(&self.file).map_err(during(Step::Check))?, self.path))
    }
}

/// Writing waits for the disk; comparing and hashing, for the processor. So all at once.
pub(super) fn write_and_compare(
    (new, old): (&mut NewFile, &mut OldFile),
    after: &[u8],
    before: &[&[u8]],
    on_step: &mut dyn FnMut(Step),
) -> Result<Hash, StoreError> {
    let (written, compared) = std::thread::scope(|scope| {
        let writing = beside(scope, || {
            after.chunks(bytes::PIECE).try_for_each(|piece| new.file.write_all(piece))?;
            new.file.sync_all()
        });
        let compared = bytes::hash_if_same(&old.file, before);
        // The backup will be this very file: it must be on the disk before it has that name.
        let compared = compared.and_then(|hash| old.file.sync_all().map(|()| hash));
        if matches!(compared, Ok(Some(_))) {
            on_step(Step::Compare);
        }
        (writing.result(), compared)
    });
    let Some(hash) = compared.map_err(during(Step::Compare))? else {
        let path = old.file.path().to_owned();
        return Err(StoreError::Changed { path, rescued: None });
    };
    written.map_err(during(Step::Write))?;
    on_step(Step::Write);
    Ok(hash)
}
