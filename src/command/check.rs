//! `metafix check`: the findings, for people, for scripts and for code scanning tools.

mod json;
mod judged;
mod many;
mod text;

use std::path::Path;

use anyhow::Result;

use super::page;
use super::proposal;
use super::rules;
use crate::cli::Check;
use crate::terminal::console::Console;
use crate::terminal::page::check as page_of_check;
use crate::terminal::problem::Exit;
use crate::terminal::report;
use crate::terminal::sarif;
use judged::{judge, summary};

pub use judged::findings;

/// Prints the findings, or what the rules are.
///
/// # Errors
/// A store error.
pub fn run(console: &mut Console, file: &Path, args: &Check) -> Result<Exit> {
    let mut ignored: Vec<&str> = args.ignore.iter().map(|rule| rule.name).collect();
    ignored.sort_unstable();
    ignored.dedup();
    match args.explain {
        _ if args.list => rules::list(console),
        Some(rule) => rules::explain(console, rule),
        None if args.files.is_empty() => one(console, file, args, &ignored),
        None => many::run(console, args, &ignored),
    }
}

fn one(console: &mut Console, file: &Path, args: &Check, ignored: &[&'static str]) -> Result<Exit> {
    let judged = judge(console, file, args)?;
    page::write(&args.page, |made| {
        let (file, summary) =
            (proposal::absolute(&judged.target), summary(|severity| judged.count(severity)));
        let checked = page_of_check::Checked {
            file: &file.to_string_lossy(),
            summary: &summary,
            findings: &judged.with_repairs(),
            schema: &judged.schema.in_words(),
        };
        page_of_check::page(&checked, made)
    })?;
    if args.sarif {
        report::json(console, &sarif::log(&[judged.checked()], &[], ignored))?;
    } else if console.is_text() {
        text::print(console, &judged, ignored)?;
    } else {
        report::json(console, &json::object(&judged, ignored))?;
    }
    page::say(console, &args.page)?;
    Ok(judged.exit())
}
