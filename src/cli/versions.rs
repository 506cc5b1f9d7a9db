//! The command line of what compares versions of the metabase and moves parts of it.

use std::path::PathBuf;

use clap::Args;

use super::EXIT_CODES;
use crate::command::version::Operand;

/// What `diff` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Diff {
    /// The number or name of a backup, history:MAJOR[.MINOR], history:newest, or a path
    #[arg(value_name = "A")]
    pub was: Operand,

    /// The other version [default: the metabase]
    #[arg(value_name = "B")]
    pub now: Option<Operand>,

    /// Count IIS's own bookkeeping too
    #[arg(long)]
    pub bookkeeping: bool,

    /// Where the backups are [default: metafix-backups next to the metabase]
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,
}
