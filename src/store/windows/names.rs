//! Names and texts as Windows has them: UTF-16 that ends with a NUL.

use std::io;
use std::os::windows::ffi::OsStrExt;
use std::path::{Component, Path, Prefix};

/// The name as Windows takes it at any length, with a NUL after it.
pub(super) fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let absolute = std::path::absolute(path)?;
    let plain: Vec<u16> = absolute.as_os_str().encode_wide().collect();
    if plain.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let (start, skipped) = match absolute.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::Disk(_) => (r"\\?\", 0),
            Prefix::UNC(..) => (r"\\?\UNC\", r"\\".len()),
            _ => ("", 0),
        },
        _ => ("", 0),
    };
    let rest = plain[skipped..].iter().copied();
    Ok(start.encode_utf16().chain(rest).chain([0]).collect())
}

/// The text up to the NUL.
pub(super) fn text_of(wide: &[u16]) -> String {
    let end = wide.iter().position(|unit| *unit == 0).unwrap_or(wide.len());
    String::from_utf16_lossy(&wide[..end])
}

/// A text that Windows made.
///
/// # Safety
/// There is a NUL after it.
pub(super) unsafe fn text(made: *const u16) -> String {
    let mut length = 0;
    // SAFETY: nothing after the NUL is read.
    unsafe {
        while *made.add(length) != 0 {
            length += 1;
        }
        String::from_utf16_lossy(std::slice::from_raw_parts(made, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_verbatim_at_any_length() {
        let text = |path: &str| text_of(&wide(Path::new(path)).expect("a name"));
        assert_eq!(text(r"C:\a\b"), r"\\?\C:\a\b");
        assert_eq!(text(r"\\server\share\b"), r"\\?\UNC\server\share\b");
        assert_eq!(text(r"\\?\C:\a. "), r"\\?\C:\a. ");
        assert_eq!(text(r"C:/a/../b"), r"\\?\C:\b");
        assert!(wide(Path::new("a\0b")).is_err());
    }
}
