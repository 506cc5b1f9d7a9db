//! From the present file to the one that takes its place: as one edit, and as a diff.

use anyhow::Result;

use super::problem;
use crate::change::diff::{Diff, difference, differing};
use crate::metabase::secrets::Secrets;
use crate::store::Target;
use crate::terminal::report::Warning;
use crate::text::edit::{Edit, Edits};
use crate::text::source::Source;

/// The present file, if there is one.
///
/// # Errors
/// A store error.
pub fn present(target: &Target) -> Result<Option<Vec<u8>>> {
    if target.is_vacant()? { Ok(None) } else { Ok(Some(target.read()?)) }
}

/// One edit, from the first byte that differs to the last.
///
/// # Errors
/// None in practice: one edit contradicts no other.
pub fn edits(target: &Target, before: Option<&[u8]>, after: &[u8]) -> Result<Edits> {
    let before = before.unwrap_or_default();
    let (was, now) = differing(before, after);
    let edit = Edit { was: before[was.clone()].to_vec(), at: was, now: after[now].to_vec() };
    let edits = if edit.was == edit.now { Vec::new() } else { vec![edit] };
    let edits = Edits::new(edits);
    Ok(edits.map_err(|error| problem::refused(error, target.asked(), None, &Secrets::default()))?)
}

/// The diff from the present file to what takes its place, where both are text.
pub fn compare(
    before: Option<&[u8]>,
    after: Option<&Source>,
    secrets: &Secrets,
    warnings: &mut Vec<Warning>,
) -> Diff {
    let Some(before) = before else {
        let message = "there is no metabase at present, so there is no diff";
        warnings.push(Warning { name: "file-missing", message: message.into() });
        return Diff::default();
    };
    let (Ok(before), Some(after)) = (Source::decode(before), after) else {
        let message = "one of the two files is no text in a known encoding, so there is no diff";
        warnings.push(Warning { name: "no-diff", message: message.into() });
        return Diff::default();
    };
    let (was, now) = (before.text(), after.text());
    if before.encoding() != after.encoding() {
        let (was, now) = (before.encoding().name(), after.encoding().name());
        let message = format!("the encoding changes from {was} to {now}");
        warnings.push(Warning { name: "encoding-changes", message });
    }
    let edits = difference(was, now).into_iter().collect();
    Edits::new(edits).map(|edits| Diff::new(was, &edits, secrets)).unwrap_or_default()
}
