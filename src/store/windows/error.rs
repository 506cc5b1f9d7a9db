//! The errors of Windows, and what failed with which path.

use std::io;
use std::path::Path;

use windows_sys::core::BOOL;

/// The error of a function that says 0 where it failed.
pub(super) fn check(done: BOOL) -> io::Result<()> {
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Whether it is this error of Windows.
pub(super) fn is(error: &io::Error, code: u32) -> bool {
    error.raw_os_error() == Some(code.cast_signed())
}

/// Says what failed with which path, as fs_err does for what it knows.
pub(super) fn named(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| {
        io::Error::new(error.kind(), format!("failed to {doing} `{}`: {error}", path.display()))
    }
}
