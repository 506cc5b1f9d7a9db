//! The rules of XML 1.0 that a text can break, each with the sentence that says so. Places are left
//! to the caller, who can count lines.

use std::fmt;

use thiserror::Error;

/// Why a text is not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum XmlError {
    /// Not well-formed XML 1.0.
    #[error("not well-formed: {}", .0.flaw)]
    Malformed(Malformed),
    /// A document type declaration.
    #[error("the file has a document type declaration")]
    Doctype {
        /// Where it begins.
        at: usize,
    },
}

impl XmlError {
    /// The place in the text that it speaks of.
    #[must_use]
    pub fn at(&self) -> usize {
        match self {
            Self::Malformed(malformed) => malformed.at,
            Self::Doctype { at } => *at,
        }
    }
}

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
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Flaw {
    /// No element at all.
    #[error("there is no element")]
    NoRoot,
    /// An element after the root element.
    #[error("the element {name} follows the end of the outermost element")]
    SecondRoot {
        /// The name of the second one.
        name: String,
        /// Where the first one begins.
        first: usize,
    },
    /// Text or a reference before or after the root element.
    #[error("there is text outside the outermost element: {}", Shown(*found))]
    TextOutside {
        /// Its first character.
        found: char,
    },
    /// A CDATA section before or after the root element.
    #[error("there is a CDATA section outside the outermost element")]
    CDataOutside,
    /// An element without an end tag.
    #[error("the element {name} is never closed")]
    UnclosedElement {
        /// Its name.
        name: String,
        /// Where it begins.
        opened: usize,
    },
    /// A construct that begins and never ends.
    #[error("{} begins here and never ends", .kind.markup())]
    Unclosed {
        /// What begins.
        kind: Kind,
    },
    /// A value without its closing quote.
    #[error("the value of {name} has no closing quote")]
    UnclosedValue {
        /// The attribute.
        name: String,
        /// Where its tag begins.
        opened: usize,
    },
    /// A `<` inside a tag.
    #[error("{} of {name} is not closed before the next `<`", .kind.tag())]
    UnclosedTag {
        /// What is not closed.
        kind: Kind,
        /// The name in it.
        name: String,
        /// Where it begins.
        opened: usize,
    },
    /// An end tag that closes nothing.
    #[error("the end tag of {name} closes no open element")]
    UnopenedEndTag {
        /// Its name.
        name: String,
    },
    /// An end tag that closes another element than the innermost one.
    #[error("{name} must be closed before the end tag of {found}")]
    WrongEndTag {
        /// The element that is open.
        name: String,
        /// Where that one begins.
        opened: usize,
        /// The name in the end tag.
        found: String,
    },
    /// An end tag that does not begin with a name.
    #[error("an end tag has no name")]
    NamelessEndTag,
    /// An end tag with more in it than a name.
    #[error("{} follows the name in the end tag of {name}", Shown(*found))]
    CrowdedEndTag {
        /// Its name.
        name: String,
        /// The first character too many.
        found: char,
    },
    /// A `<` that begins no markup.
    #[error("a `<` begins no tag")]
    StrayLessThan,
    /// `<!` and something unknown.
    #[error("`<!` begins neither a comment nor a CDATA section")]
    UnknownMarkup,
    /// A `/` inside a tag.
    #[error("a stray `/` in the start tag of {element}")]
    StraySlash {
        /// The element.
        element: String,
    },
    /// A character that no name begins with where an attribute should begin.
    #[error("no attribute of {element} can begin with {}", Shown(*found))]
    BadNameStart {
        /// The element.
        element: String,
        /// The character.
        found: char,
    },
    /// A character that is in no name.
    #[error("{} cannot follow {name} in the name of {kind}", Shown(*found))]
    BadNameCharacter {
        /// What has the name.
        kind: Kind,
        /// The name up to the character.
        name: String,
        /// The character.
        found: char,
    },
    /// No blank before an attribute.
    #[error("there is no blank before an attribute of {element}")]
    NoBlank {
        /// The element.
        element: String,
    },
    /// A value without an attribute's name.
    #[error("an attribute of {element} has no name")]
    NoName {
        /// The element.
        element: String,
    },
    /// An attribute without `=` and a value.
    #[error("the attribute {name} has no value")]
    NoValue {
        /// The attribute.
        name: String,
    },
    /// A value that does not begin with a quote.
    #[error("the value of {name} does not begin with a quote")]
    NoQuote {
        /// The attribute.
        name: String,
    },
    /// A `<` in a value.
    #[error("there is a `<` in the value of {name}")]
    LessThanInValue {
        /// The attribute.
        name: String,
        /// Where the value's opening quote stands.
        opened: usize,
    },
    /// Two attributes of one name.
    #[error("the attribute {name} is duplicated")]
    DuplicateAttribute {
        /// Their name.
        name: String,
        /// Where the first one stands.
        first: usize,
    },
    /// A `&` that begins no reference.
    #[error("a `&` begins no reference")]
    BareAmpersand,
    /// A reference to an entity that does not exist.
    #[error("there is no entity &{name};")]
    UndeclaredEntity {
        /// Its name.
        name: String,
    },
    /// A character reference that is no number.
    #[error("{reference} is not a reference to a character")]
    BadReference {
        /// How it begins.
        reference: String,
    },
    /// A reference to a character that XML does not allow.
    #[error("{reference} stands for a character that XML does not allow")]
    ForbiddenReference {
        /// The whole reference.
        reference: String,
    },
    /// A character that XML does not allow.
    #[error("XML does not allow {}", Shown(*found))]
    ForbiddenCharacter {
        /// The character.
        found: char,
    },
    /// `]]>` in text.
    #[error("`]]>` is not allowed in text")]
    CDataEnd,
    /// `--` in a comment.
    #[error("`--` is not allowed in a comment")]
    DoubleHyphen,
    /// A processing instruction that does not begin with a name.
    #[error("a processing instruction has no name")]
    NoTarget,
    /// A processing instruction named like the XML declaration.
    #[error("a processing instruction is named {target}")]
    ReservedTarget {
        /// The name, in its own case.
        target: String,
    },
    /// An XML declaration that is not the first thing in the text.
    #[error("the XML declaration is not the first thing in the file")]
    LateDeclaration,
    /// A second XML declaration.
    #[error("there is a second XML declaration")]
    SecondDeclaration,
    /// An XML declaration that does not begin with the version.
    #[error("the XML declaration does not begin with the version")]
    NoVersion,
    /// A version other than 1.0.
    #[error("this is XML {version}, not 1.0")]
    UnknownVersion {
        /// The version.
        version: String,
    },
    /// Something in the XML declaration that does not belong there, or not in that order.
    #[error("{name} does not belong in the XML declaration at this place")]
    StrangeDeclaration {
        /// Its name.
        name: String,
    },
    /// An encoding that is no name of one.
    #[error("\"{encoding}\" is not the name of an encoding")]
    BadEncoding {
        /// What is there.
        encoding: String,
    },
    /// A `standalone` that is not yes or no.
    #[error("standalone is \"{standalone}\", not yes or no")]
    BadStandalone {
        /// What is there.
        standalone: String,
    },
}

/// The error that a flaw is.
#[cold]
pub(super) fn malformed(at: usize, flaw: Flaw) -> XmlError {
    XmlError::Malformed(Malformed { at, flaw })
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

    /// The words in it that the text gave: how they are shown is for the caller to say.
    pub fn words_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::SecondRoot { name: word, .. }
            | Self::UnclosedElement { name: word, .. }
            | Self::UnclosedValue { name: word, .. }
            | Self::UnclosedTag { name: word, .. }
            | Self::UnopenedEndTag { name: word }
            | Self::CrowdedEndTag { name: word, .. }
            | Self::BadNameCharacter { name: word, .. }
            | Self::NoValue { name: word }
            | Self::NoQuote { name: word }
            | Self::LessThanInValue { name: word, .. }
            | Self::DuplicateAttribute { name: word, .. }
            | Self::UndeclaredEntity { name: word }
            | Self::StrangeDeclaration { name: word }
            | Self::StraySlash { element: word }
            | Self::BadNameStart { element: word, .. }
            | Self::NoBlank { element: word }
            | Self::NoName { element: word }
            | Self::BadReference { reference: word }
            | Self::ForbiddenReference { reference: word }
            | Self::ReservedTarget { target: word }
            | Self::UnknownVersion { version: word }
            | Self::BadEncoding { encoding: word }
            | Self::BadStandalone { standalone: word } => vec![word],
            Self::WrongEndTag { name, found, .. } => vec![name, found],
            Self::NoRoot
            | Self::TextOutside { .. }
            | Self::CDataOutside
            | Self::Unclosed { .. }
            | Self::NamelessEndTag
            | Self::StrayLessThan
            | Self::UnknownMarkup
            | Self::BareAmpersand
            | Self::ForbiddenCharacter { .. }
            | Self::CDataEnd
            | Self::DoubleHyphen
            | Self::NoTarget
            | Self::LateDeclaration
            | Self::SecondDeclaration
            | Self::NoVersion => Vec::new(),
        }
    }
}

impl Kind {
    /// The markup alone, not the element that a start tag begins.
    fn markup(self) -> &'static str {
        match self {
            Self::StartTag => "a start tag",
            Self::EndTag => "an end tag",
            Self::Attribute => "an attribute",
            Self::Comment => "a comment",
            Self::CData => "a CDATA section",
            Self::Instruction => "a processing instruction",
        }
    }

    /// The tag that is not closed.
    fn tag(self) -> &'static str {
        if self == Self::EndTag { "the end tag" } else { "the start tag" }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::StartTag { "an element" } else { self.markup() })
    }
}

/// A character as people read it: itself, or its number where it cannot be seen.
struct Shown(char);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            '!'..='~' => write!(f, "`{}`", self.0),
            seen if seen.is_alphanumeric() => write!(f, "`{seen}`"),
            hidden => write!(f, "the character U+{:04X}", u32::from(hidden)),
        }
    }
}
