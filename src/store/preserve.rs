//! Making one backup: its checksum first, then the file, each under its final name only when it
//! is complete and durable.

use std::io::{self, Write};
use std::path::Path;

use fs_err::File;
use jiff::Timestamp;

use super::bytes::{self, Hash};
use super::error::during;
use super::missing::remove;
use super::sidecar::{Label, Sidecar, one_line};
use super::undo::Undo;
use super::{Backup, Backups, Identity, Step, StoreError, platform};

/// A file to be kept, open for reading, with the SHA-256 that it must have.
pub(super) struct Original<'a> {
    pub(super) file: &'a mut File,
    pub(super) path: &'a Path,
    /// What it was when the SHA-256 was made, and, since a second name changes it, what it is
    /// once the backup is made.
    pub(super) identity: &'a mut Identity,
    pub(super) sha256: Hash,
    /// Whether the backup must be a file of its own, because the original is about to be written.
    pub(super) by_copy: bool,
}

/// Makes a backup. What it made is in `undo`, in case that what comes next fails.
pub(super) fn preserve(
    original: &mut Original<'_>,
    backups: &Backups,
    why: &str,
    undo: &mut Undo,
    on_step: &mut dyn FnMut(Step),
) -> Result<Backup, StoreError> {
    ensure_folder(backups, original, undo)?;
    let (label, why) = record(original, backups, why, undo)?;
    on_step(Step::Record);

    let name = backups.name(&label);
    let (path, part) = (backups.dir().join(&name), backups.part_path());
    undo.file(part.clone());
    // The time of the last change of any kind, which nobody can set back, is about to be set by
    // ourselves: now is the last moment to look at it.
    if original.identity_now()? != *original.identity {
        return Err(original.changed());
    }
    fill(original, &part)?;
    platform::rename_new(&part, &path).map_err(during(Step::BackUp))?;
    undo.renamed(path.clone());
    let now = original.identity_now()?;
    if !now.is_unchanged(original.identity) {
        return Err(original.changed());
    }
    *original.identity = now;
    platform::sync_folder(backups.dir()).map_err(during(Step::BackUp))?;
    on_step(Step::BackUp);

    let (Label { sequence, made }, of) = (label, backups.of());
    let (size, sha256) = (original.identity.size, original.sha256);
    Ok(Backup { name, path, sequence, made, size, why, of, sha256 })
}

/// Makes the folder, if it is not there, for the owner of the metabase alone.
fn ensure_folder(
    backups: &Backups,
    original: &Original<'_>,
    undo: &mut Undo,
) -> Result<(), StoreError> {
    if backups.is_there()? {
        return Ok(());
    }
    let dir = backups.dir();
    platform::create_folder(dir, original.file).map_err(during(Step::Record))?;
    undo.folder(dir.to_owned());
    match dir.parent() {
        Some(parent) if parent != Path::new("") => platform::sync_folder(parent),
        _ => platform::sync_folder(Path::new(".")),
    }
    .map_err(during(Step::Record))
}

/// Writes the checksum file of the next backup, and says how that one will be called.
fn record(
    original: &Original<'_>,
    backups: &Backups,
    why: &str,
    undo: &mut Undo,
) -> Result<(Label, String), StoreError> {
    // Another metabase that has its backups in this folder may take the name at this moment.
    for _ in 0..64 {
        let last = backups.found()?.keys().next_back().map_or(0, |label| label.sequence);
        let label = Label { sequence: last.saturating_add(1), made: now() };
        let name = backups.name(&label);
        let (of, made) = (backups.of(), label.made);
        let sidecar =
            Sidecar { of, made, why: why.to_owned(), sha256: original.sha256, name: name.clone() };
        let part = backups.part_path();
        undo.file(part.clone());
        write_record(original, &part, &sidecar.text()).map_err(during(Step::Record))?;
        let path = backups.sidecar_path(&name);
        match platform::rename_new(&part, &path) {
            Ok(()) => {
                undo.renamed(path);
                return Ok((label, one_line(why)));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                remove(&part).map_err(during(Step::Record))?;
            }
            Err(error) => return Err(during(Step::Record)(error)),
        }
    }
    let what = "the names of backups are taken by others as fast as they are chosen";
    Err(during(Step::Record)(io::Error::new(io::ErrorKind::AlreadyExists, what)))
}

fn write_record(original: &Original<'_>, part: &Path, text: &str) -> io::Result<()> {
    let mut file = platform::create_private(part)?;
    platform::copy_rights(original.file, &file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// The original under a second name; where the file system has no such thing, a durable copy.
fn fill(original: &mut Original<'_>, part: &Path) -> Result<(), StoreError> {
    let failed = during(Step::BackUp);
    // Whatever the reason why it cannot be linked, if it is serious copying fails by it as well.
    if !original.by_copy && platform::link(original.path, part).is_ok() {
        let linked = platform::identity_at(part).map_err(&failed)?;
        let same = linked.file == original.identity.file;
        return if same { Ok(()) } else { Err(original.changed()) };
    }
    let mut copy = platform::create_private(part).map_err(&failed)?;
    platform::copy_rights(original.file, &copy).map_err(&failed)?;
    let hash = bytes::copy(original.file, &mut copy).map_err(&failed)?;
    let modified = original.identity.modified;
    copy.set_modified(modified).and_then(|()| copy.sync_all()).map_err(&failed)?;
    if hash == original.sha256 { Ok(()) } else { Err(original.changed()) }
}

impl Original<'_> {
    fn identity_now(&self) -> Result<Identity, StoreError> {
        platform::identity(self.file).map_err(during(Step::BackUp))
    }

    fn changed(&self) -> StoreError {
        StoreError::Changed { path: self.path.to_owned(), rescued: None }
    }
}

/// To the second, as names have it.
fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).expect("a rounded time is a time")
}

/// Makes a backup of a file that is in nobody's way, and takes its old name away.
pub(super) fn keep(path: &Path, backups: &Backups, why: &str) -> Result<Backup, StoreError> {
    let mut file = platform::open_original(path).map_err(during(Step::Sweep))?;
    let mut identity = platform::identity(&file).map_err(during(Step::Sweep))?;
    let sha256 = bytes::hash(&mut file).map_err(during(Step::Sweep))?;
    let mut undo = Undo::default();
    platform::sync_content(&file).map_err(during(Step::Sweep))?;
    let mut original =
        Original { file: &mut file, path, identity: &mut identity, sha256, by_copy: false };
    let backup = preserve(&mut original, backups, why, &mut undo, &mut |_| ())?;
    undo.disarm();
    remove(path).map_err(during(Step::Sweep))?;
    Ok(backup)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]
mod tests {
    use fs_err as fs;

    use super::*;

    /// A folder with a file in it, and the backups of that file.
    struct Room {
        dir: tempfile::TempDir,
        backups: Backups,
    }

    impl Room {
        fn with(content: &[u8]) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("MetaBase.xml");
            fs::write(&path, content).unwrap();
            Self { backups: Backups::new(&path, None), dir }
        }

        fn path(&self) -> std::path::PathBuf {
            self.dir.path().join("MetaBase.xml")
        }

        /// Keeps the file that is open, by the path at which it is said to be.
        fn preserve(&self, file: &mut File, path: &Path, sha256: Hash, by_copy: bool) -> Outcome {
            let mut identity = platform::identity(file).unwrap();
            let identity = &mut identity;
            let mut original = Original { file, path, identity, sha256, by_copy };
            let mut steps = Vec::new();
            let mut undo = Undo::default();
            let kept = preserve(&mut original, &self.backups, "a test", &mut undo, &mut |step| {
                steps.push(step);
            });
            if kept.is_ok() {
                undo.disarm();
            }
            drop(undo);
            (kept.map(|_| ()).map_err(|error| matches!(error, StoreError::Changed { .. })), steps)
        }

        fn assert_nothing_is_kept(&self) {
            assert_eq!(self.backups.found().unwrap().len(), 0);
            assert!(!self.backups.dir().exists(), "the folder was made for nothing");
        }
    }

    /// What fails, fails because the file changed.
    type Outcome = (Result<(), bool>, Vec<Step>);

    const CHANGED: Result<(), bool> = Err(true);

    #[test]
    fn what_is_as_it_was_is_kept_by_link_and_by_copy() {
        for by_copy in [false, true] {
            let room = Room::with(b"one");
            let mut file = platform::open_original(&room.path()).unwrap();
            let kept = room.preserve(&mut file, &room.path(), bytes::hash_of(b"one"), by_copy);
            assert_eq!(kept, (Ok(()), vec![Step::Record, Step::BackUp]));
            let backup = room.backups.found().unwrap().into_keys().next().unwrap();
            let path = room.backups.dir().join(room.backups.name(&backup));
            assert_eq!(fs::read(path).unwrap(), b"one");
        }
    }

    #[test]
    fn a_copy_of_other_bytes_than_were_read_is_no_backup() {
        let room = Room::with(b"two");
        let mut file = platform::open_original(&room.path()).unwrap();
        let kept = room.preserve(&mut file, &room.path(), bytes::hash_of(b"one"), true);
        assert_eq!(kept, (CHANGED, vec![Step::Record]));
        room.assert_nothing_is_kept();
    }

    #[test]
    fn a_second_name_of_another_file_is_no_backup() {
        let room = Room::with(b"one");
        let other = room.dir.path().join("other");
        fs::write(&other, b"one").unwrap();
        let mut file = platform::open_original(&room.path()).unwrap();
        // What the path leads to is not the file that was read.
        let kept = room.preserve(&mut file, &other, bytes::hash_of(b"one"), false);
        assert_eq!(kept, (CHANGED, vec![Step::Record]));
        room.assert_nothing_is_kept();
    }

    /// Windows keeps others from writing meanwhile.
    #[test]
    #[cfg(unix)]
    fn a_file_that_changes_while_it_is_copied_is_no_backup() {
        use std::time::{Duration, Instant, SystemTime};

        let content = vec![b'x'; 32 << 20];
        let room = Room::with(&content);
        let (path, part) = (room.path(), room.backups.part_path());
        let mut file = platform::open_original(&path).unwrap();
        let later = SystemTime::now() + Duration::from_secs(60);
        let kept = std::thread::scope(|scope| {
            let touching = scope.spawn(|| {
                // A checksum file is small: this is the copy.
                let begun = Instant::now();
                while !fs::metadata(&part).is_ok_and(|found| found.len() > 1 << 20) {
                    assert!(begun.elapsed() < Duration::from_secs(60), "nothing is copied");
                    std::thread::sleep(Duration::from_micros(200));
                }
                let touched = fs::OpenOptions::new().write(true).open(&path).unwrap();
                touched.set_modified(later).unwrap();
            });
            let hash = bytes::hash_of(&content);
            let kept = room.preserve(&mut file, &path, hash, true);
            touching.join().unwrap();
            kept
        });
        assert_eq!(kept, (CHANGED, vec![Step::Record]));
        room.assert_nothing_is_kept();
    }
}
