//! The way back from a metabase that cannot be used: which version of IIS's history would do.

use std::path::Path;

use super::version::{is_metabase, newest_good};
use crate::store::{Backups, History, Target, Wanted};
use crate::terminal::hint::Hint;
use crate::terminal::problem::Problem;

/// What is said of a file that is no metabase, or of none.
const UNUSABLE: [&str; 9] = [
    "bad-bytes",
    "binary-metabase",
    "document-type",
    "empty-file",
    "file-missing",
    "no-such-backup",
    "not-a-metabase",
    "not-well-formed",
    "unknown-encoding",
];

/// The problem, and in its hint the way back, if the metabase is the cause and there is one.
#[must_use]
pub fn with_way_back(problem: Problem, file: &Path) -> Problem {
    if !UNUSABLE.contains(&problem.name.as_str()) {
        return problem;
    }
    let Ok(target) = Target::resolve_or_vacant(file) else { return problem };
    let usable = Target::resolve(file)
        .and_then(|target| target.read())
        .is_ok_and(|bytes| is_metabase(&bytes));
    if usable || problem.hint.has_argument("--history") {
        return problem;
    }
    match way_back(&target, file) {
        None => problem,
        Some(way) => Problem { hint: problem.hint.and_hint(". ", way), ..problem },
    }
}

/// What puts a good version in the place of a metabase that is none, if there is one.
#[must_use]
pub fn way_back(target: &Target, file: &Path) -> Option<Hint> {
    if let Ok(Ok(good)) = newest_good(&History::to_restore(target.path(), false), Wanted::Newest) {
        let (version, kept) = (good.pair.version, &good.pair.metabase);
        let (path, made) = (kept.path.display(), kept.made.strftime("%Y-%m-%d %H:%MZ"));
        return Some(
            Hint::say(format!(
                "The newest good version in IIS's history is {version} of {made} ({path}): "
            ))
            .and_run_on(file, ["restore", "--history", &version.to_string()])
            .and(" puts it back"),
        );
    }
    let backups = Backups::new(target.path(), None);
    let newest = backups.newest().ok()?;
    let good = backups.read(&newest).is_ok_and(|bytes| is_metabase(&bytes));
    good.then(|| {
        let number = newest.sequence.to_string();
        Hint::say(format!("Backup {number} is good: "))
            .and_run_on(file, ["restore", &number])
            .and(" puts it back")
    })
}
