//! The program as a user runs it: what it prints, what it writes, and how it ends.

#[path = "../support/cases.rs"]
mod cases;
#[path = "../support/dns.rs"]
mod dns;
#[path = "../support/program.rs"]
mod program;

mod check;
mod cli;
mod compare;
mod diagnose;
mod evening;
mod foreign;
mod golden;
mod history;
mod paste;
mod prompt;
mod property;
mod question;
mod readme;
mod repair;
mod secrets;
mod transfer;
mod waiting;
