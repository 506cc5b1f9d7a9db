//! metafix edits IIS's `MetaBase.xml` without harm.
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
//! - [`os`]: what the operating system is asked for beside files.
//! - [`text`]: bytes, encodings, places in a file, edits. Knows nothing of XML.
//! - [`xml`]: checks that a text is well-formed and finds the spans of its markup.
//! - [`metabase`]: keys, properties, values, the schema, inheritance, secrets.
//! - [`change`]: turns requests into a plan of edits, verifies its result, shows it as a diff.
//! - [`inspect`]: judges a whole metabase, compares two.
//! - [`store`]: alone reads and writes files. It knows only bytes.
//! - [`server`]: the services of a live Windows.
//! - [`terminal`]: the person: output, questions, progress, reports, problems.
//! - [`cli`]: the command line.
//! - [`command`]: each command, as one use of the rooms below.
//!
//! Up to [`inspect`] everything is pure: bytes in, values out.
//!
//! Spans are places in the decoded text, which begins after a byte order mark: the parser's
//! ruler and ours are the same. Only [`text::source`] converts to places in the file, and only an
//! [`text::edit::Edit`] carries those. Nothing is ever re-serialised: an edit is a range of the
//! original bytes and what stands there afterwards.

pub mod change;
pub mod cli;
pub mod command;
pub mod inspect;
pub mod metabase;
pub mod os;
pub mod server;
pub mod store;
pub mod terminal;
pub mod text;
pub mod xml;
