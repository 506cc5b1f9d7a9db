//! The commands: each turns its request into one use of the engine.
//!
//! Owns the order in which a user sees things. Everything that changes the metabase goes
//! through [`change::carry_out`].

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::FromArgMatches;

use crate::cli::{BackupsAction, Cli, Command};
use crate::os::core_dump;
use crate::server::services;
use crate::terminal::console::{Color, Console, ERROR, Format, Settings};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report;

pub mod about;
pub mod activation;
pub mod advice;
pub mod apply;
pub mod backups;
pub mod caution;
pub mod change;
pub mod check;
pub mod diagnose;
pub mod diff;
pub mod dsc;
pub mod edit;
pub mod export;
pub mod find;
pub mod get;
pub mod import;
pub mod keys;
pub mod live;
pub mod man;
pub mod open;
pub mod page;
pub mod problem;
pub mod proposal;
pub mod repair;
pub mod replace;
pub mod restore;
pub mod rules;
pub mod schema;
pub mod set;
pub mod set_dns_mode;
pub mod show;
pub mod sites;
mod standard_input;
mod text;
pub mod version;
mod wanted_hint;
pub mod whole_keys;

/// Runs the program: the command line of this process, its output, its exit code.
#[must_use]
pub fn main() -> ExitCode {
    core_dump::forbid();
    if about::is_asked(std::env::args_os().skip(1)) {
        let written = about::write(&mut std::io::stdout());
        return ExitCode::from(if written.is_ok() { Exit::Success } else { Exit::Failure }.code());
    }
    let cli = match crate::cli::command()
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches))
    {
        Ok(cli) => cli,
        Err(error) => return usage(error),
    };
    let mut console = Console::of_process(cli.global.settings());
    let exit = run(&cli, &mut console);
    if let Some(request) = console.interrupted {
        request.obey();
    }
    ExitCode::from(exit.code())
}

/// Runs one command and prints what comes of it.
#[must_use]
pub fn run(cli: &Cli, console: &mut Console) -> Exit {
    let error = match dispatch(cli, console) {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    let file = file(cli);
    let problem = advice::with_way_back(problem::problem_of(&error, &file), &file);
    // Nobody fears for a file that a command only reads.
    let written = problem.written.filter(|_| changes(&cli.command));
    let problem = Problem { written, ..problem };
    let problem = match &cli.global.file {
        Some(file) => Problem { hint: problem.hint.naming(file), ..problem },
        None => problem,
    };
    if report::problem(console, &problem).is_err() {
        // The JSON object finds no way out: then at least words on standard error.
        console.format = Format::Text;
        let told = report::problem(console, &problem);
        return if told.is_ok() { problem.exit } else { Exit::Failure };
    }
    problem.exit
}

fn dispatch(cli: &Cli, console: &mut Console) -> Result<Exit> {
    let file = file(cli);
    #[cfg(windows)]
    if !names_its_own(&cli.command) {
        open::reachable(&file)?;
    }
    console.progress.stage("reading and checking");
    match &cli.command {
        Command::SetDnsMode(args) => set_dns_mode::run(console, &file, args),
        Command::Show => show::run(console, &file),
        Command::Check(args) => check::run(console, &file, args),
        Command::Diagnose(args) => diagnose::run(console, &file, args),
        Command::Repair(args) => repair::run(console, &file, args),
        Command::Keys(args) => keys::run(console, &file, args),
        Command::Get(args) => get::run(console, &file, args),
        Command::Set(args) => set::set(console, &file, args),
        Command::Unset(args) => set::unset(console, &file, args),
        Command::Create(args) => whole_keys::create(console, &file, args),
        Command::Delete(args) => whole_keys::delete(console, &file, args),
        Command::Rename(args) => whole_keys::rename(console, &file, args),
        Command::Copy(args) => whole_keys::copy(console, &file, args),
        Command::Replace(args) => replace::run(console, &file, args),
        Command::Apply(args) => apply::apply(console, &file, args),
        Command::State(args) => apply::state(console, &file, args),
        Command::Dsc(args) => dsc::run(console, cli.global.file.as_deref(), args.operation),
        Command::Sites(args) => sites::run(console, &file, args),
        Command::Find(args) => find::run(console, &file, args),
        Command::Schema(args) => schema::run(console, &file, args),
        Command::Restore(args) => restore::run(console, &file, args),
        Command::Backups(args) => backups::run(console, &file, args),
        Command::Diff(args) => diff::run(console, &file, args),
        Command::Export(args) => export::run(console, &file, args),
        Command::Import(args) => import::run(console, &file, args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut crate::cli::command(), "metafix", &mut script);
            console.out.write_all(&script)?;
            Ok(Exit::Success)
        }
        Command::Man => {
            man::write(&mut console.out, crate::cli::command())?;
            Ok(Exit::Success)
        }
    }
}

/// Whether a command says itself which metabases it reads, and looks itself whether it can.
#[cfg(windows)]
fn names_its_own(command: &Command) -> bool {
    match command {
        Command::Dsc(_) => true,
        Command::Check(args) => !args.files.is_empty(),
        _ => false,
    }
}

/// Whether a command can change a file, or make one.
fn changes(command: &Command) -> bool {
    match command {
        Command::SetDnsMode(_)
        | Command::Set(_)
        | Command::Unset(_)
        | Command::Create(_)
        | Command::Delete(_)
        | Command::Rename(_)
        | Command::Copy(_)
        | Command::Replace(_)
        | Command::Apply(_)
        | Command::Restore(_)
        | Command::Import(_) => true,
        Command::Repair(args) => args.name.is_some(),
        Command::Export(args) => args.output != Path::new("-"),
        Command::Backups(args) => matches!(args.action, BackupsAction::Prune { .. }),
        Command::Show
        | Command::Check(_)
        | Command::Diagnose(_)
        | Command::Keys(_)
        | Command::Get(_)
        | Command::State(_)
        // It tells its errors itself.
        | Command::Dsc(_)
        | Command::Sites(_)
        | Command::Find(_)
        | Command::Schema(_)
        | Command::Diff(_)
        | Command::Completions { .. }
        | Command::Man => false,
    }
}

/// The metabase that is meant.
fn file(cli: &Cli) -> PathBuf {
    cli.global.file.clone().unwrap_or_else(services::default_metabase)
}

/// Prints what clap has to say: help on standard output with success, an error with its code.
/// What commands of adsutil, mdutil and iisback are here (KB 240225 and the help of each).
const FOREIGN: [(&str, &[&str]); 13] = [
    ("enum", &["get", "KEY"]),
    ("enum_all", &["state", "KEY", "--recursive"]),
    ("getall", &["state", "KEY", "--recursive"]),
    ("append", &["set", "KEY", "PROPERTY", "--add", "ENTRY"]),
    ("remove", &["set", "KEY", "PROPERTY", "--remove", "ENTRY"]),
    ("create_vdir", &["create", "W3SVC/1/ROOT/NAME", "--class", "IIsWebVirtualDir"]),
    ("create_vserv", &["create", "W3SVC/NUMBER", "ServerBindings=:80:"]),
    ("move", &["rename", "KEY", "NAME"]),
    ("ren", &["rename", "KEY", "NAME"]),
    ("del", &["delete", "KEY"]),
    ("exists", &["keys", "KEY"]),
    ("list", &["backups", "list"]),
    ("backup", &["backups", "list"]),
];

/// What somebody who types a command of another tool probably wants.
fn foreign(error: &clap::Error) -> Option<Hint> {
    let typed = error.get(clap::error::ContextKind::InvalidSubcommand)?.to_string();
    let is = |word: &&(&str, &[&str])| word.0.eq_ignore_ascii_case(&typed);
    let (_, words) = FOREIGN.iter().find(is)?;
    Some(Hint::run(words.iter().copied()).and(" is the command here"))
}

/// Help and versions are data like any other; what is wrong with the command line is talk.
fn print_usage(error: &clap::Error) -> std::io::Result<()> {
    if error.use_stderr() {
        return error.print();
    }
    let mut console = Console::of_process(Settings::default());
    let text = error.render().ansi().to_string();
    let printed = console.out.write_all(text.as_bytes()).and_then(|()| console.out.flush());
    if let Err(failed) = &printed {
        console.say(&format!("{ERROR}error:{ERROR:#} {failed}"))?;
    }
    printed
}

fn usage(mut error: clap::Error) -> ExitCode {
    let foreign = foreign(&error);
    if foreign.is_some() {
        // A word that looks alike is not what they meant.
        error.remove(clap::error::ContextKind::SuggestedSubcommand);
    }
    let wants_json = std::env::args_os().any(|argument| argument == "--format=json")
        || std::env::args_os()
            .zip(std::env::args_os().skip(1))
            .any(|(option, value)| option == "--format" && value == "json");
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Success };
    if !wants_json || exit == Exit::Success {
        let printed = print_usage(&error).and_then(|()| match &foreign {
            Some(hint) => writeln!(std::io::stderr(), "\nhint: {hint}"),
            None => Ok(()),
        });
        return ExitCode::from(if printed.is_ok() { exit } else { Exit::Failure }.code());
    }
    let problem = Problem {
        exit,
        name: "usage".into(),
        message: error.to_string(),
        hint: foreign.unwrap_or_else(|| {
            Hint::default().and_call(["metafix", "--help"]).and(" lists what there is")
        }),
        file: PathBuf::new(),
        place: None,
        related: None,
        written: None,
        stopped_services: Vec::new(),
    };
    let settings = Settings { format: Format::Json, color: Color::Never, ..Settings::default() };
    let printed = report::problem(&mut Console::of_process(settings), &problem);
    ExitCode::from(if printed.is_ok() { exit } else { Exit::Failure }.code())
}
