//! A server's own metabase: the default path, and a running IIS.
//!
//! The services are made here, of a program that Windows has anyway; a machine that has an IIS
//! is not touched.
#![cfg(windows)]
#![allow(clippy::disallowed_methods, reason = "a test writes its own files")]
#![allow(clippy::print_stdout, reason = "says why a test is skipped")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use metafix::guard::State;
use metafix::server::{Machine, default_metabase};

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
    assert!(sc(&["create", name, "binPath=", r"C:\windows\system32\spoolsv.exe"]));
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

    stops_and_starts(&server);
    takes_it_by_itself(&server);
}

fn stops_and_starts(server: &Server) {
    let (code, said) = metafix(&["set-dns-mode", "udp-only", "--yes", "--stop-services"]);
    assert_eq!((code, server.mode()), (0, '2'), "{said}");
    assert!(
        said.contains("Stopped: IISADMIN.") && said.contains("Starting again: IISADMIN"),
        "{said}"
    );
    assert_eq!(state("IISADMIN"), State::Running);
    // What does not run is not started.
    assert_eq!(state("SMTPSVC"), State::Absent);

    start("SMTPSVC");
    let missing = ["set-dns-mode", "tcp-only", "--server", "77", "--yes", "--stop-services"];
    let (code, said) = metafix(&missing);
    assert_eq!((code, server.mode()), (3, '2'), "{said}");
    assert!(said.contains("Stopped: SMTPSVC, IISADMIN."), "{said}");
    assert_eq!([state("SMTPSVC"), state("IISADMIN")], [State::Running, State::Running]);
    assert!(sc(&["stop", "SMTPSVC"]));
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
