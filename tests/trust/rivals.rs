//! Rivals: many runs at once, and programs that know nothing of the lock.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::room::{Room, original, told};
use super::strace::{Point, points, stopped};
use super::walk::each;
use super::{is_long, skip, strace};

const MODES: [&str; 3] = ["udp-then-tcp", "tcp-only", "udp-only"];
const PROCESSES: usize = 64;

/// A change that a run reported.
struct Reported {
    /// The number of the backup that it made: of the file as it was before.
    backup: u64,
    /// What it put there. A restore's is that of the backup that it names.
    after: After,
}

enum After {
    Mode(usize),
    Backup(u64),
}

/// What all the runs saw.
#[derive(Default)]
struct Seen {
    reported: Mutex<Vec<Reported>>,
    slowest: Mutex<Duration>,
    shown: AtomicUsize,
    unchanged: AtomicUsize,
    busy: AtomicUsize,
}

#[test]
fn many_at_once_lose_nothing() {
    let room = Room::new();
    let contents = contents();
    let (seen, over) = (Seen::default(), AtomicBool::new(false));
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| read_until(room.path(), &contents, &over));
        let time = Duration::from_secs(if is_long() { 10 } else { 2 });
        let begun = Instant::now();
        let runs = (0..PROCESSES).map(|number| {
            let (room, seen) = (&room, &seen);
            scope.spawn(move || {
                let mut turn = number;
                while begun.elapsed() < time {
                    run_one(room, seen, turn);
                    turn += 7;
                }
            })
        });
        let runs: Vec<_> = runs.collect();
        let failed = runs.into_iter().filter_map(|run| run.join().err()).count();
        over.store(true, Relaxed);
        assert_eq!(failed, 0, "runs failed: see above");
        reader.join().unwrap()
    });
    check_chain(&room, &seen, &contents);
    let (busy, shown) = (seen.busy.into_inner(), seen.shown.into_inner());
    println!(
        "{PROCESSES} at once: {} changes, {} times nothing to do, {shown} shown, {busy} gave up \
         waiting, {reads} reads from outside; the slowest took {:?}",
        seen.reported.into_inner().unwrap().len(),
        seen.unchanged.into_inner(),
        seen.slowest.into_inner().unwrap(),
    );
    assert!(shown > 0 && reads > 0);
}

/// Every content that the file may have: as it was, and with each mode.
fn contents() -> Vec<Vec<u8>> {
    let with = |mode| {
        let room = Room::new();
        room.must(&["set-dns-mode", mode, "--yes"]);
        room.content()
    };
    MODES.map(with).into_iter().chain([original()]).collect()
}

fn read_until(path: &Path, contents: &[Vec<u8>], over: &AtomicBool) -> usize {
    let mut reads = 0;
    while !over.load(Relaxed) {
        let content = fs::read(path).unwrap();
        assert!(contents.contains(&content), "a file of {} bytes was read", content.len());
        reads += 1;
    }
    reads
}

/// One process: the longest that it may wait is the ten seconds for the lock, and some to work.
const BOUND: Duration = Duration::from_secs(40);

fn run_one(room: &Room, seen: &Seen, turn: usize) {
    let begun = Instant::now();
    let mode = turn % MODES.len();
    let args: &[&str] = match turn % 8 {
        0 | 1 => &["show", "--format", "json"],
        2 => &["restore", "--yes", "--format", "json"],
        _ => &["set-dns-mode", MODES[mode], "--yes", "--format", "json"],
    };
    let output = room.run(args);
    let took = begun.elapsed();
    let mut slowest = seen.slowest.lock().unwrap();
    *slowest = took.max(*slowest);
    drop(slowest);
    assert!(took < BOUND, "{args:?} took {took:?}");
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = || format!("{args:?}: {}", told(&output));
    match output.status.code() {
        Some(0) => {}
        // A restore before the first change finds no backup; all may be busy.
        Some(1) if json["error"]["name"] == "no-such-backup" => return,
        Some(4) if json["error"]["name"] == "locked" => {
            seen.busy.fetch_add(1, Relaxed);
            return;
        }
        _ => panic!("{}", said()),
    }
    if args[0] == "show" {
        seen.shown.fetch_add(1, Relaxed);
        let value = &json["service"]["value"];
        assert!(value.is_null() || value.as_u64().is_some_and(|value| value < 3), "{}", said());
    } else if json["changed"] == true {
        let backup = json["backup"]["number"].as_u64().unwrap();
        let after = match args[0] {
            "restore" => After::Backup(restored(room, backup)),
            _ => After::Mode(mode),
        };
        seen.reported.lock().unwrap().push(Reported { backup, after });
    } else {
        seen.unchanged.fetch_add(1, Relaxed);
    }
}

/// Which backup a restore put back, by what its own backup says it was made before.
fn restored(room: &Room, backup: u64) -> u64 {
    let folder = room.dir().join("metafix-backups");
    let start = format!("MetaBase.xml.{backup:04}.");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let own = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(&start) && name.ends_with(".sha256")
    };
    let text = fs::read_to_string(names.into_iter().find(own).unwrap()).unwrap();
    let (_, number) = text.split_once("restore backup ").unwrap();
    number.split(' ').next().unwrap().parse().unwrap()
}

/// The backups, in order, are what the file was before each reported change.
fn check_chain(room: &Room, seen: &Seen, contents: &[Vec<u8>]) {
    assert!(room.debris().is_empty(), "{:?}", room.debris());
    let backups: BTreeMap<u64, Vec<u8>> =
        room.listed().unwrap().into_iter().map(|backup| (backup.number, backup.content)).collect();
    let reported = seen.reported.lock().unwrap();
    assert!(reported.len() > 3, "{} changes", reported.len());
    let numbers: BTreeSet<u64> = reported.iter().map(|change| change.backup).collect();
    assert_eq!(numbers.len(), reported.len(), "two changes have the same backup");
    assert_eq!(numbers, backups.keys().copied().collect(), "each change has its backup");
    assert_eq!(numbers, (1..=reported.len() as u64).collect(), "in one chain");
    assert_eq!(backups[&1], contents[MODES.len()], "which begins with the original");
    let last = room.content();
    for Reported { backup, after } in reported.iter() {
        let found = backups.get(&(backup + 1)).unwrap_or(&last);
        let asked = match after {
            After::Mode(mode) => &contents[*mode],
            After::Backup(number) => &backups[number],
        };
        assert!(found == asked, "what was reported after backup {backup} was lost");
    }
}

/// How a program writes that knows nothing of the lock.
#[derive(Debug, Clone, Copy)]
enum Rival {
    InPlace,
    ByRename,
    Deletes,
}

impl Rival {
    fn act(self, room: &Room, content: &[u8]) {
        match self {
            Self::InPlace => fs::write(room.path(), content).unwrap(),
            Self::ByRename => {
                let own = room.dir().join("rival");
                fs::write(&own, content).unwrap();
                fs::rename(own, room.path()).unwrap();
            }
            Self::Deletes => fs::remove_file(room.path()).unwrap(),
        }
    }
}

/// The rival's metabase: the same with another name in it.
fn theirs() -> Vec<u8> {
    let text = String::from_utf8(original()).unwrap();
    let changed = text.replacen("DefaultAppPool", "ThePoolOfARival", 1);
    assert_ne!(changed, text);
    changed.into_bytes()
}

#[test]
fn a_rival_at_any_system_call_loses_nothing() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    let args = ["set-dns-mode", "udp-only", "--yes", "--format", "json"];
    let all = points(&Room::new(), &args);
    let step = if is_long() { 1 } else { 2 };
    let points: Vec<_> =
        all.iter().filter(|point| point.is_main() && point.touches_files()).collect();
    let attempts: Vec<(&Point, Rival)> = points
        .into_iter()
        .enumerate()
        .flat_map(|(turn, point)| {
            let rivals = [Rival::InPlace, Rival::ByRename, Rival::Deletes];
            rivals
                .into_iter()
                .filter(move |rival| (*rival as usize + turn).is_multiple_of(step))
                .map(move |rival| (point, rival))
        })
        .collect();
    let counts: [AtomicUsize; 3] = Default::default();
    let failures = each(&attempts, |(point, rival)| {
        let room = Room::new();
        let options = point.options(&room, &all, "signal=STOP").expect("a call of the main thread");
        let Some(stopped) = stopped(&room, &options, &args) else {
            return Err(format!("not reached again: {point:?}"));
        };
        rival.act(&room, &theirs());
        let output = stopped.go_on();
        let case = |error: &str| format!("{rival:?} at {}: {error}\n{}", point.line, told(&output));
        let sort = check_rival(&room, *rival, &output).map_err(|error| case(&error))?;
        counts[sort].fetch_add(1, Relaxed);
        Ok(())
    });
    let [before, noticed, after] = counts.map(AtomicUsize::into_inner);
    println!(
        "a rival at {} points: {before} before ours was read, {noticed} noticed, {after} after it",
        attempts.len()
    );
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n\n"));
    assert!(before > 3 && noticed > 20 && after > 3);
}

/// 0: the rival was first, 1: it was noticed, 2: the rival was last.
fn check_rival(room: &Room, rival: Rival, output: &std::process::Output) -> Result<usize, String> {
    let json: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let content = fs::read(room.path()).ok();
    let expected = if matches!(rival, Rival::Deletes) { None } else { Some(theirs()) };
    let backups = match &content {
        // Without a metabase the backups are found by the folder beside where it was.
        None => Vec::new(),
        Some(_) => room.listed()?,
    };
    let debris: Vec<_> = room.debris();
    if !debris.is_empty() {
        return Err(format!("{debris:?} is left"));
    }
    if output.status.success() {
        if content == expected {
            return Ok(2);
        }
        // The rival's file was read and changed: it is the backup.
        let kept = backups.last().map(|backup| backup.content.clone());
        return if kept == expected && kept.is_some() {
            Ok(0)
        } else {
            Err("theirs is lost".into())
        };
    }
    if content != expected {
        return Err("theirs is not in place".into());
    }
    let name = json["error"]["name"].as_str().unwrap_or_default();
    match (json["changed"].as_bool(), name) {
        (Some(false), "changed-meanwhile") => Ok(1),
        // It was gone before its path was followed to its end.
        (Some(false), "file-missing") if expected.is_none() => Ok(0),
        (Some(true), "written-but") => Ok(1),
        _ => Err(format!("it is reported as {name}")),
    }
}
