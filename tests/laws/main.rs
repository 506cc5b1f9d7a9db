//! What is true of every file: laws on fixtures and made-up metabases, other judges of XML.

#[path = "../support/answers.rs"]
mod answers;
#[path = "../support/cases.rs"]
mod cases;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/targets.rs"]
mod targets;

mod command_laws;
mod dns_answers;
mod events;
mod fixtures_fresh;
mod fuzz_replay;
mod house;
mod key_laws;
mod laws;
mod made_up;
mod plan_laws;
mod verify;
mod xml_oracle;
mod xml_rules;
