//! `metafix keys`: the keys of a metabase.

use std::path::Path;

use anyhow::Result;

use crate::command::proposal;
use serde::Serialize;

use super::open::open;
use crate::cli::property;
use crate::metabase::locate::{self, KeyParts, folded};
use crate::metabase::model;
use crate::store::Target;
use crate::terminal::console::{Console, STRONG};
use crate::terminal::problem::Exit;
use crate::terminal::report::{self, SCHEMA_VERSION};
use crate::text::escape;

/// The JSON object of `keys`.
#[derive(Serialize)]
struct Listed {
    schema_version: u32,
    command: &'static str,
    changed: bool,
    file: String,
    keys: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    key: String,
    class: String,
    line: usize,
    properties: usize,
}

/// Lists the keys.
///
/// # Errors
/// A [`crate::terminal::problem::Problem`] or a store error.
pub fn run(console: &mut Console, file: &Path, args: &property::Keys) -> Result<Exit> {
    let target = Target::resolve(file)?;
    let opened = open(&target)?;
    let (source, text) = (&opened.source, opened.source.text());
    let lines = source.lines();
    let mut rows = Vec::new();
    for key in &opened.metabase.keys {
        let path = locate::location(source, key);
        if args.pattern.as_deref().is_some_and(|pattern| !fits(pattern, &path)) {
            continue;
        }
        let parts = KeyParts::read(source, key)
            .map_err(|refusal| proposal::refused(&target, refusal, source))?;
        rows.push(Row {
            key: path.into_owned(),
            class: parts.element.name(text).to_owned(),
            line: lines.line(key.at.start),
            properties: model::properties(text, &parts).len(),
        });
    }
    if args.tree {
        rows.sort_by_key(|row| folded(&row.key).split('/').map(str::to_owned).collect::<Vec<_>>());
    }
    if console.is_text() {
        print(console, &rows, args)?;
    } else {
        let file = target.asked().to_string_lossy().into_owned();
        let command = "keys";
        let schema_version = SCHEMA_VERSION;
        report::json(
            console,
            &Listed { schema_version, command, changed: false, file, keys: rows },
        )?;
    }
    Ok(Exit::Success)
}

/// Whether a path has the parts of a pattern, in their order. Letters compare without case.
fn fits(pattern: &str, path: &str) -> bool {
    let path = folded(path);
    let mut at = 0;
    folded(pattern).split('*').all(|part| match path[at..].find(part) {
        Some(found) => {
            at += found + part.len();
            true
        }
        None => false,
    })
}

fn print(console: &mut Console, rows: &[Row], args: &property::Keys) -> Result<()> {
    let shown = |row: &Row| {
        let path = escape::escaped(&row.key);
        match path.rsplit_once('/') {
            Some((above, name)) if args.tree && !name.is_empty() => {
                format!("{}{name}", "  ".repeat(above.matches('/').count()))
            }
            _ => path.into_owned(),
        }
    };
    let names: Vec<String> = rows.iter().map(shown).collect();
    let width = report::column(names.iter().map(String::as_str));
    let class = report::column(rows.iter().map(|row| row.class.as_str()));
    for (row, name) in rows.iter().zip(&names) {
        let ends = if row.properties == 1 { "y" } else { "ies" };
        writeln!(
            console.out,
            "{STRONG}{name:width$}{STRONG:#}  {:class$}  line {:<6} {} propert{ends}",
            row.class, row.line, row.properties
        )?;
    }
    if rows.is_empty() {
        let pattern = args.pattern.as_deref().unwrap_or_default();
        console.say(&format!("No key has \"{}\" in its path.", escape::escaped(pattern)))?;
    }
    Ok(console.out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_pattern_is_a_part_of_the_path_or_several() {
        assert!(fits("smtp", "/LM/SmtpSvc/1"));
        assert!(fits("lm/*/1", "/LM/SmtpSvc/1"));
        assert!(fits("", "."));
        assert!(fits("*", "/"));
        assert!(!fits("svc/2", "/LM/SmtpSvc/1"));
        assert!(!fits("1*smtp", "/LM/SmtpSvc/1"));
    }
}
