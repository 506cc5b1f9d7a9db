//! The only module that changes the disk. Owns the order of effects; knows nothing of XML: it is
//! handed bytes.
//!
//! A writer takes the [`lock()`] before it reads and holds it until [`commit()`] has returned;
//! readers and dry runs take none. What `commit` does, in this order, each step with a name
//! ([`Step`]) after which a test kills the process:
//!
//! | step | what is on the disk afterwards |
//! |---|---|
//! | `Sweep` | nothing that a killed run left behind |
//! | `Create` | an empty file beside the metabase, readable by its owner alone |
//! | `Secure` | … with the metabase's owner, group, extended attributes, ACL and mode |
//! | `Compare` | the metabase is what the edits were made for, and it is durable |
//! | `Write` | the new content is complete, durable and approved, under its own name |
//! | `Record` | the SHA-256 of the backup to come |
//! | `BackUp` | the backup: the original under a second name, or a durable copy of it |
//! | `Check` | nothing new: the metabase is still that file, unchanged |
//! | `Swap` | the new file is the metabase; what it displaced has the other name |
//! | `Examine` | nothing new: what was displaced is what was backed up, else it goes back |
//! | `TidyUp` | the other name is gone |
//! | `Sync` | all of it survives a power cut |
//! | `ReadBack` | nothing new: the metabase was read again and is what was asked |
//!
//! Until `Swap` every error leaves the metabase as it was and takes away what was made. After
//! it every error says that the new file is in place ([`StoreError::AfterSwap`]).
//!
//! What the platforms do differently is behind one seam, `platform`, which is `unix.rs` or
//! `windows.rs`.
#![allow(
    clippy::disallowed_methods,
    reason = "everywhere else these are forbidden: see clippy.toml"
)]

mod backups;
mod beside;
mod bytes;
mod commit;
mod error;
mod history;
mod in_place;
mod journal;
mod lock;
mod note;
mod output;
mod pair;
mod preserve;
mod recovery;
#[cfg(any(windows, test))]
mod sddl;
mod sidecar;
mod step;
mod swap;
mod sweep;
mod target;
mod undo;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

pub use backups::{Backup, Backups, Verdict};
pub use commit::{Change, Receipt, commit, commit_approved};
pub use error::{StoreError, Written};
pub use history::{History, Kept, NoVersion, Pair, Version, Wanted};
pub use in_place::commit_in_place;
pub use lock::{Holder, Lock, lock};
pub use note::check_whole;
pub use output::write_new;
pub use pair::{Part, Placed, place};
pub use recovery::{Recovery, is_interrupted, recover};
pub use sidecar::path_text;
pub use step::Step;
pub use sweep::tidy_up;
pub use target::Target;

/// What a name stands for, without following a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Anything else: what to call it in a message.
    Other(&'static str),
}

impl Kind {
    /// What to call it in a message.
    fn name(self) -> &'static str {
        match self {
            Self::File => "a regular file",
            Self::Folder => "a folder",
            Self::Other(name) => name,
        }
    }
}

/// Which file it is, and whether it is still as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    /// What it is.
    kind: Kind,
    /// The file system, and the file in it. No two files that exist have the same.
    file: (u64, u128),
    /// How many names it has; none when it is being removed.
    links: u64,
    /// In bytes.
    size: u64,
    /// When its content was last written.
    modified: std::time::SystemTime,
    /// When its content, a name, owner or mode was last changed, in the platform's unit.
    changed: i128,
    /// Owner, group and mode (Unix), attributes and a hash of owner, group and DACL (Windows): to
    /// notice a change of them.
    access: (u32, u32, u32),
}

impl Identity {
    /// The same file with, as far as the file system tells, the same content and access.
    fn is_unchanged(&self, earlier: &Self) -> bool {
        self.kind == earlier.kind
            && self.file == earlier.file
            && self.size == earlier.size
            && self.modified == earlier.modified
            && self.access == earlier.access
    }
}
