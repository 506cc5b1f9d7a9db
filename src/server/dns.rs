//! Questions to DNS servers: as the SMTP service asks them, and otherwise.
//!
//! Owns the network. What the answers mean is [`crate::inspect::diagnosis`]'s to say.

pub mod exchange;
pub mod message;
pub mod name;
pub mod probes;
pub mod system;
