//! Arguments as a shell takes them, in the commands that are printed to be pasted.
//!
//! Owns one promise: a pasted command means just what was printed and runs nothing else,
//! whatever a file is called and whatever stands in a metabase.

use std::ffi::OsStr;
use std::path::Path;

use crate::text::escape;

/// A path as an argument: one that begins with a hyphen would be taken for an option.
#[must_use]
pub fn path(path: &Path) -> String {
    if path.as_os_str().as_encoded_bytes().starts_with(b"-") {
        return argument(Path::new(".").join(path));
    }
    argument(path)
}

/// Any other argument.
#[must_use]
pub fn argument(argument: impl AsRef<OsStr>) -> String {
    let argument = argument.as_ref();
    match argument.to_str().filter(|text| is_plain(text)) {
        Some(plain) => plain.to_owned(),
        None if cfg!(windows) => windows(&argument.to_string_lossy()),
        None => posix(argument.as_encoded_bytes()),
    }
}

fn is_plain(text: &str) -> bool {
    let marks = if cfg!(windows) { "/\\:._-+" } else { "/:._-+,@%" };
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || marks.contains(c))
}

/// Between single quotes, where a shell obeys nothing; what cannot be shown is spelled out in
/// the form `$'…'`, which bash, zsh and ksh read.
fn posix(argument: &[u8]) -> String {
    let is_shown = |text: &str| !text.contains('\t') && escape::escaped(text) == text;
    if let Some(text) = std::str::from_utf8(argument).ok().filter(|text| is_shown(text)) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let bytes = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    let spelled = |c: char| match c {
        '\'' | '\\' => format!("\\{c}"),
        shown if is_shown(shown.encode_utf8(&mut [0; 4])) => shown.to_string(),
        other => bytes(other.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    let chunk = |chunk: std::str::Utf8Chunk<'_>| {
        chunk.valid().chars().map(spelled).collect::<String>() + &bytes(chunk.invalid())
    };
    format!("$'{}'", argument.utf8_chunks().map(chunk).collect::<String>())
}

/// Between double quotes, which both cmd and PowerShell know. Nothing can be spelled out for
/// both at once, so what one of them would obey is left out: rather no such file than another.
fn windows(argument: &str) -> String {
    let argument = escape::escaped(argument);
    let names_variable = |next: char| next.is_alphanumeric() || "_({$?^:".contains(next);
    let has_pair = argument.matches('%').count() > 1;
    let safe = argument.char_indices().map(|(at, c)| match c {
        '"' | '`' => '?',
        '%' if has_pair => '?',
        '$' if argument[at + 1..].starts_with(names_variable) => '?',
        other => other,
    });
    format!("\"{}\"", safe.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_posix_shell_obeys_nothing_between_the_quotes() {
        assert_eq!(posix(b"a b"), "'a b'");
        assert_eq!(posix(b"$(id) `id` \"!!\" \\"), "'$(id) `id` \"!!\" \\'");
        assert_eq!(posix(b"it's"), r"'it'\''s'");
        assert_eq!(posix(b"it's\n\x1b\\\xFF"), r"$'it\'s\x0a\x1b\\\xff'");
        assert_eq!(posix("\u{202e}é".as_bytes()), r"$'\xe2\x80\xaeé'");
        assert_eq!(posix(b""), "''");
    }

    #[test]
    fn neither_cmd_nor_powershell_obeys_anything_between_the_quotes() {
        assert_eq!(windows(r"C:\a & b\x.xml"), r#""C:\a & b\x.xml""#);
        assert_eq!(windows(r"\\server\c$\x.xml"), r#""\\server\c$\x.xml""#);
        assert_eq!(
            windows(r"C:\%PATH%\100% $env:x $$ ${y} c$"),
            r#""C:\?PATH?\100? ?env:x ?$ ?{y} c$""#
        );
        assert_eq!(windows(r"C:\100% sure"), r#""C:\100% sure""#);
        assert_eq!(windows("/LM/\"&calc&\"$(calc)`\n"), r#""/LM/?&calc&??(calc)?\n""#);
    }

    #[test]
    fn a_path_is_never_an_option() {
        assert_eq!(path(Path::new("MetaBase.xml")), "MetaBase.xml");
        assert!(path(Path::new("-f.xml")).trim_matches('"').starts_with('.'));
    }
}
