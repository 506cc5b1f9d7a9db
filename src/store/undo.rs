//! What a commit has made so far, to be taken away again unless it succeeds.

use std::path::PathBuf;

use fs_err as fs;

/// Removes what was made, the latest first, when it is dropped with anything in it.
#[derive(Debug, Default)]
pub(super) struct Undo {
    made: Vec<Made>,
    disarmed: bool,
}

#[derive(Debug)]
enum Made {
    File(PathBuf),
    Folder(PathBuf),
}

impl Undo {
    pub(super) fn file(&mut self, path: PathBuf) {
        self.made.push(Made::File(path));
    }

    pub(super) fn folder(&mut self, path: PathBuf) {
        self.made.push(Made::Folder(path));
    }

    /// It has this other name now.
    pub(super) fn renamed(&mut self, path: PathBuf) {
        self.made.pop();
        self.file(path);
    }

    /// All of it stays, at least for now.
    pub(super) fn disarm(&mut self) {
        self.disarmed = true;
    }

    /// It is to be taken away after all.
    pub(super) fn rearm(&mut self) {
        self.disarmed = false;
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        if self.disarmed {
            return;
        }
        for made in self.made.drain(..).rev() {
            // An error is on its way already, and a drop has nobody to tell another one: what
            // cannot be removed now is swept by the next run.
            let _ = match made {
                Made::File(path) => fs::remove_file(path),
                Made::Folder(path) => fs::remove_dir(path),
            };
        }
    }
}
