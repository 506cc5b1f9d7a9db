//! Standard input as text, in whatever encoding a shell made of it.

use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use super::problem;
use crate::metabase::secrets::Secrets;
use crate::text::encoding::DecodeError;
use crate::text::source::Source;

/// How it is called in messages.
pub const NAME: &str = "standard input";

/// All of it. Windows PowerShell pipes UTF-8 with a byte order mark, and writes UTF-16 to files.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] where it is neither, and the system's.
pub fn text() -> Result<String> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
    match Source::decode(bytes) {
        Ok(source) => Ok(source.text().to_owned()),
        Err(DecodeError::Empty) => Ok(String::new()),
        Err(error) => {
            Err(problem::refused(error, Path::new(NAME), None, &Secrets::default()).into())
        }
    }
}
