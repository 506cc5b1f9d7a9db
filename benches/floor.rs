//! The least that a careful change of a file costs: what `benches/compare` measures against.
//!
//! `floor copies FILE`: two copies, fsync of both, one of them renamed over the file, fsync of
//! the folder. Nothing is read, checked, changed or compared.
//!
//! `floor bare FILE`: a process that starts, makes the same calls of fsync as metafix on as many
//! bytes, and ends.
#![allow(
    clippy::disallowed_methods,
    reason = "it measures the disk, and the file is the benchmark's own"
)]

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["copies", file] => copies(Path::new(file)),
        ["bare", file] => bare(Path::new(file)),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "floor copies|bare FILE")),
    }
}

fn copies(file: &Path) -> io::Result<()> {
    let (backup, new) = (beside(file, "backup"), beside(file, "new"));
    fs::copy(file, &backup)?;
    fs::copy(file, &new)?;
    File::open(&backup)?.sync_all()?;
    File::open(&new)?.sync_all()?;
    fs::rename(&new, file)?;
    sync_folder(file)
}

fn bare(file: &Path) -> io::Result<()> {
    let content = fs::read(file)?;
    let (new, record) = (beside(file, "new"), beside(file, "record"));
    let folder = beside(file, "backups");
    fs::create_dir(&folder)?;
    sync_folder(&folder)?;
    write(&new, &content)?;
    File::open(file)?.sync_all()?;
    write(&record, b"a checksum and where it belongs")?;
    fs::rename(&record, folder.join("record"))?;
    fs::hard_link(file, folder.join("backup"))?;
    File::open(&folder)?.sync_all()?;
    fs::rename(&new, file)?;
    sync_folder(file)
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn beside(file: &Path, what: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".floor-");
    path.push(what);
    path.into()
}

fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
