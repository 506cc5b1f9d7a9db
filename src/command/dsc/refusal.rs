//! What DSC is told where something is wrong: one line for each thing.

use std::io;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::change::state::{Flaw, StateError};
use crate::command::problem;
use crate::command::wanted_hint::{Language, of_flaw, of_refusal};
use crate::metabase::locate::KeyPath;
use crate::metabase::secrets::Secrets;
use crate::store::Written;
use crate::terminal::console::{Console, ERROR};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};

/// What is named instead of a file where an instance is wrong.
const INSTANCE: &str = "instance";

/// One line: DSC reads each by itself. It names the key, because DSC does not say which of the
/// instances of a configuration failed.
pub(super) fn error_line(
    console: &mut Console,
    problem: &Problem,
    key: Option<&KeyPath>,
) -> io::Result<()> {
    let mut problem = problem.clone();
    if let (Some(key), true) = (key, problem.file == Path::new(INSTANCE)) {
        problem.file = format!("{INSTANCE} {key}").into();
    }
    let mut sentence = problem.sentence();
    if !problem.hint.is_empty() {
        sentence += &format!("; {}", problem.hint);
    }
    if problem.written == Some(Written::Nothing) {
        // The instances before it in a configuration may have been written.
        let is_refused = key.is_some() && problem.exit == Exit::Refused;
        sentence +=
            if is_refused { "; this key was left as it is" } else { "; nothing was written" };
    }
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    writeln!(console.err, "{ERROR}error:{ERROR:#} {sentence}")
}

/// A refusal of an instance.
pub(super) fn refusal(name: &str, message: String, hint: Hint) -> Problem {
    let nothing = Written::Nothing;
    let problem = Problem::failed(name, message, Path::new(INSTANCE), nothing);
    Problem { exit: Exit::Refused, hint, ..problem }
}

/// Tells all that is wrong with an instance: the last as the problem of the run, the others here.
pub(super) fn flawed(
    console: &mut Console,
    errors: &[StateError],
    key: Option<&KeyPath>,
) -> Result<Problem> {
    let mut problems: Vec<_> = errors.iter().map(flaw).collect();
    let last = problems.pop().context("something is wrong with the instance")?;
    for problem in problems {
        // The last one says whether anything was written.
        error_line(console, &Problem { written: None, ..problem }, key)?;
    }
    Ok(last)
}

fn flaw(error: &StateError) -> Problem {
    let Flaw::Refused(refused) = &error.flaw else {
        let hint = of_flaw(&error.flaw, Language::Instance);
        return refusal("wanted-state", error.flaw.to_string(), hint);
    };
    let shown = Path::new(INSTANCE);
    let problem = problem::refused(refused.clone(), shown, None, &Secrets::default());
    let hint = of_refusal(refused, Language::Instance).unwrap_or(problem.hint);
    // To DSC the command line is never what is wrong.
    Problem { exit: Exit::Refused, hint, ..problem }
}
