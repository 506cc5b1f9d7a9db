//! `metafix --version --verbose`: which program this is, and on which system it finds itself.

use std::ffi::OsString;
use std::io::{self, Write};

/// Whether the command line asks for this: for the version, and for more of it than a line.
#[must_use]
pub fn is_asked(arguments: impl Iterator<Item = OsString>) -> bool {
    let options: Vec<_> = arguments.take_while(|argument| argument != "--").collect();
    let has = |name: &str| options.iter().any(|option| option == name);
    has("--verbose") && (has("--version") || has("-V"))
}

/// Prints it.
///
/// # Errors
/// When it cannot be written.
pub fn write(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "metafix {}", env!("CARGO_PKG_VERSION"))?;
    let commit = match env!("METAFIX_COMMIT") {
        "" => "not recorded in this build",
        commit => commit,
    };
    writeln!(out, "commit: {commit}")?;
    writeln!(out, "target: {}", env!("METAFIX_TARGET"))?;
    writeln!(out, "system: {}", system())?;
    writeln!(out, "replacements: {}", replacements())
}

#[cfg(windows)]
fn system() -> String {
    let mut system = crate::os::windows::version();
    if crate::os::windows::is_32_on_64() {
        system.push_str(
            ", 64-bit, seen by a 32-bit program: take the 64-bit one, which sees the real System32",
        );
    }
    system
}

#[cfg(unix)]
fn system() -> String {
    let found = rustix::system::uname();
    format!("{} {}", found.sysname().to_string_lossy(), found.release().to_string_lossy())
}

#[cfg(all(windows, feature = "nt52"))]
fn replacements() -> String {
    match crate::os::nt52::in_use().as_slice() {
        [] => "none in use: this Windows has all functions".to_owned(),
        names => format!("in use for {}", names.join(", ")),
    }
}

#[cfg(not(all(windows, feature = "nt52")))]
fn replacements() -> String {
    "not part of this program".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_in_either_order() {
        let asked = |line: &str| is_asked(line.split_whitespace().map(OsString::from));
        assert!(asked("--version --verbose") && asked("--verbose -V"));
        assert!(!asked("--version") && !asked("show --verbose"));
        assert!(!asked("set --verbose -- --version"), "a value");
    }
}
