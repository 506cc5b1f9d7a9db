//! What can be said of whole metabases: judging one, comparing two. Pure.

pub mod check;
pub mod compare;
