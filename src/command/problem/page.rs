//! What is said of a report that could not be written.

use std::path::Path;

use super::disk::stored;
use crate::store::StoreError;
use crate::terminal::hint::Hint;
use crate::terminal::problem::Problem;
use crate::text::escape;

/// Why there is no report.
#[must_use]
pub fn unwritten_page(error: &StoreError, page: &Path) -> Problem {
    let problem = stored(error, page);
    let hint = match error {
        StoreError::Exists { .. } => {
            Hint::say("it is not a report of metafix: choose another name, or add --overwrite")
        }
        StoreError::Missing { .. } => Hint::say("create that folder first, or name another one"),
        StoreError::NotAFile { .. } => Hint::say("choose another name for the report"),
        StoreError::DanglingLink { .. } => {
            Hint::say("remove that link, or choose another name for the report")
        }
        _ => return problem,
    };
    let message = match error {
        StoreError::Missing { .. } => {
            let folder = page.parent().unwrap_or(page).to_string_lossy();
            format!("there is no folder {}", escape::escaped(&folder))
        }
        _ => problem.message,
    };
    Problem { message, hint, ..problem }
}
