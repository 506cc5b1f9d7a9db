//! What is printed: the same facts as text for people and as one JSON object for scripts.
//!
//! Owns every sentence about a finished or planned change and the shape of the JSON, which
//! README documents. Decides nothing.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use crate::change::diff::{Diff, Hunk, Line, Sign};
use crate::metabase::secrets;
use crate::store::Written;
use crate::terminal::console::{ADDED, Console, ERROR, HINT, HUNK, REMOVED, STRONG};
use crate::terminal::problem::Problem;
use crate::text::escape;

/// The version of the JSON objects; a change that could break a reader raises it.
pub const SCHEMA_VERSION: u32 = 1;

/// How wide a column is in which these are lined up. A name that is longer than anybody lines up
/// stands out: in a hostile file it is longer than the formatter can pad to.
#[must_use]
pub fn column<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    const WIDEST: usize = 200;
    cells.map(|cell| cell.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0)
}

/// A property that changes.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeRow {
    /// The key's `Location`.
    pub key: String,
    /// The property's name.
    pub property: String,
    /// Its ID, if that is known; a row that is about a whole key has none.
    pub id: Option<u32>,
    /// Its form: `attribute` or `Custom`.
    pub form: &'static str,
    /// Its line in the original, or the line where it will begin.
    pub line: usize,
    /// The value before, if there was one.
    pub was: Option<String>,
    /// The value after, if there is one.
    pub now: Option<String>,
}

/// The form of a row that is about a whole key.
pub const KEY: &str = "key";

impl ChangeRow {
    /// Whether it says of a whole key that it is made, goes or moves.
    #[must_use]
    pub fn is_of_key(&self) -> bool {
        self.form == KEY
    }
}

/// Neighbouring lines that change together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditRow {
    /// The first line in the original; for an insertion the line it stands before.
    pub line: usize,
    /// The first line in the result.
    pub new_line: usize,
    /// The lines before, secrets masked.
    pub was: String,
    /// The lines after, secrets masked.
    pub now: String,
}

/// Something to know beside the result.
#[derive(Debug, Clone, Serialize)]
pub struct Warning {
    /// The name by which scripts know it.
    pub name: &'static str,
    /// The sentence.
    pub message: String,
}

/// The lines of a diff that change, as rows.
#[must_use]
pub fn edit_rows(diff: &Diff) -> Vec<EditRow> {
    let mut rows = Vec::new();
    for hunk in &diff.hunks {
        let (mut line, mut new_line) = (hunk.was_line, hunk.now_line);
        for changed in
            hunk.lines.chunk_by(|a, b| (a.sign == Sign::Context) == (b.sign == Sign::Context))
        {
            let side = |sign| {
                let lines = changed.iter().filter(|line: &&Line| line.sign == sign);
                lines.map(|line| secrets::masked(&line.text, &line.secrets)).collect::<String>()
            };
            let count = |other| changed.iter().filter(|line| line.sign != other).count();
            if changed[0].sign != Sign::Context {
                let (was, now) = (side(Sign::Removed), side(Sign::Added));
                rows.push(EditRow { line, new_line, was, now });
            }
            line += count(Sign::Added);
            new_line += count(Sign::Removed);
        }
    }
    rows
}

/// Prints an object on standard output, in ASCII: whatever a file holds, a terminal that shows
/// the JSON has nothing to obey.
///
/// # Errors
/// When standard output cannot be written.
pub fn json(console: &mut Console, object: &impl Serialize) -> io::Result<()> {
    console.out.write_all(&ascii(object)?)?;
    console.out.flush()
}

/// An object as one line of JSON in ASCII.
///
/// # Errors
/// When it cannot be said in JSON.
pub fn ascii(object: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    object.serialize(&mut Serializer::with_formatter(&mut text, Ascii))?;
    text.push(b'\n');
    Ok(text)
}

/// JSON whose strings are ASCII alone.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for character in fragment.chars() {
            if character.is_ascii() && !character.is_ascii_control() {
                CompactFormatter
                    .write_string_fragment(writer, character.encode_utf8(&mut [0; 4]))?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

/// Prints a diff for people, or for `patch`.
///
/// # Errors
/// When standard output cannot be written.
pub fn diff(console: &mut Console, diff: &Diff, names: (&str, &str)) -> io::Result<()> {
    if diff.hunks.is_empty() || console.quiet {
        return Ok(());
    }
    hunks(&mut console.out, diff, names, console.on_terminal)
}

/// Shows a diff to somebody who is asked about it, when it is not among the data.
///
/// # Errors
/// When standard error cannot be written.
pub fn diff_to_ask_about(
    console: &mut Console,
    diff: &Diff,
    names: (&str, &str),
) -> io::Result<()> {
    if console.is_text() && !console.quiet {
        Ok(())
    } else {
        hunks(&mut console.err, diff, names, true)
    }
}

fn hunks(
    out: &mut dyn Write,
    diff: &Diff,
    names: (&str, &str),
    on_terminal: bool,
) -> io::Result<()> {
    let (was, now) = (escape::escaped(names.0), escape::escaped(names.1));
    writeln!(out, "{STRONG}--- {was}{STRONG:#}\n{STRONG}+++ {now}{STRONG:#}")?;
    for hunk in &diff.hunks {
        writeln!(out, "{HUNK}{}{HUNK:#}", hunk.header())?;
        lines(out, hunk, on_terminal)?;
    }
    out.flush()
}

fn lines(out: &mut dyn Write, hunk: &Hunk, on_terminal: bool) -> io::Result<()> {
    let ends = |line: &Line| line.text.ends_with("\r\n");
    let mixed = hunk.lines.iter().any(ends) && !hunk.lines.iter().all(ends);
    for line in &hunk.lines {
        let style = match line.sign {
            Sign::Context => anstyle::Style::new(),
            Sign::Removed => REMOVED,
            Sign::Added => ADDED,
        };
        let content = line.text.trim_end_matches('\n');
        let (content, cr) = match content.strip_suffix('\r') {
            Some(content) if line.text.ends_with('\n') => (content, "\r"),
            _ => (content, ""),
        };
        let shown = secrets::masked(content, &line.secrets);
        let shown = escape::escaped(&shown);
        // A CR before the LF is what `patch` needs; a terminal is shown it where lines differ.
        let cr = match (cr, on_terminal, mixed) {
            ("", ..) => "",
            (_, false, _) => "\r",
            (_, true, true) => "\\r",
            (_, true, false) => "",
        };
        let sign = line.sign.character();
        if on_terminal {
            writeln!(out, "{style}{sign}{shown}{cr}{style:#}")?;
        } else {
            writeln!(out, "{style}{sign}{shown}{style:#}{cr}")?;
        }
        if !line.text.ends_with('\n') {
            writeln!(out, "\\ No newline at end of file")?;
        }
    }
    Ok(())
}

/// An error as a JSON object.
#[derive(Serialize)]
pub struct ErrorObject<'a> {
    schema_version: u32,
    changed: bool,
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    name: &'a str,
    exit: &'static str,
    code: u8,
    message: &'a str,
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    hint: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stopped_services: &'a [String],
}

impl<'a> ErrorObject<'a> {
    /// The object.
    #[must_use]
    pub fn of(problem: &'a Problem) -> Self {
        let changed =
            matches!(problem.written, Some(Written::Complete | Written::Backups | Written::Torn));
        let position = problem.place.as_ref().map(|place| place.position);
        let error = ErrorBody {
            name: &problem.name,
            exit: problem.exit.name(),
            code: problem.exit.code(),
            message: &problem.message,
            file: problem.file.to_string_lossy().into_owned(),
            line: position.map(|position| position.line),
            column: position.map(|position| position.column),
            hint: problem.hint.to_string(),
            stopped_services: &problem.stopped_services,
        };
        Self { schema_version: SCHEMA_VERSION, changed, error }
    }
}

/// Prints an error: what is wrong, where, what to do, and whether anything was written.
///
/// # Errors
/// When the output cannot be written.
pub fn problem(console: &mut Console, problem: &Problem) -> io::Result<()> {
    if !console.is_text() {
        return json(console, &ErrorObject::of(problem));
    }
    writeln!(console.err, "{ERROR}error:{ERROR:#} {problem}")?;
    if !problem.hint.is_empty() {
        writeln!(console.err, "{HINT}hint:{HINT:#} {}", problem.hint)?;
    }
    match problem.written {
        Some(Written::Nothing) => writeln!(console.err, "Nothing was written."),
        Some(Written::Torn) => writeln!(console.err, "The file is damaged until it is restored."),
        Some(Written::Complete) => writeln!(console.err, "The complete new file is in place."),
        Some(Written::Backups) => {
            writeln!(console.err, "The metabase is as it was; old backups were removed.")
        }
        None => Ok(()),
    }
}
