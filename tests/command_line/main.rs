//! The program as a user runs it: what it prints, what it writes, and how it ends.

#[cfg(unix)]
#[path = "../support/browser.rs"]
mod browser;
#[path = "../support/cases.rs"]
mod cases;
#[path = "../support/dns.rs"]
mod dns;
#[path = "../support/json_schema.rs"]
mod json_schema;
#[path = "../support/program.rs"]
mod program;

mod adsutil;
mod by_hand;
mod caution;
mod check;
mod cli;
mod compare;
mod diagnose;
mod dsc;
mod evening;
mod foreign;
mod golden;
mod history;
mod keys;
mod many;
mod page;
mod paste;
mod prompt;
mod property;
mod question;
mod readme;
mod repair;
mod rules;
mod secrets;
mod state;
mod transfer;
mod waiting;
