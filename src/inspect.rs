//! What can be said of whole metabases, judging one, comparing two; what a server's event log says
//! of mail that was not delivered; and how a domain is found. Pure.

pub mod check;
pub mod compare;
pub mod diagnosis;
pub mod events;
pub mod sites;
