//! Files of any size, a piece at a time: compared, hashed, copied.

use std::io::{self, Read, Seek, Write};
use std::ops::Range;

use fs_err::File;
use sha2::{Digest, Sha256};

use super::beside::{Beside, beside};
use super::platform;

/// A SHA-256.
pub(super) type Hash = [u8; 32];

/// How much is read or written at once: it fits into a processor's own memory, and a system that
/// is handed more at a time looks for larger pages, which takes it longer than small ones.
pub(super) const PIECE: usize = 64 * 1024;

/// How much one reads by itself when several read a file of this size at once: most of the time
/// goes into getting memory from the system and into copying.
fn part_of(size: usize) -> usize {
    const READERS: usize = 4;
    size.div_ceil(READERS).max(64 * PIECE)
}

/// Fills the buffer with a file that has just as many bytes, and says whether it had.
pub(super) fn fill(file: &File, buffer: &mut [u8]) -> io::Result<bool> {
    let size = buffer.len();
    let part = part_of(size);
    let read = std::thread::scope(|scope| {
        let mut parts = buffer.chunks_mut(part).enumerate();
        let first = parts.next();
        let others: Vec<_> = parts
            .map(|(index, part_buffer)| {
                beside(scope, move || read_at(file, part_buffer, index * part))
            })
            .collect();
        let first = first.map_or(Ok(0), |(_, buffer)| read_at(file, buffer, 0));
        others.into_iter().map(Beside::result).chain([first]).sum::<io::Result<usize>>()
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

/// Whether the file is just these chunks.
pub(super) fn is_same(file: &File, chunks: &[&[u8]]) -> io::Result<bool> {
    let size = chunks.iter().map(|chunk| chunk.len()).sum();
    let part = part_of(size);
    let same = std::thread::scope(|scope| {
        let others: Vec<_> = (part..size)
            .step_by(part)
            .map(|begin| begin..size.min(begin + part))
            .map(|part| beside(scope, || is_same_part(file, part, chunks)))
            .collect();
        let first = is_same_part(file, 0..size.min(part), chunks)?;
        others
            .into_iter()
            .try_fold(first, |same, other| Ok::<_, io::Error>(other.result()? && same))
    })?;
    Ok(same && read_at(file, &mut [0], size)? == 0)
}

/// The file's SHA-256, if it is just these chunks.
pub(super) fn hash_if_same(file: &File, chunks: &[&[u8]]) -> io::Result<Option<Hash>> {
    std::thread::scope(|scope| {
        let hash = beside(scope, || {
            let mut hash = Sha256::new();
            chunks.iter().for_each(|chunk| hash.update(chunk));
            hash.finalize().into()
        });
        let same = is_same(file, chunks)?;
        Ok(same.then(|| hash.result()))
    })
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

fn is_same_part(file: &File, part: Range<usize>, chunks: &[&[u8]]) -> io::Result<bool> {
    let mut expected = Expected { chunks: chunks.iter(), rest: &[] };
    expected.skip(part.start);
    let mut buffer = vec![0; PIECE.min(part.len())];
    let mut place = part.start;
    while place < part.end {
        let piece = &mut buffer[..PIECE.min(part.end - place)];
        if read_at(file, piece, place)? < piece.len() || !expected.starts_with(piece) {
            return Ok(false);
        }
        place += piece.len();
    }
    Ok(true)
}

/// What is still to come of some chunks.
struct Expected<'a> {
    chunks: std::slice::Iter<'a, &'a [u8]>,
    rest: &'a [u8],
}

impl Expected<'_> {
    /// Leaves out this many bytes.
    fn skip(&mut self, mut count: usize) {
        while count > self.rest.len() {
            count -= self.rest.len();
            self.rest = self.chunks.next().expect("there are more bytes than are left out");
        }
        self.rest = &self.rest[count..];
    }

    /// Whether these bytes come next; if so, they are read.
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
