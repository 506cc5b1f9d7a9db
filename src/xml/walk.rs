//! The walk through a text: quick-xml's events one by one, each held to the rules.

use std::ops::Range;

use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::Token;
use super::attributes::{self, Tag};
use super::characters::{self, is_blank, is_blank_character, name_end, skip_blanks};
use super::declaration;
use super::duplicates::Duplicates;
use super::flaw::{Flaw, Kind, XmlError, malformed};
use super::references;
const TAGS: usize = 8;

/// A walk through a text that can be looked at between two of its pieces.
pub struct Walk<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Where in the text the reader began.
    begun: usize,
    /// Where the first element begins.
    root: Option<usize>,
    /// The names of the elements that are open, outermost first.
    open: Vec<Range<usize>>,
    /// The last tags, by the length of the element's name: by that `Custom` and the keys differ.
    tags: [Tag; TAGS],
    duplicates: Duplicates<'a>,
    /// Up to where the characters are checked.
    clean: usize,
    /// The first character that XML does not allow.
    forbidden: Option<(usize, char)>,
}

/// Reads a text from a place on.
fn reader(text: &str, at: usize) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(&text[at..]);
    let config = reader.config_mut();
    // Both are checked here, where the place of the start tag is known.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    reader
}

/// Where the start tag of an element with this name begins; an element that was open when the
/// walk began has neither.
fn tag_start(name: &Range<usize>) -> usize {
    name.start.saturating_sub(1)
}

impl<'a> Walk<'a> {
    /// A walk through the whole text.
    ///
    /// # Errors
    /// A byte order mark, which is no text: what stands here follows one.
    pub fn new(text: &'a str) -> Result<Self, XmlError> {
        // quick-xml would skip it and count from after it.
        match text.starts_with('\u{FEFF}') {
            true => Err(malformed(0, Flaw::TextOutside { found: '\u{FEFF}' })),
            false => Ok(Self::begin(text, 0)),
        }
    }

    /// A walk that goes on at the `<` of a tag as if `depth` elements were open around it. What
    /// it finds is true if they are; it must not be asked on once one of them is closed.
    pub fn resume(text: &'a str, at: usize, depth: usize) -> Self {
        let root = (depth > 0).then_some(0);
        Self { root, open: vec![0..0; depth], ..Self::begin(text, at) }
    }

    fn begin(text: &'a str, at: usize) -> Self {
        Self {
            text,
            reader: reader(text, at),
            begun: at,
            root: None,
            open: Vec::new(),
            tags: Default::default(),
            duplicates: Duplicates::default(),
            clean: at,
            forbidden: None,
        }
    }

    /// Goes on at another `<`, further on, before which everything was checked elsewhere and
    /// every element that was opened is closed.
    pub fn skip_to(&mut self, at: usize) {
        self.reader = reader(self.text, at);
        self.begun = at;
        self.clean = self.clean.max(at);
    }

    /// Where the next piece begins.
    #[inline]
    pub fn position(&self) -> usize {
        // The reader counts the bytes of a slice, which fit.
        self.begun + self.reader.buffer_position() as usize
    }

    /// The next piece of the text, checked; none after the last.
    ///
    /// # Errors
    /// The first flaw.
    #[inline]
    #[expect(clippy::should_implement_trait, reason = "a piece borrows from the walk")]
    pub fn next(&mut self) -> Result<Option<Token<'_>>, XmlError> {
        let start = self.position();
        let event = self.reader.read_event();
        let end = self.position();
        if end > self.clean {
            self.check_characters(end);
        }
        let forbidden = self.forbidden.filter(|(at, _)| *at < end);
        let token = self.token(event, start..end);
        match forbidden {
            None => token,
            Some((at, found)) => match token {
                Err(error) if error.at() < at => Err(error),
                _ => Err(malformed(at, Flaw::ForbiddenCharacter { found })),
            },
        }
    }

    /// Checks the characters at least up to `end`, until one is forbidden.
    fn check_characters(&mut self, end: usize) {
        // Large enough to run on vectors, small enough to be in the cache when it is read.
        const BLOCK: usize = 16 * 1024;
        while self.clean < end {
            let mut block = self.clean..self.text.len().min(self.clean + BLOCK);
            while !self.text.is_char_boundary(block.end) {
                block.end -= 1;
            }
            self.clean = block.end;
            self.forbidden = characters::first_forbidden(self.text, block);
            if self.forbidden.is_some() {
                self.clean = usize::MAX;
            }
        }
    }

    #[inline]
    fn token(
        &mut self,
        event: Result<Event<'a>, quick_xml::Error>,
        at: Range<usize>,
    ) -> Result<Option<Token<'_>>, XmlError> {
        let token = match event {
            Ok(Event::Start(_)) => self.start_tag(at, false)?,
            Ok(Event::Empty(_)) => self.start_tag(at, true)?,
            Ok(Event::End(_)) => self.end_tag(at)?,
            Ok(Event::Text(_)) => self.characters(at)?,
            Ok(Event::GeneralRef(_)) => self.reference(at)?,
            Ok(Event::CData(_)) => self.cdata(at)?,
            Ok(Event::Comment(_)) => self.comment(at)?,
            Ok(Event::PI(_)) => self.instruction(at)?,
            Ok(Event::Decl(_)) => self.declaration(at)?,
            Ok(Event::DocType(_)) | Err(_) => return Err(self.unread(at.start)),
            Ok(Event::Eof) => return self.end().map(|()| None),
        };
        Ok(Some(token))
    }

    #[inline]
    fn start_tag(&mut self, at: Range<usize>, empty: bool) -> Result<Token<'_>, XmlError> {
        let name = at.start + 1..name_end(self.text, at.start + 1);
        if name.is_empty() {
            return Err(malformed(at.start, Flaw::StrayLessThan));
        }
        if self.open.is_empty() {
            if let Some(first) = self.root {
                let name = self.text[name].to_owned();
                return Err(malformed(at.start, Flaw::SecondRoot { name, first }));
            }
            self.root = Some(at.start);
        }
        let inside = name.end..at.end - if empty { 2 } else { 1 };
        let tag = &mut self.tags[name.len() % TAGS];
        attributes::read(self.text, name.clone(), inside, tag, &mut self.duplicates)?;
        if !empty {
            self.open.push(name.clone());
        }
        Ok(Token::Open { at, name: &self.text[name], attributes: &tag.attributes, empty })
    }

    #[inline]
    fn end_tag(&mut self, at: Range<usize>) -> Result<Token<'_>, XmlError> {
        let opened = self.open.pop();
        let inside = at.start + 2..at.end - 1;
        let simple = |name: &Range<usize>| self.text[name.clone()] == self.text[inside.clone()];
        if !opened.as_ref().is_some_and(simple) {
            self.check_end_tag(at.start, inside, opened)?;
        }
        Ok(Token::Close { at })
    }

    /// The careful form, for an end tag that is not simply the name of the start tag.
    fn check_end_tag(
        &self,
        at: usize,
        inside: Range<usize>,
        opened: Option<Range<usize>>,
    ) -> Result<(), XmlError> {
        let name = inside.start..name_end(self.text, inside.start);
        let found = self.text[name.clone()].to_owned();
        if name.is_empty() {
            return Err(malformed(at, Flaw::NamelessEndTag));
        }
        let behind = skip_blanks(self.text.as_bytes(), name.end);
        let more = self.text[behind..inside.end].chars().next();
        match opened {
            _ if behind == name.end && more.is_some_and(|next| !matches!(next, '<' | '/')) => {
                let found = more.unwrap_or_default();
                let name = self.text[name].to_owned();
                Err(malformed(behind, Flaw::BadNameCharacter { kind: Kind::EndTag, name, found }))
            }
            None => Err(malformed(at, Flaw::UnopenedEndTag { name: found })),
            Some(open) if self.text[open.clone()] != found => {
                let (name, opened) = (self.text[open.clone()].to_owned(), tag_start(&open));
                Err(malformed(at, Flaw::WrongEndTag { name, opened, found }))
            }
            Some(_) => match more {
                Some('<') => {
                    let flaw = Flaw::UnclosedTag { kind: Kind::EndTag, name: found, opened: at };
                    Err(malformed(behind, flaw))
                }
                Some(more) => {
                    Err(malformed(behind, Flaw::CrowdedEndTag { name: found, found: more }))
                }
                None => Ok(()),
            },
        }
    }

    #[inline]
    fn characters(&self, at: Range<usize>) -> Result<Token<'_>, XmlError> {
        let text = &self.text.as_bytes()[at.clone()];
        if self.open.is_empty() {
            if let Some(stray) = text.iter().position(|byte| !is_blank(*byte)) {
                let stray = at.start + stray;
                let found = self.text[stray..].chars().next().unwrap_or_default();
                return Err(malformed(stray, Flaw::TextOutside { found }));
            }
        } else if let Some(end) =
            memchr::memchr_iter(b'>', text).find(|end| text[..*end].ends_with(b"]]"))
        {
            return Err(malformed(at.start + end - 2, Flaw::CDataEnd));
        }
        Ok(Token::Text { at })
    }

    fn reference(&self, at: Range<usize>) -> Result<Token<'_>, XmlError> {
        if self.open.is_empty() {
            return Err(malformed(at.start, Flaw::TextOutside { found: '&' }));
        }
        references::check(self.text, at.start..at.end)?;
        Ok(Token::Reference { at })
    }

    fn cdata(&self, at: Range<usize>) -> Result<Token<'_>, XmlError> {
        if self.open.is_empty() {
            return Err(malformed(at.start, Flaw::CDataOutside));
        }
        Ok(Token::CData { at })
    }

    fn comment(&self, at: Range<usize>) -> Result<Token<'_>, XmlError> {
        // Up to the first `-` of `-->`, so that `--->` shows too.
        let inside = &self.text.as_bytes()[at.start + 4..at.end - 2];
        match memchr::memmem::find(inside, b"--") {
            Some(hyphens) => Err(malformed(at.start + 4 + hyphens, Flaw::DoubleHyphen)),
            None => Ok(Token::Comment { at }),
        }
    }

    fn instruction(&self, at: Range<usize>) -> Result<Token<'_>, XmlError> {
        let target = at.start + 2..name_end(self.text, at.start + 2);
        let name = &self.text[target.clone()];
        if name.is_empty() {
            return Err(malformed(at.start, Flaw::NoTarget));
        }
        let behind = &self.text[target.end..at.end - 2];
        if let Some(found) = behind.chars().next().filter(|next| !is_blank_character(*next)) {
            let flaw =
                Flaw::BadNameCharacter { kind: Kind::Instruction, name: name.to_owned(), found };
            return Err(malformed(target.end, flaw));
        }
        if name.eq_ignore_ascii_case("xml") {
            let flaw = Flaw::ReservedTarget { target: name.to_owned() };
            return Err(malformed(target.start, flaw));
        }
        Ok(Token::Instruction { at })
    }

    fn declaration(&self, at: Range<usize>) -> Result<Token<'_>, XmlError> {
        if at.start > 0 {
            let twice = self.text.starts_with("<?xml")
                && self.text.as_bytes().get(5).is_some_and(|byte| is_blank(*byte));
            let flaw = if twice { Flaw::SecondDeclaration } else { Flaw::LateDeclaration };
            return Err(malformed(at.start, flaw));
        }
        let encoding = declaration::read(self.text, at.clone())?;
        Ok(Token::Declaration { at, encoding })
    }

    /// What is wrong with the construct that begins at `start` and that quick-xml gave up on.
    #[cold]
    fn unread(&mut self, start: usize) -> XmlError {
        let rest = &self.text[start..];
        let end = self.text.len();
        let unclosed = |kind| malformed(start, Flaw::Unclosed { kind });
        if rest.starts_with("<!DOCTYPE") {
            return XmlError::Doctype { at: start };
        }
        match rest.as_bytes() {
            [b'&', ..] if self.open.is_empty() => {
                malformed(start, Flaw::TextOutside { found: '&' })
            }
            [b'&', ..] => references::check(self.text, start..end)
                .err()
                .unwrap_or_else(|| malformed(start, Flaw::BareAmpersand)),
            [b'<', b'!', b'-', b'-', ..] => unclosed(Kind::Comment),
            rest if rest.starts_with(b"<![CDATA[") => match self.open.is_empty() {
                true => malformed(start, Flaw::CDataOutside),
                false => unclosed(Kind::CData),
            },
            [b'<', b'!', ..] => malformed(start, Flaw::UnknownMarkup),
            [b'<', b'?', ..] if name_end(self.text, start + 2) == start + 2 => {
                malformed(start, Flaw::NoTarget)
            }
            [b'<', b'?', ..] => unclosed(Kind::Instruction),
            [b'<', b'/', ..] => {
                let opened = self.open.pop();
                self.check_end_tag(start, start + 2..end, opened)
                    .err()
                    .unwrap_or_else(|| unclosed(Kind::EndTag))
            }
            // The tag is read to the end of the text, and what broke it shows.
            _ => match self.start_tag(start..end + 1, false) {
                Err(error) => error,
                Ok(_) => unclosed(Kind::StartTag),
            },
        }
    }

    fn end(&self) -> Result<(), XmlError> {
        let end = self.text.len();
        if let Some(name) = self.open.last() {
            let (opened, name) = (tag_start(name), self.text[name.clone()].to_owned());
            return Err(malformed(end, Flaw::UnclosedElement { name, opened }));
        }
        if self.root.is_none() {
            return Err(malformed(end, Flaw::NoRoot));
        }
        Ok(())
    }
}
