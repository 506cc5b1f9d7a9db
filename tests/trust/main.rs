//! The real binary, from outside: killed, hindered, raced and lied to at every system call.
//!
//! `METAFIX_TRUST=1` makes every test here mandatory: what a test needs (strace, root, a second
//! file system) must be there. Without it a test that cannot run prints why and is skipped.
//! `METAFIX_TRUST=long` is the long form; `fixtures/README.md` has its command and last result.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::print_stdout, reason = "says what was tried, and why a test is skipped")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

#[path = "../support/dns.rs"]
mod dns;

mod crash;
mod disks;
mod faults;
mod limits;
mod order;
mod real;
mod resolvers;
mod rivals;
mod room;
mod secrets;
mod security;
mod signals;
mod strace;
mod strangers;
mod walk;

/// Whether the long form was asked for.
fn is_long() -> bool {
    std::env::var("METAFIX_TRUST").is_ok_and(|value| value == "long")
}

/// Ends a test that cannot run here: without a word of success where it is mandatory.
fn skip(why: &str) {
    assert!(std::env::var_os("METAFIX_TRUST").is_none(), "METAFIX_TRUST is set, but {why}");
    println!("skipped: {why}");
}
