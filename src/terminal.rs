//! The person at the other end: output, questions, progress, reports, problems.

pub mod console;
pub mod hint;
pub mod page;
pub mod problem;
pub mod progress;
pub mod prompt;
pub mod report;
pub mod sarif;
pub mod stream;
pub mod trace;
