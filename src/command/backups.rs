//! `metafix backups`: what there is to go back to, whether it is intact, and removing old ones.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::change;
use crate::cli::{Backups as Args, BackupsAction};
use crate::console::{Console, ERROR, STRONG};
use crate::dns;
use crate::error::{Exit, Problem};
use crate::locate::KeyPath;
use crate::mask;
use crate::report::{self, SCHEMA_VERSION};
use crate::scan::scan;
use crate::source::Source;
use crate::store::{self, Backup, Backups, StoreError, Target, Verdict, Written};

/// The JSON object of every `backups` command.
#[derive(Serialize)]
struct Listing {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    folder: String,
    backups: Vec<Row>,
}

/// One backup.
#[derive(Serialize)]
struct Row {
    number: u64,
    name: String,
    path: String,
    made: String,
    size: u64,
    why: String,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dns_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intact: Option<bool>,
}

impl Row {
    fn of(backup: &Backup) -> Self {
        Self {
            number: backup.sequence,
            name: backup.name.clone(),
            path: backup.path.to_string_lossy().into_owned(),
            made: backup.made.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
            size: backup.size,
            why: backup.why.clone(),
            sha256: backup.sha256_hex(),
            dns_mode: None,
            intact: None,
        }
    }
}

/// Runs one of the `backups` commands.
///
/// # Errors
/// A store error.
pub fn run(console: &mut Console, file: &Path, args: &Args) -> Result<Exit> {
    let backups = folder(file, args)?;
    match args.action {
        BackupsAction::List => list(console, &backups),
        BackupsAction::Verify => verify(console, &backups),
        BackupsAction::Prune { keep, dry_run } => prune(console, file, &backups, keep, dry_run),
    }
}

/// The folder, also of a metabase that is missing.
fn folder(file: &Path, args: &Args) -> Result<Backups> {
    let path = match Target::resolve(file) {
        Ok(target) => target.path().to_owned(),
        Err(StoreError::Missing { path }) => path,
        Err(error) => return Err(error.into()),
    };
    Ok(Backups::new(&path, args.backup_dir.as_deref()))
}

fn listing(command: &'static str, changed: bool, backups: &Backups, rows: Vec<Row>) -> Listing {
    let folder = backups.dir().to_string_lossy().into_owned();
    Listing { schema_version: SCHEMA_VERSION, command, changed, folder, backups: rows }
}

fn list(console: &mut Console, backups: &Backups) -> Result<Exit> {
    let mut rows = Vec::new();
    for backup in backups.list()? {
        let mode = mode_inside(backups, &backup);
        rows.push(Row { dns_mode: Some(mode), ..Row::of(&backup) });
    }
    let listing = listing("backups list", false, backups, rows);
    if !console.is_text() {
        report::json(console, &listing)?;
        return Ok(Exit::Success);
    }
    if listing.backups.is_empty() {
        console.say(&format!("There are no backups in {}.", mask::escaped(&listing.folder)))?;
        return Ok(Exit::Success);
    }
    let out = &mut console.out;
    writeln!(out, "{STRONG}{}{STRONG:#}", mask::escaped(&listing.folder))?;
    for Row { number, made, size, dns_mode, why, name, .. } in &listing.backups {
        let mode = dns_mode.as_deref().unwrap_or_default();
        let (why, name) = (mask::escaped(why), mask::escaped(name));
        writeln!(
            out,
            "{STRONG}{number:>4}{STRONG:#}  {made}  {size:>11} bytes  {mode:12}  before: {why}"
        )?;
        writeln!(out, "      {name}")?;
    }
    out.flush()?;
    Ok(Exit::Success)
}

/// The DNS mode of the service in a backup.
fn mode_inside(backups: &Backups, backup: &Backup) -> String {
    let Ok(bytes) = backups.read(backup) else { return "altered".into() };
    let survey = Source::decode(bytes).and_then(|source| {
        let metabase = scan(&source)?;
        dns::setting(&source, &metabase, &KeyPath::smtp_service())
    });
    survey.map_or_else(|refusal| refusal.name().into(), |setting| setting.mode_name().into())
}

fn verify(console: &mut Console, backups: &Backups) -> Result<Exit> {
    let mut rows = Vec::new();
    for backup in backups.list()? {
        let intact = backups.verify(&backup)? == Verdict::Intact;
        rows.push(Row { intact: Some(intact), ..Row::of(&backup) });
    }
    let altered = rows.iter().filter(|row| row.intact == Some(false)).count();
    let exit = if altered == 0 { Exit::Success } else { Exit::Refused };
    let listing = listing("backups verify", false, backups, rows);
    if !console.is_text() {
        report::json(console, &listing)?;
        return Ok(exit);
    }
    for row in &listing.backups {
        let name = mask::escaped(&row.name);
        match row.intact {
            Some(true) => writeln!(console.out, "{name}: OK")?,
            _ => writeln!(console.out, "{name}: {ERROR}ALTERED{ERROR:#}")?,
        }
    }
    let all = listing.backups.len();
    console.say(&match altered {
        0 => format!("All {all} backups are what they were when they were made."),
        _ => format!("{altered} of {all} backups were altered after they were made."),
    })?;
    Ok(exit)
}

fn prune(
    console: &mut Console,
    file: &Path,
    backups: &Backups,
    keep: usize,
    dry_run: bool,
) -> Result<Exit> {
    let gone = if dry_run {
        let mut own = backups.list()?;
        own.retain(|backup| backups.is_own(backup));
        own.truncate(own.len().saturating_sub(keep));
        own
    } else {
        let target = Target::resolve(file)?;
        let lock = store::lock(&target, &format!("backups prune --keep {keep}"), change::PATIENCE)?;
        backups.prune(&lock, keep)?
    };
    let changed = !dry_run && !gone.is_empty();
    let rows = gone.iter().map(Row::of).collect();
    let listing = listing("backups prune", changed, backups, rows);
    pruned(console, &listing, keep, dry_run).map_err(|error| {
        let written = if changed { Written::Backups } else { Written::Nothing };
        Problem::failed("output-failed", format!("{error:#}"), file, written)
    })?;
    Ok(Exit::Success)
}

/// Says which backups are gone, or would be.
fn pruned(console: &mut Console, listing: &Listing, keep: usize, dry_run: bool) -> Result<()> {
    if !console.is_text() {
        report::json(console, listing)?;
        return Ok(());
    }
    for row in &listing.backups {
        writeln!(console.out, "{}", mask::escaped(&row.name))?;
    }
    let count = listing.backups.len();
    console.say(&match (count, dry_run) {
        (0, _) => "There is nothing to remove.".into(),
        (_, true) => format!("Dry run: {count} would go, the newest {keep} stay."),
        (_, false) => format!("{count} removed, the newest {keep} stay."),
    })?;
    Ok(())
}
