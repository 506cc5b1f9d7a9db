//! One writer at a time, by a lock on a file beside the metabase.
//!
//! Never on the metabase: it is replaced, and a lock on what was replaced protects nothing.

use std::hash::BuildHasher;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use fs_err::File;
use jiff::Timestamp;

use super::error::during;
use super::holder::Holder;
use super::sidecar::one_line;
use super::{Kind, Step, StoreError, Target, platform};

/// The right to change a metabase, until it is dropped.
///
/// A killed run leaves its lock file behind, but the lock on it is gone: the next run just takes
/// the file over.
#[derive(Debug)]
#[must_use]
pub struct Lock {
    target: Target,
    file: Option<File>,
}

/// How every lock file begins.
const HEAD: &str = "metafix lock: without a metafix that runs, this file means nothing";

/// How long a run waits for another one that is writing.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Takes the lock, waiting for it as long as `wait`. `purpose` is what others are told.
///
/// # Errors
/// [`StoreError::Locked`] and the system's.
pub fn lock(target: &Target, purpose: &str, wait: Duration) -> Result<Lock, StoreError> {
    let path = target.beside("lock");
    let begun = Instant::now();
    let mut attempt = 0;
    loop {
        let file = open(&path, target)?;
        if platform::try_lock(&file).map_err(during(Step::Lock))? {
            if is_at(&file, &path)? {
                refuse_unless_ours(&file, &path)?;
                let mut lock = Lock { target: target.clone(), file: Some(file) };
                lock.sign(purpose).map_err(during(Step::Lock))?;
                return Ok(lock);
            }
            // Its holder removed it while we waited: the lock is on a file without a name.
            continue;
        }
        let waited = begun.elapsed();
        if waited >= wait {
            let holder = Holder::read(file).map_err(during(Step::Lock))?;
            return Err(StoreError::Locked { lock: path, holder, waited });
        }
        std::thread::sleep(pause(attempt).min(wait - waited));
        attempt += 1;
    }
}

fn open(path: &Path, target: &Target) -> Result<File, StoreError> {
    // A metabase that is missing is locked as well: what is made there must be made once.
    let like = if target.is_vacant()? { target.folder() } else { target.path() };
    let file =
        platform::open_lock(path, like).map_err(|error| match platform::identity_at(path) {
            Ok(found) if found.kind != Kind::File => {
                StoreError::NotAFile { path: path.to_owned(), found: found.kind.name() }
            }
            // It is created where it is not there: then the metabase is gone.
            _ if error.kind() == io::ErrorKind::NotFound => target.changed(),
            _ => during(Step::Lock)(error),
        })?;
    match platform::identity(&file).map_err(during(Step::Lock))?.kind {
        Kind::File => Ok(file),
        other => Err(StoreError::NotAFile { path: path.to_owned(), found: other.name() }),
    }
}

/// What a killed run left is written over; what somebody else gave this name is not.
fn refuse_unless_ours(file: &File, path: &Path) -> Result<(), StoreError> {
    let not_ours = |why| Err(StoreError::NotALock { path: path.to_owned(), why });
    let mut start = Vec::new();
    let read = (|| {
        let mut file = file.file();
        file.rewind()?;
        file.take(HEAD.len() as u64).read_to_end(&mut start)
    })();
    read.map_err(during(Step::Lock))?;
    if platform::identity(file).map_err(during(Step::Lock))?.links > 1 {
        return not_ours("it has another name (a hard link)");
    }
    // Killed while it wrote, a run leaves the beginning; a power cut, nothing or zeros.
    let is_ours = HEAD.as_bytes().starts_with(&start) || start.iter().all(|byte| *byte == 0);
    if is_ours { Ok(()) } else { not_ours("something else is in it") }
}

fn is_at(file: &File, path: &Path) -> Result<bool, StoreError> {
    let own = platform::identity(file).map_err(during(Step::Lock))?;
    if own.links == 0 {
        return Ok(false);
    }
    match platform::identity_at(path) {
        Ok(found) => Ok(found.file == own.file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(during(Step::Lock)(error)),
    }
}

/// Longer and longer up to 25 ms, and different in every process, so that they do not meet again.
fn pause(attempt: u32) -> Duration {
    let longest = (500_u64 << attempt.min(6)).min(25_000);
    let random = std::hash::RandomState::new().hash_one(attempt);
    Duration::from_micros(longest / 2 + random % (longest / 2))
}

impl Lock {
    /// What it protects.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    fn sign(&mut self, purpose: &str) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let text = format!(
            "{HEAD}\n\
             pid: {}\nhost: {}\nsince: {:.0}\npurpose: {}\n",
            std::process::id(),
            one_line(&platform::host_name()),
            Timestamp::now(),
            one_line(purpose)
        );
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(text.as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // A drop has nobody to tell: what stays is a file without a lock, which the next run
            // takes over.
            let _ = platform::release_lock(file);
        }
    }
}
