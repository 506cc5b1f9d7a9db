//! What DSC asks: standard input, and what an instance says of how it is to be carried out.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::refusal::refusal;
use crate::change::state::Instance;
use crate::cli::{Allowed, Write, Writing, allowed, findings};
use crate::command::problem;
use crate::metabase::secrets::Secrets;
use crate::terminal::hint::Hint;
use crate::text::source::Source;

/// Everything that comes on standard input; nothing from a terminal, where nobody would end it.
pub(super) fn input() -> Result<String> {
    let mut bytes = Vec::new();
    if !io::stdin().is_terminal() {
        io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
    }
    if bytes.is_empty() {
        return Ok(String::new());
    }
    let shown = Path::new("instance");
    let refused = |error| problem::refused(error, shown, None, &Secrets::default());
    Ok(Source::decode(bytes).map_err(refused)?.text().to_owned())
}

/// The file that an instance names. DSC runs a resource in the folder of its manifest, so a path
/// that begins elsewhere would mean a file that nobody thought of.
pub(super) fn whole(file: &str) -> Result<PathBuf> {
    if Path::new(file).is_absolute() {
        return Ok(file.into());
    }
    let message = format!("the file \"{file}\" is not named by its whole path");
    let hint = Hint::say("DSC runs this program in the folder where the program is");
    Err(refusal("relative-file", message, hint).into())
}

/// An export takes what names keys.
pub(super) fn only_a_filter(instance: &Instance) -> Result<()> {
    if instance.key.properties.is_empty() && instance.key.present {
        return Ok(());
    }
    let message = "an export lists what is there".to_owned();
    let hint = Hint::say("give file, path and class alone");
    Err(refusal("not-a-filter", message, hint).into())
}

/// How its change is carried out.
pub(super) fn writing(instance: &Instance, what_if: bool) -> Result<Writing> {
    let allow = instance.allow.1.iter().map(|word| match allowed(word) {
        Ok(finding @ Allowed::Finding(_)) => Ok(finding),
        Ok(Allowed::Relay(_)) | Err(_) => {
            let message = format!("\"allow\" has \"{word}\", which is not a finding");
            let hint = format!("findings of severity error: {}", findings());
            Err(refusal("wanted-state", message, Hint::say(hint)))
        }
    });
    let allow = allow.collect::<Result<_, _>>()?;
    Ok(Writing {
        dry_run: what_if,
        yes: true,
        allow,
        backup_dir: None,
        trust_folder: false,
        write: Write::Replace,
        stop_services: instance.stop_services,
        force: false,
        report: None,
        overwrite: false,
    })
}
