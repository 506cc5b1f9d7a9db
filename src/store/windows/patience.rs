//! Waiting for a moment for programs that hold a file open, or are about to give it its name back.

use std::io;
use std::path::Path;
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION, ERROR_UNABLE_TO_MOVE_REPLACEMENT,
    ERROR_UNABLE_TO_MOVE_REPLACEMENT_2, ERROR_UNABLE_TO_REMOVE_REPLACED,
};

use super::error::{is, named};
use super::holders;

/// How long is waited for a program that holds a file open, in milliseconds.
const PAUSES: [u64; 7] = [5, 10, 20, 40, 80, 160, 320];

/// Tries until nobody else holds the file open, or it has taken too long.
pub(super) fn patiently<T>(
    path: &Path,
    doing: &str,
    mut attempt: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    for pause in PAUSES {
        match attempt() {
            Err(error) if is_busy(&error) => std::thread::sleep(Duration::from_millis(pause)),
            result => return result.map_err(named(doing, path)),
        }
    }
    attempt().map_err(|error| {
        if !is_busy(&error) {
            return named(doing, path)(error);
        }
        let holders = holders::of(path);
        let who = match holders.is_empty() {
            true => "another program holds it open".to_owned(),
            false => format!("held open by {}", holders.join(", ")),
        };
        let what = format!("failed to {doing} `{}`: {who}: {error}", path.display());
        io::Error::new(io::ErrorKind::ResourceBusy, what)
    })
}

/// Looks again for what is not there: another run may be in the middle of [`super::swap`], between its
/// two steps.
pub(super) fn while_swapped<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for pause in [1, 5, 25] {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::thread::sleep(Duration::from_millis(pause));
            }
            result => return result,
        }
    }
    attempt()
}

pub(super) fn is_busy(error: &io::Error) -> bool {
    [
        ERROR_SHARING_VIOLATION,
        ERROR_LOCK_VIOLATION,
        ERROR_UNABLE_TO_REMOVE_REPLACED,
        ERROR_UNABLE_TO_MOVE_REPLACEMENT,
        ERROR_UNABLE_TO_MOVE_REPLACEMENT_2,
    ]
    .iter()
    .any(|code| is(error, *code))
}
