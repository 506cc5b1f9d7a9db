//! The command line: what can be asked, and what `--help` says of it.
//!
//! Owns names and defaults of options. What is wrong with an argument is said here, where it
//! enters; no other module sees a string that could be wrong.

mod check;
mod diagnose;
pub mod dsc;
mod examples;
pub mod keys;
mod page;
pub mod property;
mod rule;
mod versions;
mod writing;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::metabase::property::DnsMode;
use crate::store::Wanted;
use crate::terminal::console::{Color, Format, Settings};

pub use check::{Check, Repair};
pub use diagnose::Diagnose;
pub use examples::command;
pub use page::Page;
pub use versions::{Diff, Export, Import, OnConflict, Operand};
pub use writing::{Allowed, Write, Writing, allowed, findings};

use page::page_path;
use writing::EXIT_CODES;

/// Edits IIS's MetaBase.xml without harm
///
/// Changes the one property asked for in MetaBase.xml and not one byte beside it. Shows the
/// change first, keeps a backup, writes atomically, and takes everything back with `restore`.
#[derive(Debug, Parser)]
#[command(name = "metafix", version, styles = STYLES)]
#[command(after_help = AT_NIGHT, after_long_help = format!("{AT_NIGHT}\n\n{EXIT_CODES}"))]
#[command(propagate_version = true, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AT_NIGHT: &str = "\
On a server, from an elevated prompt:
  metafix show                       is the mode set? must IIS be stopped first?
  metafix set-dns-mode udp-only -n   what the cure of KB 820284 would change
  net stop iisadmin /y               if `show` says IIS overwrites edits
  metafix set-dns-mode udp-only      show, ask, back up, write, read back
  net start smtpsvc                  and what else was stopped
  metafix restore                    take the last change back";

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The metabase [default: %SystemRoot%\System32\inetsrv\MetaBase.xml on Windows, MetaBase.xml
    /// in the current folder elsewhere]
    #[arg(short, long, global = true, env = "METAFIX_FILE", value_name = "PATH")]
    #[arg(hide_env_values = true)]
    pub file: Option<PathBuf>,

    /// How results are printed
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,

    /// When to use colours [NO_COLOR and CLICOLOR_FORCE are heeded]
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,

    /// Print only errors, and what a command is for: the modes of `show`, JSON
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say each step
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

impl Global {
    /// What a console makes of them.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let Self { format, color, quiet, verbose, .. } = *self;
        Settings { format, color, quiet, verbose }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set how the SMTP service asks its DNS server (Microsoft KB 820284)
    ///
    /// Sets the property SmtpUseTcpDns (ID 36997) at /LM/SmtpSvc, or at /LM/SmtpSvc/N with
    /// --server. The values are those of Microsoft KB 820284, whose cure was tested; the MSDN
    /// page ms524979 has 0 and 2 the other way round.
    ///
    /// Mind the price of udp-only: of a domain whose list of MX hosts does not fit into one UDP
    /// answer the service then uses a part, which RFC 1123 section 6.1.3.2 forbids. The better
    /// cure is a DNS server that answers over TCP port 53 too.
    SetDnsMode(SetDnsMode),
    /// Show the DNS modes and what kind of file this is
    ///
    /// For the service and each virtual server: the mode, its value (- where none is set), and
    /// where it comes from. Above that: whether a running IIS takes edits of the file or
    /// overwrites them.
    Show,
    /// Look for what is wrong with the metabase, or worth knowing
    ///
    /// Each finding says where it is, what it means, which page says so, and what to do. The
    /// folder History and the file MBSchema.xml beside the metabase are looked at too.
    Check(Check),
    /// Ask DNS servers whether a domain's trouble is that of KB 820284, and whether the cure helps
    ///
    /// Asks each DNS server for the domain's MX records as the SMTP service does, over UDP without
    /// EDNS0, and over TCP and with EDNS0 beside it; says how many MX hosts a truncated answer has
    /// left; and gives a verdict with what to do. Run it again after a cure to see whether it
    /// helped.
    Diagnose(Diagnose),
    /// List the known repairs, or carry one out
    ///
    /// Without a name it says of each repair what it does, when it helps, what is dangerous about
    /// it, and whether it would change this file.
    Repair(Repair),
    /// List the keys
    ///
    /// Says of each its class, the line where it begins and how many properties it states itself.
    Keys(property::Keys),
    /// Show a property of a key, or all of them
    ///
    /// Says its value, type, form and line, and whether it is the key's own or that of a key above.
    Get(property::Get),
    /// Set a property of a key
    ///
    /// A present property keeps its form and its type data: the value alone changes. An absent one
    /// goes in as an attribute where the schema lists it for the key's class, else as a Custom
    /// element, for which its type data must be known.
    ///
    /// Values: DWORD in decimal, as 0x… or as names of flags joined by |; BOOL as TRUE or FALSE;
    /// BINARY in hexadecimal; MULTISZ as one argument for each line, "" for none. Secrets and what
    /// IIS keeps for itself are refused.
    Set(property::Set),
    /// Remove a property from a key, with the white space that belongs to it
    ///
    /// The key then inherits the value of a key above, if that is inheritable.
    Unset(property::Unset),
    /// Make a key
    ///
    /// The new key comes after its neighbours and looks like them. Its properties are written
    /// as `set` writes them.
    Create(keys::Create),
    /// Delete keys
    ///
    /// Names what goes before it goes, and what elsewhere in the file refers to it. Never `.`,
    /// `/`, /LM or a whole service.
    Delete(keys::Delete),
    /// Give a key another name; the keys below it move along
    Rename(keys::Rename),
    /// Copy a key, with the keys below it, to a new path
    ///
    /// Secrets stay behind: they are set anew with IIS Manager. So do states and what IIS keeps
    /// for itself.
    Copy(keys::Copy),
    /// Replace a path, or a part of one, in every value
    ///
    /// Looks at texts and lists of texts: D:\web is found in D:\web and d:\WEB\contoso, not in
    /// D:\website2. Secrets, numbers and what IIS keeps for itself stay as they are. Says how many
    /// values of each property change.
    Replace(property::Replace),
    /// Make keys and properties what a file says they are to be
    ///
    /// The file names keys and what is to be true of each, in TOML or JSON; what it does not name
    /// stays as it is. All of it is one change, with one backup. With --dry-run --exit-code it is
    /// the check for drift: 6 when something differs.
    Apply(keys::Apply),
    /// Print what keys say, as a file for `apply`
    ///
    /// Secrets and what is bound to this machine are left out, each with a comment.
    State(keys::State),
    /// Answer DSC v3: the resource Metafix.IIS/MetabaseKey, one key of the metabase
    ///
    /// DSC runs these itself, once it finds the manifest in a folder of the PATH. Each reads an
    /// instance from standard input, as JSON, and prints JSON; messages are lines of JSON on
    /// standard error. The properties are in the language of `apply`.
    Dsc(dsc::Dsc),
    /// Find every key at which a property holds
    ///
    /// Prints the value at each key, and whether it is inherited or overrides another.
    Find(property::Find),
    /// List web and FTP sites and SMTP virtual servers
    ///
    /// Of each the number, the name, where it listens, the folder of its root, its application
    /// pool, its state and the folder of its log.
    Sites(property::Sites),
    /// Say what a property is
    Schema(property::Schema),
    /// Put a backup in the metabase's place
    ///
    /// Shows the difference to the present file and backs that one up first, so a restore can be
    /// taken back by another one. Works as well when the present file is broken.
    Restore(Restore),
    /// List, verify or prune the backups
    Backups(Backups),
    /// Compare two versions of the metabase, key by key and property by property
    ///
    /// Blind to layout, order and form: an attribute and a Custom element of the same property
    /// are the same. Secrets are masked. Exits with 0 when the two say the same and with 6 when
    /// they differ. What IIS notes about the file itself (ChangeNumber, SessionKey,
    /// HistoryMajorVersionNumber, the schema's time stamps) is left out and does not count.
    Diff(Diff),
    /// Write keys to a file of their own, to import them elsewhere
    ///
    /// Takes each key with all the keys below it, as they are. What means nothing on another
    /// machine is left out, and named: secrets, IIS's bookkeeping, lists of accounts (NTACL),
    /// accounts of the machine (AnonymousUserName, UNCUserName, WAMUserName), its certificates
    /// (SSLCertHash, SSLStoreName), versions of what is installed (MajorIIsVersionNumber,
    /// MinorIIsVersionNumber, SmtpServiceVersion) and states (ServerState, Win32Error). Bindings,
    /// folders and host names are settings and stay; those to look at over there are named.
    Export(Export),
    /// Put exported keys into the metabase
    ///
    /// Adds the keys and properties that are not there, keeps what has the same value, and
    /// writes nothing when a property has another value here, unless --on-conflict says what
    /// becomes of it. Nothing is ever removed.
    Import(Import),
    /// Print completions for a shell
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// What `set-dns-mode` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct SetDnsMode {
    /// udp-then-tcp (0), tcp-only (1) or udp-only (2)
    #[arg(value_parser = mode_parser(), ignore_case = true)]
    pub mode: DnsMode,

    /// How the change is carried out.
    #[command(flatten)]
    pub writing: Writing,

    /// The SMTP virtual server's own key, /LM/SmtpSvc/N, instead of the service's
    #[arg(long, value_name = "N", value_parser = server_number)]
    pub server: Option<u32>,

    /// With --dry-run: exit with 6 when there is a change to make
    #[arg(long, requires = "dry_run")]
    pub exit_code: bool,
}

fn mode_parser() -> impl clap::builder::TypedValueParser<Value = DnsMode> {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
    let value = |mode: DnsMode| PossibleValue::new(mode.name()).help(mode.meaning());
    PossibleValuesParser::new(DnsMode::ALL.map(value))
        .try_map(|name| name.to_ascii_lowercase().parse::<DnsMode>())
}

fn server_number(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .map_err(|_| "not the number of a virtual server, such as 1; `metafix show` lists them")
}

fn kept(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(0) => Err("the newest backup is what takes the last change back: keep at least 1"),
        Ok(keep) => Ok(keep),
        Err(_) => Err("not a number of backups to keep, such as 10"),
    }
}

/// What `restore` takes.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub struct Restore {
    /// A number or a name from `metafix backups list`, or a path [default: the newest backup]
    #[arg(conflicts_with = "history")]
    pub backup: Option<String>,

    /// Put a version of IIS's own History folder back, with its MBSchema.xml: the named one, or
    /// the newest of which both files are well-formed
    #[arg(long, value_name = "MAJOR[.MINOR]", num_args = 0..=1, default_missing_value = "newest")]
    pub history: Option<Wanted>,

    /// How the change is carried out.
    #[command(flatten)]
    pub writing: Writing,
}

/// What `backups` takes.
#[derive(Debug, Args)]
pub struct Backups {
    /// Where the backups are [default: metafix-backups next to the metabase]
    #[arg(long, value_name = "DIR", global = true)]
    pub backup_dir: Option<PathBuf>,

    /// Use backups although other people could have put them there or changed them
    #[arg(long, global = true)]
    pub trust_folder: bool,

    /// What to do with them.
    #[command(subcommand)]
    pub action: BackupsAction,
}

/// What to do with the backups.
#[derive(Debug, Clone, Subcommand)]
pub enum BackupsAction {
    /// List them: time, size, why each was made, the DNS mode inside
    List,
    /// Check each against its recorded SHA-256
    Verify,
    /// Remove the oldest for good, all but the newest N
    Prune {
        /// How many to keep, at least 1
        #[arg(long, value_name = "N", value_parser = kept)]
        keep: usize,
        /// Remove without asking; where there is no terminal nobody is asked anyway
        #[arg(short, long)]
        yes: bool,
        /// Say which would go and remove none
        #[arg(short = 'n', long)]
        dry_run: bool,
        /// With --dry-run: write a page for a ticket too: HTML, complete in one file
        #[arg(long, value_name = "FILE.html", value_parser = page_path, requires = "dry_run")]
        report: Option<PathBuf>,
        /// Let --report replace a file that is not an earlier report
        #[arg(long, requires = "report")]
        overwrite: bool,
    },
}
