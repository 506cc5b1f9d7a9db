//! What the operating system is asked for beside files: being interrupted, and no core dump; and
//! what an old Windows lacks.

pub mod core_dump;
pub mod interrupt;
#[cfg(all(windows, feature = "nt52"))]
pub mod nt52;
#[cfg(windows)]
pub mod windows;
