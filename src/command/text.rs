//! How commands lay out sentences for people.

use std::io::{self, Write};

/// How many characters of a paragraph stand on a line.
const WIDTH: usize = 90;

/// A labelled paragraph, broken into lines under each other.
///
/// # Errors
/// When it cannot be written.
pub fn entry(out: &mut dyn Write, label: &str, words: &str) -> io::Result<()> {
    let mut line = format!("  {:9}", format!("{label}:"));
    let mut room = WIDTH;
    for word in words.split_whitespace() {
        let length = word.chars().count() + 1;
        if length > room {
            writeln!(out, "{}", line.trim_end())?;
            line = " ".repeat(11);
            room = WIDTH;
        }
        line.push_str(word);
        line.push(' ');
        room = room.saturating_sub(length);
    }
    writeln!(out, "{}", line.trim_end())
}
