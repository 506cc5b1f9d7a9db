//! The command that shows what is in a folder of backups, and paths that are no options.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names the folder, if it is not the one that is there by itself.
pub(super) fn list(dir: &Path) -> Vec<OsString> {
    let mut list: Vec<OsString> = ["backups", "list"].map(OsString::from).into();
    if dir.file_name().is_none_or(|name| name != "metafix-backups") {
        list.extend(["--backup-dir".into(), no_option(dir).into()]);
    }
    list
}

/// What begins with a hyphen would be taken for an option.
pub(super) fn no_option(path: &Path) -> PathBuf {
    match path.as_os_str().as_encoded_bytes() {
        [b'-', ..] => Path::new(".").join(path),
        _ => path.to_owned(),
    }
}
