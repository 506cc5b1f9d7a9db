//! A file that is new: what `export` writes.

use std::io::{self, Write};
use std::path::Path;

use fs_err as fs;

use super::error::during;
use super::{Step, StoreError, platform};

/// Writes a new file, durable and readable by its owner alone. Never replaces one.
///
/// # Errors
/// [`StoreError::Exists`] and the system's; then nothing is there.
pub fn write_new(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let mut file = match platform::create_private(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(StoreError::Exists { path: path.to_owned() });
        }
        file => file.map_err(during(Step::Write))?,
    };
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let written = file.write_all(content).and_then(|()| file.sync_all());
    let written = written.and_then(|()| platform::sync_folder(folder.unwrap_or(Path::new("."))));
    if let Err(error) = written {
        drop(file);
        fs::remove_file(path).map_err(during(Step::Write))?;
        return Err(during(Step::Write)(error));
    }
    Ok(())
}
