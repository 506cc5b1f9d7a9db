//! A file as text: its bytes and encoding, places in it, edits of it. Knows nothing of XML.

pub mod edit;
pub mod encoding;
pub mod escape;
pub mod lines;
pub mod shell;
pub mod source;
