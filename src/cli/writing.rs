//! What every command that changes the metabase takes, and the exit codes that each help names.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::page::{Page, page_path};
use crate::inspect::check::rules::{RULES, Rule};

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
     `check`: there are findings worse than a note; `diff`: they differ;
     `diagnose`: something is to be done

Nothing is written unless a message says so, and every write has a backup:
`metafix backups list` shows them, `metafix restore` takes the last change back.";

/// How a change is carried out.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "How the change is made")]
pub struct Writing {
    /// Show what would change and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// Write without asking; where there is no terminal, as in a script, nobody is asked anyway
    #[arg(short, long)]
    pub yes: bool,

    /// Make the change although it makes this finding of `check`, with --yes or where nobody can be
    /// asked; for `repair relay-ip-list` an address that may relay. Several are joined by commas
    #[arg(long, value_name = "NAME", value_parser = allowed, value_delimiter = ',')]
    pub allow: Vec<Allowed>,

    /// Where the backups are [default: metafix-backups next to the metabase]
    #[arg(long, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,

    /// Use backups although other people could have put them there or changed them, and, to
    /// restore, files of theirs. Danger: what they put there becomes the server's settings, and
    /// no checksum tells, for they can write that too
    #[arg(long)]
    pub trust_folder: bool,

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

    /// With --dry-run: write a page for a ticket too: HTML, complete in one file
    #[arg(long, value_name = "FILE.html", value_parser = page_path, requires = "dry_run")]
    pub report: Option<PathBuf>,

    /// Let --report replace a file that is not an earlier report
    #[arg(long, requires = "report")]
    pub overwrite: bool,
}

impl Writing {
    /// Where a report goes.
    #[must_use]
    pub fn page(&self) -> Page {
        Page { report: self.report.clone(), overwrite: self.overwrite }
    }
}

/// What `--allow` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// A finding that the change may make.
    Finding(&'static Rule),
    /// For `repair relay-ip-list`: who may relay.
    Relay(Ipv4Addr),
}

impl Writing {
    /// The findings that the change may make.
    #[must_use]
    pub fn findings(&self) -> Vec<&'static Rule> {
        let finding = |allowed: &Allowed| match allowed {
            Allowed::Finding(rule) => Some(*rule),
            Allowed::Relay(_) => None,
        };
        self.allow.iter().filter_map(finding).collect()
    }

    /// Who may relay.
    #[must_use]
    pub fn relays(&self) -> Vec<Ipv4Addr> {
        let address = |allowed: &Allowed| match allowed {
            Allowed::Relay(address) => Some(*address),
            Allowed::Finding(_) => None,
        };
        self.allow.iter().filter_map(address).collect()
    }
}

/// What a word of `--allow` means.
///
/// # Errors
/// Which words there are.
pub fn allowed(word: &str) -> Result<Allowed, String> {
    if let Ok(address) = word.parse() {
        return Ok(Allowed::Relay(address));
    }
    let found = RULES.into_iter().find(|rule| rule.is_asked_about() && rule.name == word);
    let expected = || format!("not a finding of severity error: {}", findings());
    found.map(Allowed::Finding).ok_or_else(expected)
}

/// The names of the findings that a change may be allowed to make.
#[must_use]
pub fn findings() -> String {
    let asked = RULES.into_iter().filter(|rule| rule.is_asked_about());
    asked.map(|rule| rule.name).collect::<Vec<_>>().join(", ")
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
