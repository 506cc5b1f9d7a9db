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
//! | `Write` | the new content is complete and durable, under its own name |
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
//! Backups are believed because of who could have put them there: folder and files are looked at
//! (`trust.rs`) by every command that writes to the folder or reads from it.
//!
//! What the platforms do differently is behind one seam, `platform`, which is `unix.rs` or
//! `windows.rs`.
#![allow(
    clippy::disallowed_methods,
    reason = "everywhere else these are forbidden: see clippy.toml"
)]

mod access;
mod backups;
mod beside;
mod bytes;
mod commit;
#[cfg(any(windows, test))]
mod dacl;
mod doubt;
mod error;
mod files;
mod history;
mod holder;
mod identity;
mod in_place;
mod journal;
mod lock;
mod missing;
mod names;
mod note;
mod output;
mod pair;
mod preserve;
mod prune;
mod recorded;
mod recovery;
#[cfg(any(windows, test))]
mod sddl;
mod sidecar;
mod start;
mod step;
mod swap;
mod sweep;
mod target;
mod trust;
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
pub use commit::{Change, Receipt, commit};
pub use doubt::{Doubt, Sort};
pub use error::{StoreError, Written};
pub use history::{History, Kept, NoVersion, Pair, Version, Wanted};
pub use holder::Holder;
pub use in_place::commit_in_place;
pub use lock::{Lock, PATIENCE, lock};
pub use note::check_whole;
pub use output::{write_new, write_over};
pub use pair::{Part, Placed, place};
pub use recovery::{Recovery, is_interrupted, recover};
pub use sidecar::path_text;
pub use start::tidy_up;
pub use step::Step;
pub use target::Target;

use identity::{Identity, Kind};
