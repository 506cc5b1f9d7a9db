//! A server's own metabase: the default path, and a running IIS.
//!
//! The services are made here, of a program that Windows has anyway; a machine that has an IIS
//! is not touched.
#![cfg(windows)]
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]
#![allow(clippy::print_stdout, reason = "says why a test is skipped")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::cell::RefCell;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use clap::Parser;
use metafix::cli::Cli;
use metafix::server::event_log;
use metafix::server::guard::State;
use metafix::server::services::{Machine, default_metabase};
use metafix::store::{Lock, Target};
use metafix::terminal::console::Console;
use metafix::terminal::problem::Exit;

/// A server with a metabase where IIS has it, as long as this lives.
struct Server {
    metabase: PathBuf,
}

impl Server {
    /// None where something is there already.
    fn make() -> Option<Self> {
        let metabase = default_metabase();
        let folder = metabase.parent().unwrap();
        let here = Machine::of(&metabase).unwrap();
        let is_free =
            ["IISADMIN", "SMTPSVC"].map(|name| here.state(name)) == [State::Absent, State::Absent];
        if !is_free || folder.exists() {
            assert!(std::env::var_os("CI").is_none(), "this machine has an IIS, or an inetsrv");
            println!("skipped: this machine has an IIS");
            return None;
        }
        fs::create_dir_all(folder.join("History")).unwrap();
        let server = Self { metabase };
        server.write(false, 39);
        Some(server)
    }

    fn folder(&self) -> &Path {
        self.metabase.parent().unwrap()
    }

    fn write(&self, edit_while_running: bool, version: u32) {
        let on = u32::from(edit_while_running);
        let text = format!(
            "<?xml version =\"1.0\"?>\r\n\
             <configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\r\n<MBProperty>\r\n\
             <IIS_Global\tLocation =\".\"\r\n\t\tHistoryMajorVersionNumber=\"{version}\"\r\n\t>\r\n</IIS_Global>\r\n\
             <IIsComputer\tLocation =\"/LM\"\r\n\t\tEnableEditWhileRunning=\"{on}\"\r\n\t\tEnableHistory=\"1\"\r\n\t>\r\n</IIsComputer>\r\n\
             <IIsSmtpService\tLocation =\"/LM/SmtpSvc\"\r\n\t\tSmtpUseTcpDns=\"0\"\r\n\t>\r\n</IIsSmtpService>\r\n\
             </MBProperty>\r\n</configuration>\r\n"
        );
        fs::write(&self.metabase, text).unwrap();
    }

    /// As another run would hold it.
    fn lock(&self) -> Lock {
        let target = Target::resolve(&self.metabase).unwrap();
        metafix::store::lock(&target, "a test", std::time::Duration::from_secs(10)).unwrap()
    }

    fn mode(&self) -> char {
        let text = fs::read_to_string(&self.metabase).unwrap();
        let at = text.find("SmtpUseTcpDns=\"").unwrap() + "SmtpUseTcpDns=\"".len();
        text[at..].chars().next().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for name in ["SMTPSVC", "IISADMIN"] {
            sc(&["stop", name]);
            sc(&["delete", name]);
        }
        // The test has found it absent.
        let removed = fs::remove_dir_all(self.folder());
        assert!(removed.is_ok() || std::thread::panicking(), "{removed:?}");
    }
}

fn sc(args: &[&str]) -> bool {
    Command::new("sc").args(args).output().unwrap().status.success()
}

fn state(name: &str) -> State {
    Machine::of(&default_metabase()).unwrap().state(name)
}

fn start(name: &str) {
    start_program(name, Path::new(r"C:\windows\system32\spoolsv.exe"));
}

fn start_program(name: &str, program: &Path) {
    assert!(sc(&["create", name, "binPath=", program.to_str().unwrap()]));
    assert_eq!(state(name), State::Stopped);
    assert!(sc(&["start", name]));
    let begun = std::time::Instant::now();
    while state(name) != State::Running && begun.elapsed().as_secs() < 30 {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(state(name), State::Running);
}

/// Runs the program on the default metabase: its exit code, and what it says.
fn metafix(args: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_metafix"));
    let done = command.args(args).env_remove("METAFIX_FILE").output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[test]
fn the_default_metabase_is_that_of_this_server() {
    let path = default_metabase();
    let text = path.to_str().unwrap().to_ascii_lowercase();
    assert!(text.ends_with(r"\system32\inetsrv\metabase.xml"), "{text}");
    assert!(Machine::of(&path).is_some());
    assert_eq!(Machine::of(Path::new(r"C:\Windowsless\MetaBase.xml")), None);
    assert_eq!(Machine::of(Path::new(r"D:\MetaBase.xml")), None);
    let other = r"\\mail\admin$\System32\inetsrv\MetaBase.xml";
    let other = Machine::of(Path::new(other)).unwrap();
    assert_eq!(other.name(), Some(r"\\mail"));
    assert_eq!(Machine::of(Path::new(r"\\mail\copies\inetsrv\MetaBase.xml")), None);
    assert_eq!(Machine::of(Path::new(r"\\mail\admin$\MetaBase.xml")), None);
}

/// Wine says which Windows it is: from Server 2008 on IIS keeps the web server's settings elsewhere.
#[test]
fn the_iis_of_this_windows_is_told_from_that_of_another_machine() {
    let here = Machine::of(&default_metabase()).unwrap();
    let version = metafix::os::windows::version();
    let major = version.strip_prefix("Windows ").and_then(|rest| rest.split('.').next());
    let major: u32 = major.and_then(|major| major.parse().ok()).expect(&version);
    assert_eq!(here.has_iis_7(), major >= 6, "{version}");
    let there = Machine::of(Path::new(r"\\other\c$\Windows\System32\inetsrv\MetaBase.xml"));
    assert!(!there.unwrap().has_iis_7());
}

#[test]
fn a_running_iis_is_heeded() {
    let Some(server) = Server::make() else { return };
    let (code, said) = metafix(&["set-dns-mode", "udp-only", "--yes"]);
    assert_eq!((code, server.mode()), (0, '2'), "{said}");
    assert!(said.contains("it does not run here"), "{said}");

    start("IISADMIN");
    let (code, said) = metafix(&["set-dns-mode", "tcp-only", "--yes"]);
    assert_eq!((code, server.mode()), (3, '2'), "{said}");
    for part in [
        "edit-while-running is off",
        "--stop-services",
        "net stop iisadmin /y",
        "Nothing was written",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let (code, said) = metafix(&["set-dns-mode", "tcp-only", "--dry-run"]);
    assert_eq!((code, server.mode()), (0, '2'), "{said}");
    assert!(said.contains("without --dry-run this is refused"), "{said}");
    let (code, said) = metafix(&["set-dns-mode", "tcp-only", "--yes", "--force"]);
    assert_eq!((code, server.mode()), (0, '1'), "{said}");
    assert!(said.contains("warning: IIS is running"), "{said}");
    // Nothing is to be done: nothing is refused and nothing stopped.
    for stops in [&[][..], &["--stop-services"]] {
        let (code, said) = metafix(&[&["set-dns-mode", "tcp-only", "--yes"], stops].concat());
        assert_eq!((code, server.mode(), said.contains("Stopp")), (0, '1', false), "{said}");
        assert!(said.contains("it has other values in memory"), "{said}");
        assert_eq!(state("IISADMIN"), State::Running);
    }

    another_server_is_named();
    stops_and_starts(&server);
    stops_and_starts_for_dsc(&server);
    takes_it_by_itself(&server);
    drop(server);
    names_what_stays_stopped();
}

fn stops_and_starts(server: &Server) {
    let (code, said) = metafix(&["set-dns-mode", "udp-only", "--yes", "--stop-services"]);
    assert_eq!((code, server.mode()), (0, '2'), "{said}");
    assert!(
        said.contains("Stopped: IISADMIN.") && said.contains("Starting again: IISADMIN"),
        "{said}"
    );
    assert_eq!(state("IISADMIN"), State::Running);
    assert!(said.ends_with("Started.\n"), "{said}");
    let (code, said) = metafix(&["set-dns-mode", "tcp-only", "--dry-run", "--stop-services"]);
    assert_eq!((code, server.mode()), (0, '2'), "{said}");
    assert!(said.contains("it is stopped for this change") && !said.contains("refused"), "{said}");
    assert_eq!(state("IISADMIN"), State::Running);
    // What does not run is not started.
    assert_eq!(state("SMTPSVC"), State::Absent);

    start("SMTPSVC");
    let locked = server.lock();
    let (code, said) = metafix(&["set-dns-mode", "tcp-only", "--yes", "--stop-services"]);
    drop(locked);
    assert_eq!((code, server.mode()), (4, '2'), "{said}");
    assert!(said.contains("Stopped: SMTPSVC, IISADMIN."), "{said}");
    assert_eq!([state("SMTPSVC"), state("IISADMIN")], [State::Running, State::Running]);
    // What is refused whatever runs is refused before anything is stopped.
    for refused in [
        &["set-dns-mode", "tcp-only", "--server", "77"][..],
        &["set", "SmtpSvc/1", "RelayIpList", ""],
    ] {
        let (code, said) = metafix(&[refused, &["--yes", "--stop-services"]].concat());
        assert_eq!((code, server.mode(), said.contains("Stopp")), (3, '2', false), "{said}");
    }
    assert_eq!([state("SMTPSVC"), state("IISADMIN")], [State::Running, State::Running]);
    assert!(sc(&["stop", "SMTPSVC"]));
}

/// Asks as DSC does: the exit code, the lines of the answer, and what was said.
fn dsc(words: &[&str], instance: &serde_json::Value) -> (i32, Vec<serde_json::Value>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_metafix"));
    command.arg("dsc").args(words).env_remove("METAFIX_FILE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(instance.to_string().as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let answer = String::from_utf8(done.stdout).unwrap();
    let answer = answer.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (done.status.code().unwrap(), answer, String::from_utf8(done.stderr).unwrap())
}

/// IISADMIN runs, and edit-while-running is off.
fn stops_and_starts_for_dsc(server: &Server) {
    let wanted = |stop: bool| {
        let properties = serde_json::json!({ "SmtpUseTcpDns": "tcp-only" });
        let mut wanted = serde_json::json!({ "path": "SmtpSvc", "properties": properties });
        wanted["stop_services"] = stop.into();
        wanted
    };
    let (code, answer, said) = dsc(&["set", "--what-if"], &wanted(false));
    assert_eq!((code, server.mode()), (0, '2'), "{said}");
    let what_if = answer[0]["_metadata"]["whatIf"].to_string();
    assert!(what_if.contains("edit-while-running is off"), "{what_if}");
    assert!(what_if.contains("this is refused"), "{what_if}");
    let (code, answer, said) = dsc(&["set"], &wanted(false));
    assert_eq!((code, answer.len(), server.mode()), (3, 0, '2'), "{said}");
    assert!(said.contains("add \\\"stop_services\\\": true to the instance"), "{said}");
    let (code, answer, said) = dsc(&["set", "--what-if"], &wanted(true));
    assert_eq!((code, server.mode()), (0, '2'), "{said}");
    assert!(!answer[0].to_string().contains("refused"), "{answer:?}");
    let (code, answer, said) = dsc(&["set"], &wanted(true));
    assert_eq!((code, server.mode()), (0, '1'), "{said}");
    assert_eq!(answer[1], serde_json::json!(["properties.SmtpUseTcpDns"]));
    // IIS uses the change from its start on: nothing is left to restart.
    assert!(answer[0]["_restartRequired"].is_null(), "{answer:?}");
    assert!(said.contains("Stopped: IISADMIN.") && said.contains("Started."), "{said}");
    assert_eq!(state("IISADMIN"), State::Running);
}

/// Wine has no network here: a share is a folder of its prefix, and the services of any server are
/// those of this one. So this shows what is said and done, not that Windows asks the right one.
fn another_server_is_named() {
    let Ok(prefix) = std::env::var("WINEPREFIX") else { return };
    let share = format!(r"Z:{}\dosdevices\unc\metafix-test-live", prefix.replace('/', r"\"));
    let folder = Path::new(&share).join(r"admin$\System32\inetsrv");
    fs::create_dir_all(&folder).unwrap();
    let original = include_bytes!("../../fixtures/servers/windows-2003.xml");
    fs::write(folder.join("MetaBase.xml"), original).unwrap();
    let file = r"\\metafix-test-live\admin$\System32\inetsrv\MetaBase.xml";
    let run =
        |args: &[&str]| metafix(&[&["--file", file, "set-dns-mode", "udp-only"], args].concat());
    let has = |said: &str, parts: &[&str]| {
        parts.iter().for_each(|part| assert!(said.contains(part), "{part}: {said}"));
    };

    let (code, said) = run(&["--yes"]);
    assert_eq!((code, fs::read(file).unwrap().as_slice()), (3, &original[..]), "{said}");
    has(&said, &[r"IIS on \\metafix-test-live is running", r"By hand on \\metafix-test-live:"]);
    let (_, said) = run(&["--dry-run"]);
    has(&said, &[r"IIS on \\metafix-test-live is", r"for \\metafix-test-live: run them there."]);
    let (code, said) = run(&["--yes", "--stop-services"]);
    assert_eq!(code, 0, "{said}");
    has(&said, &[r"Stopping SMTPSVC and IISADMIN on \\metafix-test-live", "Started.\n"]);
    assert_eq!(state("IISADMIN"), State::Running);
    let backups = fs::read_dir(folder.join("metafix-backups")).unwrap();
    assert!(backups.count() > 0, "the backups are beside the metabase, on its server");
    fs::remove_dir_all(share).unwrap();
}

fn takes_it_by_itself(server: &Server) {
    server.write(true, 39);
    let (code, said) = metafix(&["set-dns-mode", "udp-only", "--yes"]);
    assert_eq!((code, server.mode()), (3, '0'), "{said}");
    assert!(said.contains("MetaBase_0000000039_*.xml"), "{said}");
    let version = server.folder().join(r"History\MetaBase_0000000039_0000000000.xml");
    fs::copy(&server.metabase, version).unwrap();
    let (code, said) = metafix(&["set-dns-mode", "udp-only", "--yes", "--write", "in-place"]);
    assert_eq!((code, server.mode()), (0, '2'), "{said}");
    assert!(said.contains("edit-while-running is on") && !said.contains("warning: IIS"), "{said}");
    let (code, said) = metafix(&["set-dns-mode", "tcp-only", "--yes"]);
    assert_eq!((code, server.mode()), (0, '1'), "{said}");
    assert!(said.contains("use --write in-place"), "{said}");
    let (code, said) = metafix(&["restore", "--yes"]);
    assert_eq!((code, server.mode()), (0, '2'), "{said}");
}

/// A server with both services, which stop and do not start again.
struct Failing {
    server: Server,
    folder: tempfile::TempDir,
}

impl Failing {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let failing = Self { server: Server::make().unwrap(), folder };
        for name in ["IISADMIN", "SMTPSVC"] {
            let program = failing.folder.path().join(format!("{name}.exe"));
            fs::copy(r"C:\windows\system32\spoolsv.exe", &program).unwrap();
            start_program(name, &program);
            fs::rename(&program, program.with_extension("away")).unwrap();
        }
        failing
    }

    /// All that somebody needs to start them by hand.
    fn assert_told(&self, said: &str) {
        for part in ["IISADMIN (", "SMTPSVC (", "`net start IISADMIN`, then `net start SMTPSVC`"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let states = ["IISADMIN", "SMTPSVC"].map(state);
        assert_eq!(states, [State::Stopped, State::Stopped], "{said}");
    }
}

/// A program that runs can be renamed, and then it does not start again.
fn names_what_stays_stopped() {
    const LOCKED: &[&str] = &["set-dns-mode", "udp-only", "--yes", "--stop-services"];
    let failing = Failing::make();
    let locked = failing.server.lock();
    let (code, said) = metafix(LOCKED);
    assert_eq!((code, failing.server.mode()), (4, '0'), "{said}");
    assert!(
        said.contains("is changing this file") && said.contains("Nothing was written"),
        "{said}"
    );
    drop(locked);
    failing.assert_told(&said);
    drop(failing);

    let failing = Failing::make();
    let locked = failing.server.lock();
    let (code, said) = metafix(&[LOCKED, &["--format", "json"]].concat());
    drop(locked);
    let error = &json(&said)["error"];
    assert_eq!((code, error["exit"].as_str()), (4, Some("busy")), "{said}");
    assert_eq!(error["stopped_services"], serde_json::json!(["IISADMIN", "SMTPSVC"]), "{said}");
    failing.assert_told(&format!("{} {}", error["message"], error["hint"]));
    drop(failing);

    let failing = Failing::make();
    let (exit, said) = declined(&failing.server.metabase);
    assert_eq!((exit, failing.server.mode()), (Exit::Failure, '0'), "{said}");
    assert!(said.contains("Nothing was written"), "{said}");
    failing.assert_told(&said);
    drop(failing);

    let failing = Failing::make();
    let written = ["set-dns-mode", "udp-only", "--yes", "--stop-services", "--format", "json"];
    let (code, said) = metafix(&written);
    assert_eq!((code, failing.server.mode()), (1, '2'), "{said}");
    let object = json(&said);
    assert_eq!(
        (&object["changed"], &object["error"]["name"]),
        (&true.into(), &"service-not-started".into())
    );
    assert!(object["error"]["message"].as_str().unwrap().contains("metafix-backups"), "{said}");
    failing.assert_told(&said);
}

/// The one JSON object that was printed; talk comes after it.
fn json(said: &str) -> serde_json::Value {
    let (object, talk) = said.split_once('\n').unwrap();
    assert!(!talk.contains('{'), "{said}");
    serde_json::from_str(object).unwrap()
}

/// Runs the program before somebody who says no: how it ends, and its talk.
fn declined(metabase: &Path) -> (Exit, String) {
    let file = metabase.to_str().unwrap();
    let args = ["metafix", "--file", file, "set-dns-mode", "udp-only", "--stop-services"];
    let cli = Cli::parse_from(args);
    let talk = Talk::default();
    let mut console = Console {
        out: Box::new(std::io::sink()),
        err: Box::new(talk.clone()),
        person: Some(Box::new(&b"n\n"[..])),
        ..Console::of_process(cli.global.settings())
    };
    let exit = metafix::command::run(&cli, &mut console);
    let said = String::from_utf8(talk.0.borrow().clone()).unwrap();
    (exit, anstream::adapter::strip_str(&said).to_string())
}

#[derive(Clone, Default)]
struct Talk(Rc<RefCell<Vec<u8>>>);

impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Wine keeps no records, so there is nothing to count; each log is opened, read to its end and
/// closed again.
#[test]
fn the_live_event_log_is_read_to_its_end() {
    let events = event_log::read(None).expect("both logs can be read").expect("this is Windows");
    let counted: usize = events.domains().iter().map(|(_, of)| of.count).sum();
    assert!(counted + events.other_causes + events.nameless <= events.read, "{events:?}");
}
