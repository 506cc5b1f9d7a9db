//! The rules of XML 1.0 that a text can break, and what to do about each.

use crate::terminal::error::Refusal;

/// Why a text is not well-formed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The place in the text.
    pub at: usize,
    /// What is wrong there.
    pub flaw: Flaw,
}

/// The piece of markup that a flaw is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A start tag, or an empty-element tag.
    StartTag,
    /// An end tag.
    EndTag,
    /// An attribute.
    Attribute,
    /// A comment.
    Comment,
    /// A CDATA section.
    CData,
    /// A processing instruction, or the XML declaration.
    Instruction,
}

/// A rule of XML 1.0 that a text breaks. Places in it are offsets in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// No element at all.
    NoRoot,
    /// An element after the root element.
    SecondRoot {
        /// The name of the second one.
        name: String,
        /// Where the first one begins.
        first: usize,
    },
    /// Text or a reference before or after the root element.
    TextOutside {
        /// Its first character.
        found: char,
    },
    /// A CDATA section before or after the root element.
    CDataOutside,
    /// An element without an end tag.
    UnclosedElement {
        /// Its name.
        name: String,
        /// Where it begins.
        opened: usize,
    },
    /// A construct that begins and never ends.
    Unclosed {
        /// What begins.
        kind: Kind,
    },
    /// A value without its closing quote.
    UnclosedValue {
        /// The attribute.
        name: String,
        /// Where its tag begins.
        opened: usize,
    },
    /// A `<` inside a tag.
    UnclosedTag {
        /// What is not closed.
        kind: Kind,
        /// The name in it.
        name: String,
        /// Where it begins.
        opened: usize,
    },
    /// An end tag that closes nothing.
    UnopenedEndTag {
        /// Its name.
        name: String,
    },
    /// An end tag that closes another element than the innermost one.
    WrongEndTag {
        /// The element that is open.
        name: String,
        /// Where that one begins.
        opened: usize,
        /// The name in the end tag.
        found: String,
    },
    /// An end tag that does not begin with a name.
    NamelessEndTag,
    /// An end tag with more in it than a name.
    CrowdedEndTag {
        /// Its name.
        name: String,
        /// The first character too many.
        found: char,
    },
    /// A `<` that begins no markup.
    StrayLessThan,
    /// `<!` and something unknown.
    UnknownMarkup,
    /// A `/` inside a tag.
    StraySlash {
        /// The element.
        element: String,
    },
    /// A character that no name begins with where an attribute should begin.
    BadNameStart {
        /// The element.
        element: String,
        /// The character.
        found: char,
    },
    /// A character that is in no name.
    BadNameCharacter {
        /// What has the name.
        kind: Kind,
        /// The name up to the character.
        name: String,
        /// The character.
        found: char,
    },
    /// No blank before an attribute.
    NoBlank {
        /// The element.
        element: String,
    },
    /// A value without an attribute's name.
    NoName {
        /// The element.
        element: String,
    },
    /// An attribute without `=` and a value.
    NoValue {
        /// The attribute.
        name: String,
    },
    /// A value that does not begin with a quote.
    NoQuote {
        /// The attribute.
        name: String,
    },
    /// A `<` in a value.
    LessThanInValue {
        /// The attribute.
        name: String,
        /// Where the value's opening quote stands.
        opened: usize,
    },
    /// Two attributes of one name.
    DuplicateAttribute {
        /// Their name.
        name: String,
        /// Where the first one stands.
        first: usize,
    },
    /// A `&` that begins no reference.
    BareAmpersand,
    /// A reference to an entity that does not exist.
    UndeclaredEntity {
        /// Its name.
        name: String,
    },
    /// A character reference that is no number.
    BadReference {
        /// How it begins.
        reference: String,
    },
    /// A reference to a character that XML does not allow.
    ForbiddenReference {
        /// The whole reference.
        reference: String,
    },
    /// A character that XML does not allow.
    ForbiddenCharacter {
        /// The character.
        found: char,
    },
    /// `]]>` in text.
    CDataEnd,
    /// `--` in a comment.
    DoubleHyphen,
    /// A processing instruction that does not begin with a name.
    NoTarget,
    /// A processing instruction named like the XML declaration.
    ReservedTarget {
        /// The name, in its own case.
        target: String,
    },
    /// An XML declaration that is not the first thing in the text.
    LateDeclaration,
    /// A second XML declaration.
    SecondDeclaration,
    /// An XML declaration that does not begin with the version.
    NoVersion,
    /// A version other than 1.0.
    UnknownVersion {
        /// The version.
        version: String,
    },
    /// Something in the XML declaration that does not belong there, or not in that order.
    StrangeDeclaration {
        /// Its name.
        name: String,
    },
    /// An encoding that is no name of one.
    BadEncoding {
        /// What is there.
        encoding: String,
    },
    /// A `standalone` that is neither yes nor no.
    BadStandalone {
        /// What is there.
        standalone: String,
    },
}

/// The refusal that a flaw is.
#[cold]
pub(crate) fn malformed(at: usize, flaw: Flaw) -> Refusal {
    Refusal::Malformed(Malformed { at, flaw })
}

impl Flaw {
    /// A second place that the flaw speaks of, such as the start tag of an unclosed element.
    #[must_use]
    pub fn related(&self) -> Option<usize> {
        match self {
            Self::SecondRoot { first: place, .. }
            | Self::UnclosedElement { opened: place, .. }
            | Self::UnclosedValue { opened: place, .. }
            | Self::UnclosedTag { opened: place, .. }
            | Self::WrongEndTag { opened: place, .. }
            | Self::LessThanInValue { opened: place, .. }
            | Self::DuplicateAttribute { first: place, .. } => Some(*place),
            Self::SecondDeclaration => Some(0),
            _ => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoRoot => "the file has no content to edit: restore it from a backup or History",
            Self::SecondRoot { .. } | Self::TextOutside { .. } | Self::CDataOutside => {
                "only comments may stand before and after the outermost element: \
                 remove what is there, or look for an end tag too many"
            }
            Self::UnclosedElement { .. } => {
                "add the end tag; if the file ends too early, restore it from a backup or History"
            }
            Self::Unclosed { kind } => unclosed_hint(*kind),
            Self::UnclosedValue { .. } => "end the value with the quote it begins with",
            Self::UnclosedTag { .. } => "end the tag with `>` before the next one begins",
            Self::UnopenedEndTag { .. } => "remove the end tag, or add the start tag",
            Self::WrongEndTag { .. } => "close the inner element first, or correct the name",
            Self::NamelessEndTag => "write the element's name directly behind `</`",
            Self::CrowdedEndTag { .. } => "only the element's name belongs in an end tag",
            Self::StrayLessThan => {
                "write `&lt;` for the character `<`; in a tag, the name follows `<` directly"
            }
            Self::UnknownMarkup => {
                "a comment begins with `<!--`; for the character `<` write `&lt;`"
            }
            Self::StraySlash { .. } => "`/` ends an empty element only as `/>`, without a blank",
            Self::BadNameStart { .. } | Self::BadNameCharacter { .. } => {
                "a name begins with a letter and holds letters, digits, `_`, `-` and `.`"
            }
            Self::NoBlank { .. } => "put a blank between the attributes, or correct the quotes",
            Self::NoName { .. } | Self::NoValue { .. } | Self::NoQuote { .. } => {
                "write attributes as Name=\"value\""
            }
            Self::LessThanInValue { .. } => {
                "write `&lt;` for `<`; or the value's closing quote is missing"
            }
            Self::DuplicateAttribute { .. } => "remove one of the two",
            Self::BareAmpersand => "write `&amp;` for the character `&`",
            Self::UndeclaredEntity { .. } => {
                "XML has only &amp; &lt; &gt; &quot; and &apos;: write `&amp;` for the character `&`"
            }
            Self::BadReference { .. } => "write it as &#65; or &#x41;, or `&amp;` for `&`",
            Self::ForbiddenReference { .. } | Self::ForbiddenCharacter { .. } => {
                "remove it: XML has no way to hold this character"
            }
            Self::CDataEnd => "write `]]&gt;`",
            Self::DoubleHyphen => "`--` may stand in a comment only as part of its end, `-->`",
            Self::NoTarget => "a name must follow `<?` directly",
            Self::ReservedTarget { .. } => "the XML declaration is written `<?xml`, in lower case",
            Self::LateDeclaration => "move it to the very beginning, before any blank or line",
            Self::SecondDeclaration => "remove the second one",
            Self::NoVersion | Self::UnknownVersion { .. } => {
                "begin the file with `<?xml version=\"1.0\"?>`"
            }
            Self::StrangeDeclaration { .. } => {
                "only version, encoding and standalone belong there, in this order"
            }
            Self::BadEncoding { .. } => "write encoding=\"UTF-8\", or leave it out",
            Self::BadStandalone { .. } => "write yes or no, or leave it out",
        }
    }
}

fn unclosed_hint(kind: Kind) -> &'static str {
    match kind {
        Kind::Comment => "end it with `-->`",
        Kind::CData => "end it with `]]>`",
        Kind::Instruction => "end it with `?>`",
        Kind::StartTag | Kind::EndTag | Kind::Attribute => {
            "end it with `>`; if the file ends too early, restore it from a backup or History"
        }
    }
}
