//! The fuzz targets on every fixture, on what the fuzzer found, and on cut and damaged copies.
//!
//! The same bodies run under libFuzzer: `fuzz/README.md` says how.

use crate::targets;
use std::fs;
use std::path::{Path, PathBuf};

use crate::targets::Reached;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the fixtures are there") {
        let path = entry.expect("the fixtures can be listed").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn fixtures(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).expect("a fixture can be read");
        (path, bytes)
    };
    files(&folder).into_iter().map(read).collect()
}

/// Runs all targets and says how far the input came as a metabase.
fn replay(bytes: &[u8]) -> Reached {
    targets::events(bytes);
    targets::scan(bytes).max(targets::plan(bytes)).max(targets::roundtrip(bytes))
}

#[test]
fn no_fixture_breaks_a_law() {
    let mut planned = 0;
    let mut tried = 0;
    // The large servers are left to the other suites: eight plans of 1.5 MB take their time.
    for (_, bytes) in fixtures("").into_iter().filter(|(_, bytes)| bytes.len() < 400_000) {
        planned += usize::from(replay(&bytes) == Reached::Planned);
        tried += 1;
    }
    assert!(tried > 800 && planned > 150, "{planned} of {tried}");
}

#[test]
fn the_corpus_of_the_fuzzer_still_reaches_everything() {
    let mut reached = [0; 3];
    for (_, bytes) in fixtures("fuzz") {
        reached[replay(&bytes) as usize] += 1;
    }
    assert!(reached.iter().all(|count| *count > 5), "{reached:?}");
}

#[test]
fn no_cut_breaks_a_law() {
    let mut refused = 0;
    for (path, bytes) in small_corpus() {
        for end in 0..bytes.len() {
            refused += usize::from(replay(&bytes[..end]) == Reached::Refused);
        }
        assert!(replay(&bytes) != Reached::Refused, "{}", path.display());
    }
    assert!(refused > 10_000, "{refused}");
}

/// What takes the place of a byte, in turn: a prime number of them, so that a byte that comes at
/// even distances meets each.
const DAMAGE: [u8; 7] = [b'<', b'"', b'&', b'>', b'\r', 0, 0xFF];

#[test]
fn no_damaged_byte_breaks_a_law() {
    let mut survived = 0;
    for (_, mut bytes) in small_corpus() {
        for at in 0..bytes.len() {
            let damage = DAMAGE[at % DAMAGE.len()];
            let was = std::mem::replace(&mut bytes[at], damage);
            survived += usize::from(targets::plan(&bytes) == Reached::Planned);
            bytes[at] = was;
        }
    }
    assert!(survived > 2_000, "{survived}");
}

/// A few of the odd metabases, small enough to damage each byte.
fn small_corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let all = fixtures("corpus");
    let small: Vec<_> = all.into_iter().filter(|(_, bytes)| bytes.len() < 1200).collect();
    assert!(small.len() > 10, "{}", small.len());
    small
}

#[test]
fn no_damaged_event_log_breaks_a_law() {
    let mut reached = [0; 3];
    let logs = fixtures("events").into_iter().filter(|(path, _)| path.ends_with("log"));
    for (_, bytes) in logs {
        for at in (0..bytes.len()).step_by(11) {
            let mut damaged = bytes.clone();
            damaged[at] = [b'<', b'"', b'\'', b',', b'\n', 0, 0xFF][at % 7];
            reached[targets::events(&damaged) as usize] += 1;
        }
    }
    assert!(reached.iter().all(|count| *count > 100), "{reached:?}");
}
