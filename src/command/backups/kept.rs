//! What IIS itself keeps, as `backups list` shows it beside our backups.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use crate::command::problem;
use crate::command::schema;
use crate::command::version::well_formed;
use crate::inspect::compare::{Side, compare};
use crate::metabase::dns;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::KeyPath;
use crate::metabase::scan::{Metabase, scan};
use crate::metabase::schema::Schema;
use crate::store::{History, Kept, Pair, Target};
use crate::terminal::console::{ERROR, STRONG};
use crate::text::escape;
use crate::text::source::Source;

/// The metabase at present, if there is one that can be read.
pub struct Present {
    metabase: Option<(Source<'static>, Metabase)>,
    schema: Schema,
}

/// What a version holds.
#[derive(Clone)]
pub struct Inside {
    /// The DNS mode of the service, or why it cannot be told.
    pub state: String,
    /// How many properties differ from the metabase at present, where both can be read.
    pub differs: Option<usize>,
    /// Whether it is a metabase.
    pub is_metabase: bool,
}

impl Inside {
    /// What cannot be read, and why.
    #[must_use]
    pub fn unreadable(why: &str) -> Self {
        Self { state: why.into(), differs: None, is_metabase: false }
    }
}

impl Present {
    /// Reads it; that it is missing or broken is no error here.
    #[must_use]
    pub fn read(metabase: &Path) -> Self {
        let bytes = Target::resolve(metabase).and_then(|target| target.read()).ok();
        let schema = schema::open(metabase, None).map(|opened| opened.schema);
        Self {
            metabase: bytes.and_then(|bytes| read(bytes).ok()),
            schema: schema.unwrap_or_else(|_| Schema::built_in()),
        }
    }

    /// What bytes hold, compared with it.
    #[must_use]
    pub fn inside(&self, bytes: Vec<u8>) -> Inside {
        let (source, metabase) = match read(bytes) {
            Ok(read) => read,
            Err(refusal) => return Inside::unreadable(problem::name_of_refused(&refusal.into())),
        };
        let mode = dns::setting(&source, &metabase, &KeyPath::smtp_service());
        let state = mode.map_or_else(
            |refusal| problem::name_of_refused(&refusal.into()).into(),
            |mode| mode.mode_name().into(),
        );
        let differs = self.metabase.as_ref().and_then(|(present, keys)| {
            let was = Side { source: &source, metabase: &metabase };
            let now = Side { source: present, metabase: keys };
            compare(was, now, &self.schema, false).ok().map(|found| found.properties())
        });
        Inside { state, differs, is_metabase: true }
    }
}

fn read(bytes: Vec<u8>) -> Result<(Source<'static>, Metabase), MetabaseError> {
    let source = Source::decode(bytes)?;
    let metabase = scan(&source)?;
    Ok((source, metabase))
}

/// What IIS keeps.
#[derive(Serialize)]
pub struct KeptByIis {
    history: Vec<HistoryRow>,
    meta_back: Vec<FileRow>,
}

/// A version in `History`.
#[derive(Serialize)]
struct HistoryRow {
    version: String,
    #[serde(flatten)]
    metabase: FileRow,
    schema: Option<String>,
    /// Whether both files are what they must be, so that it can be restored.
    good: bool,
}

/// A metabase of IIS's.
#[derive(Serialize)]
struct FileRow {
    name: String,
    path: String,
    made: String,
    size: u64,
    well_formed: bool,
    dns_mode: String,
    differs: Option<usize>,
}

impl FileRow {
    fn of(kept: &Kept, inside: Inside) -> Self {
        Self {
            name: kept.name.clone(),
            path: kept.path.to_string_lossy().into_owned(),
            made: kept.made.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
            size: kept.size,
            well_formed: inside.is_metabase,
            dns_mode: inside.state,
            differs: inside.differs,
        }
    }

    fn write(&self, out: &mut dyn Write, version: &str) -> io::Result<()> {
        let Self { made, size, dns_mode, name, .. } = self;
        let error = if self.well_formed { anstyle::Style::new() } else { ERROR };
        writeln!(
            out,
            "{STRONG}{version:>4}{STRONG:#}  {made}  {size:>11} bytes  {error}{dns_mode}{error:#}"
        )?;
        writeln!(out, "      {}{}", escape::escaped(name), difference(self.differs))
    }
}

impl KeptByIis {
    /// Reads all of it.
    ///
    /// # Errors
    /// A store error, when a folder or file cannot be read.
    pub fn read(history: &History, present: &Present) -> Result<Self> {
        let mut versions = Vec::new();
        for Pair { version, metabase, schema } in history.pairs()? {
            let inside = present.inside(history.read(&metabase)?);
            let schema_good = match &schema {
                Some(schema) => well_formed(&schema.path, &history.read(schema)?).is_ok(),
                None => false,
            };
            versions.push(HistoryRow {
                version: version.to_string(),
                good: inside.is_metabase && schema_good,
                metabase: FileRow::of(&metabase, inside),
                schema: schema.map(|schema| schema.path.to_string_lossy().into_owned()),
            });
        }
        let mut meta_back = Vec::new();
        for kept in history.meta_back()? {
            let inside = present.inside(history.read(&kept)?);
            if inside.is_metabase || is_metabase_name(&kept.name) {
                meta_back.push(FileRow::of(&kept, inside));
            }
        }
        Ok(Self { history: versions, meta_back })
    }

    /// Prints it for people.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.history.is_empty() {
            writeln!(out, "{STRONG}IIS's History{STRONG:#} (`metafix restore --history VERSION`)")?;
        }
        for HistoryRow { version, metabase, schema, good } in &self.history {
            metabase.write(out, version)?;
            match schema {
                _ if *good || !metabase.well_formed => {}
                None => writeln!(out, "      {ERROR}without its MBSchema file{ERROR:#}")?,
                Some(_) => {
                    writeln!(out, "      {ERROR}its MBSchema file is not well-formed{ERROR:#}")?;
                }
            }
        }
        if !self.meta_back.is_empty() {
            writeln!(out, "{STRONG}IIS's MetaBack{STRONG:#} (`metafix restore PATH`)")?;
        }
        self.meta_back.iter().try_for_each(|row| row.write(out, ""))
    }
}

/// `iisback.vbs` names a metabase `NAME.MD0`, and its schema `NAME.SC0`.
fn is_metabase_name(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending.split_at_checked(2).is_some_and(|(kind, number)| {
        kind.eq_ignore_ascii_case("MD") && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// How much a version differs from the metabase, in words.
#[must_use]
pub fn difference(differs: Option<usize>) -> String {
    match differs {
        None => String::new(),
        Some(0) => "  (says the same as the metabase)".into(),
        Some(1) => "  (1 property differs from the metabase)".into(),
        Some(count) => format!("  ({count} properties differ from the metabase)"),
    }
}
