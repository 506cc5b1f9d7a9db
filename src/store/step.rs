//! The steps of everything that `store` does, by name.

/// A step. [`Step::COMMIT`] is the order in which [`super::commit()`] reports them as done; all
/// of them appear in errors, where they say what failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Follow the links of the path that was asked for.
    Resolve,
    /// Read the metabase.
    Read,
    /// Take the lock.
    Lock,
    /// List backups.
    List,
    /// Look who owns the backups and may write to them.
    Look,
    /// Read a backup.
    Verify,
    /// Remove old backups.
    Prune,
    /// Clean up after a run that was killed.
    Sweep,
    /// Create the new file.
    Create,
    /// Give the new file the metabase's owner, mode and ACL.
    Secure,
    /// Compare the metabase with what was read.
    Compare,
    /// Write the new file.
    Write,
    /// Record the checksum of the backup.
    Record,
    /// Make the backup.
    BackUp,
    /// Check that the metabase is still the one that was backed up.
    Check,
    /// Write down which files are about to be put in place together.
    Journal,
    /// Put the new file in the place of the metabase.
    Swap,
    /// Note beside the file that it is being written in place.
    Note,
    /// Write, after the old end, what the file grows by.
    Extend,
    /// Write a piece of the file in place.
    Overwrite,
    /// Put the original back from the backup.
    PutBack,
    /// Look at what the new file displaced.
    Examine,
    /// Remove the other name of what was displaced.
    TidyUp,
    /// Make it durable.
    Sync,
    /// Read the metabase again.
    ReadBack,
    /// Remove the note of what was to be put in place together.
    Forget,
}

impl Step {
    /// What a commit does, in order.
    pub const COMMIT: [Self; 13] = [
        Self::Sweep,
        Self::Create,
        Self::Secure,
        Self::Compare,
        Self::Write,
        Self::Record,
        Self::BackUp,
        Self::Check,
        Self::Swap,
        Self::Examine,
        Self::TidyUp,
        Self::Sync,
        Self::ReadBack,
    ];

    /// What a commit in place does, in order; `Overwrite` once for each piece.
    pub const IN_PLACE: [Self; 11] = [
        Self::Sweep,
        Self::Compare,
        Self::Record,
        Self::BackUp,
        Self::Check,
        Self::Note,
        Self::Extend,
        Self::Overwrite,
        Self::Sync,
        Self::ReadBack,
        Self::TidyUp,
    ];

    /// What is being done, after "while".
    #[must_use]
    pub fn doing(self) -> &'static str {
        match self {
            Self::Resolve => "looking for the file",
            Self::Read => "reading the file",
            Self::Lock => "taking the lock",
            Self::List => "listing the backups",
            Self::Look => "looking who may write to the backups",
            Self::Verify => "reading a backup",
            Self::Prune => "removing old backups",
            Self::Sweep => "cleaning up after an interrupted run",
            Self::Create => "creating the new file",
            Self::Secure => "giving the new file the owner and rights of the old one",
            Self::Compare => "comparing the file with what was read",
            Self::Write => "writing the new file",
            Self::Record => "recording the checksum of the backup",
            Self::BackUp => "making the backup",
            Self::Check => "checking that the file is still the same",
            Self::Journal => "writing down what is to be put in place together",
            Self::Swap => "putting the new file in place",
            Self::Note => "noting that the file is being written in place",
            Self::Extend => "making the file longer",
            Self::Overwrite => "writing the file in place",
            Self::PutBack => "putting the original back",
            Self::Examine => "examining the old file after it was replaced",
            Self::TidyUp => "removing what is not needed any more",
            Self::Sync => "making the change durable",
            Self::ReadBack => "reading the file back",
            Self::Forget => "removing the note of what was put in place together",
        }
    }
}
