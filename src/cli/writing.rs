//! What every command that changes the metabase takes, and the exit codes that each help names.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The exit codes, as help names them.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done, or nothing to do
  1  failure: a read or write error, a full disk
  2  usage: the command line is wrong
  3  refused: not a metabase, not well-formed, target missing or ambiguous
  4  busy: another run holds the lock, or the file changed meanwhile
  5  not confirmed: the question was not answered with yes
  6  pending: --dry-run --exit-code, and there is a change to make;
     `check`: there are findings; `diff`: they differ;
     `diagnose`: something is to be done

Nothing is written unless a message says so, and every write has a backup:
`metafix backups list` shows them, `metafix restore` takes the last change back.";

/// How a change is carried out.
#[derive(Debug, Clone, Args)]
pub struct Writing {
    /// Show what would change and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// Write without asking; where there is no terminal, as in a script, nobody is asked anyway
    #[arg(short, long)]
    pub yes: bool,

    /// Where the backups are [default: metafix-backups next to the metabase]
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,

    /// How the file is written
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    pub write: Write,

    /// On a server whose IIS runs: stop it, make the change, and start again what ran
    #[arg(long)]
    pub stop_services: bool,

    /// Go on where metafix refuses out of caution: although IIS is running and would overwrite
    /// the change, or although a backup to restore is not a well-formed metabase (never one whose
    /// checksum is wrong)
    #[arg(long)]
    pub force: bool,
}

/// How the metabase is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Write {
    /// A complete new file takes its place in one instant; owner and rights are kept.
    #[default]
    Replace,
    /// Into the file itself, for a program that watches it, or where owner and rights cannot be
    /// kept. A crash in the middle leaves a damaged file, which the next run says, and `restore`
    /// puts right.
    InPlace,
}
