//! The folders of `fixtures`, each a case.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};

/// One case: a folder with files whose names say what they are.
pub struct Case {
    /// The folder's name.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// The cases of one kind, by name; there must be at least `least`, so that a suite that lost
/// its fixtures does not pass.
pub fn cases(kind: &str, least: usize) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(kind);
    let entries = fs::read_dir(&folder).expect("the fixtures are there");
    let mut cases: Vec<Case> = entries
        .map(|entry| entry.expect("the fixtures can be listed").path())
        .map(|path| Case {
            name: path.file_name().expect("it has a name").to_string_lossy().into_owned(),
            path,
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(cases.len() >= least, "{} cases in {kind}, not {least}", cases.len());
    cases
}

impl Case {
    /// The bytes of a file of the case.
    pub fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.path.join(file)).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// The text of a file of the case, without its last line end.
    pub fn text(&self, file: &str) -> String {
        String::from_utf8(self.read(file)).expect("it is text").trim_end().to_owned()
    }

    /// Whether the case has this file.
    pub fn has(&self, file: &str) -> bool {
        self.path.join(file).exists()
    }

    /// The command line, without the program's name.
    pub fn args(&self) -> Vec<String> {
        self.text("args").lines().map(str::to_owned).collect()
    }

    /// Writes a file of the case, if METAFIX_BLESS is set, and says whether it did.
    #[allow(clippy::disallowed_methods, reason = "a test writes its own files")]
    pub fn blessed(&self, file: &str, content: &str) -> bool {
        let bless = std::env::var_os("METAFIX_BLESS").is_some();
        if bless {
            fs::write(self.path.join(file), content).expect("the fixture can be written");
        }
        bless
    }
}
