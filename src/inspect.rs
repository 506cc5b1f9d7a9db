//! What can be said of whole metabases, judging one, comparing two; and what a server's event log
//! says of mail that was not delivered. Pure.

pub mod check;
pub mod compare;
pub mod events;
