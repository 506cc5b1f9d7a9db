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
//! Where nobody is asked, [`verify`] runs while [`store`] writes the new file beside the metabase;
//! the swap waits for its word.
//!
//! Three layers, each of which knows nothing of the ones after it:
//!
//! - **Pure**, bytes in, values out: [`source`] decodes a file and converts between places in the
//!   text and places in the file; [`xml`] checks that the text is well-formed and finds the spans
//!   of its markup; [`scan`] lists the keys of the metabase, reading a large one in several places
//!   at once; [`locate`] finds a key and the place of a property in it; [`property`] knows names,
//!   types and values; [`layout`] writes a new element the way its neighbours are written;
//!   [`edit`] knows byte ranges and their replacement; [`plan`] turns a request into edits;
//!   [`verify`] reads the result again and compares it with the original key by key; [`diff`]
//!   shows the edits; [`schema`] says what a property is, [`resolve`] which one is meant,
//!   [`value`] what may be put into it, [`protect`] what is left alone, [`survey`] what holds
//!   where; [`mask`] finds the secrets that must not be shown; [`check`] judges a whole file in
//!   one pass, [`sarif`] writes its findings for other tools, and [`repair`] is the table of known
//!   repairs, which are requests like any other; [`compare`] says what two metabases say
//!   differently; [`transfer`] takes keys out and puts them into another metabase, and
//!   [`portable`] knows what stays behind.
//! - **Effects**: [`store`] alone reads and writes files. It knows nothing of XML.
//!   [`server`] asks Windows for the services of a live metabase, stops and starts them; what
//!   follows from that is in [`guard`], which is pure.
//! - **Shell**: [`cli`], [`command`], [`console`], [`core_dump`], [`stream`], [`interrupt`],
//!   [`progress`], [`report`], [`prompt`] and [`error`]; [`refusal`] has the facts that the pure layer returns.
//!
//! Spans are places in the decoded text, which begins after a byte order mark: the parser's
//! ruler and ours are the same. Only [`source`] converts to places in the file, and only an
//! [`edit::Edit`] carries those. Nothing is ever re-serialised: an edit is a range of the
//! original bytes and what stands there afterwards.

pub mod check;
pub mod cli;
pub mod command;
pub mod compare;
pub mod console;
pub mod core_dump;
pub mod diff;
pub mod dns;
pub mod edit;
pub mod error;
pub mod guard;
pub mod interrupt;
pub mod layout;
pub mod lines;
pub mod locate;
pub mod mask;
pub mod model;
pub mod plan;
pub mod portable;
pub mod progress;
pub mod prompt;
pub mod property;
pub mod protect;
pub mod refusal;
pub mod repair;
pub mod report;
pub mod resolve;
pub mod sarif;
pub mod scan;
pub mod schema;
pub mod server;
pub mod shell;
pub mod source;
pub mod store;
pub mod stream;
pub mod survey;
pub mod transfer;
pub mod value;
pub mod verify;
pub mod xml;
