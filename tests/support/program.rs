//! The real program in a folder of its own.
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder with a metabase in it, gone when the test ends.
pub struct Room {
    folder: tempfile::TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Room {
    /// A folder with this metabase.
    pub fn with(metabase: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("MetaBase.xml"), metabase).expect("it can be written");
        Self { folder }
    }

    /// A folder without one.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// A folder with a copy of a file of `fixtures`.
    pub fn of(fixture: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        Self::with(&fs::read(root.join(fixture)).expect("the fixture is there"))
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the folder.
    pub fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).expect("it can be written");
    }

    /// The metabase as it is now.
    pub fn metabase(&self) -> Vec<u8> {
        fs::read(self.path("MetaBase.xml")).expect("the metabase is there")
    }

    /// Every file in the folder with its content, folders below included.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("it can be listed") {
                let path = entry.expect("it can be listed").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(self.folder.path()).expect("it is below");
                let name = name.to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read(&path).expect("it can be read"));
            }
        }
        files
    }

    /// The names of the backups, oldest first.
    pub fn backups(&self) -> Vec<String> {
        let names = self.files().into_keys().filter(|name| name.ends_with(".bak"));
        names.filter_map(|name| Some(name.strip_prefix("metafix-backups/")?.to_owned())).collect()
    }

    /// Runs the program in the folder, on its metabase.
    pub fn run(&self, args: &[&str]) -> Ran {
        // Wine fails now and then to start one process while many others start: error 1359.
        let mut done = self.command(args).output();
        for _ in 0..3 {
            if !cfg!(windows) || !done.as_ref().is_err_and(|e| e.raw_os_error() == Some(1359)) {
                break;
            }
            done = self.command(args).output();
        }
        let done = done.expect("the program runs");
        Ran {
            code: done.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(done.stdout).expect("it prints text"),
            stderr: String::from_utf8(done.stderr).expect("it prints text"),
        }
    }

    /// Runs the program, which must end well.
    pub fn done(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        ran
    }

    /// The program, ready to run in the folder; only what a test sets reaches it.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_metafix"));
        command.args(["--file", "MetaBase.xml"]).args(args).current_dir(self.folder.path());
        for name in ["METAFIX_FILE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }
}

/// The one JSON object that a run printed.
pub fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}
