//! The store: what is on the disk before, during and after each step, whatever happens.

#[path = "../support/store/mod.rs"]
mod store_support;

mod backups;
mod contract;
mod crash;
mod faults;
mod in_place;
mod pair;
mod rights;
mod rivals;
