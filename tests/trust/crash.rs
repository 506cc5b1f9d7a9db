//! Every crash: the program is killed at each of its system calls.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::walk::{Clean, SCENARIOS, Scenario, each, tampered};
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
