//! The arguments of the commands that make and move whole keys.

use std::path::PathBuf;

use clap::Args;

use super::property::{Changing, SchemaFile};
use super::writing::EXIT_CODES;
use crate::change::keys::check_class;
use crate::metabase::locate::KeyPath;

/// What `create` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Create {
    /// The key to make
    pub key: KeyPath,

    /// What it says; a list takes the same property several times
    #[arg(value_name = "PROPERTY=VALUE", value_parser = assignment)]
    pub properties: Vec<(String, String)>,

    /// Its class (KeyType) [default: what its place says, such as IIsSmtpDomain for
    /// SmtpSvc/N/Domain/NAME]
    #[arg(long, value_parser = class)]
    pub class: Option<String>,

    /// Make the keys above it too where they are missing
    #[arg(long)]
    pub parents: bool,

    /// How the change is carried out.
    #[command(flatten)]
    pub changing: Changing,
}

/// What `delete` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Delete {
    /// The keys to delete; * stands for any name
    #[arg(required = true, value_name = "KEY")]
    pub keys: Vec<KeyPath>,

    /// Delete the keys below them too
    #[arg(short, long)]
    pub recursive: bool,

    /// How the change is carried out.
    #[command(flatten)]
    pub changing: Changing,
}

/// What `rename` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Rename {
    /// The key
    pub key: KeyPath,

    /// Its new name: the last part of its path
    pub name: String,

    /// How the change is carried out.
    #[command(flatten)]
    pub changing: Changing,
}

/// What `copy` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Copy {
    /// The key to copy, with the keys below it
    #[arg(value_name = "KEY")]
    pub from: KeyPath,

    /// The key to make of it
    #[arg(value_name = "NEW-KEY")]
    pub to: KeyPath,

    /// How the change is carried out.
    #[command(flatten)]
    pub changing: Changing,
}

/// What `apply` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Apply {
    /// The wanted state, in TOML or JSON; - reads standard input
    #[arg(value_name = "FILE", required_unless_present = "print_schema")]
    pub state: Option<PathBuf>,

    /// Print the JSON Schema of the wanted state, for editors
    #[arg(long, exclusive = true)]
    pub print_schema: bool,

    /// How the change is carried out.
    #[command(flatten)]
    pub changing: Changing,
}

/// What `state` takes.
#[derive(Debug, Args)]
pub struct State {
    /// The keys; * stands for any name
    #[arg(required = true, value_name = "KEY")]
    pub keys: Vec<KeyPath>,

    /// The keys below them too
    #[arg(short, long)]
    pub recursive: bool,

    /// Where it is said what a property is.
    #[command(flatten)]
    pub schema: SchemaFile,
}

fn assignment(word: &str) -> Result<(String, String), &'static str> {
    match word.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("not PROPERTY=VALUE, such as RouteAction=SMTP_SMARTHOST"),
    }
}

fn class(name: &str) -> Result<String, &'static str> {
    match check_class(name) {
        Ok(()) => Ok(name.to_owned()),
        Err(_) => Err("not a class, such as IIsWebVirtualDir"),
    }
}
