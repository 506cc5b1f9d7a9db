//! A child process that ends at once, without any farewell.

use std::process::Command;

/// What makes the test binary run one test of a module alone; `module` is its `module_path!()`.
pub fn arguments(module: &str, test: &str) -> [String; 5] {
    let module = module.split_once("::").map_or("", |(_, module)| module);
    let name = format!("{module}::{test}");
    ["--exact", &name, "--test-threads", "1", "--nocapture"].map(str::to_owned)
}

/// Ends this process.
#[cfg(unix)]
pub fn die() {
    use rustix::process::{Signal, getpid, kill_process};
    kill_process(getpid(), Signal::KILL).unwrap();
}

/// A process of Windows is killed from outside.
#[cfg(windows)]
pub fn die() {
    println!("\n{REACHED}");
    loop {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

#[cfg(windows)]
const REACHED: &str = "reached";

/// Runs it, and makes sure that it died there.
#[cfg(unix)]
pub fn assert_killed(child: &mut Command, after: impl std::fmt::Debug) {
    use std::os::unix::process::ExitStatusExt;
    let status = child.output().unwrap().status;
    assert_eq!(status.signal(), Some(9), "after {after:?}: {status}");
}

/// Runs it, and kills it there.
#[cfg(windows)]
pub fn assert_killed(child: &mut Command, after: impl std::fmt::Debug) {
    use std::io::BufRead;
    let mut child = spawn(child.stdout(std::process::Stdio::piped()));
    let said = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let reached = said.map_while(Result::ok).any(|line| line == REACHED);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(reached, "{after:?} was not reached");
}

/// Wine on a busy machine now and then refuses to start a process, with ERROR_INTERNAL_ERROR.
#[cfg(windows)]
fn spawn(child: &mut Command) -> std::process::Child {
    const INTERNAL_ERROR: i32 = 1359;
    for _ in 0..9 {
        match child.spawn() {
            Err(error) if error.raw_os_error() == Some(INTERNAL_ERROR) => {
                std::thread::sleep(std::time::Duration::from_secs(1));
            }
            started => return started.unwrap(),
        }
    }
    child.spawn().unwrap()
}
