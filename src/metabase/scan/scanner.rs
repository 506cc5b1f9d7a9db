//! Where the reader of a metabase is, and what that makes of an element: the rules of
//! [`super`], one token after another, from the beginning of a text or from the middle.

use std::ops::Range;

use crate::metabase::error::MetabaseError;
use crate::text::encoding::DecodeError;
use crate::text::source::{Encoding, Source};
use crate::xml::{self, Attribute, Token, Walk};

/// The namespaces of metabases begin like this: `…_V64_0`, before the release of
/// Windows Server 2003 `…_V54_0` (TechNet cc782923).
const NAMESPACE: &str = "urn:microsoft-catalog:XML_Metabase_";

/// A key: an element directly under `configuration/MBProperty` that has a `Location`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// From the `<` of its start tag to after its end tag.
    pub at: Range<usize>,
    /// The raw value of its `Location`.
    pub location: Range<usize>,
    /// How that begins, NUL after its end: to tell most keys apart by, without going back for
    /// each to another place of a large text.
    pub begin: [u8; 8],
}

/// What [`super::scan`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metabase {
    /// The keys in the order of the file.
    pub keys: Vec<Key>,
    /// From the `<` of `<MBProperty>` to the `<` of its end tag: all keys are in it.
    pub inside: Range<usize>,
}

/// Where a piece of a text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// With the `<` of `<MBProperty>`.
    BeforeKeys,
    /// With the `<` of a tag between two keys.
    BetweenKeys,
}

/// The keys of a piece of a text that begins where it is said to; nothing if it does not end
/// between two keys, or if anything in it is wrong. After the piece must stand the `<` that ends
/// it: what does not end there either is not read on.
#[must_use]
pub fn scan_piece(source: &Source, piece: Range<usize>, begin: Begin) -> Option<Vec<Key>> {
    let text = source.text().get(..=piece.end).filter(|text| text.ends_with('<'))?;
    let mut scanner = match begin {
        Begin::BeforeKeys => Scanner::before_keys(source),
        Begin::BetweenKeys => Scanner::between_keys(source),
    };
    let mut walk = Walk::resume(text, piece.start, scanner.depth);
    while walk.position() < piece.end {
        scanner.take(&walk.next().ok()??).ok()?;
        if scanner.is_behind_keys() {
            return None;
        }
    }
    (walk.position() == piece.end && scanner.is_between_keys()).then_some(scanner.keys)
}

/// Where the scanner is.
#[derive(Debug, PartialEq)]
enum Place {
    Outside,
    Configuration,
    Properties,
    Key { start: usize, location: Option<Range<usize>> },
    AfterProperties,
}

pub(super) struct Scanner<'a> {
    source: &'a Source<'a>,
    depth: usize,
    /// Where the root element begins.
    root: usize,
    /// Where `<MBProperty>` begins, and its end tag.
    inside: Range<usize>,
    place: Place,
    keys: Vec<Key>,
}

impl<'a> Scanner<'a> {
    /// How many elements are open between two keys.
    const BETWEEN_KEYS: usize = 2;

    pub(super) fn outside(source: &'a Source) -> Self {
        Self { source, depth: 0, root: 0, inside: 0..0, place: Place::Outside, keys: Vec::new() }
    }

    pub(super) fn before_keys(source: &'a Source) -> Self {
        Self { depth: 1, place: Place::Configuration, ..Self::outside(source) }
    }

    pub(super) fn between_keys(source: &'a Source) -> Self {
        Self { depth: Self::BETWEEN_KEYS, place: Place::Properties, ..Self::outside(source) }
    }

    /// Whether the next key may begin here.
    pub(super) fn is_between_keys(&self) -> bool {
        self.depth == Self::BETWEEN_KEYS && self.place == Place::Properties
    }

    /// Whether no key can follow any more.
    pub(super) fn is_behind_keys(&self) -> bool {
        self.depth < Self::BETWEEN_KEYS
    }

    /// Takes the keys of a piece that was read elsewhere.
    pub(super) fn found(&mut self, keys: Vec<Key>) {
        self.keys.extend(keys);
    }

    /// The text has ended: was it a metabase?
    pub(super) fn end(self) -> Result<Metabase, MetabaseError> {
        match self.place {
            Place::AfterProperties => Ok(Metabase { keys: self.keys, inside: self.inside }),
            _ => Err(MetabaseError::NotMetabase {
                at: self.root,
                found: "there is no <MBProperty> in <configuration>".into(),
            }),
        }
    }

    pub(super) fn take(&mut self, token: &Token<'_>) -> Result<(), MetabaseError> {
        match token {
            Token::Declaration { encoding: Some(encoding), .. } => self.declared(encoding),
            Token::Open { at, name, attributes, empty } => {
                self.open(at, name, attributes)?;
                self.depth += 1;
                if *empty { self.close(at) } else { Ok(()) }
            }
            Token::Close { at } => self.close(at),
            _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        at: &Range<usize>,
        name: &str,
        attributes: &[Attribute],
    ) -> Result<(), MetabaseError> {
        match (self.depth, &self.place) {
            (0, _) => {
                self.check_root(at, name, attributes)?;
                self.root = at.start;
                self.place = Place::Configuration;
            }
            (1, Place::Configuration) if name == "MBProperty" => {
                self.place = Place::Properties;
                self.inside.start = at.start;
            }
            (1, Place::AfterProperties) if name == "MBProperty" => {
                let found = "there is a second <MBProperty>".into();
                return Err(MetabaseError::NotMetabase { at: at.start, found });
            }
            (2, Place::Properties) => {
                let text = self.source.text();
                let location = attributes
                    .iter()
                    .find(|attribute| &text[attribute.name.clone()] == "Location")
                    .map(|attribute| attribute.value.clone());
                self.place = Place::Key { start: at.start, location };
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, at: &Range<usize>) -> Result<(), MetabaseError> {
        self.depth -= 1;
        match (self.depth, &mut self.place) {
            (1, Place::Properties) => {
                self.place = Place::AfterProperties;
                self.inside.end = at.start;
            }
            (2, Place::Key { start, location }) => {
                let (start, location) = (*start, location.take());
                self.place = Place::Properties;
                let key = location.map(|location| self.key(start..at.end, location));
                self.keys.extend(key);
            }
            _ => {}
        }
        Ok(())
    }

    fn key(&self, at: Range<usize>, location: Range<usize>) -> Key {
        let mut begin = [0; 8];
        let raw = &self.source.text().as_bytes()[location.clone()];
        let letters = raw.len().min(begin.len());
        begin[..letters].copy_from_slice(&raw[..letters]);
        Key { at, location, begin }
    }

    fn check_root(
        &self,
        at: &Range<usize>,
        name: &str,
        attributes: &[Attribute],
    ) -> Result<(), MetabaseError> {
        let refuse = |found: String| Err(MetabaseError::NotMetabase { at: at.start, found });
        if name != "configuration" {
            return refuse(format!("the root element is <{name}>, not <configuration>"));
        }
        let text = self.source.text();
        let namespace =
            attributes.iter().find(|attribute| &text[attribute.name.clone()] == "xmlns");
        let Some(namespace) = namespace else {
            return refuse("<configuration> has no xmlns (a web.config looks like this)".into());
        };
        let namespace = xml::unescape(&text[namespace.value.clone()]);
        if namespace.starts_with(NAMESPACE) {
            Ok(())
        } else {
            refuse(format!("<configuration> is in the namespace \"{namespace}\""))
        }
    }

    fn declared(&self, encoding: &Range<usize>) -> Result<(), MetabaseError> {
        let declared = &self.source.text()[encoding.clone()];
        let fits: &[&str] = match self.source.encoding() {
            Encoding::Utf8 | Encoding::Utf8Bom => &["UTF-8"],
            Encoding::Utf16Le => &["UTF-16", "UTF-16LE"],
            Encoding::Utf16Be => &["UTF-16", "UTF-16BE"],
        };
        if fits.iter().any(|fit| fit.eq_ignore_ascii_case(declared)) {
            return Ok(());
        }
        let actual = self.source.encoding().name();
        let found = format!("{declared} by its XML declaration, {actual} by its bytes");
        Err(DecodeError::UnknownEncoding { found }.into())
    }
}
