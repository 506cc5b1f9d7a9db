//! The arguments of the commands that read and change any property.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::writing::{EXIT_CODES, Writing};
use crate::metabase::locate::KeyPath;
use crate::metabase::property::{self, Type};
use crate::metabase::resolve::PropertyName;
use crate::metabase::value::Entries;

/// Where it is said what a property is.
#[derive(Debug, Clone, Args)]
pub struct SchemaFile {
    /// The schema [default: MBSchema.xml next to the metabase, else a built-in table of the
    /// published properties]
    #[arg(long, value_name = "PATH")]
    pub schema: Option<PathBuf>,
}

/// What `keys` takes.
#[derive(Debug, Args)]
pub struct Keys {
    /// A part of the path, in any case of letters; * stands for anything
    pub pattern: Option<String>,

    /// Show the keys below one another
    #[arg(long)]
    pub tree: bool,
}

/// What `get` takes.
#[derive(Debug, Args)]
pub struct Get {
    /// The key: /LM/SmtpSvc/1, SmtpSvc/1 or IIS://localhost/SmtpSvc/1, with or without the
    /// property after it
    pub key: KeyPath,

    /// The property, by name or ID [default: all of them]
    pub property: Option<PropertyName>,

    /// Where it is said what a property is.
    #[command(flatten)]
    pub schema: SchemaFile,
}

/// What every command that changes a property takes.
#[derive(Debug, Args)]
pub struct Changing {
    /// How the change is carried out.
    #[command(flatten)]
    pub writing: Writing,

    /// With --dry-run: exit with 6 when there is a change to make
    #[arg(long, requires = "dry_run")]
    pub exit_code: bool,

    /// Where it is said what a property is.
    #[command(flatten)]
    pub schema: SchemaFile,
}

/// What `set` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Set {
    /// The key: /LM/SmtpSvc/1, SmtpSvc/1 or IIS://localhost/SmtpSvc/1
    pub key: KeyPath,

    /// The property, by name or ID, and its value; the property may be joined to the key, as in
    /// SmtpSvc/1/MaxRecipients
    #[arg(num_args = 0.., value_names = ["PROPERTY", "VALUE"])]
    #[arg(allow_negative_numbers = true)]
    pub words: Vec<String>,

    /// Add entries to a list, at its end
    #[arg(long, value_name = "ENTRY", num_args = 1.., help_heading = ENTRIES)]
    pub add: Vec<String>,

    /// Remove entries from a list
    #[arg(long, value_name = "ENTRY", num_args = 1.., help_heading = ENTRIES)]
    pub remove: Vec<String>,

    /// Replace an entry of a list
    #[arg(long, value_names = ["OLD", "NEW"], num_args = 2, action = clap::ArgAction::Append)]
    #[arg(help_heading = ENTRIES)]
    pub replace: Vec<String>,

    /// The ID of a property that is not there yet
    #[arg(long, value_name = "ID")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub id: Option<u32>,

    /// Its type: DWORD, STRING, EXPANDSZ, MULTISZ, BINARY, BOOL
    #[arg(long = "type", value_name = "TYPE", value_parser = type_named)]
    pub kind: Option<Type>,

    /// Its user type: IIS_MD_UT_SERVER, IIS_MD_UT_FILE, IIS_MD_UT_WAM, ASP_MD_UT_APP
    #[arg(long, value_name = "NAME", value_parser = user_type_named)]
    pub user_type: Option<String>,

    /// Its flags, joined by |: NO_ATTRIBUTES, INHERIT, PARTIAL_PATH, REFERENCE, VOLATILE,
    /// INSERT_PATH
    #[arg(long, value_name = "FLAGS", value_parser = attributes_named)]
    pub attributes: Option<String>,

    /// How the change is carried out.
    #[command(flatten)]
    pub changing: Changing,
}

/// The heading of what edits a list.
const ENTRIES: &str = "Entries of a list (MULTISZ, MIMEMAP, IPSECLIST)";

impl Set {
    /// What is to become of the entries of a list, if that is asked.
    #[must_use]
    pub fn entries(&self) -> Option<Entries> {
        let pair = |pair: &[String]| Some((pair.first()?.clone(), pair.get(1)?.clone()));
        let replace = self.replace.chunks(2).filter_map(pair).collect();
        let entries = Entries { add: self.add.clone(), remove: self.remove.clone(), replace };
        Some(entries).filter(|entries| !entries.is_empty())
    }

    /// The same as words of the command line.
    #[must_use]
    pub fn entry_words(&self) -> Vec<String> {
        let all = [("--add", &self.add), ("--remove", &self.remove), ("--replace", &self.replace)];
        let given = all.into_iter().filter(|(_, words)| !words.is_empty());
        given.flat_map(|(name, words)| [vec![name.to_owned()], words.clone()].concat()).collect()
    }
}

/// What `unset` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Unset {
    /// The key: /LM/SmtpSvc/1, SmtpSvc/1 or IIS://localhost/SmtpSvc/1, with or without the
    /// property after it
    pub key: KeyPath,

    /// The property, by name or ID
    pub property: Option<PropertyName>,

    /// How the change is carried out.
    #[command(flatten)]
    pub changing: Changing,
}

/// What `replace` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Replace {
    /// The path, or a part of one: whole names, in any case of letters
    #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub old: String,

    /// What takes its place
    pub new: String,

    /// In this property alone, by name or ID; may be given several times
    #[arg(long, value_name = "PROPERTY")]
    pub property: Vec<PropertyName>,

    /// At this key and below it alone
    #[arg(long, value_name = "KEY")]
    pub under: Option<KeyPath>,

    /// Take OLD as plain text, to the letter, wherever it stands
    #[arg(long)]
    pub text: bool,

    /// How the change is carried out.
    #[command(flatten)]
    pub changing: Changing,
}

/// What `sites` takes.
#[derive(Debug, Args)]
pub struct Sites {
    /// Print a table for other programs
    #[arg(long, value_enum, value_name = "FORM")]
    pub table: Option<Table>,

    /// Where it is said what a property is.
    #[command(flatten)]
    pub schema: SchemaFile,
}

/// A table for other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Table {
    /// Values separated by commas (RFC 4180).
    Csv,
}

/// What `find` takes.
#[derive(Debug, Args)]
pub struct Find {
    /// The property, by name or ID; * in a name stands for anything
    pub property: PropertyName,

    /// The value it must have [default: any]
    #[arg(allow_negative_numbers = true)]
    pub value: Option<String>,

    /// Where it is said what a property is.
    #[command(flatten)]
    pub schema: SchemaFile,
}

/// What `schema` takes.
#[derive(Debug, Args)]
pub struct Schema {
    /// The property, by name or ID
    pub property: PropertyName,

    /// Where it is said what a property is.
    #[command(flatten)]
    pub schema: SchemaFile,
}

fn type_named(name: &str) -> Result<Type, String> {
    Type::of(&name.to_uppercase())
        .ok_or_else(|| "a type is DWORD, STRING, EXPANDSZ, MULTISZ, BINARY or BOOL".into())
}

fn user_type_named(name: &str) -> Result<String, String> {
    property::user_type_named(name).ok_or_else(|| property::USER_TYPES.join(", "))
}

fn attributes_named(names: &str) -> Result<String, String> {
    property::attributes_named(names).ok_or_else(|| {
        let all = property::ATTRIBUTES.join(", ");
        format!("a list, joined by |, of {all} (SECURE is for IIS alone)")
    })
}
