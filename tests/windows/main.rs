//! What Windows alone shows; elsewhere only the list of what is shown where.
//!
//! A program of its own: one of these tests changes the folder of the whole process.

#[cfg(windows)]
#[path = "../support/program.rs"]
mod program;
#[cfg(windows)]
#[path = "../support/pseudo_console.rs"]
mod pseudo_console;
#[path = "../support/store/mod.rs"]
mod store_support;

#[cfg(windows)]
mod console;
#[cfg(windows)]
mod many;
#[cfg(all(windows, feature = "nt52"))]
mod nt52;
#[cfg(windows)]
mod server;
mod store;
#[cfg(windows)]
mod trust;
