//! Files that may be missing: another program may remove one at any moment.

use std::io;
use std::path::Path;

use super::error::during;
use super::{Step, StoreError, platform};

/// `None` for what is not there (any more).
pub(super) fn there<T>(result: io::Result<T>, step: Step) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(during(step)(error)),
    }
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match platform::remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
