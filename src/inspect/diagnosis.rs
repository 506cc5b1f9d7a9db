//! Is it the fault of Microsoft KB 820284? What DNS servers answered, and what follows from it.
//!
//! Owns the judgement. Asks nobody: what came over the network is handed in as values
//! ([`probe`]), as is what the metabase says ([`delivery`]); [`verdict`] decides, [`advice`] says
//! it, and [`case`] holds all of it together for whoever prints it.

pub mod advice;
pub mod case;
pub mod delivery;
pub mod notes;
pub mod probe;
pub mod verdict;
