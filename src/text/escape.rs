//! Characters of a file that a terminal would obey: they are spelled out, not sent to it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text as a terminal may show it: what it would obey is spelled out. Tabs stay.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\r' => shown.push_str("\\r"),
            '\n' => shown.push_str("\\n"),
            obeyed if is_obeyed(obeyed) => {
                // Writing to a String cannot fail.
                write!(shown, "\\u{{{:x}}}", u32::from(obeyed)).unwrap_or_default();
            }
            other => shown.push(other),
        }
    }
    Cow::Owned(shown)
}

/// Control characters, line separators, and marks that turn the direction of writing or are
/// not seen at all.
fn is_obeyed(character: char) -> bool {
    character != '\t' && character.is_control()
        || matches!(character,
            '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(escaped("a\tb"), "a\tb");
        assert_eq!(
            escaped("\u{1b}[31m\r\u{9b}\u{202e}\u{feff}"),
            r"\u{1b}[31m\r\u{9b}\u{202e}\u{feff}"
        );
    }
}
