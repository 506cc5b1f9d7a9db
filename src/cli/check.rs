//! `check` and `repair` on the command line.

use std::path::PathBuf;

use clap::Args;

use super::page::Page;
use super::property::SchemaFile;
use super::rule::parser_of;
use super::writing::{EXIT_CODES, Writing};
use crate::change::repair::{self, REPAIRS};
use crate::inspect::check::rules::Rule;

const CHECK_EXIT_CODES: &str = "\
Exit codes:
  0  nothing was found, or notes alone
  1  failure: the file is missing or cannot be read
  2  usage: the command line is wrong
  3  the file cannot be read as a metabase; what is wrong is the one finding
  6  something was found that is worse than a note

For several files: 1 if any gives 1, else 3, else 6, else 0. Every file is judged in any case.
Notes are what healthy servers have too. Nothing is ever written.";

/// What `check` takes.
#[derive(Debug, Args)]
#[command(after_long_help = CHECK_EXIT_CODES)]
pub struct Check {
    /// The metabases of several servers, judged in one run: one SARIF file or one JSON object for
    /// all. - reads their paths from standard input, one a line [default: that of --file]
    #[arg(value_name = "FILE", conflicts_with = "report")]
    pub files: Vec<PathBuf>,

    /// Print the findings as SARIF 2.1.0, for tools that show code scanning results
    #[arg(long, conflicts_with = "format")]
    pub sarif: bool,

    /// Leave this rule out, and say so; can be given more than once. The rules for a file that
    /// cannot be read cannot be left out
    #[arg(long, value_name = "NAME", value_parser = ignorable_parser(), hide_possible_values = true)]
    pub ignore: Vec<&'static Rule>,

    /// List the rules, with a line each, and look at no file
    #[arg(long, conflicts_with_all = ["files", "sarif", "ignore", "explain", "schema"])]
    pub list: bool,

    /// Explain a rule: when it finds something and when not, what that means, what to do, and who
    /// says so; looks at no file
    #[arg(long, value_name = "NAME", value_parser = rule_parser(), hide_possible_values = true)]
    #[arg(conflicts_with_all = ["files", "sarif", "ignore", "schema"])]
    pub explain: Option<&'static Rule>,

    /// What properties are judged by.
    #[command(flatten)]
    pub schema: SchemaFile,

    /// Where a report goes.
    #[command(flatten)]
    pub page: Page,
}

fn rule_parser() -> impl clap::builder::TypedValueParser<Value = &'static Rule> {
    parser_of(|_| true)
}

fn ignorable_parser() -> impl clap::builder::TypedValueParser<Value = &'static Rule> {
    parser_of(Rule::can_be_ignored)
}

/// What `repair` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Repair {
    /// The repair [default: list them all]
    #[arg(value_parser = repair_parser())]
    pub name: Option<&'static repair::Repair>,

    /// How the change is carried out.
    #[command(flatten)]
    pub writing: Writing,

    /// With --dry-run: exit with 6 when there is a change to make
    #[arg(long, requires = "dry_run")]
    pub exit_code: bool,
}

fn repair_parser() -> impl clap::builder::TypedValueParser<Value = &'static repair::Repair> {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
    let value = |repair: &repair::Repair| PossibleValue::new(repair.name).help(repair.does);
    PossibleValuesParser::new(REPAIRS.each_ref().map(value))
        .try_map(|name| repair::Repair::named(&name).ok_or("there is no such repair"))
}
