//! From a request to edits: what would change, as a value.
//!
//! A [`Plan`] serves the dry run, the diff, the JSON, the question, the commit and the undo;
//! nothing is computed twice. Knows nothing of disks and terminals.

use crate::edit::{Edit, EditError, Edits};
use crate::error::Refusal;
use crate::layout;
use crate::locate::{self, Form, KeyParts, KeyPath, Site};
use crate::property::Definition;
use crate::scan::Metabase;
use crate::source::Source;
use crate::xml;

/// One property of one key is to have a value.
#[derive(Debug, Clone)]
pub struct Request {
    /// The key.
    pub key: KeyPath,
    /// The property, with the type data for one that is not there yet.
    pub property: Definition,
    /// The value, decoded.
    pub value: String,
}

/// What a plan changes, in the words of the metabase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The index of the key in the scanned metabase.
    pub key: usize,
    /// The key's `Location`, as it stands in the file.
    pub location: String,
    /// The property.
    pub property: Definition,
    /// The form in which it stands afterwards.
    pub form: Form,
    /// The line on which it stands, or will begin.
    pub line: usize,
    /// The value that was there.
    pub was: Option<String>,
    /// The value that is there afterwards.
    pub now: String,
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
    /// The properties that change.
    pub changes: Vec<Change>,
    /// What else to say.
    pub notes: Vec<Note>,
}

impl Plan {
    /// The same edits in the file's own encoding.
    ///
    /// # Errors
    /// None for a plan that was made for this source.
    pub fn in_file(&self, source: &Source) -> Result<Edits, EditError> {
        let decoded = |edit: &Edit| {
            let now = String::from_utf8_lossy(&edit.now);
            source.edit(edit.at.clone(), &now)
        };
        Edits::new(self.edits.as_slice().iter().map(decoded).collect())
    }
}

/// Plans one change. A property that has the value already gives a plan without edits.
///
/// # Errors
/// The refusals of [`locate::find`] and [`locate::locate`].
pub fn plan(source: &Source, metabase: &Metabase, request: &Request) -> Result<Plan, Refusal> {
    let text = source.text();
    let key = locate::find(source, metabase, &request.key)?;
    let parts = KeyParts::read(source, &metabase.keys[key])?;
    let site = locate::locate(text, &parts, &request.property)?;
    let location = locate::location(source, &metabase.keys[key]).into_owned();

    let was = site.found().map(|(_, _, value)| xml::unescape(&text[value.clone()]).into_owned());
    if was.as_deref().is_some_and(|was| request.property.same(was, &request.value)) {
        return Ok(Plan::default());
    }
    let mut notes = Vec::new();
    let (at, now, place) = match &site {
        Site::Attribute { at, value } | Site::Custom { at, value } => {
            let quote = if text[..value.start].ends_with('\'') { '\'' } else { '"' };
            (value.clone(), xml::escape(&request.value, quote).into_owned(), *at)
        }
        Site::Absent => {
            if !parts.is_sorted(text) {
                notes.push(Note::Unsorted { location: location.clone() });
            }
            let insertion = layout::new_custom(text, &parts, &request.property, &request.value);
            (insertion.at.clone(), insertion.text, insertion.at.start)
        }
    };
    let line =
        source.line(place) + if site == Site::Absent { lines_before_markup(&now) } else { 0 };
    let change = Change {
        key,
        location,
        property: request.property.clone(),
        form: site.found().map_or(Form::Custom, |(form, _, _)| form),
        line,
        was,
        now: request.value.clone(),
    };
    let was = text[at.clone()].as_bytes().to_vec();
    let edits = Edits::new(vec![Edit { at, was, now: now.into_bytes() }]);
    Ok(Plan { edits: edits.map_err(Refusal::Edits)?, changes: vec![change], notes })
}

/// How many lines a new element begins below the place where it is inserted.
fn lines_before_markup(inserted: &str) -> usize {
    let indent = inserted.split("<Custom").next().unwrap_or_default();
    crate::source::LineEnds::count(indent).total()
}
