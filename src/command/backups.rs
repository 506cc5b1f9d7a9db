//! `metafix backups`: what there is to go back to, whether it is intact, and removing old ones.

mod kept;

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;

use super::page;
use super::problem;
use crate::cli::{Backups as Args, BackupsAction, Page};
use crate::store::{self, Backup, Backups, Doubt, History, StoreError, Target, Verdict, Written};
use crate::terminal::console::{Console, ERROR, HINT, STRONG};
use crate::terminal::page::prune as page_of_prune;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::prompt;
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::text::escape;
use kept::{Inside, KeptByIis, Present};

/// The JSON object of every `backups` command.
#[derive(Serialize)]
struct Listing {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    folder: String,
    /// Why the folder cannot be trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    untrusted: Option<String>,
    backups: Vec<Row>,
    /// Of `backups list` alone.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    kept_by_iis: Option<KeptByIis>,
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
    /// How many properties differ from the metabase.
    #[serde(skip_serializing_if = "Option::is_none")]
    differs: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intact: Option<bool>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
    /// Why it, or its checksum file, cannot be trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    untrusted: Option<String>,
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
            differs: None,
            intact: None,
            unreadable: None,
            untrusted: None,
        }
    }
}

/// Runs one of the `backups` commands.
///
/// # Errors
/// A store error.
pub fn run(console: &mut Console, file: &Path, args: &Args) -> Result<Exit> {
    let (metabase, backups) = folder(file, args)?;
    match &args.action {
        BackupsAction::List => list(console, &metabase, &backups),
        BackupsAction::Verify => verify(console, &backups),
        BackupsAction::Prune { keep, yes, dry_run, report, overwrite } => {
            let page = Page { report: report.clone(), overwrite: *overwrite };
            prune(console, file, &backups, (*keep, *dry_run, *yes), &page)
        }
    }
}

/// The folder, also of a metabase that is missing.
fn folder(file: &Path, args: &Args) -> Result<(PathBuf, Backups)> {
    let path = match Target::resolve(file) {
        Ok(target) => target.path().to_owned(),
        Err(StoreError::Missing { path }) => path,
        Err(error) => return Err(error.into()),
    };
    let backups = Backups::new(&path, args.backup_dir.as_deref());
    Ok((path, backups.trusting(args.trust_folder)))
}

fn listing(command: &'static str, changed: bool, backups: &Backups, rows: Vec<Row>) -> Listing {
    let folder = backups.dir().to_string_lossy().into_owned();
    let (schema_version, backups, kept_by_iis) = (SCHEMA_VERSION, rows, None);
    let untrusted = None;
    Listing { schema_version, command, changed, folder, untrusted, backups, kept_by_iis }
}

fn list(console: &mut Console, metabase: &Path, backups: &Backups) -> Result<Exit> {
    let present = Present::read(metabase);
    // What cannot be trusted is shown all the same, and marked.
    let doubts = backups.clone().trusting(false).doubts()?;
    let rows = rows(&backups.clone().trusting(true), &present, &doubts)?;
    let kept_by_iis = KeptByIis::read(&History::new(metabase), &present)?;
    let mut listing = listing("backups list", false, backups, rows);
    let folder = doubts.iter().find(|doubt| doubt.path == backups.dir());
    listing.untrusted = folder.map(Doubt::reason);
    if !console.is_text() {
        listing.kept_by_iis = Some(kept_by_iis);
        report::json(console, &listing)?;
        return Ok(Exit::Success);
    }
    if listing.backups.is_empty() {
        console.say(&format!("There are no backups in {}.", escape::escaped(&listing.folder)))?;
    } else {
        writeln!(console.out, "{STRONG}{}{STRONG:#}", escape::escaped(&listing.folder))?;
    }
    write_rows(&mut console.out, &listing)?;
    kept_by_iis.write(&mut console.out)?;
    console.out.flush()?;
    if let Some(doubt) = doubts.first() {
        let hint = problem::hint_of_doubt(doubt).naming(metabase);
        console.say(&format!("{HINT}hint:{HINT:#} {hint}"))?;
    }
    Ok(Exit::Success)
}

/// Each is read and compared with its checksum; what several hold is looked at once.
fn rows(backups: &Backups, present: &Present, doubts: &[Doubt]) -> Result<Vec<Row>> {
    let reason = |backup: &Backup| {
        let checksums = format!("{}.sha256", backup.name);
        let of_it = |doubt: &&Doubt| {
            let found = doubt.path.file_name().unwrap_or_default();
            doubt.path == backup.path || found == checksums.as_str()
        };
        doubts.iter().find(of_it).map(Doubt::reason)
    };
    let mut rows = Vec::new();
    let mut known: HashMap<[u8; 32], Inside> = HashMap::new();
    for backup in backups.list()? {
        let mut unreadable = None;
        let inside = match backups.read(&backup) {
            Ok(bytes) => {
                known.entry(backup.sha256).or_insert_with(|| present.inside(bytes)).clone()
            }
            Err(StoreError::BackupAltered { .. }) => Inside::unreadable("altered"),
            Err(error) => {
                unreadable = Some(error.to_string());
                Inside::unreadable("unreadable")
            }
        };
        let Inside { state, differs, .. } = inside;
        let (dns_mode, untrusted) = (Some(state), reason(&backup));
        rows.push(Row { dns_mode, differs, unreadable, untrusted, ..Row::of(&backup) });
    }
    Ok(rows)
}

fn write_rows(out: &mut dyn Write, listing: &Listing) -> io::Result<()> {
    mark(out, listing.untrusted.as_deref())?;
    for row in &listing.backups {
        let Row { number, made, size, dns_mode, differs, why, name, .. } = row;
        let mode = dns_mode.as_deref().unwrap_or_default();
        let (why, name) = (escape::escaped(why), escape::escaped(name));
        writeln!(
            out,
            "{STRONG}{number:>4}{STRONG:#}  {made}  {size:>11} bytes  {mode:12}  before: {why}"
        )?;
        writeln!(out, "      {name}{}", kept::difference(*differs))?;
        mark(out, row.untrusted.as_deref())?;
        say_why(out, row)?;
    }
    Ok(())
}

/// Why a folder or a backup cannot be trusted, below its line.
fn mark(out: &mut dyn Write, untrusted: Option<&str>) -> io::Result<()> {
    match untrusted {
        Some(why) => writeln!(out, "      {ERROR}UNTRUSTED: {}{ERROR:#}", escape::escaped(why)),
        None => Ok(()),
    }
}

/// Why a backup cannot be read, below its line.
fn say_why(out: &mut dyn Write, row: &Row) -> io::Result<()> {
    match &row.unreadable {
        Some(why) => writeln!(out, "      {ERROR}{}{ERROR:#}", escape::escaped(why)),
        None => Ok(()),
    }
}

fn verify(console: &mut Console, backups: &Backups) -> Result<Exit> {
    let mut rows = Vec::new();
    for backup in backups.list()? {
        let row = Row::of(&backup);
        rows.push(match backups.verify(&backup) {
            Ok(verdict) => Row { intact: Some(verdict == Verdict::Intact), ..row },
            Err(error) => Row { unreadable: Some(error.to_string()), ..row },
        });
    }
    let altered = rows.iter().filter(|row| row.intact == Some(false)).count();
    let unreadable = rows.iter().filter(|row| row.unreadable.is_some()).count();
    let exit = match (altered, unreadable) {
        (0, 0) => Exit::Success,
        (0, _) => Exit::Failure,
        _ => Exit::Refused,
    };
    let listing = listing("backups verify", false, backups, rows);
    if !console.is_text() {
        report::json(console, &listing)?;
        return Ok(exit);
    }
    for row in &listing.backups {
        let name = escape::escaped(&row.name);
        match row.intact {
            Some(true) => writeln!(console.out, "{name}: OK")?,
            Some(false) => writeln!(console.out, "{name}: {ERROR}ALTERED{ERROR:#}")?,
            None => writeln!(console.out, "{name}: {ERROR}NOT READ{ERROR:#}")?,
        }
        say_why(&mut console.out, row)?;
    }
    let folder = escape::escaped(&listing.folder);
    match (unreadable, listing.backups.len()) {
        (0, _) => {}
        (1, all) => console.say(&format!("1 of {all} backups could not be read."))?,
        (_, all) => console.say(&format!("{unreadable} of {all} backups could not be read."))?,
    }
    if unreadable > 0 && altered == 0 {
        return Ok(exit);
    }
    console.say(&match (altered, listing.backups.len()) {
        (_, 0) => format!("There are no backups in {folder}."),
        (0, 1) => "1 backup verified.".into(),
        (0, all) => format!("All {all} backups verified."),
        (1, all) => format!("1 of {all} backups was altered after it was made."),
        (_, all) => format!("{altered} of {all} backups were altered after they were made."),
    })?;
    Ok(exit)
}

fn prune(
    console: &mut Console,
    file: &Path,
    backups: &Backups,
    (keep, dry_run, yes): (usize, bool, bool),
    page: &Page,
) -> Result<Exit> {
    if console.person.is_some() && !yes && !dry_run {
        let surplus = backups.surplus(keep)?;
        for backup in &surplus {
            console.say(&format!("  {}", escape::escaped(&backup.path.to_string_lossy())))?;
        }
        let question = match surplus.len() {
            1 => "Remove this backup for good?".to_owned(),
            count => format!("Remove these {count} backups for good?"),
        };
        if !surplus.is_empty() && !prompt::confirm(console, &question, None)? {
            console.say("Nothing was removed.")?;
            return Ok(Exit::NotConfirmed);
        }
    }
    let gone = if dry_run {
        backups.surplus(keep)?
    } else {
        let target = Target::resolve(file)?;
        let lock = store::lock(&target, &format!("backups prune --keep {keep}"), store::PATIENCE)?;
        console.undisturbed(|| {
            let gone = backups.prune(&lock, keep);
            drop(lock);
            gone
        })?
    };
    let changed = !dry_run && !gone.is_empty();
    page::write(page, |made| {
        let folder = backups.dir().to_string_lossy();
        let sentence = pruned_in_words(gone.len(), keep, dry_run);
        let prune = page_of_prune::Prune { folder: &folder, sentence: &sentence, gone: &gone };
        page_of_prune::page(&prune, made)
    })?;
    let rows = gone.iter().map(Row::of).collect();
    let listing = listing("backups prune", changed, backups, rows);
    pruned(console, &listing, keep, dry_run).map_err(|error| {
        let written = if changed { Written::Backups } else { Written::Nothing };
        Problem::failed("output-failed", format!("{error:#}"), file, written)
    })?;
    page::say(console, page)?;
    Ok(Exit::Success)
}

/// Says which backups are gone, or would be.
fn pruned(console: &mut Console, listing: &Listing, keep: usize, dry_run: bool) -> Result<()> {
    if !console.is_text() {
        report::json(console, listing)?;
        return Ok(());
    }
    for row in &listing.backups {
        writeln!(console.out, "{}", escape::escaped(&row.name))?;
    }
    console.say(&pruned_in_words(listing.backups.len(), keep, dry_run))?;
    Ok(())
}

fn pruned_in_words(count: usize, keep: usize, dry_run: bool) -> String {
    match (count, dry_run) {
        (0, _) => "There is nothing to remove.".into(),
        (_, true) => format!("Dry run: {count} would go, the newest {keep} stay."),
        (_, false) => format!("{count} removed, the newest {keep} stay."),
    }
}
