//! What a rule finds, before it is known as whose finding it is and on which line.

/// A place where a rule found something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where it is.
    pub at: usize,
    /// A place that belongs to it, and what is there.
    pub related: Option<(usize, &'static str)>,
    /// The key's `Location`.
    pub key: String,
    /// The property.
    pub property: Option<String>,
    /// The fact, in one sentence.
    pub message: String,
    /// The arguments of the metafix command that helps.
    pub repair: Option<Vec<String>>,
}
