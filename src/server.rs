//! A live Windows server: its services, and what follows from those that run; and the DNS servers
//! that it asks.

pub mod dns;
pub mod guard;
pub mod services;
