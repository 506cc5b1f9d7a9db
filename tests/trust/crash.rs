//! Every crash: the program is killed at each of its system calls.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::room::{Room, original, told};
use super::walk::{Clean, IN_PLACE, SCENARIOS, Scenario, each, tampered};
use super::{skip, strace};

#[test]
fn killed_at_any_system_call() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    for scenario in &SCENARIOS {
        let Some(clean) = Clean::run(scenario) else {
            skip("there is no second file system to write to");
            continue;
        };
        walk(scenario, &clean);
    }
}

fn walk(scenario: &Scenario, clean: &Clean) {
    let (killed, missed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failures = each(&clean.points, |point| {
        let tampering = ("signal=KILL", "killed by SIGKILL");
        let hit = tampered(scenario, clean, point, tampering, |room, _| {
            clean.side(room)?;
            clean.check_backups(room)?;
            clean.check_rerun(room, scenario.args)
        })?;
        if hit {
            killed.fetch_add(1, Relaxed);
        } else if point.touches_files() {
            return Err(format!("{}: not reached again: {point:?}", scenario.name));
        } else {
            missed.fetch_add(1, Relaxed);
        }
        Ok(())
    });
    let (killed, missed) = (killed.into_inner(), missed.into_inner());
    println!(
        "{}: killed at {killed} points; {missed} calls of memory and threads were not reached again",
        scenario.name
    );
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n\n"));
    assert!(killed > 50 && missed < killed / 4, "killed at {killed} points alone");
}

/// Written in place a file can be torn: then every run says so and names the way back.
#[test]
fn killed_at_any_system_call_of_a_write_in_place() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    let clean = Clean::run(&IN_PLACE).unwrap();
    let counts: [AtomicUsize; 2] = Default::default();
    let failures = each(&clean.points, |point| {
        let tampering = ("signal=KILL", "killed by SIGKILL");
        let hit = tampered(&IN_PLACE, &clean, point, tampering, |room, _| {
            let torn = clean.side(room).is_err();
            counts[usize::from(torn)].fetch_add(1, Relaxed);
            if !torn {
                return clean.check_rerun(room, IN_PLACE.args);
            }
            check_torn(room)?;
            room.must(IN_PLACE.args);
            let debris = room.debris();
            if debris.is_empty() { Ok(()) } else { Err(format!("{debris:?} is left")) }
        })?;
        if hit || !point.touches_files() {
            Ok(())
        } else {
            Err(format!("not reached again: {point:?}"))
        }
    });
    let [whole, torn] = counts.map(AtomicUsize::into_inner);
    println!("in place: killed at {} points, {torn} times the file was torn", whole + torn);
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n\n"));
    assert!(whole > 50 && torn > 0);
}

/// Whether it is said that the file is torn, and the original comes back.
fn check_torn(room: &Room) -> Result<(), String> {
    let output = room.run(&["set-dns-mode", "tcp-only", "--yes"]);
    let said = told(&output);
    if output.status.success() || !said.contains("restore") {
        return Err(format!("a torn file is changed: {said}"));
    }
    room.must(&["restore", "--yes"]);
    (room.content() == original()).then_some(()).ok_or("not restored".into())
}
