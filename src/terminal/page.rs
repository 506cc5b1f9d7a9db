//! One page of HTML for a ticket: what a command found or would change, complete in one file.
//!
//! Owns how it looks: light and dark, on paper (A4) and without colours. It has no script, loads
//! nothing and asks the browser to forbid both. What a file holds reaches a page through `shown`
//! alone: what would be obeyed or not be seen is spelled out, as on a terminal, and maud escapes it
//! where it is compiled in. Secrets are masked before they come here.

pub mod change;
pub mod check;
pub mod diagnosis;
pub mod diff;
mod frame;
pub mod prune;

pub use frame::{Made, is_ours};
