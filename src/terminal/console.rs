//! Where output goes and answers come from: everything the program says passes through here.
//!
//! Data goes to standard output, talk to standard error. Writers are passed in, so that a test
//! sees what a user would; colours are always written and dropped by the writer where they are
//! not wanted.

use std::io::{self, BufRead, BufReader, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

use crate::os::interrupt::{Deferred, Request};
use crate::os::standard_output;
use crate::terminal::progress::Progress;
use crate::terminal::stream::{Closed, Data, Talk};

/// A removed line.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// An added line.
pub const ADDED: Style = AnsiColor::Green.on_default();
/// The head of a hunk.
pub const HUNK: Style = AnsiColor::Cyan.on_default();
/// What the eye should find first.
pub const STRONG: Style = Style::new().bold();
/// A warning.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// An error.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What to do next.
pub const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// How the console speaks, as the command line has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// How results are printed.
    pub format: Format,
    /// When to use colours.
    pub color: Color,
    /// Whether to print errors alone.
    pub quiet: bool,
    /// Whether to say each step.
    pub verbose: bool,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object on standard output, errors too.
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Standard output, standard error, and somebody to ask.
pub struct Console {
    /// For data.
    pub out: Box<dyn Write>,
    /// For talk.
    pub err: Box<dyn Write>,
    /// Where answers come from, if there is somebody to ask.
    pub person: Option<Box<dyn BufRead + Send>>,
    /// What is being done, shown while it takes long.
    pub progress: Progress,
    /// Whether data is shown on a terminal, which obeys what it is sent.
    pub on_terminal: bool,
    /// How results are printed.
    pub format: Format,
    /// Whether to print errors alone.
    pub quiet: bool,
    /// Whether to say each step.
    pub verbose: bool,
    /// A request to end the run that came while it was writing.
    pub interrupted: Option<Request>,
}

impl Console {
    /// The process's own.
    #[must_use]
    pub fn of_process(settings: Settings) -> Self {
        let choice = match settings.color {
            Color::Auto => None,
            Color::Always => Some(ColorChoice::Always),
            Color::Never => Some(ColorChoice::Never),
        };
        let (out, err) = (io::stdout(), io::stderr());
        let out_choice = choice.unwrap_or_else(|| AutoStream::choice(&out));
        let err_choice = choice.unwrap_or_else(|| AutoStream::choice(&err));
        let asks = io::stdin().is_terminal();
        let live = err.is_terminal() && !settings.quiet && settings.format == Format::Text;
        let progress =
            if live { Progress::on(Box::new(io::stderr())) } else { Progress::default() };
        Self {
            on_terminal: out.is_terminal(),
            out: match standard_output::was_closed() {
                true => progress.clearing(Data(Closed)),
                false => progress.clearing(Data(AutoStream::new(out, out_choice))),
            },
            err: progress.clearing(Talk(AutoStream::new(err, err_choice))),
            progress,
            person: asks.then(|| Box::new(BufReader::new(io::stdin())) as Box<dyn BufRead + Send>),
            format: settings.format,
            quiet: settings.quiet,
            verbose: settings.verbose,
            interrupted: None,
        }
    }

    /// Does what must not be interrupted: a request to end is obeyed after what comes of it was
    /// told.
    pub fn undisturbed<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let deferred = Deferred::begin();
        let result = work();
        self.interrupted = deferred.end();
        if self.interrupted.is_some() {
            // Talk that cannot be printed is lost: see `stream`.
            self.say("Interrupted; the write was completed first.").unwrap_or_default();
        }
        result
    }

    /// Says something on standard error, unless asked to be quiet.
    ///
    /// # Errors
    /// When standard error cannot be written.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { writeln!(self.err, "{line}") }
    }

    /// Says a step, if asked to.
    ///
    /// # Errors
    /// When standard error cannot be written.
    pub fn step(&mut self, line: &str) -> io::Result<()> {
        if self.verbose { writeln!(self.err, "{line}") } else { Ok(()) }
    }

    /// Whether results are printed for people.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.format == Format::Text
    }
}
