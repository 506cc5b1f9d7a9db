//! A live Windows server: its services, what follows from those that run, and its event log; and
//! the DNS servers that it asks.

pub mod dns;
pub mod event_log;
pub mod guard;
pub mod services;
