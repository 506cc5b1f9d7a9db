//! `check` on the command line.

use clap::Args;

const CHECK_EXIT_CODES: &str = "\
Exit codes:
  0  nothing was found, or notes alone
  1  failure: the file is missing or cannot be read
  2  usage: the command line is wrong
  3  the file cannot be read as a metabase; what is wrong with it is the one finding
  6  something was found that is worse than a note

Notes are what healthy servers have too. Nothing is ever written.";

/// Looks for what is wrong with the metabase, or worth knowing
///
/// Each finding says where it is, what it means, where that is written, and what helps. A folder
/// named History beside the metabase is looked at too.
#[derive(Debug, Args)]
#[command(after_long_help = CHECK_EXIT_CODES)]
pub struct Check {
    /// Print the findings as SARIF 2.1.0, for tools that show code scanning results
    #[arg(long, conflicts_with = "format")]
    pub sarif: bool,
}
