//! `--report`: writes the page of a command.
//!
//! It is written before the command prints its result, so that an error about it is the one thing
//! that is said.

use anyhow::Result;

use super::problem;
use crate::cli::Page;
use crate::store;
use crate::terminal::console::{Console, STRONG};
use crate::terminal::page::{self, Made};
use crate::text::escape;

/// Writes the page, where one was asked for.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`].
pub fn write(options: &Page, page: impl FnOnce(&Made) -> String) -> Result<()> {
    let Page { report: Some(path), overwrite } = options else { return Ok(()) };
    let content = page(&Made::now());
    let may_replace = |beginning: &[u8]| *overwrite || page::is_ours(beginning);
    store::write_over(path, content.as_bytes(), &may_replace)
        .map_err(|error| problem::unwritten_page(&error, path).into())
}

/// Says where the page is, after all else.
///
/// # Errors
/// When standard error cannot be written.
pub fn say(console: &mut Console, options: &Page) -> Result<()> {
    if let Some(path) = options.report.as_ref().filter(|_| console.is_text()) {
        let path = path.to_string_lossy();
        console.say(&format!("{STRONG}Report:{STRONG:#}  {}", escape::escaped(&path)))?;
    }
    Ok(())
}
