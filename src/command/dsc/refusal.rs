//! What DSC is told where something is wrong: one line for each thing.

use std::io;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::change::error::ChangeError;
use crate::change::state::{Flaw, StateError};
use crate::command::problem;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::KeyPath;
use crate::metabase::secrets::Secrets;
use crate::store::Written;
use crate::terminal::console::{Console, ERROR};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};

/// What stands in the place of a file where an instance is wrong.
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
    let hint = match &error.flaw {
        Flaw::Refused(refused) => {
            let shown = Path::new(INSTANCE);
            let problem = problem::refused(refused.clone(), shown, None, &Secrets::default());
            let hint = in_an_instance(refused).unwrap_or(problem.hint);
            // To DSC the command line is never what is wrong.
            return Problem { exit: Exit::Refused, hint, ..problem };
        }
        Flaw::UnknownField { known, .. } => Hint::say(format!("there are: {}", known.join(", "))),
        Flaw::MissingField { name: "path", .. } => Hint::say("such as \"path\": \"SmtpSvc/1\""),
        Flaw::AbsentWithProperties { .. } => Hint::say("leave out \"properties\" or \"_exist\""),
        _ => Hint::run(["dsc", "schema"]).and(" prints what each field takes"),
    };
    refusal("wanted-state", error.flaw.to_string(), hint)
}

/// What to write in an instance, where the hint of a refusal would be a command line.
fn in_an_instance(refused: &ChangeError) -> Option<Hint> {
    Some(Hint::say(match refused {
        ChangeError::ClassUnknown { .. } => {
            "add its class, such as \"class\": \"IIsWebVirtualDir\"".to_owned()
        }
        ChangeError::NoParent { parent, .. } => {
            format!("make {parent} first, by an instance of its own that this one depends on")
        }
        ChangeError::Metabase(MetabaseError::NoValue { .. }) => {
            "\"\" is an empty list; {\"ensure\": \"absent\"} removes the property".to_owned()
        }
        ChangeError::KeysBelow { .. } => "with \"recursive\": true they go too".to_owned(),
        ChangeError::ValueAndEntries => {
            "write the whole list as \"value\", or \"add\", \"remove\" and \"replace\"".to_owned()
        }
        ChangeError::Metabase(MetabaseError::UnknownProperty { similar: None, .. }) => {
            "is the name right? If so, say all of it: \"value\", \"id\", \"type\", \"user_type\" and \
             \"attributes\""
                .to_owned()
        }
        _ => return None,
    }))
}
