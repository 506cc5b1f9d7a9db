//! The one question: whether to write.

use std::io::{self, Write as _};

use crate::console::{Console, STRONG};

/// Asks whether to write; only `y` or `yes` is a yes, and the end of the input is a no.
///
/// # Errors
/// When the terminal cannot be read or written.
pub fn confirm(console: &mut Console, question: &str) -> io::Result<bool> {
    let Some(person) = console.person.as_mut() else { return Ok(true) };
    write!(console.err, "{STRONG}{question} [y/N]{STRONG:#} ")?;
    console.err.flush()?;
    let mut answer = String::new();
    let read = person.read_line(&mut answer).map_err(|error| {
        io::Error::new(error.kind(), format!("while reading the answer: {error}"))
    })?;
    let ended = read == 0;
    if ended {
        writeln!(console.err)?;
    }
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
