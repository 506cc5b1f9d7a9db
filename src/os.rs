//! What the operating system is asked for beside files: being interrupted, and no core dump.

pub mod core_dump;
pub mod interrupt;
#[cfg(windows)]
pub mod windows;
