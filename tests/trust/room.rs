//! A folder with a metabase in it, and the program to run on it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The name of the metabase.
pub const NAME: &str = "MetaBase.xml";

/// The name of the schema.
pub const SCHEMA: &str = "MBSchema.xml";

/// A realistic metabase that does not have the property yet.
pub fn original() -> Vec<u8> {
    let path = "fixtures/servers/windows-2003.xml";
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A folder of its own with a metabase.
pub struct Room {
    /// Gone with the room, if it is the room's own.
    _own: Option<TempDir>,
    /// A folder on another file system, for the backups.
    elsewhere: Option<TempDir>,
    path: PathBuf,
}

/// A backup that `backups verify` shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub number: u64,
    /// What is in it.
    pub content: Vec<u8>,
    /// What it was made before.
    pub why: String,
}

impl Room {
    /// In the folder for temporary files.
    pub fn new() -> Self {
        Self::within(&std::env::temp_dir(), &original())
    }

    /// With this metabase.
    pub fn with(content: &[u8]) -> Self {
        Self::within(&std::env::temp_dir(), content)
    }

    /// In this folder.
    pub fn within(parent: &Path, content: &[u8]) -> Self {
        let folder = tempfile::Builder::new().prefix("metafix-trust-").tempdir_in(parent).unwrap();
        let path = folder.path().canonicalize().unwrap().join(NAME);
        fs::write(&path, content).unwrap();
        Self { _own: Some(folder), elsewhere: None, path }
    }

    /// A server with a schema and IIS's own history.
    pub fn with_history() -> Self {
        let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/history/server");
        let room = Self::with(&fs::read(server.join(NAME)).unwrap());
        fs::copy(server.join(SCHEMA), room.dir().join(SCHEMA)).unwrap();
        fs::create_dir(room.dir().join("History")).unwrap();
        for entry in fs::read_dir(server.join("History")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, room.dir().join("History").join(path.file_name().unwrap())).unwrap();
        }
        room
    }

    /// The schema beside the metabase, if there is one.
    pub fn schema(&self) -> Option<Vec<u8>> {
        fs::read(self.dir().join(SCHEMA)).ok()
    }

    /// A metabase that is in this folder already.
    pub fn at(folder: &Path) -> Self {
        let path = folder.canonicalize().unwrap().join(NAME);
        Self { _own: None, elsewhere: None, path }
    }

    /// With a second folder, which hard links from the first cannot reach.
    pub fn with_elsewhere() -> Option<Self> {
        let mut room = Self::new();
        let here = fs::metadata(room.dir()).unwrap().dev();
        let there = ["/dev/shm", "/run", "/var/tmp"].map(Path::new).into_iter().find(|dir| {
            fs::metadata(dir).is_ok_and(|found| found.dev() != here)
                && tempfile::tempdir_in(dir).is_ok()
        });
        room.elsewhere = Some(tempfile::tempdir_in(there?).unwrap());
        Some(room)
    }

    pub fn dir(&self) -> &Path {
        self.path.parent().unwrap()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn content(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    /// The program with these arguments, on the room's metabase.
    pub fn command(&self, args: &[impl AsRef<str>]) -> Command {
        let mut command = heedful(env!("CARGO_BIN_EXE_metafix"));
        self.prepare(&mut command);
        command.args(self.arguments(args));
        command
    }

    /// The whole command line; its end names the backup folder, if there is one elsewhere.
    pub fn arguments(&self, args: &[impl AsRef<str>]) -> Vec<String> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let mut all = vec!["--file".to_owned(), text(&self.path)];
        all.extend(args.iter().map(|arg| arg.as_ref().to_owned()));
        if let Some(elsewhere) = &self.elsewhere {
            all.extend(["--backup-dir".to_owned(), text(elsewhere.path())]);
        }
        all
    }

    /// Nothing of the machine's surroundings has a say.
    pub fn prepare(&self, command: &mut Command) {
        for name in ["METAFIX_FILE", "NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
            command.env_remove(name);
        }
        command.current_dir(self.dir()).stdin(Stdio::null());
    }

    pub fn run(&self, args: &[impl AsRef<str>]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs it, and it must succeed.
    pub fn must(&self, args: &[impl AsRef<str>]) -> Output {
        let output = self.run(args);
        assert!(output.status.success(), "{}", told(&output));
        output
    }

    /// The backups, each of which must verify. `Err` says what is wrong.
    pub fn listed(&self) -> Result<Vec<Listed>, String> {
        let output = self.run(&["backups", "verify", "--format", "json"]);
        let said = told(&output);
        if !output.status.success() {
            return Err(format!("backups verify: {said}"));
        }
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let rows = json["backups"].as_array().ok_or(said)?;
        let listed = rows.iter().map(|row| {
            assert_eq!(row["intact"], true, "{row}");
            Listed {
                number: row["number"].as_u64().unwrap(),
                content: fs::read(row["path"].as_str().unwrap()).unwrap(),
                // A name, which has the time in it, stands in brackets.
                why: row["why"].as_str().unwrap().split(" (").next().unwrap().to_owned(),
            }
        });
        Ok(listed.collect())
    }

    /// The path of every file of the room.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let mut all = BTreeSet::new();
        let mut folders = vec![self.dir().to_owned()];
        folders.extend(self.elsewhere.as_ref().map(|folder| folder.path().to_owned()));
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if fs::symlink_metadata(&path).unwrap().is_dir() {
                    folders.push(path);
                } else {
                    all.insert(path);
                }
            }
        }
        all
    }

    /// The files that are neither IIS's own nor belong to a backup that is complete.
    pub fn debris(&self) -> Vec<PathBuf> {
        let mut files = self.files();
        files.remove(&self.path);
        files.remove(&self.dir().join(SCHEMA));
        files.retain(|path| !path.starts_with(self.dir().join("History")));
        let whole = |path: &PathBuf| {
            let name = path.to_str().unwrap();
            let other = match name.strip_suffix(".sha256") {
                Some(backup) => backup.to_owned(),
                None => format!("{name}.sha256"),
            };
            files.contains(Path::new(&other))
        };
        files.iter().filter(|path| !whole(path)).cloned().collect()
    }
}

/// A program that heeds what asks it to end, also when the tests run under `nohup` or with a
/// shell's `&`, which have that ignored.
pub fn heedful(program: &str) -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP,INT,QUIT", program]);
    command
}

/// What a run said, for a message.
pub fn told(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}\n{}{}", output.status, String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}
