//! A folder with a metabase in it, and one change to make to it.
#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::disallowed_methods, reason = "tests prepare the disk")]
#![allow(clippy::print_stdout, reason = "says why a test is skipped")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

pub mod killing;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use metafix::command::problem;
use metafix::store::{self, Backups, Change, Lock, Receipt, Step, StoreError, Target, Verdict};
use metafix::terminal::problem::Exit;
use metafix::text::edit::{Edit, Edits};

/// What the metabase holds at first, and after the change.
pub const BEFORE: &[u8] = b"\xEF\xBB\xBF<a>\r\n\t<b Value=\"0\"/>\r\n</a>\n";
pub const AFTER: &[u8] = b"\xEF\xBB\xBF<a>\r\n\t<b Value=\"3\" and more/>\r\n</a>\n";
/// What another program writes: as long as `BEFORE`, so that the size does not give it away.
pub const RIVAL: &[u8] = b"\xEF\xBB\xBF<a>\r\n\t<b Value=\"8\"/>\r\n</a>\n";

pub const NAME: &str = "MetaBase.xml";

/// How a change is written.
pub type Commit =
    fn(&Lock, &Backups, &Change<'_>, &mut dyn FnMut(Step)) -> Result<Receipt, StoreError>;

/// What the person and the script are told of an error of the store.
pub trait Told {
    fn name(&self) -> &'static str;
    fn exit(&self) -> Exit;
    fn hint(&self) -> String;
}

impl Told for StoreError {
    fn name(&self) -> &'static str {
        problem::name(self)
    }

    fn exit(&self) -> Exit {
        problem::exit(self)
    }

    fn hint(&self) -> String {
        problem::stored(self, Path::new(NAME)).hint.to_string()
    }
}

pub struct Room {
    dir: PathBuf,
    /// Removes it in the end.
    _own: Option<tempfile::TempDir>,
}

impl Room {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(NAME), BEFORE).unwrap();
        Self { dir: dir.path().to_owned(), _own: Some(dir) }
    }

    /// A folder that is prepared already.
    pub fn at(dir: PathBuf) -> Self {
        Self { dir, _own: None }
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn path(&self) -> PathBuf {
        self.dir().join(NAME)
    }

    pub fn content(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap()
    }

    pub fn target(&self) -> Target {
        Target::resolve(&self.path()).unwrap()
    }

    pub fn backups(&self) -> Backups {
        Backups::new(self.target().path(), None)
    }

    pub fn lock(&self) -> Lock {
        store::lock(&self.target(), "a test", Duration::from_secs(60)).unwrap()
    }

    /// Makes the change from `BEFORE` to `AFTER`.
    pub fn commit(&self) -> Result<Receipt, StoreError> {
        self.commit_with(&mut |_| ())
    }

    pub fn commit_with(&self, on_step: &mut dyn FnMut(Step)) -> Result<Receipt, StoreError> {
        self.commit_to(&self.backups(), BEFORE, AFTER, on_step)
    }

    pub fn commit_to(
        &self,
        backups: &Backups,
        before: &[u8],
        after: &[u8],
        on_step: &mut dyn FnMut(Step),
    ) -> Result<Receipt, StoreError> {
        self.commit_by(store::commit, backups, (before, after), on_step)
    }

    /// Makes a change by one of the two ways.
    pub fn commit_by(
        &self,
        commit: Commit,
        backups: &Backups,
        (before, after): (&[u8], &[u8]),
        on_step: &mut dyn FnMut(Step),
    ) -> Result<Receipt, StoreError> {
        let edits = edits(before, after);
        let change = Change { edits: &edits, after, why: "before a test" };
        commit(&self.lock(), backups, &change, on_step)
    }

    /// Makes the change that leads back, or there, whichever is left to do.
    pub fn commit_other_way(&self) -> Result<Receipt, StoreError> {
        let before = self.content();
        let after = if before == AFTER { BEFORE } else { AFTER };
        self.commit_to(&self.backups(), &before, after, &mut |_| ())
    }

    /// Every path below the folder, sorted, backups by number only.
    pub fn tree(&self) -> Vec<String> {
        let mut all = Vec::new();
        walk(self.dir(), "", &mut all);
        all.sort();
        all
    }

    /// Nothing but the metabase and these backups, all of which verify.
    pub fn assert_clean(&self, numbers: &[u64]) {
        let mut expected = vec![NAME.to_owned()];
        if !numbers.is_empty() {
            expected.push("metafix-backups/".to_owned());
        }
        for number in numbers {
            expected.push(format!("metafix-backups/{NAME}.{number:04}.bak"));
            expected.push(format!("metafix-backups/{NAME}.{number:04}.bak.sha256"));
        }
        expected.sort();
        assert_eq!(self.tree(), expected);
        self.assert_backups_verify(numbers);
    }

    pub fn assert_backups_verify(&self, numbers: &[u64]) {
        let backups = self.backups();
        let list = backups.list().unwrap();
        let listed: Vec<u64> = list.iter().map(|backup| backup.sequence).collect();
        assert_eq!(listed, numbers);
        for backup in &list {
            assert_eq!(backups.verify(backup).unwrap(), Verdict::Intact, "{}", backup.name);
        }
    }
}

fn walk(dir: &Path, before: &str, all: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().unwrap().is_dir() {
            all.push(format!("{before}{name}/"));
            walk(&entry.path(), &format!("{before}{name}/"), all);
        } else {
            all.push(format!("{before}{}", without_time(&name)));
        }
    }
}

/// `MetaBase.xml.0001.2026-11-23T16-22-33Z.bak` → `MetaBase.xml.0001.bak`.
fn without_time(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    let is_time = |part: &&str| part.len() == 20 && part.ends_with('Z') && part.contains('T');
    parts.into_iter().filter(|part| !is_time(part)).collect::<Vec<_>>().join(".")
}

/// One edit from the one to the other, as small as it can be.
pub fn edits(before: &[u8], after: &[u8]) -> Edits {
    let same = |(a, b): &(&u8, &u8)| a == b;
    let start = before.iter().zip(after).take_while(same).count();
    let tails = before[start..].iter().rev().zip(after[start..].iter().rev());
    let end = tails.take_while(same).count();
    let at = start..before.len() - end;
    let now = after[start..after.len() - end].to_vec();
    Edits::new(vec![Edit { was: before[at.clone()].to_vec(), at, now }]).unwrap()
}

/// Calls `act` once, after this step.
pub fn after(step: Step, mut act: impl FnMut()) -> impl FnMut(Step) {
    move |done| {
        if done == step {
            act();
        }
    }
}

/// A folder that hard links from the temporary folder cannot reach.
pub fn another_file_system() -> Option<tempfile::TempDir> {
    // The last one is Linux's as Wine sees it.
    let found = ["/dev/shm", "/run", "/var/tmp", r"Z:\dev\shm"].iter().find_map(|dir| {
        let (here, there) = (Room::new(), tempfile::tempdir_in(dir).ok()?);
        fs::hard_link(here.path(), there.path().join("linked")).is_err().then_some(there)
    });
    if found.is_none() {
        println!("skipped: there is no second file system to write to");
    }
    found
}
