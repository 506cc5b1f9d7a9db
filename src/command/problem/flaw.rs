//! What to do about a text that is not well-formed.

use crate::xml::{Flaw, Kind};

/// What to do about it.
pub(super) fn hint(flaw: &Flaw) -> &'static str {
    match flaw {
        Flaw::NoRoot => "the file has no content to edit: restore it from a backup or History",
        Flaw::SecondRoot { .. } | Flaw::TextOutside { .. } | Flaw::CDataOutside => {
            "only comments may stand before and after the outermost element: \
             remove what is there, or look for an end tag too many"
        }
        Flaw::UnclosedElement { .. } => {
            "add the end tag; if the file ends too early, restore it from a backup or History"
        }
        Flaw::Unclosed { kind } => unclosed_hint(*kind),
        Flaw::UnclosedValue { .. } => "end the value with the quote it begins with",
        Flaw::UnclosedTag { .. } => "end the tag with `>` before the next one begins",
        Flaw::UnopenedEndTag { .. } => "remove the end tag, or add the start tag",
        Flaw::WrongEndTag { .. } => "close the inner element first, or correct the name",
        Flaw::NamelessEndTag => "write the element's name directly behind `</`",
        Flaw::CrowdedEndTag { .. } => "only the element's name belongs in an end tag",
        Flaw::StrayLessThan => {
            "write `&lt;` for the character `<`; in a tag, the name follows `<` directly"
        }
        Flaw::UnknownMarkup => "a comment begins with `<!--`; for the character `<` write `&lt;`",
        Flaw::StraySlash { .. } => "`/` ends an empty element only as `/>`, without a blank",
        Flaw::BadNameCharacter { found, .. } if found.is_alphanumeric() => {
            "only the fifth edition of XML, of 2008, has this letter in names, \
             and IIS 6 is of 2003: put another in its place"
        }
        Flaw::BadNameStart { .. } | Flaw::BadNameCharacter { .. } => {
            "a name begins with a letter and holds letters, digits, `_`, `-` and `.`"
        }
        Flaw::NoBlank { .. } => "put a blank between the attributes, or correct the quotes",
        Flaw::NoName { .. } | Flaw::NoValue { .. } | Flaw::NoQuote { .. } => {
            "write attributes as Name=\"value\""
        }
        Flaw::LessThanInValue { .. } => {
            "write `&lt;` for `<`; or the value's closing quote is missing"
        }
        Flaw::DuplicateAttribute { .. } => "remove one of the two",
        Flaw::BareAmpersand => "write `&amp;` for the character `&`",
        Flaw::UndeclaredEntity { .. } => {
            "XML has only &amp; &lt; &gt; &quot; and &apos;: write `&amp;` for the character `&`"
        }
        Flaw::BadReference { .. } => "write it as &#65; or &#x41;, or `&amp;` for `&`",
        Flaw::ForbiddenReference { .. } | Flaw::ForbiddenCharacter { .. } => {
            "remove it: XML has no way to hold this character"
        }
        Flaw::CDataEnd => "write `]]&gt;`",
        Flaw::DoubleHyphen => "`--` may stand in a comment only as part of its end, `-->`",
        Flaw::NoTarget => "a name must follow `<?` directly",
        Flaw::ReservedTarget { .. } => "the XML declaration is written `<?xml`, in lower case",
        Flaw::LateDeclaration => "move it to the very beginning, before any blank or line",
        Flaw::SecondDeclaration => "remove the second one",
        Flaw::NoVersion | Flaw::UnknownVersion { .. } => {
            "begin the file with `<?xml version=\"1.0\"?>`"
        }
        Flaw::StrangeDeclaration { .. } => {
            "only version, encoding and standalone belong there, in this order"
        }
        Flaw::BadEncoding { .. } => "write encoding=\"UTF-8\", or leave it out",
        Flaw::BadStandalone { .. } => "write yes or no, or leave it out",
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
