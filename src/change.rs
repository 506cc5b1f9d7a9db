//! From a request to edits: planning, the layout of what is new, verification, the diff.
//!
//! Pure: what is planned here is written by [`crate::store`].

pub mod diff;
pub mod dns;
pub mod error;
pub mod keys;
pub mod layout;
pub mod plan;
pub mod repair;
pub mod replace;
pub mod state;
pub mod transfer;
pub mod verify;
pub mod wanted;
