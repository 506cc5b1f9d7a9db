//! `metafix dsc`: one key of the metabase as a resource of DSC v3.
//!
//! Owns the contract: an instance from standard input, which is read to its end; lines of JSON on
//! standard output; messages as lines of JSON on standard error. What is done is done as `apply`
//! does it.

mod answer;
mod input;
mod manifest;
mod refusal;

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::activation::Activation;
use super::advice;
use super::apply::{self, Wish};
use super::caution;
use super::change::{self, Manner};
use super::open::{self, Opened};
use super::problem;
use super::proposal;
use super::schema::{self, OpenedSchema};
use crate::change::state::{self, Instance};
use crate::cli::dsc::Operation;
use crate::metabase::error::MetabaseError;
use crate::metabase::locate::KeyPath;
use crate::metabase::scan::scan;
use crate::metabase::schema::Schema;
use crate::server::services;
use crate::store::{Target, Written};
use crate::terminal::console::{Console, Format};
use crate::terminal::hint::Hint;
use crate::terminal::problem::{Exit, Problem};
use crate::terminal::report;
use crate::terminal::trace::Trace;
use crate::text::escape;
use crate::text::source::Source;
use answer::State;
use input::{input, only_a_filter, whole, writing};
use refusal::{error_line, flawed, refusal};

/// What goes to standard output, a line each.
enum Answer {
    States(Vec<State>),
    StateAndDiff(Box<State>, Vec<String>),
}

/// Answers DSC.
///
/// # Errors
/// When the answer cannot be printed. All else is told on standard error, as DSC expects it.
pub fn run(console: &mut Console, file: Option<&Path>, operation: Operation) -> Result<Exit> {
    match operation {
        Operation::Schema => return pretty(console, &state::instance_schema()),
        Operation::Manifest => return pretty(console, &manifest::manifest()),
        _ => {}
    }
    // Nobody is asked, and nothing but the answer goes to standard output.
    let out = std::mem::replace(&mut console.out, Box::new(io::sink()));
    let err = std::mem::replace(&mut console.err, Box::new(io::sink()));
    console.err = Box::new(Trace::on(err));
    (console.person, console.format) = (None, Format::Text);
    let mut asked = Asked { file: file.map(Path::to_owned), key: None, operation };
    let done = asked.answer(console);
    console.out = out;
    let done = done.and_then(|answer| asked.print(console, &answer));
    let exit = match done {
        Ok(()) => Exit::Success,
        Err(error) => {
            let problem = asked.problem(&error);
            error_line(console, &problem, asked.key.as_ref())?;
            problem.exit
        }
    };
    console.err.flush()?;
    Ok(exit)
}

fn pretty(console: &mut Console, value: &impl Serialize) -> Result<Exit> {
    writeln!(console.out, "{}", serde_json::to_string_pretty(value)?)?;
    console.out.flush()?;
    Ok(Exit::Success)
}

/// What DSC asks, and of which metabase.
struct Asked {
    file: Option<PathBuf>,
    /// The key of the instance, once that is read.
    key: Option<KeyPath>,
    operation: Operation,
}

impl Asked {
    fn answer(&mut self, console: &mut Console) -> Result<Answer> {
        let input = input()?;
        // An export lists everything, unless it is told of which key.
        let everything = (self.operation == Operation::Export).then_some("/");
        if input.trim().is_empty() && everything.is_some() {
            return self.export(console, None, &KeyPath::exact("/"), None);
        }
        if input.trim().is_empty() {
            let message = "no instance came on standard input".to_owned();
            let hint = Hint::say("such as {\"path\": \"SmtpSvc/1\"}");
            return Err(refusal("no-instance", message, hint).into());
        }
        let instance = match state::read_instance(&input, everything) {
            Ok(instance) => instance,
            Err(errors) => return Err(flawed(console, &errors, None)?.into()),
        };
        self.key = Some(instance.key.path.clone());
        if let Some(file) = &instance.file {
            self.file = Some(whole(file)?);
        }
        let path = &instance.key.path;
        match self.operation {
            Operation::Export => {
                only_a_filter(&instance)?;
                let class = instance.key.class.as_deref();
                self.export(console, instance.file.as_deref(), path, class)
            }
            _ if path.is_pattern() => {
                let message = format!("{path} stands for many keys, and an instance is one");
                let hint = Hint::say("name one key; export takes *");
                Err(refusal("pattern", message, hint).into())
            }
            Operation::Set { what_if } => self.set(console, &instance, what_if),
            Operation::Test => self.test(console, &instance),
            _ => self.get(console, &instance),
        }
    }

    fn file(&self) -> PathBuf {
        self.file.clone().unwrap_or_else(services::default_metabase)
    }

    fn target(&self) -> Result<Target> {
        let file = self.file();
        #[cfg(windows)]
        open::reachable(&file)?;
        Ok(Target::resolve(&file)?)
    }

    fn get(&self, console: &mut Console, instance: &Instance) -> Result<Answer> {
        let target = self.target()?;
        let opened = open::open(&target)?;
        let schema = schema::open(target.path(), None)?;
        schema::warn(console, &schema)?;
        let state = state_of(&target, &opened, &schema.schema, instance)?;
        say_left_out(console, &state)?;
        Ok(Answer::States(vec![state]))
    }

    fn test(&self, console: &mut Console, instance: &Instance) -> Result<Answer> {
        let target = self.target()?;
        let opened = open::open(&target)?;
        let schema = schema::open(target.path(), None)?;
        schema::warn(console, &schema)?;
        let mut state = state_of(&target, &opened, &schema.schema, instance)?;
        let why = format!("dsc test {}", instance.key.path);
        let proposal = apply::propose(&target, opened, &wish(instance, &why), |errors| {
            flawed(console, errors, Some(&instance.key.path))
        })?;
        let differing = answer::differing(&proposal.changes);
        state.in_desired_state = Some(proposal.edits.is_empty());
        Ok(Answer::StateAndDiff(Box::new(state), differing))
    }

    fn set(&self, console: &mut Console, instance: &Instance, what_if: bool) -> Result<Answer> {
        let target = self.target()?;
        let why = format!("dsc set {}", instance.key.path);
        let writing = writing(instance, what_if)?;
        let mut answer = None;
        let exit = change::guarded(console, &target, &writing, &why, |console, ahead| {
            let opened = open::open(&target)?;
            // That it cannot be read is among what the proposal warns of.
            let OpenedSchema { schema, .. } = schema::open(target.path(), None)?;
            let before = state_of(&target, &opened, &schema, instance)?;
            let proposal = apply::propose(&target, opened, &wish(instance, &why), |errors| {
                flawed(console, errors, Some(&instance.key.path))
            })?;
            let mut state = state_after(&proposal.after, &schema, instance)?;
            let activation = ahead.activation.unwrap_or(proposal.activation);
            if !proposal.edits.is_empty() && activation == Activation::Overwrites {
                state = state.after_restart();
            }
            if what_if {
                let warnings = [&ahead.warnings[..], &proposal.warnings].concat();
                let refused = caution::not_allowed(&proposal.faults.new, &writing.findings());
                state.metadata = answer::what_if(&before, &state, &proposal, &warnings, &refused);
            }
            let manner = Manner { writing: &writing, exit_code: false, ahead };
            let done = change::carry_out_told(console, &target, &proposal, manner)?;
            if let Some(way_back) = answer::way_back(&done) {
                state.metadata = Some(way_back);
            }
            answer = Some((state, answer::differing(&proposal.changes)));
            Ok(done.exit)
        })?;
        if exit != Exit::Success {
            let message = "it was interrupted before the write".to_owned();
            let nothing = Written::Nothing;
            let problem = Problem::failed("interrupted", message, target.asked(), nothing);
            return Err(Problem { exit, ..problem }.into());
        }
        let (state, differing) = answer.context("the change was not made")?;
        Ok(Answer::StateAndDiff(Box::new(state), differing))
    }

    fn export(
        &self,
        console: &mut Console,
        named: Option<&str>,
        path: &KeyPath,
        class: Option<&str>,
    ) -> Result<Answer> {
        let target = self.target()?;
        let opened = open::open(&target)?;
        let schema = schema::open(target.path(), None)?;
        schema::warn(console, &schema)?;
        let Opened { source, metabase, .. } = &opened;
        let refused = |error: MetabaseError| proposal::refused(&target, error, source);
        let keys = apply::keys_of(&opened, std::slice::from_ref(path), true).map_err(refused)?;
        let mut states = Vec::new();
        for key in keys {
            let state = State::of_key(source, metabase, &schema.schema, key).map_err(refused)?;
            let mut state = state.named();
            let is_of = |class: &str| {
                state.class.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(class))
            };
            if class.is_none_or(is_of) {
                say_left_out(console, &state)?;
                state.file = named.map(str::to_owned);
                states.push(state);
            }
        }
        Ok(Answer::States(states))
    }

    fn print(&self, console: &mut Console, answer: &Answer) -> Result<()> {
        let printed = match answer {
            Answer::States(states) => {
                states.iter().try_for_each(|state| report::json(console, state))
            }
            Answer::StateAndDiff(state, differing) => {
                report::json(console, state).and_then(|()| report::json(console, differing))
            }
        };
        printed.map_err(|error| {
            let changed = matches!(answer, Answer::StateAndDiff(_, all) if !all.is_empty());
            let is_set = self.operation == Operation::Set { what_if: false };
            match changed && is_set {
                true => {
                    let message = format!("the new file is in place, but {error}");
                    let written = Written::Complete;
                    Problem::failed("written-but", message, &self.file(), written).into()
                }
                false => error.into(),
            }
        })
    }

    /// An error, with what to do in DSC's words.
    fn problem(&self, error: &anyhow::Error) -> Problem {
        let file = self.file();
        let problem = advice::with_way_back(problem::problem_of(error, &file), &file);
        let hint = match problem.name.as_str() {
            "iis-running" => Hint::say(
                "add \"stop_services\": true to the instance: IIS is stopped for the change, and \
                 what ran is started again",
            ),
            "new-finding" => {
                Hint::say("name the finding in \"allow\" of the instance, if it is meant")
            }
            _ => problem.hint,
        };
        let is_set = matches!(self.operation, Operation::Set { .. });
        let written = problem.written.filter(|_| is_set);
        Problem { hint: hint.naming(&file), written, ..problem }
    }
}

fn wish<'a>(instance: &'a Instance, why: &'a str) -> Wish<'a> {
    let keys = std::slice::from_ref(&instance.key);
    Wish { keys, schema: None, command: "dsc", why }
}

/// The state of the key.
fn state_of(
    target: &Target,
    opened: &Opened,
    schema: &Schema,
    instance: &Instance,
) -> Result<State> {
    let Opened { source, metabase, .. } = opened;
    let refused = |error: MetabaseError| proposal::refused(target, error, source);
    let mut state = State::of(source, metabase, schema, &instance.key.path).map_err(refused)?;
    state.file.clone_from(&instance.file);
    Ok(state)
}

/// The state that a change leads to.
fn state_after(after: &[u8], schema: &Schema, instance: &Instance) -> Result<State> {
    let source = Source::decode(after.to_vec())?;
    let mut state = State::of(&source, &scan(&source)?, schema, &instance.key.path)?;
    state.file.clone_from(&instance.file);
    Ok(state)
}

fn say_left_out(console: &mut Console, state: &State) -> io::Result<()> {
    for (name, why) in &state.left_out {
        let sentence = format!("{}: {name} is left out ({why})", state.path);
        console.say(&escape::escaped(&sentence))?;
    }
    Ok(())
}
