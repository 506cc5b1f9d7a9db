//! What would change: the edits, and what they mean in the words of the metabase.

use crate::change::layout::NewKey;
use crate::metabase::locate::Form;
use crate::metabase::property::Definition;
use crate::text::edit::{EditError, Edits};
use crate::text::source::Source;

/// What a plan changes, in the words of the metabase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The index of the key in the scanned metabase.
    pub key: usize,
    /// The key's `Location`, as it is in the file.
    pub location: String,
    /// The property.
    pub property: Definition,
    /// The form it has before or, where it is new, afterwards.
    pub form: Form,
    /// The line on which it stands or, where it is new, will begin.
    pub line: usize,
    /// The value that was there; of a list the lines, without their layout.
    pub was: Option<String>,
    /// The value that is there afterwards, likewise.
    pub now: Option<String>,
}

/// What a user should know beside the change itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The IDs of the key's `<Custom>` elements do not ascend.
    Unsorted {
        /// The key's `Location`.
        location: String,
    },
}

/// The edits of one run, in places of the text, and what they mean.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The edits of the text, in UTF-8; [`Plan::in_file`] has those of the file.
    pub edits: Edits,
    /// The properties that change, in the order of the requests.
    pub changes: Vec<Change>,
    /// The keys that are new.
    pub keys: Vec<KeyChange>,
    /// The keys that go or have another path, in the order of the file.
    pub moved: Vec<KeyMoved>,
    /// What else to say.
    pub notes: Vec<Note>,
}

/// A key that is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// The index of the key in the scanned metabase after which it stands.
    pub after: usize,
    /// The line on which it will begin.
    pub line: usize,
    /// What it says.
    pub key: NewKey,
}

/// A key that goes, or has another path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMoved {
    /// The index of the key in the scanned metabase.
    pub key: usize,
    /// The line on which it begins.
    pub line: usize,
    /// Its `Location` before.
    pub was: String,
    /// Its `Location` afterwards; nothing for one that goes.
    pub now: Option<String>,
}

impl Plan {
    /// The same edits in the file's own encoding.
    ///
    /// # Errors
    /// None for a plan that was made for this source.
    pub fn in_file(&self, source: &Source) -> Result<Edits, EditError> {
        let parts = self.edits.as_slice().iter();
        let parts = parts.map(|edit| (edit.at.clone(), String::from_utf8_lossy(&edit.now)));
        Edits::new(source.edits(parts).collect())
    }
}
