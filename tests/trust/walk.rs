//! The commands whose every system call is tried, and what must hold after each.

use std::fs;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use super::room::{Listed, Room, told};
use super::strace::{Point, points, traced};

/// A command in a situation.
pub struct Scenario {
    pub name: &'static str,
    /// The situation. `None`: it cannot be made here.
    pub prepare: fn() -> Option<Room>,
    /// The command line.
    pub args: &'static [&'static str],
}

const SET: &[&str] = &["set-dns-mode", "udp-only", "--yes"];

/// All that are walked.
pub const SCENARIOS: [Scenario; 8] = [
    Scenario { name: "set-dns-mode", prepare: || Some(Room::new()), args: SET },
    Scenario {
        name: "set-dns-mode on an old file, with JSON",
        prepare: || Some(used(old_file())),
        args: &["set-dns-mode", "udp-only", "--yes", "--format", "json"],
    },
    Scenario { name: "set-dns-mode, backups elsewhere", prepare: Room::with_elsewhere, args: SET },
    Scenario {
        name: "set-dns-mode after a run killed before the swap",
        prepare: || Some(killed("renameat2", "RENAME_EXCHANGE")),
        args: SET,
    },
    Scenario {
        name: "set-dns-mode after a run killed after the swap",
        prepare: || Some(killed("unlink", "metafix-swap")),
        args: SET,
    },
    Scenario {
        name: "restore",
        prepare: || Some(used(Room::new())),
        args: &["restore", "1", "--yes"],
    },
    Scenario {
        name: "restore of a metabase and its schema",
        prepare: || Some(Room::with_history()),
        args: &["restore", "--history", "14.0", "--yes"],
    },
    Scenario {
        name: "backups prune",
        prepare: || Some(used(Room::new())),
        args: &["backups", "prune", "--keep", "1"],
    },
];

/// Whose crash can leave a file that is neither the old nor the new one.
pub const IN_PLACE: Scenario = Scenario {
    name: "set-dns-mode in place",
    prepare: || Some(Room::new()),
    args: &["set-dns-mode", "udp-only", "--write", "in-place", "--yes"],
};

fn old_file() -> Room {
    let room = Room::new();
    let yesterday = SystemTime::now() - Duration::from_secs(86_400);
    fs::File::options().write(true).open(room.path()).unwrap().set_modified(yesterday).unwrap();
    room
}

/// With three backups.
fn used(room: Room) -> Room {
    for mode in ["tcp-only", "udp-then-tcp", "tcp-only"] {
        room.must(&["set-dns-mode", mode, "--yes"]);
    }
    room
}

/// With what a run left behind that was killed at the call of this name with this argument.
fn killed(call: &str, argument: &str) -> Room {
    let args = ["set-dns-mode", "tcp-only", "--yes"];
    let (_, log) = traced(&Room::new(), &["-e".to_owned(), format!("trace={call}")], &args);
    let calls = log.lines().filter(|line| line.contains(&format!("{call}(")));
    let before = calls.take_while(|line| !line.contains(argument)).count();
    let room = Room::new();
    let when = before + 1;
    let options = ["-e".to_owned(), format!("inject={call}:signal=KILL:when={when}")];
    let (_, log) = traced(&room, &options, &args);
    assert!(log.contains("killed by SIGKILL"), "{log}");
    assert!(room.debris().len() > 1, "nothing was left");
    room
}

/// What an undisturbed run does.
pub struct Clean {
    pub points: Vec<Point>,
    before: Vec<u8>,
    after: Vec<u8>,
    schema_after: Option<Vec<u8>>,
    backups_before: Vec<Listed>,
    backups_after: Vec<Listed>,
}

impl Clean {
    pub fn run(scenario: &Scenario) -> Option<Self> {
        let room = (scenario.prepare)()?;
        let (before, backups_before) = (room.content(), room.listed().unwrap());
        let points = points(&room, scenario.args);
        let (after, backups_after) = (room.content(), room.listed().unwrap());
        assert_eq!(room.debris(), [""; 0].map(std::path::PathBuf::from));
        assert!(before != after || backups_before != backups_after, "it does something");
        let schema_after = room.schema();
        Some(Self { points, before, after, schema_after, backups_before, backups_after })
    }

    pub fn backups_before(&self) -> &[Listed] {
        &self.backups_before
    }

    /// Whether all that was asked for is there, as after an undisturbed run.
    pub fn is_done(&self, room: &Room) -> Result<bool, String> {
        let listed = room.listed()?;
        let same = |(one, other): (&Listed, &Listed)| one.content == other.content;
        Ok(room.content() == self.after
            && room.schema() == self.schema_after
            && listed.len() == self.backups_after.len()
            && listed.iter().zip(&self.backups_after).all(same))
    }

    /// On which side of the change the metabase is.
    pub fn side(&self, room: &Room) -> Result<Side, String> {
        match room.content() {
            content if self.before == self.after && content == self.after => Ok(Side::Both),
            content if content == self.before => Ok(Side::Before),
            content if content == self.after => Ok(Side::After),
            content => Err(format!("the metabase has {} bytes of neither file", content.len())),
        }
    }

    /// Whether every backup is whole, and those that there were or should be are there.
    ///
    /// Where the backup is a copy, one that a killed run made in vain is complete and stays.
    pub fn check_backups(&self, room: &Room) -> Result<(), String> {
        let listed = room.listed()?;
        let known = |backup: &Listed| {
            let mut all = self.backups_before.iter().chain(&self.backups_after);
            all.any(|other| other.content == backup.content && other.why == backup.why)
        };
        if let Some(backup) = listed.iter().find(|backup| !known(backup)) {
            return Err(format!("backup {} is listed: {}", backup.number, backup.why));
        }
        let mut kept = self.backups_before.iter().filter(|old| self.backups_after.contains(old));
        match kept.find(|backup| !listed.contains(backup)) {
            Some(backup) => Err(format!("backup {} is lost", backup.number)),
            None => Ok(()),
        }
    }

    /// Whether the same command, run once more, does all of it and leaves nothing else.
    pub fn check_rerun(&self, room: &Room, args: &[&str]) -> Result<(), String> {
        let output = room.run(args);
        if !output.status.success() {
            return Err(format!("the next run fails: {}", told(&output)));
        }
        let debris = room.debris();
        if !debris.is_empty() {
            return Err(format!("after the next run there is {debris:?}"));
        }
        if room.content() != self.after || room.schema() != self.schema_after {
            return Err("after the next run the metabase is not what was asked".into());
        }
        self.check_backups(room)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
    /// The command leaves the metabase alone.
    Both,
}

/// Tries each of these, several at once. Returns what went wrong.
pub fn each<T: Sync>(all: &[T], attempt: impl Fn(&T) -> Result<(), String> + Sync) -> Vec<String> {
    let (next, failures) = (Mutex::new(0), Mutex::new(Vec::new()));
    // They wait for the disk more than they compute.
    let workers = 2 * std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = {
                        let mut next = next.lock().unwrap();
                        *next += 1;
                        *next - 1
                    };
                    let Some(one) = all.get(index) else { return };
                    if let Err(failure) = attempt(one) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    failures.into_inner().unwrap()
}

/// How often a point of the second thread is tried until its file's name was guessed.
const GUESSES: usize = 50;

/// Runs the scenario with this tampering at this point, in a fresh room, and hands over the room,
/// the run and the log. `false`: the point was not hit.
pub fn tampered(
    scenario: &Scenario,
    clean: &Clean,
    point: &Point,
    (tampering, sign): (&str, &str),
    check: impl Fn(&Room, &std::process::Output) -> Result<(), String>,
) -> Result<bool, String> {
    for _ in 0..if point.is_main() { 1 } else { GUESSES } {
        let room = (scenario.prepare)().expect("it could be made before");
        let Some(options) = point.options(&room, &clean.points, tampering) else {
            return Ok(false);
        };
        let (output, log) = traced(&room, &options, scenario.args);
        if !log.contains(sign) {
            continue;
        }
        let said = |error: String| {
            format!("{}, {tampering} at {}: {error}\n{}", scenario.name, point.line, told(&output))
        };
        return check(&room, &output).map(|()| true).map_err(said);
    }
    Ok(false)
}
