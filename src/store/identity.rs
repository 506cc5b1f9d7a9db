//! Which file a name stands for, and whether it is still as it was.

/// What a name stands for, without following a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Anything else: what to call it in a message.
    Other(&'static str),
}

impl Kind {
    /// What to call it in a message.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::File => "a regular file",
            Self::Folder => "a folder",
            Self::Other(name) => name,
        }
    }
}

/// Which file it is, and whether it is still as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// What it is.
    pub(super) kind: Kind,
    /// The file system, and the file in it. No two files that exist have the same.
    pub(super) file: (u64, u128),
    /// How many names it has; none when it is being removed.
    pub(super) links: u64,
    /// In bytes.
    pub(super) size: u64,
    /// When its content was last written.
    pub(super) modified: std::time::SystemTime,
    /// When its content, a name, owner or mode was last changed, in the platform's unit.
    pub(super) changed: i128,
    /// Owner, group and mode (Unix), attributes and a hash of owner, group and DACL (Windows): to
    /// notice a change of them.
    pub(super) access: (u32, u32, u32),
}

impl Identity {
    /// The same file with, as far as the file system tells, the same content and access.
    pub(super) fn is_unchanged(&self, earlier: &Self) -> bool {
        self.kind == earlier.kind
            && self.file == earlier.file
            && self.size == earlier.size
            && self.modified == earlier.modified
            && self.access == earlier.access
    }
}
