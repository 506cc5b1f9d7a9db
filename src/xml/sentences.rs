//! What is wrong, in words. Places are left to the caller, who can count lines.

use std::fmt;

use super::flaw::{Flaw, Kind};

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StartTag => "an element",
            Self::EndTag => "an end tag",
            Self::Attribute => "an attribute",
            Self::Comment => "a comment",
            Self::CData => "a CDATA section",
            Self::Instruction => "a processing instruction",
        })
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

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoot => write!(f, "there is no element"),
            Self::SecondRoot { name, .. } => {
                write!(f, "the element {name} stands after the end of the outermost element")
            }
            Self::TextOutside { found } => {
                write!(f, "there is text outside the outermost element: {}", Shown(*found))
            }
            Self::CDataOutside => {
                write!(f, "there is a CDATA section outside the outermost element")
            }
            Self::UnclosedElement { name, .. } => write!(f, "the element {name} is never closed"),
            Self::Unclosed { kind: Kind::StartTag } => {
                write!(f, "a start tag begins here and never ends")
            }
            Self::Unclosed { kind } => write!(f, "{kind} begins here and never ends"),
            Self::UnclosedValue { name, .. } => {
                write!(f, "the value of {name} has no closing quote")
            }
            Self::UnclosedTag { kind: Kind::EndTag, name, .. } => {
                write!(f, "the end tag of {name} is not closed before the next `<`")
            }
            Self::UnclosedTag { name, .. } => {
                write!(f, "the start tag of {name} is not closed before the next `<`")
            }
            Self::UnopenedEndTag { name } => {
                write!(f, "the end tag of {name} closes no open element")
            }
            Self::WrongEndTag { name, found, .. } => {
                write!(f, "the end tag of {found} stands where {name} must be closed first")
            }
            Self::NamelessEndTag => write!(f, "an end tag has no name"),
            Self::CrowdedEndTag { name, found } => {
                write!(f, "{} follows the name in the end tag of {name}", Shown(*found))
            }
            Self::StrayLessThan => write!(f, "a `<` begins no tag"),
            Self::UnknownMarkup => write!(f, "`<!` begins neither a comment nor a CDATA section"),
            Self::StraySlash { element } => write!(f, "a stray `/` in the start tag of {element}"),
            _ => self.fmt_attribute(f),
        }
    }
}

impl Flaw {
    /// What is wrong with attributes, characters, references and the declaration.
    fn fmt_attribute(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadNameStart { element, found } => {
                write!(f, "no attribute of {element} can begin with {}", Shown(*found))
            }
            Self::BadNameCharacter { kind, name, found } => {
                write!(f, "{} cannot follow {name} in the name of {kind}", Shown(*found))
            }
            Self::NoBlank { element } => {
                write!(f, "there is no blank before an attribute of {element}")
            }
            Self::NoName { element } => write!(f, "an attribute of {element} has no name"),
            Self::NoValue { name } => write!(f, "the attribute {name} has no value"),
            Self::NoQuote { name } => write!(f, "the value of {name} does not begin with a quote"),
            Self::LessThanInValue { name, .. } => {
                write!(f, "there is a `<` in the value of {name}")
            }
            Self::DuplicateAttribute { name, .. } => {
                write!(f, "the attribute {name} is there twice")
            }
            Self::BareAmpersand => write!(f, "a `&` begins no reference"),
            Self::UndeclaredEntity { name } => write!(f, "there is no entity &{name};"),
            Self::BadReference { reference } => {
                write!(f, "{reference} is no reference to a character")
            }
            Self::ForbiddenReference { reference } => {
                write!(f, "{reference} stands for a character that XML does not allow")
            }
            Self::ForbiddenCharacter { found } => {
                write!(f, "XML does not allow {}", Shown(*found))
            }
            Self::CDataEnd => write!(f, "`]]>` stands in text"),
            Self::DoubleHyphen => write!(f, "`--` stands in a comment"),
            Self::NoTarget => write!(f, "a processing instruction has no name"),
            Self::ReservedTarget { target } => {
                write!(f, "a processing instruction is named {target}")
            }
            Self::LateDeclaration => {
                write!(f, "the XML declaration is not the first thing in the file")
            }
            Self::SecondDeclaration => write!(f, "there is a second XML declaration"),
            Self::NoVersion => write!(f, "the XML declaration does not begin with the version"),
            Self::UnknownVersion { version } => write!(f, "this is XML {version}, not 1.0"),
            Self::StrangeDeclaration { name } => {
                write!(f, "{name} does not belong there in the XML declaration")
            }
            Self::BadEncoding { encoding } => write!(f, "\"{encoding}\" is no name of an encoding"),
            Self::BadStandalone { standalone } => {
                write!(f, "standalone is \"{standalone}\", neither yes nor no")
            }
            _ => Ok(()),
        }
    }
}
