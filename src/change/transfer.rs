//! Moving a part of a metabase to another one.
//!
//! [`export()`] takes keys out as a small metabase of their own, in the form in which they stand;
//! [`import()`] says which requests put such a file into another metabase. What stays behind is
//! decided by [`crate::metabase::portable`] alone, on both sides: a file that was written by hand brings no
//! secret in.

mod export;
mod import;

pub use export::{Exported, export};
pub(crate) use import::request;
pub use import::{Conflict, Import, import};

use crate::metabase::portable::Bound;

/// A property that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The key's `Location`.
    pub location: String,
    /// The property's name.
    pub name: String,
    /// Why.
    pub why: Bound,
}
