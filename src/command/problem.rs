//! What an error is to the person: the one place where every sort of error becomes a [`Problem`].

mod disk;
mod events;
mod flaw;
mod list;
mod nearest;
mod page;
mod place;
mod refused;
mod untrusted;

use std::path::Path;

use crate::store::{StoreError, Written};
use crate::terminal::problem::Problem;

pub use disk::{exit, name, stored, stored_or};
pub use events::{event_log, events};
pub use page::unwritten_page;
pub use refused::{name as name_of_refused, refused};
pub use untrusted::hint as hint_of_doubt;

/// The one place where every sort of error becomes what is shown.
#[must_use]
pub fn problem_of(error: &anyhow::Error, file: &Path) -> Problem {
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return problem.clone();
    }
    if let Some(store) = error.downcast_ref::<StoreError>() {
        return stored(store, file);
    }
    // What is left are the errors of printing and asking: what has been written by then says so
    // itself, see `change`.
    Problem::failed("output-failed", format!("{error:#}"), file, Written::Nothing)
}

#[cfg(all(test, unix))]
mod tests;
