//! The keys of a metabase and where they stand.
//!
//! Owns what makes a file a metabase: `<configuration>` in Microsoft's namespace, one
//! `<MBProperty>`, and in it the keys as flat siblings, each with its `Location`. Knows nothing
//! of properties; [`crate::metabase::locate`] reads a single key.

mod ahead;
mod scanner;
#[cfg(test)]
mod tests;

use crate::metabase::error::MetabaseError;
use crate::text::source::Source;
use crate::xml::{self, Token, Walk};

use ahead::{Ahead, Pieces};
use scanner::Scanner;

pub use scanner::{Begin, Key, Metabase, scan_piece};

/// Checks that the file is well-formed throughout and a metabase, and lists its keys.
///
/// # Errors
/// [`MetabaseError::Xml`], [`MetabaseError::NotMetabase`], and
/// [`crate::text::encoding::DecodeError::UnknownEncoding`] when the XML declaration names another encoding than the bytes.
pub fn scan(source: &Source) -> Result<Metabase, MetabaseError> {
    scan_pieces(source, &Pieces::of(source.text()))
}

/// Scans, and hands each token on once it has been checked, so that a reader that wants more
/// than the keys need not walk through the file a second time.
///
/// # Errors
/// Those of [`scan`].
pub fn scan_along(
    source: &Source,
    mut visit: impl FnMut(&Token<'_>),
) -> Result<Metabase, MetabaseError> {
    let mut scanner = Scanner::outside(source);
    xml::walk(source.text(), |token| {
        scanner.take(&token)?;
        visit(&token);
        Ok::<_, MetabaseError>(())
    })?;
    scanner.end()
}

fn scan_pieces(source: &Source, pieces: &Pieces) -> Result<Metabase, MetabaseError> {
    std::thread::scope(|scope| {
        let mut ahead = Ahead::begin(scope, source, pieces);
        let mut scanner = Scanner::outside(source);
        let mut walk = Walk::new(source.text())?;
        loop {
            if scanner.is_between_keys()
                && let Some((keys, end)) = ahead.take(walk.position())
            {
                scanner.found(keys);
                walk.skip_to(end);
                continue;
            }
            match walk.next().map_err(MetabaseError::from)? {
                Some(token) => scanner.take(&token)?,
                None => return scanner.end(),
            }
        }
    })
}
