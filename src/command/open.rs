//! Opening the metabase: read, whole, decoded, well-formed, and its keys listed.

use anyhow::Result;

use super::problem;
use super::schema;
use crate::metabase::scan::{Metabase, scan};
use crate::metabase::secrets::Secrets;
use crate::store::{self, Target};
use crate::text::source::Source;

/// A metabase that was read and checked.
pub struct Opened {
    /// Its bytes, decoded.
    pub source: Source<'static>,
    /// Its keys.
    pub metabase: Metabase,
    /// What is secret in it: what is published, and what the schema beside it marks.
    pub secrets: Secrets,
}

/// Reads and checks a metabase.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] that names the place, or a store error.
pub fn open(target: &Target) -> Result<Opened> {
    let shown = target.asked();
    let secrets = schema::secrets_beside(target.path());
    let bytes = target.read()?;
    store::check_whole(target, &bytes)?;
    let source =
        Source::decode(bytes).map_err(|error| problem::refused(error, shown, None, &secrets))?;
    let scanned = scan(&source);
    let metabase =
        scanned.map_err(|refusal| problem::refused(refusal, shown, Some(&source), &secrets))?;
    Ok(Opened { source, metabase, secrets })
}

/// Refuses what a program of 32 bits cannot reach: the real System32.
///
/// # Errors
/// The refusal.
#[cfg(windows)]
pub fn reachable(file: &std::path::Path) -> Result<()> {
    use crate::terminal::hint::Hint;
    use crate::terminal::problem::{Exit, Problem};

    if !crate::os::windows::is_hidden(file) {
        return Ok(());
    }
    let message = "this Windows shows another System32 to programs of 32 bits".to_owned();
    let hint = Hint::say("take the program of 64 bits, metafix.exe beside metafix-32bit.exe");
    let nothing = store::Written::Nothing;
    let problem = Problem::failed("hidden-from-32-bits", message, file, nothing);
    Err(Problem { exit: Exit::Refused, hint, ..problem }.into())
}
