//! Requests to end: at the question, and at each system call of the write.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::room::{Room, heedful, original, told};
use super::walk::{Clean, SCENARIOS, Side, each, tampered};
use super::{is_long, skip, strace};

/// A run that asks its question on a terminal of its own.
struct Asking {
    terminal: File,
    child: Child,
}

impl Asking {
    fn begin(room: &Room) -> Self {
        Self::on_terminal(room.command(&["set-dns-mode", "udp-only"]))
    }

    fn on_terminal(mut command: Command) -> Self {
        let terminal =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
        let input = File::options().read(true).write(true).open(name).unwrap();
        command.stdin(input).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (mut said, mut byte) = (Vec::new(), [0]);
        while !said.ends_with(b"[y/N] ") {
            let read = child.stderr.as_mut().unwrap().read(&mut byte).unwrap();
            assert_eq!(read, 1, "it ended without a question: {}", said.escape_ascii());
            said.extend(byte);
        }
        Self { terminal: File::from(terminal), child }
    }

    fn end(self) -> std::process::Output {
        let output = self.child.wait_with_output().unwrap();
        drop(self.terminal);
        output
    }
}

#[test]
fn the_question_is_heeded() {
    for (answer, done) in [("y\n", true), ("yes\n", true), ("n\n", false), ("\n", false)] {
        let room = Room::new();
        let mut asking = Asking::begin(&room);
        asking.terminal.write_all(answer.as_bytes()).unwrap();
        let output = asking.end();
        assert_eq!(output.status.code(), Some(if done { 0 } else { 5 }), "{answer:?}");
        assert_eq!(room.content() != original(), done, "{answer:?}: {}", told(&output));
        assert_eq!(room.listed().unwrap().len(), usize::from(done));
    }
}

#[test]
fn a_terminal_that_goes_away_is_no_yes() {
    let room = Room::new();
    let Asking { terminal, child } = Asking::begin(&room);
    drop(terminal);
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success(), "{}", told(&output));
    assert!(told(&output).contains("Nothing was written."), "{}", told(&output));
    assert_eq!(room.files().len(), 1);
}

#[test]
fn a_signal_at_the_question_leaves_nothing() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let room = Room::new();
        let asking = Asking::begin(&room);
        kill_process(Pid::from_child(&asking.child), signal).unwrap();
        assert_eq!(asking.end().status.signal(), Some(signal.as_raw()));
        assert_eq!(room.content(), original());
        assert_eq!(room.files().len(), 1, "{:?}", room.files());
    }
}

/// By a shell that lets cores be as large as they like.
fn with_cores(room: &Room, line: &str) -> Command {
    let mut command = heedful("sh");
    room.prepare(&mut command);
    command.args(["-c", &format!("ulimit -c unlimited; {line}")]);
    command.env("METAFIX", env!("CARGO_BIN_EXE_metafix")).env("METAFIX_FILE", room.path());
    command
}

/// The secrets of the metabase are in memory while the question waits.
#[test]
fn a_crash_leaves_no_core_dump() {
    let control = Room::new();
    let crashed = with_cores(&control, "kill -ABRT $$").status().unwrap();
    if !crashed.core_dumped() {
        println!("nobody dumps a core here: only the limit is looked at");
    }
    // Ctrl-\ at the question, and what a program does that finds a fault in itself.
    for signal in [Signal::QUIT, Signal::ABORT] {
        let room = Room::new();
        let line = "exec \"$METAFIX\" set-dns-mode udp-only";
        let asking = Asking::on_terminal(with_cores(&room, line));
        let limits = fs::read_to_string(format!("/proc/{}/limits", asking.child.id())).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        let words: Vec<&str> = core.split_whitespace().collect();
        assert_eq!(words[4..6], ["1", "1"], "{core}");
        kill_process(Pid::from_child(&asking.child), signal).unwrap();
        let status = asking.end().status;
        assert_eq!(status.signal(), Some(signal.as_raw()));
        assert!(!status.core_dumped(), "{status}");
        assert_eq!(room.files().len(), 1, "{:?}", room.files());
    }
}

#[test]
fn a_signal_during_the_write_waits_for_its_end() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    for name in ["set-dns-mode", "restore", "backups prune"] {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name).unwrap();
        let clean = Clean::run(scenario).unwrap();
        // From the first effect, which is to clean up, until the lock is gone.
        let removes = |what: &'static str| {
            move |point: &strace::Point| point.call == "unlink" && point.line.contains(what)
        };
        let begin = clean.points.iter().position(removes(".metafix-new\"")).unwrap();
        let end = clean.points.iter().position(removes(".metafix-lock\"")).unwrap();
        let (inside, whole) = (&clean.points[begin..end], AtomicUsize::new(0));
        // A request that comes while they are just beginning to be noted can be lost: who sees
        // that nothing ends asks again.
        let counts = |point: &&strace::Point| point.is_main() && point.call != "rt_sigaction";
        let main: Vec<_> = clean.points.iter().filter(counts).collect();
        let step = if is_long() { 1 } else { 2 };
        let points: Vec<_> = main.into_iter().step_by(step).collect();
        let failures = each(&points, |point| {
            let signal = ("signal=INT", "--- SIGINT");
            tampered(scenario, &clean, point, signal, |room, output| {
                if output.status.signal() != Some(Signal::INT.as_raw()) {
                    return Err("it did not end by the signal".into());
                }
                if inside.contains(point) {
                    whole.fetch_add(1, Relaxed);
                    check_whole(&clean, room, output)?;
                }
                if clean.side(room)? == Side::Before && room.debris().len() > 1 {
                    return Err(format!("more than the lock is left: {:?}", room.debris()));
                }
                clean.check_backups(room)?;
                clean.check_rerun(room, scenario.args)
            })
            .map(drop)
        });
        let whole = whole.into_inner();
        println!("{name}: interrupted at {} points, {whole} of the write", points.len());
        assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n\n"));
        assert!(whole > 10, "{whole} points");
    }
}

fn check_whole(clean: &Clean, room: &Room, output: &std::process::Output) -> Result<(), String> {
    if !clean.is_done(room)? {
        return Err("the write was not brought to its end".into());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    if !said.contains("Interrupted") || !(said.contains("Written:") || said.contains(" removed")) {
        return Err("it does not say so".into());
    }
    if room.debris().is_empty() { Ok(()) } else { Err(format!("{:?} is left", room.debris())) }
}

#[test]
fn who_asks_twice_is_obeyed_at_once() {
    if let Some(why) = strace::missing() {
        return skip(why);
    }
    let scenario = &SCENARIOS[0];
    let room = Room::new();
    let stop = ["-e".to_owned(), "inject=linkat:signal=STOP:when=1".to_owned()];
    let stopped = strace::stopped(&room, &stop, scenario.args).unwrap();
    kill_process(stopped.pid, Signal::INT).unwrap();
    kill_process(stopped.pid, Signal::TERM).unwrap();
    let output = stopped.go_on();
    assert!(output.status.signal().is_some(), "{}", told(&output));
    assert_eq!(room.content(), original());
    room.must(scenario.args);
    assert_eq!(room.debris().len(), 0);
}
