//! Who owns a file or folder, and who may write to it, as the platform says it.

use std::collections::BTreeSet;

/// A user, a group or everybody, by the name that no two of them share: `user 1000`, `S-1-5-18`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Who(pub(super) String);

/// Whose it is, and who else may write to it, remove it, or give himself the right to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Access {
    /// May always do both.
    pub(super) owner: Who,
    /// The others; the owner may be among them.
    pub(super) writers: BTreeSet<Who>,
}
