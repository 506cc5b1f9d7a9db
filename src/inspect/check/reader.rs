//! Reads the scanner's tokens into keys, one after another.

use std::ops::Range;

use crate::metabase::locate::{Element, KeyParts};
use crate::xml::{Attribute, Token};

/// What is being read.
#[derive(Debug, Default)]
pub(super) struct Reader {
    depth: usize,
    /// Whether the element at depth 1 is `<MBProperty>`.
    in_properties: bool,
    /// The key that is being read, with its `<Custom>` children.
    key: Option<KeyParts>,
}

impl Reader {
    /// Takes a token, and gives the key that ends with it.
    pub(super) fn take(&mut self, token: &Token<'_>) -> Option<KeyParts> {
        match token {
            Token::Open { at, name, attributes, empty } => {
                self.open(at, name, attributes);
                self.depth += 1;
                if *empty { self.close(at) } else { None }
            }
            Token::Close { at } => self.close(at),
            _ => None,
        }
    }

    fn open(&mut self, at: &Range<usize>, name: &str, attributes: &[Attribute]) {
        let element =
            || Element { at: at.clone(), tag: at.clone(), attributes: attributes.to_vec() };
        match (self.depth, &mut self.key) {
            (1, _) => self.in_properties = name == "MBProperty",
            (2, key) if self.in_properties => {
                let (children, comments) = (Vec::new(), Vec::new());
                *key = Some(KeyParts { element: element(), children, comments });
            }
            (3, Some(key)) if name == "Custom" => key.children.push(element()),
            _ => {}
        }
    }

    fn close(&mut self, at: &Range<usize>) -> Option<KeyParts> {
        self.depth -= 1;
        let mut key = if self.depth == 2 { self.key.take() } else { None }?;
        key.element.at.end = at.end;
        Some(key)
    }
}
