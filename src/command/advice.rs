//! The way back from a metabase that cannot be used: which version of IIS's history would do.

use std::path::Path;

use super::version::{is_metabase, newest_good};
use crate::store::{Backups, History, Target, Wanted};
use crate::terminal::problem::Problem;
use crate::text::escape;
use crate::text::shell;

/// What is said of a file that is no metabase, or of none.
const UNUSABLE: [&str; 8] = [
    "bad-bytes",
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
    match way_back(&target, file).filter(|_| !usable && !problem.hint.contains("--history")) {
        None => problem,
        Some(way) if problem.hint.is_empty() => Problem { hint: way, ..problem },
        Some(way) => Problem { hint: format!("{}. {way}", problem.hint), ..problem },
    }
}

/// The problem, whose hint names commands that mean this file, as the user gave it.
#[must_use]
pub fn naming(problem: Problem, file: &Path) -> Problem {
    let named = format!("`metafix --file {} ", shell::path(file));
    let mut hint = String::with_capacity(problem.hint.len());
    for (index, part) in problem.hint.split("`metafix ").enumerate() {
        if index > 0 {
            hint.push_str(if part.starts_with("--") { "`metafix " } else { &named });
        }
        hint.push_str(part);
    }
    Problem { hint, ..problem }
}

/// What puts a good version in the place of a metabase that is none, if there is one.
#[must_use]
pub fn way_back(target: &Target, file: &Path) -> Option<String> {
    let file = shell::path(file);
    if let Ok(Ok(good)) = newest_good(&History::new(target.path()), Wanted::Newest) {
        let (version, kept) = (good.pair.version, &good.pair.metabase);
        let (path, made) = (kept.path.to_string_lossy(), kept.made.strftime("%Y-%m-%d %H:%MZ"));
        return Some(format!(
            "The newest good version in IIS's history is {version} of {made} ({}): `metafix --file \
             {file} restore --history {version}` puts it back",
            escape::escaped(&path)
        ));
    }
    let backups = Backups::new(target.path(), None);
    let newest = backups.newest().ok()?;
    let good = backups.read(&newest).is_ok_and(|bytes| is_metabase(&bytes));
    good.then(|| {
        let number = newest.sequence;
        format!("Backup {number} is good: `metafix --file {file} restore {number}` puts it back")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Written;

    #[test]
    fn a_command_in_a_hint_means_the_file_that_the_user_named() {
        let hint = "`metafix get /LM` lists it, `metafix --file b keys` not; `metafix --help`";
        let failed = Problem::failed("x", String::new(), Path::new("a b"), Written::Nothing);
        let problem = naming(Problem { hint: hint.into(), ..failed }, Path::new("a b"));
        let quote = if cfg!(windows) { '"' } else { '\'' };
        let expected = format!(
            "`metafix --file {quote}a b{quote} get /LM` lists it, `metafix --file b keys` not; \
             `metafix --help`"
        );
        assert_eq!(problem.hint, expected);
    }
}
