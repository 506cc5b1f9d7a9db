//! Running the program under strace, which counts its system calls and tampers with one of them.
//!
//! strace counts each kind of call in each thread for itself. The program writes the new file in
//! a second thread, so a point is a thread, a kind of call and a number. A call of the main
//! thread is hit by leaving the other threads alone (no `-f`). A call of the second thread is
//! hit by the path of the file that it writes; the name of that file holds its inode number,
//! which is guessed, and the log says whether the guess was right.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::room::{NAME, Room, SCHEMA, heedful};

/// A system call that the program makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Whose it is: the main thread's is 0, the others follow in the order in which they began.
    pub thread: usize,
    /// Its name.
    pub call: String,
    /// The how many-th of its name in its thread.
    pub number: usize,
    /// The line of the log.
    pub line: String,
}

/// Why strace cannot be used here, if it cannot.
pub fn missing() -> Option<&'static str> {
    match Command::new("strace").args(["-o", "/dev/null", "true"]).output() {
        Ok(output) if output.status.success() => None,
        Ok(_) => Some("strace may not trace here (ptrace is not permitted)"),
        Err(_) => Some("strace is not installed: `apt-get install strace`"),
    }
}

/// Runs the program under strace with these options; the log is the second value.
pub fn traced(room: &Room, options: &[String], args: &[&str]) -> (Output, String) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let output = tracing(room, log.path(), options, args).output().unwrap();
    (output, String::from_utf8_lossy(&fs::read(log.path()).unwrap()).into_owned())
}

fn tracing(room: &Room, log: &Path, options: &[String], args: &[&str]) -> Command {
    let mut command = heedful("strace");
    room.prepare(&mut command);
    command.arg("-o").arg(log).args(options).arg("--");
    command.arg(env!("CARGO_BIN_EXE_metafix")).args(room.arguments(args));
    command
}

/// A run that strace stopped at a call.
pub struct Stopped {
    strace: Child,
    /// The program's.
    pub pid: Pid,
}

/// Runs it until strace has stopped it with these options. `None`: it never came there.
pub fn stopped(room: &Room, options: &[String], args: &[&str]) -> Option<Stopped> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = tracing(room, log.path(), options, args);
    let mut strace = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    loop {
        if fs::read_to_string(log.path()).unwrap().contains("--- stopped by SIGSTOP ---") {
            let id = strace.id();
            let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
            let pid = Pid::from_raw(children.split(' ').next().unwrap().parse().unwrap()).unwrap();
            return Some(Stopped { strace, pid });
        }
        if strace.try_wait().unwrap().is_some() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

impl Stopped {
    /// Lets it go on, to its end.
    pub fn go_on(self) -> Output {
        kill_process(self.pid, Signal::CONT).unwrap();
        self.strace.wait_with_output().unwrap()
    }
}

/// The calls of an undisturbed run, from the first that touches the room.
pub fn points(room: &Room, args: &[&str]) -> Vec<Point> {
    let (output, log) = traced(room, &["-f".to_owned()], args);
    assert!(output.status.success(), "{}", super::room::told(&output));
    let mut threads = Vec::new();
    let mut counts = HashMap::new();
    let mut all = Vec::new();
    let dir = room.dir().to_str().unwrap();
    for line in log.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        let Some((call, _)) = rest.split_once('(') else { continue };
        if !call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        let index = threads.iter().position(|known| *known == thread).unwrap_or_else(|| {
            threads.push(thread);
            threads.len() - 1
        });
        let number = counts.entry((thread, call)).or_insert(0);
        *number += 1;
        let (call, number, line) = (call.to_owned(), *number, rest.to_owned());
        // The arguments of `execve` name the room too.
        if call != "execve" && (!all.is_empty() || line.contains(dir)) {
            all.push(Point { thread: index, call, number, line });
        }
    }
    assert!(all.len() > 50, "strace's log was not understood:\n{log}");
    all
}

/// Calls that touch memory, threads, signals and the process itself alone: an error of theirs is not
/// the disk's.
const NO_FILE: [&str; 23] = [
    "geteuid",
    "mmap",
    "munmap",
    "mprotect",
    "mremap",
    "brk",
    "madvise",
    "futex",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "clone",
    "clone3",
    "set_robust_list",
    "rseq",
    "getrandom",
    "gettid",
    "getpid",
    "uname",
    "sched_getaffinity",
    "exit",
    "exit_group",
];

impl Point {
    pub fn is_main(&self) -> bool {
        self.thread == 0
    }

    pub fn touches_files(&self) -> bool {
        !NO_FILE.contains(&self.call.as_str())
    }

    /// Whether it closes a folder that was listed: an error there, which the system does not have,
    /// is a panic of the standard library's own making.
    pub fn closes_folder(&self, all: &[Self]) -> bool {
        let Some((fd, _)) = self.line.strip_prefix("close(").and_then(|fd| fd.split_once(')'))
        else {
            return false;
        };
        let opened = format!("= {fd}");
        let mut earlier = all.iter().take_while(|other| *other != self);
        let open = |other: &Self| other.call == "openat" && other.line.ends_with(&opened);
        let last = earlier.by_ref().filter(|other| open(other)).last();
        last.is_some_and(|last| last.line.contains("O_DIRECTORY"))
    }

    /// Which of the files the thread writes: the metabase comes first.
    fn file(&self, all: &[Self]) -> &'static str {
        let writes = |other: &&Self| !other.is_main() && other.call == "write";
        let first = all.iter().find(writes).map(|other| other.thread);
        if first == Some(self.thread) { NAME } else { SCHEMA }
    }

    /// The options that hit this call and no other. `None`: there is no way to.
    pub fn options(&self, room: &Room, all: &[Self], tampering: &str) -> Option<Vec<String>> {
        let inject = format!("inject={}:{tampering}:when={}", self.call, self.number);
        let mut options = vec!["-e".to_owned(), inject];
        if self.is_main() {
            return Some(options);
        }
        options.push("-f".to_owned());
        if self.touches_files() {
            options
                .extend(swap_names(room, self.file(all)).flat_map(|name| ["-P".to_owned(), name]));
        } else if all.iter().any(|other| other.is_main() && other.call == self.call) {
            return None;
        }
        Some(options)
    }
}

/// What the new file will probably be called: numbers of deleted files are used again, or go on.
fn swap_names(room: &Room, file: &str) -> impl Iterator<Item = String> {
    let probes = ["probe-1", "probe-2"].map(|name| room.dir().join(name));
    let numbers = probes.each_ref().map(|probe| {
        fs::write(probe, b"").unwrap();
        fs::metadata(probe).unwrap().ino()
    });
    probes.iter().for_each(|probe| fs::remove_file(probe).unwrap());
    let from = numbers[0].min(numbers[1]).saturating_sub(4);
    let dir = room.dir().to_str().unwrap().to_owned();
    (from..from + 128).map(move |number| format!("{dir}/.{file}.metafix-swap-{number}"))
}
