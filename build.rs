//! Tells the program what it was built from and for: `metafix --version --verbose`.
//!
//! The commit is read from `.git` without a program to ask, and only for a release: a debug build
//! would be built anew after each commit. `METAFIX_COMMIT` names it where there is no `.git`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=METAFIX_COMMIT");
    let target = env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=METAFIX_TARGET={target}");
    let commit = match env::var("METAFIX_COMMIT") {
        Ok(named) if !named.is_empty() => named,
        _ if env::var("PROFILE").as_deref() == Ok("release") => commit().unwrap_or_default(),
        _ => String::new(),
    };
    println!("cargo::rustc-env=METAFIX_COMMIT={commit}");
}

/// The commit that is checked out.
fn commit() -> Option<String> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    let mut git = root.join(".git");
    // A second worktree has a file that says where its folder is.
    if git.is_file() {
        git = root.join(read(&git)?.strip_prefix("gitdir: ")?);
    }
    let common = read(&git.join("commondir")).map_or_else(|| git.clone(), |path| git.join(path));
    let head = read(&git.join("HEAD"))?;
    let Some(reference) = head.strip_prefix("ref: ") else { return Some(head) };
    read(&common.join(reference)).or_else(|| {
        let packed = read(&common.join("packed-refs"))?;
        let mut lines = packed.lines();
        lines.find_map(|line| Some(line.strip_suffix(reference)?.trim_end().to_owned()))
    })
}

fn read(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    println!("cargo::rerun-if-changed={}", path.display());
    Some(text.trim_end().to_owned())
}
