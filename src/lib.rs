//! metafix edits IIS's `MetaBase.xml` without harm.
//!
//! ```
//! # fn main() -> anyhow::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("MetaBase.xml");
//! # fs_err::copy("fixtures/servers/windows-2003.xml", &path)?;
//! use metafix::change::{dns, plan::plan, verify::verified};
//! use metafix::metabase::{property::DnsMode, scan::scan, secrets::Secrets};
//! use metafix::store::{self, Backups, Change, Target};
//! use metafix::text::source::Source;
//!
//! // Read: the bytes as text, and where each key stands.
//! let target = Target::resolve(&path)?;
//! let source = Source::decode(target.read()?)?;
//! let metabase = scan(&source)?;
//!
//! // Find and plan: the cure of KB 820284, as edits; what they touch is read again.
//! let request = dns::request(DnsMode::UdpOnly, None);
//! let plan = plan(&source, &metabase, &[request])?;
//! let verified = verified(source, metabase, plan, &Secrets::default())?;
//!
//! // Show the diff.
//! let diff = verified.diff.unified("before", "after");
//! assert!(diff.contains("/LM/SmtpSvc\n") && diff.contains("+\t\tName=\"SmtpUseTcpDns\""));
//!
//! // Write: back up, then replace the file in one step.
//! let why = "KB 820284";
//! let lock = store::lock(&target, why, store::PATIENCE)?;
//! let backups = Backups::new(target.path(), None);
//! let change = Change { edits: &verified.edits, after: &verified.after, why };
//! let receipt = store::commit(&lock, &backups, &change, &mut |_step| {})?;
//! assert_eq!(fs_err::read(&path)?, verified.after);
//! assert!(receipt.backup.path.exists());
//! # Ok(())
//! # }
//! ```
//!
//! # Architecture
//!
//! There is one way through the program, for every command that changes something:
//!
//! ```text
//! argv ─cli→ Request
//! path ─store→ Source ─scan→ keys and spans ─locate→ Site ─┐
//!                                             Request ─────┴─plan→ Plan ─verify→ diff
//!                                                                   │ dry run stops here
//!                                                            confirm│
//!                                                                   └─store::commit→ Receipt ─report→ stdout
//! ```
//!
//! [`change::verify`] reads again what a plan touches; that the rest is as it was is what [`store`]
//! compares byte by byte.
//!
//! Eleven rooms, from the ground up. Each imports only from the ones above it in this list, and no
//! two files import each other:
//!
//! - `os`: what the operating system is asked for beside files.
//! - [`text`]: bytes, encodings, places in a file, edits. Knows nothing of XML.
//! - [`xml`]: checks that a text is well-formed and finds the spans of its markup.
//! - [`metabase`]: keys, properties, values, the schema, inheritance, secrets.
//! - [`change`]: turns requests into a plan of edits, verifies its result, shows it as a diff.
//! - [`inspect`]: judges a whole metabase, compares two, judges what DNS servers answered.
//! - [`store`]: alone reads and writes files. It knows only bytes.
//! - `server`: the services of a live Windows, and the DNS servers that it asks.
//! - `terminal`: the person: output, questions, progress, reports, problems.
//! - `cli`: the command line.
//! - `command`: each command, as one use of the rooms below.
//!
//! Up to [`inspect`] everything is pure: bytes in, values out.
//!
//! Spans are places in the decoded text, which begins after a byte order mark: the parser's
//! ruler and ours are the same. Only [`text::source`] converts to places in the file, and only an
//! [`text::edit::Edit`] carries those. Nothing is ever re-serialised: an edit is a range of the
//! original bytes and what is there afterwards.

pub mod change;
pub mod inspect;
pub mod metabase;
pub mod store;
pub mod text;
pub mod xml;

// The program: nobody else's library, and public for its tests alone.
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod command;
#[doc(hidden)]
pub mod os;
#[doc(hidden)]
pub mod server;
#[doc(hidden)]
pub mod terminal;
