//! Putting a file in the place of another one with `ReplaceFileW`, and what its errors leave.

use std::io;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::ERROR_UNABLE_TO_MOVE_REPLACEMENT_2;
use windows_sys::Win32::Storage::FileSystem::ReplaceFileW;

use super::names::wide;
use super::patience::patiently;
use super::{check, identity_at, is, named, rename_new};

/// Puts `new` in the place of `target`, and says where the file is that `target` was.
///
/// No other handle on `new` may be open. Windows does it in two steps, between which the target
/// has no name for an instant: see [`after_failure`].
pub(in crate::store) fn swap(new: &Path, target: &Path) -> io::Result<Option<PathBuf>> {
    let displaced = free_name(new)?;
    let (new_name, target_name, displaced_name) = (wide(new)?, wide(target)?, wide(&displaced)?);
    patiently(target, "replace", || {
        // SAFETY: the names end with a NUL and outlive the call; the other two must be null.
        let done = check(unsafe {
            ReplaceFileW(
                target_name.as_ptr(),
                new_name.as_ptr(),
                displaced_name.as_ptr(),
                0,
                std::ptr::null(),
                std::ptr::null(),
            )
        });
        done.or_else(|error| after_failure(error, &displaced, target))
    })?;
    Ok(Some(displaced))
}

/// Where [`swap`] has put what it displaced.
pub(in crate::store) fn displaced(new: &Path) -> PathBuf {
    let mut names = displaced_names(new);
    names.find(|name| identity_at(name).is_ok()).unwrap_or_else(|| new.to_owned())
}

/// What an interrupted [`swap`] left of a target that is gone: it was killed between its two steps.
pub(in crate::store) fn orphan(swap: &Path) -> Option<PathBuf> {
    displaced_names(swap).find(|name| identity_at(name).is_ok())
}

/// Names that the sweep takes for somebody's content, because no file has such a number. Several,
/// because what was displaced may have to go back, and a killed run may have left one.
fn displaced_names(new: &Path) -> impl Iterator<Item = PathBuf> {
    let name = new.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stem = name.trim_end_matches(|digit: char| digit.is_ascii_digit()).to_owned();
    (0..8).map(move |number| new.with_file_name(format!("{stem}{number}")))
}

/// The first of them that nothing has: ReplaceFileW would silently overwrite it.
fn free_name(new: &Path) -> io::Result<PathBuf> {
    for name in displaced_names(new) {
        match identity_at(&name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(name),
            result => result.map(|_| ())?,
        }
    }
    Err(named("find a name beside", new)(io::ErrorKind::AlreadyExists.into()))
}

/// What is true after each error of ReplaceFileW (its page on MSDN): after 1175 and 1176, given a
/// name for what is displaced, both files have their names; after 1177 the target is gone from
/// its place, and is brought back.
fn after_failure(error: io::Error, displaced: &Path, target: &Path) -> io::Result<()> {
    if !is(&error, ERROR_UNABLE_TO_MOVE_REPLACEMENT_2) {
        return Err(error);
    }
    rename_new(displaced, target).map_err(|second| {
        io::Error::other(format!(
            "{error}; then `{}` could not be brought back ({second}): it is `{}` now, rename it",
            target.display(),
            displaced.display()
        ))
    })?;
    Err(error)
}

#[cfg(test)]
mod tests {
    use fs_err as fs;
    use windows_sys::Win32::Foundation::{
        ERROR_UNABLE_TO_MOVE_REPLACEMENT, ERROR_UNABLE_TO_REMOVE_REPLACED,
    };

    use super::super::patience::is_busy;
    use super::*;

    fn error(code: u32) -> io::Error {
        io::Error::from_raw_os_error(code.cast_signed())
    }

    #[test]
    fn after_1177_the_original_is_brought_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let (target, displaced) = (dir.path().join("target"), dir.path().join("displaced"));
        fs::write(&displaced, "original").expect("it can be written");
        let moved = error(ERROR_UNABLE_TO_MOVE_REPLACEMENT_2);
        let result = after_failure(moved, &displaced, &target).expect_err("it is still an error");
        assert!(is_busy(&result), "it is tried again");
        assert_eq!(fs::read(&target).expect("it is back"), b"original");
        assert!(!displaced.exists());
    }

    #[test]
    fn an_original_that_cannot_be_brought_back_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let (target, displaced) = (dir.path().join("target"), dir.path().join("displaced"));
        for path in [&target, &displaced] {
            fs::write(path, "in the way").expect("it can be written");
        }
        let moved = error(ERROR_UNABLE_TO_MOVE_REPLACEMENT_2);
        let result = after_failure(moved, &displaced, &target).expect_err("both are there");
        assert!(!is_busy(&result) && result.to_string().contains("displaced"), "{result}");
    }

    #[test]
    fn after_1175_and_1176_nothing_is_moved() {
        let dir = tempfile::tempdir().expect("a folder");
        let (target, displaced) = (dir.path().join("target"), dir.path().join("displaced"));
        fs::write(&target, "original").expect("it can be written");
        for code in [ERROR_UNABLE_TO_REMOVE_REPLACED, ERROR_UNABLE_TO_MOVE_REPLACEMENT] {
            let result = after_failure(error(code), &displaced, &target).expect_err("an error");
            assert!(is(&result, code) && is_busy(&result));
            assert_eq!(fs::read(&target).expect("it is there"), b"original");
        }
    }
}
