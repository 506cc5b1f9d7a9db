//! Every fault: each system call that touches a file fails once, in each of several ways.

use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::room::Room;
use super::strace::Point;
use super::walk::{Clean, SCENARIOS, Scenario, Side, each, tampered};
use super::{is_long, skip, strace};

const FAULTS: [&str; 6] =
    ["error=ENOSPC", "error=EIO", "error=EACCES", "error=EROFS", "error=EDQUOT", "error=EINTR"];

#[test]
fn any_system_call_fails_once() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    for (turn, scenario) in SCENARIOS.iter().enumerate() {
        match Clean::run(scenario) {
            Some(clean) => walk(scenario, &clean, turn),
            None => skip("there is no second file system to write to"),
        }
    }
}

/// A disk that says it wrote more than it did: what is read back is not what was written.
#[test]
fn a_write_that_is_a_lie_is_found_out() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    let scenario = &SCENARIOS[0];
    let clean = Clean::run(scenario).unwrap();
    let mut writes = clean.points.iter().filter(|point| !point.is_main() && point.call == "write");
    let (Some(write), None) = (writes.next(), writes.next()) else { panic!("not one write") };
    let hit = tampered(scenario, &clean, write, ("retval=100", "INJECTED"), |room, output| {
        let error = String::from_utf8_lossy(&output.stderr);
        let hidden = room.content().len();
        if output.status.success() || !error.contains("does not read back as it was written") {
            return Err(format!("it was not noticed that the metabase has {hidden} bytes"));
        }
        clean.check_backups(room)?;
        room.must(&["restore", "1", "--yes"]);
        (room.content() == super::room::original()).then_some(()).ok_or("not restored".into())
    });
    assert_eq!(hit, Ok(true));
}

/// The short form tries two faults at each point, which differ from scenario to scenario.
fn faults(number: usize) -> impl Iterator<Item = &'static str> {
    let count = if is_long() { FAULTS.len() } else { 2 };
    (0..count).map(move |index| FAULTS[(number + index) % FAULTS.len()])
}

fn walk(scenario: &Scenario, clean: &Clean, turn: usize) {
    let all: Vec<(&Point, &str)> = clean
        .points
        .iter()
        .filter(|point| point.touches_files() && !point.closes_folder(&clean.points))
        // What stays is the lock file of the second file, without a lock: whoever changes that
        // file next takes it over.
        .filter(|point| {
            !(point.call == "unlink" && point.line.contains(".MBSchema.xml.metafix-lock"))
        })
        .enumerate()
        .flat_map(|(number, point)| faults(2 * (number + turn)).map(move |fault| (point, fault)))
        .collect();
    let failed = AtomicUsize::new(0);
    let failures = each(&all, |(point, fault)| {
        let hit = tampered(scenario, clean, point, (fault, "(INJECTED)"), |room, output| {
            if !output.status.success() {
                failed.fetch_add(1, Relaxed);
            }
            check(clean, point, room, output)?;
            clean.check_backups(room)?;
            clean.check_rerun(room, scenario.args)
        })?;
        if hit { Ok(()) } else { Err(format!("not reached again: {point:?}")) }
    });
    let failed = failed.into_inner();
    println!("{}: {} faults, {failed} of which failed the run", scenario.name, all.len());
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n\n"));
    assert!(failed > 20, "{failed} runs failed");
}

/// Whether what the run said is true, and says where and what.
fn check(clean: &Clean, point: &Point, room: &Room, output: &Output) -> Result<(), String> {
    let side = clean.side(room)?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        let done = side != Side::Before && clean.is_done(room)?;
        return if done { Ok(()) } else { Err("success is reported, but it is not done".into()) };
    }
    if output.status.code().is_none() || told.contains("panicked") {
        return Err("it broke down".into());
    }
    // An error of standard error itself has nowhere to be told.
    if point.call == "write" && point.line.starts_with("write(2,") {
        return Ok(());
    }
    let nothing = told.contains("Nothing was written.") || told.contains("\"changed\":false");
    let complete =
        told.contains("The complete new file is in place.") || told.contains("\"changed\":true");
    match (side, nothing, complete) {
        (Side::Before, true, false) | (Side::After, false, true) => {}
        (Side::Both, _, false) => {
            let some_gone = room.listed()?.len() < clean.backups_before().len();
            if some_gone == nothing {
                return Err(format!("are backups gone? {some_gone}. That is not what is said"));
            }
        }
        _ => return Err(format!("what is said is not what is there: {side:?}")),
    }
    let names_path =
        told.contains(room.dir().to_str().unwrap()) || told.contains("standard output");
    let steps = ["while ", "cannot have the owner and rights"];
    let names_step = steps.iter().any(|words| told.contains(words));
    match names_path && names_step {
        true => Ok(()),
        false => Err("the message does not name the path and the step".into()),
    }
}
