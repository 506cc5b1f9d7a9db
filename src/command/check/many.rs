//! Several metabases in one run: those of many servers.
//!
//! One that cannot be read keeps no other from being judged.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::judged::{Judged, judge, summary};
use super::{json, text};
use crate::cli::Check;
#[cfg(windows)]
use crate::command::open;
use crate::command::{advice, problem, standard_input};
use crate::terminal::console::{Console, STRONG};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report;
use crate::terminal::sarif;

/// Judges each file, and prints what was found in all.
pub(super) fn run(console: &mut Console, args: &Check, ignored: &[&'static str]) -> Result<Exit> {
    let mut files = Vec::new();
    for path in paths(args)? {
        #[cfg(windows)]
        let judged = open::reachable(&path).and_then(|()| judge(console, &path, args));
        #[cfg(not(windows))]
        let judged = judge(console, &path, args);
        let judged = judged.map_err(|error| unread(&error, &path));
        // Text is shown as it comes; the other two are one object for all.
        if console.is_text() && !args.sarif {
            show(console, &judged, ignored)?;
        }
        files.push(judged);
    }
    let exit = exit(&files);
    if args.sarif {
        let checked: Vec<_> = files.iter().flatten().map(Judged::checked).collect();
        let unread: Vec<_> = files.iter().filter_map(|file| file.as_ref().err()).collect();
        report::json(console, &sarif::log(&checked, &unread, ignored))?;
    } else if console.is_text() {
        total(console, &files)?;
    } else {
        report::json(console, &json::objects(&files, exit, ignored))?;
    }
    Ok(exit)
}

/// The files that were named; `-` stands for the lines of standard input.
fn paths(args: &Check) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for file in &args.files {
        if file != Path::new("-") {
            paths.push(file.clone());
            continue;
        }
        let text = standard_input::text()?;
        let lines = text.lines().map(str::trim);
        paths.extend(lines.filter(|line| !line.is_empty()).map(PathBuf::from));
    }
    if paths.is_empty() {
        return Err(no_file().into());
    }
    Ok(paths)
}

/// A list that came out empty must not look like servers without findings.
fn no_file() -> Problem {
    Problem {
        exit: Exit::Usage,
        name: "no-file".into(),
        message: "there is no path in it".into(),
        hint: Hint::say("give the path of a metabase on each line"),
        file: "standard input".into(),
        place: None,
        related: None,
        written: None,
        stopped_services: Vec::new(),
    }
}

fn unread(error: &anyhow::Error, path: &Path) -> Problem {
    let problem = advice::with_way_back(problem::problem_of(error, path), path);
    Problem { written: None, hint: problem.hint.naming(path), ..problem }
}

fn show(console: &mut Console, file: &Result<Judged, Problem>, ignored: &[&str]) -> Result<()> {
    match file {
        Err(problem) => report::problem(console, problem)?,
        Ok(judged) => {
            text::print(console, judged, ignored)?;
            if !console.quiet {
                writeln!(console.out)?;
                console.out.flush()?;
            }
        }
    }
    Ok(())
}

fn total(console: &mut Console, files: &[Result<Judged, Problem>]) -> Result<()> {
    if console.quiet {
        return Ok(());
    }
    let read = files.iter().flatten();
    let counted = summary(|severity| read.clone().map(|judged| judged.count(severity)).sum());
    let told = match files.iter().filter(|file| file.is_err()).count() {
        0 => counted,
        all if all == files.len() => format!("{all} could not be read"),
        count => format!("{counted}; {count} could not be read"),
    };
    let noun = if files.len() == 1 { "file" } else { "files" };
    writeln!(console.out, "{STRONG}{} {noun}{STRONG:#}: {told}", files.len())?;
    Ok(console.out.flush()?)
}

fn exit(files: &[Result<Judged, Problem>]) -> Exit {
    let is = |wanted: Exit| files.iter().flatten().any(|judged| judged.exit() == wanted);
    match () {
        () if files.iter().any(Result::is_err) => Exit::Failure,
        () if is(Exit::Refused) => Exit::Refused,
        () if is(Exit::Pending) => Exit::Pending,
        () => Exit::Success,
    }
}
