//! The command line of what compares versions of the metabase and moves parts of it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::page::Page;
use super::writing::{EXIT_CODES, Writing};
use crate::metabase::locate::KeyPath;
use crate::store::{NoVersion, Wanted};

/// A version, as an argument names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// `history:12.3`.
    History(Wanted),
    /// The number or name of a backup, or a path.
    BackupOrFile(String),
}

impl FromStr for Operand {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        match text.split_at_checked("history:".len()) {
            Some((start, version)) if start.eq_ignore_ascii_case("history:") => {
                version.parse().map(Self::History)
            }
            _ => Ok(Self::BackupOrFile(text.to_owned())),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::History(wanted) => write!(f, "history:{wanted}"),
            Self::BackupOrFile(text) => f.write_str(text),
        }
    }
}

/// What `diff` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Diff {
    /// The number or name of a backup, history:MAJOR[.MINOR], history:newest, or a path
    /// [default: the newest backup]
    #[arg(value_name = "A")]
    pub was: Option<Operand>,

    /// The other version [default: the metabase]
    #[arg(value_name = "B")]
    pub now: Option<Operand>,

    /// Count IIS's own bookkeeping too
    #[arg(long)]
    pub bookkeeping: bool,

    /// Where the backups are [default: metafix-backups next to the metabase]
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,

    /// Use backups although other people could have put them there or changed them
    #[arg(long)]
    pub trust_folder: bool,
    /// Where a report goes.
    #[command(flatten)]
    pub page: Page,
}

/// What `export` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Export {
    /// The keys, each with all below it, such as /LM/SmtpSvc
    #[arg(required = true, value_name = "KEY")]
    pub keys: Vec<KeyPath>,

    /// The new file
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
}

/// What `import` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Import {
    /// A file that `metafix export` wrote
    #[arg(value_name = "FILE")]
    pub export: PathBuf,

    /// What to do when a property already has a different value [default: nothing is written, and
    /// all such are named]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub on_conflict: Option<OnConflict>,

    /// How the change is carried out.
    #[command(flatten)]
    pub writing: Writing,

    /// With --dry-run: exit with 6 when there is a change to make
    #[arg(long, requires = "dry_run")]
    pub exit_code: bool,
}

/// What becomes of a property that has another value in the metabase than in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnConflict {
    /// The metabase keeps its value.
    Keep,
    /// The value of the export takes its place.
    Replace,
}
