//! What can be said of whole metabases: judging one, comparing two; and of how a domain is found.
//! Pure.

pub mod check;
pub mod compare;
pub mod diagnosis;
