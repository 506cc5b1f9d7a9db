//! What the operating system is asked for beside files: being interrupted, no core dump, and
//! whether there is a standard output; and what an old Windows lacks.

pub mod core_dump;
pub mod interrupt;
#[cfg(all(windows, feature = "nt52"))]
pub mod nt52;
pub mod standard_output;
#[cfg(windows)]
pub mod windows;
