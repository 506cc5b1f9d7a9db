//! A live Windows server: its services, and what follows from those that run.

pub mod guard;
pub mod services;
