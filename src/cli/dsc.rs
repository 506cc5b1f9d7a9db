//! The arguments of the commands that DSC calls.

use clap::{Args, Subcommand};

/// What `dsc` takes.
#[derive(Debug, Args)]
pub struct Dsc {
    /// What DSC asks.
    #[command(subcommand)]
    pub operation: Operation,
}

/// What DSC asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Operation {
    /// Print what a key says
    Get,
    /// Make a key what it is to be
    ///
    /// Prints the state afterwards, and which properties changed. There is one backup, which
    /// `metafix restore` puts back.
    Set {
        /// Print what the state would be, and write nothing
        #[arg(long)]
        what_if: bool,
    },
    /// Print what a key says, and which properties are not as wanted
    Test,
    /// Print each key below a path, and the key of the path
    Export,
    /// Print the JSON Schema of an instance
    Schema,
    /// Print the manifest, which DSC looks for in the folders of the PATH
    ///
    /// It stands beside the program as metafix.dsc.resource.json, and the zip for Windows has it
    /// there. DSC passes over one in UTF-16 or with a byte order mark without a word: Windows
    /// PowerShell 5 makes such files with >.
    Manifest,
}
