//! Files of any size, a piece at a time: compared, hashed, copied.

use std::io::{self, Read, Seek, Write};

use fs_err::File;
use sha2::{Digest, Sha256};

use super::platform;

/// A SHA-256.
pub(super) type Hash = [u8; 32];

const PIECE: usize = 1024 * 1024;

/// Fills the buffer with a file that has just as many bytes, and says whether it had.
///
/// Several read a large one at once: most of the time goes into getting memory from the system,
/// a page at a time.
pub(super) fn fill(file: &File, buffer: &mut [u8]) -> io::Result<bool> {
    const READERS: usize = 4;
    let size = buffer.len();
    let part = size.div_ceil(READERS).max(4 * PIECE);
    let read = std::thread::scope(|scope| {
        let mut parts = buffer.chunks_mut(part).enumerate();
        let first = parts.next();
        let others: Vec<_> = parts
            .map(|(index, part_buffer)| {
                scope.spawn(move || read_at(file, part_buffer, index * part))
            })
            .collect();
        let first = first.map_or(Ok(0), |(_, buffer)| read_at(file, buffer, 0));
        let others =
            others.into_iter().map(|other| other.join().expect("reading a file does not panic"));
        others.chain([first]).sum::<io::Result<usize>>()
    })?;
    // One byte more than it should have: a file that grows for ever must not be followed.
    Ok(read == size && read_at(file, &mut [0], size)? == 0)
}

/// Reads until the buffer is full or the file ends.
fn read_at(file: &File, buffer: &mut [u8], place: usize) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match platform::read_at(file, &mut buffer[read..], (place + read) as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// Whether the file from its beginning is just these chunks.
pub(super) fn is_same(file: &mut File, chunks: &[&[u8]]) -> io::Result<bool> {
    compare(file, chunks, |_| ())
}

/// The file's SHA-256, if it is just these chunks: both from one reading.
pub(super) fn hash_if_same(file: &mut File, chunks: &[&[u8]]) -> io::Result<Option<Hash>> {
    let mut hash = Sha256::new();
    let same = compare(file, chunks, |piece| hash.update(piece))?;
    Ok(same.then(|| hash.finalize().into()))
}

/// The file's SHA-256.
pub(super) fn hash(file: &mut File) -> io::Result<Hash> {
    let mut hash = Sha256::new();
    pieces(file, |piece| {
        hash.update(piece);
        Ok(true)
    })?;
    Ok(hash.finalize().into())
}

/// The SHA-256 of bytes in memory.
pub(super) fn hash_of(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Copies the content and says what its SHA-256 is.
pub(super) fn copy(from: &mut File, to: &mut File) -> io::Result<Hash> {
    let mut hash = Sha256::new();
    pieces(from, |piece| {
        hash.update(piece);
        to.write_all(piece)?;
        Ok(true)
    })?;
    Ok(hash.finalize().into())
}

fn compare(file: &mut File, chunks: &[&[u8]], mut each: impl FnMut(&[u8])) -> io::Result<bool> {
    let mut expected = Expected { chunks: chunks.iter(), rest: &[] };
    let mut same = true;
    pieces(file, |piece| {
        each(piece);
        same = expected.starts_with(piece);
        Ok(same)
    })?;
    Ok(same && expected.rest.is_empty() && expected.chunks.all(|chunk| chunk.is_empty()))
}

/// What is still to come of some chunks.
struct Expected<'a> {
    chunks: std::slice::Iter<'a, &'a [u8]>,
    rest: &'a [u8],
}

impl Expected<'_> {
    /// Whether these bytes come next; they are behind us then.
    fn starts_with(&mut self, mut piece: &[u8]) -> bool {
        while !piece.is_empty() {
            if self.rest.is_empty() {
                match self.chunks.next() {
                    Some(chunk) => self.rest = chunk,
                    None => return false,
                }
            }
            let both = piece.len().min(self.rest.len());
            if piece[..both] != self.rest[..both] {
                return false;
            }
            (piece, self.rest) = (&piece[both..], &self.rest[both..]);
        }
        true
    }
}

/// Hands out the whole file from its beginning, until `each` says to stop.
fn pieces(file: &mut File, mut each: impl FnMut(&[u8]) -> io::Result<bool>) -> io::Result<()> {
    file.rewind()?;
    let mut buffer = vec![0; PIECE];
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if !each(&buffer[..read])? {
            return Ok(());
        }
    }
}
