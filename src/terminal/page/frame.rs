//! What every page has: head, style, the sentence on top, when and by what it was made.

use std::fmt::Write as _;

use jiff::Timestamp;
use maud::{DOCTYPE, Escaper, Markup, PreEscaped, Render, html};

use crate::text::escape;

/// How each page begins, up to the version. A file that begins so is a report of metafix.
const BEGIN: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
                     <meta name=\"generator\" content=\"metafix ";

const STYLE: &str = include_str!("style.css");

/// When a page was made, and by which version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The time.
    pub at: Timestamp,
    /// The version of metafix.
    pub version: &'static str,
}

impl Made {
    /// Now, by this program.
    #[must_use]
    pub fn now() -> Self {
        Self { at: Timestamp::now(), version: env!("CARGO_PKG_VERSION") }
    }
}

/// Whether a file that begins so is a report.
#[must_use]
pub fn is_ours(beginning: &[u8]) -> bool {
    beginning.starts_with(BEGIN.as_bytes())
}

/// How things are, in one glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Nothing is to be done.
    Good,
    /// Something is to be looked at or done.
    Open,
    /// Something is broken.
    Bad,
}

impl Mood {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Open => "open",
            Self::Bad => "bad",
        }
    }

    /// What says it without a colour.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Open => "!",
            Self::Bad => "✗",
        }
    }
}

/// The top of a page.
pub(super) struct Top<'a> {
    /// What was asked.
    pub(super) title: &'a str,
    /// How things are.
    pub(super) mood: Mood,
    /// The same in one sentence.
    pub(super) sentence: &'a str,
    /// Files and whatever else it is about.
    pub(super) facts: &'a [(&'a str, &'a str)],
}

/// A whole page.
pub(super) fn document(top: &Top<'_>, made: &Made, body: &Markup) -> String {
    let Top { title, mood, sentence, facts } = top;
    let at = made.at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="generator" content={ "metafix " (made.version) };
                meta http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (shown(title)) " – metafix" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (shown(title)) }
                    p.verdict.(mood.class()) { span.sign { (mood.sign()) } span { (shown(sentence)) } }
                    dl.facts {
                        @for (name, value) in *facts { dt { (name) } dd { (shown(value)) } }
                        dt { "Made" } dd { (at) ", by metafix " (made.version) }
                    }
                }
                main { (body) }
            }
        }
    };
    page.into_string()
}

/// A part of a page; nothing if there is nothing in it.
pub(super) fn section(heading: &str, content: &Markup) -> Markup {
    html! {
        @if !content.0.is_empty() { section { h2 { (shown(heading)) } (content) } }
    }
}

/// The value of a property; several strings stand below each other.
pub(super) fn value(value: &str) -> Markup {
    let lines = value.split(['\r', '\n']).map(|line| line.trim_matches([' ', '\t']));
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    html! {
        @match lines[..] {
            [] => span.soft { "empty" },
            [_] => code { (shown(value.trim_matches(['\r', '\n']))) },
            _ => @for line in lines { code.line { (shown(line)) } },
        }
    }
}

/// Foreign text.
pub(super) struct Shown<'a>(&'a str);

/// Text as it may be shown, whoever wrote it.
pub(super) fn shown(text: &(impl AsRef<str> + ?Sized)) -> Shown<'_> {
    Shown(text.as_ref())
}

impl Render for Shown<'_> {
    fn render_to(&self, page: &mut String) {
        // Writing to a String cannot fail.
        Escaper::new(page).write_str(&escape::escaped(self.0)).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_file_holds_is_text_on_the_page() {
        let evil = "<script>alert(1)</script>\" onload='x' &\u{202e}\u{1b}[2J\r";
        let top = Top { title: evil, mood: Mood::Bad, sentence: evil, facts: &[("File", evil)] };
        let made = Made { at: Timestamp::UNIX_EPOCH, version: "1.2.3" };
        let page = document(&top, &made, &html! { p title=(shown(evil)) { (shown(evil)) } });
        assert!(is_ours(page.as_bytes()), "{page}");
        assert!(!is_ours(&page.as_bytes()[1..]) && !is_ours(b"<!DOCTYPE html>"));
        assert!(!page.contains("<script") && !page.contains("\" onload"), "{page}");
        assert!(page.contains(r"&amp;\u{202e}\u{1b}[2J\r"), "{page}");
        assert!(!page.chars().any(|next| next.is_control() && next != '\n'), "{page}");
        assert!(page.contains("1970-01-01 00:00:00 UTC, by metafix 1.2.3"));
    }
}
