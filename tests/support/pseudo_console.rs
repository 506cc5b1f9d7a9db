//! A console of its own for a program, with somebody who types and sees what it shows.
//!
//! Wine gives no program the console by itself that it is started in. So what is started there is
//! this test program once more, asked for the test [`in_console`] alone, which opens the console
//! and starts the program with it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(unsafe_code, reason = "Windows's own functions; each block says why it is sound")]

use std::ffi::OsString;
use std::fs::File;
use std::io::{PipeWriter, Read, Write};
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::ptr::{null, null_mut};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::WAIT_OBJECT_0;
use windows_sys::Win32::System::Console::{
    COORD, ClosePseudoConsole, CreatePseudoConsole, HPCON, SetConsoleCP, SetConsoleOutputCP,
};
use windows_sys::Win32::System::Threading::{
    CREATE_UNICODE_ENVIRONMENT, CreateProcessW, DeleteProcThreadAttributeList,
    EXTENDED_STARTUPINFO_PRESENT, GetExitCodeProcess, InitializeProcThreadAttributeList,
    PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, PROCESS_INFORMATION, STARTF_USESTDHANDLES, STARTUPINFOEXW,
    TerminateProcess, UpdateProcThreadAttribute, WaitForSingleObject,
};

const ARGUMENTS: &str = "METAFIX_TEST_ARGUMENTS";
const PAGE: &str = "METAFIX_TEST_CODE_PAGE";
const OUTPUT: &str = "METAFIX_TEST_OUTPUT";

/// What is run in a console.
#[derive(Default)]
pub struct Scene<'a> {
    /// What metafix is given.
    pub arguments: Vec<OsString>,
    /// The code page of the console.
    pub page: Option<u32>,
    /// Where standard output goes instead.
    pub output: Option<&'a Path>,
}

/// In the console: opens it and starts the program with it.
#[test]
fn in_console() {
    let Some(arguments) = std::env::var_os(ARGUMENTS) else { return };
    if let Ok(page) = std::env::var(PAGE) {
        let page = page.parse().unwrap();
        // SAFETY: both take a number.
        assert!(unsafe { SetConsoleCP(page) != 0 && SetConsoleOutputCP(page) != 0 });
    }
    let open = |name| File::options().read(true).write(true).open(name).unwrap();
    std::panic::set_hook(Box::new(move |panic| write!(open("CONOUT$"), "{panic}").unwrap()));
    let output = match std::env::var_os(OUTPUT) {
        Some(path) => File::create(path).unwrap(),
        None => open("CONOUT$"),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_metafix"));
    for name in ["METAFIX_FILE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"] {
        command.env_remove(name);
    }
    command.args(arguments.to_str().unwrap().split('\n'));
    let mut child =
        command.stdin(open("CONIN$")).stdout(output).stderr(open("CONOUT$")).spawn().unwrap();
    let code = child.wait().unwrap().code().unwrap();
    #[expect(clippy::exit, reason = "the exit code is what the test asks for")]
    std::process::exit(code);
}

const PATIENCE: Duration = Duration::from_secs(30);

/// A program that runs in a console.
pub struct PseudoConsole {
    console: HPCON,
    process: OwnedHandle,
    keys: PipeWriter,
    shown: Arc<Mutex<Vec<u8>>>,
}

impl PseudoConsole {
    /// Runs the program there.
    pub fn run(scene: &Scene<'_>) -> Self {
        let (typed, keys) = std::io::pipe().unwrap();
        let (mut screen, drawn) = std::io::pipe().unwrap();
        let mut console: HPCON = Default::default();
        // SAFETY: both handles are open; the console makes its own of them.
        let made = unsafe {
            CreatePseudoConsole(
                COORD { X: 200, Y: 100 },
                typed.as_raw_handle(),
                drawn.as_raw_handle(),
                0,
                &raw mut console,
            )
        };
        assert_eq!(made, 0, "CreatePseudoConsole");
        let process = start(console, scene);
        let shown = Arc::<Mutex<Vec<u8>>>::default();
        let seen = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = screen.read(&mut piece) {
                seen.lock().unwrap().extend(&piece[..length]);
            }
        });
        Self { console, process, keys, shown }
    }

    /// Types.
    pub fn type_in(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Everything that was drawn, with the escape sequences.
    pub fn drawn(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned()
    }

    /// What a person has seen, every piece of white space as one space: where a line ends is the
    /// console's matter.
    pub fn seen(&self) -> String {
        let drawn = self.drawn();
        let text = anstream::adapter::strip_str(&drawn).to_string();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Waits until this is seen.
    pub fn wait_for(&self, text: &str) {
        let begun = Instant::now();
        while !self.seen().contains(text) {
            assert!(begun.elapsed() < PATIENCE, "no {text:?} in {:?}", self.seen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Closes the window.
    pub fn close(&mut self) {
        // SAFETY: it is open, and closed once.
        unsafe { ClosePseudoConsole(std::mem::take(&mut self.console)) };
    }

    /// Waits for the end: the exit code, and what was seen.
    pub fn end(self) -> (u32, String) {
        let code = self.code();
        // What was drawn last is on its way.
        let mut length = 0;
        while length != self.shown.lock().unwrap().len() {
            length = self.shown.lock().unwrap().len();
            std::thread::sleep(Duration::from_millis(100));
        }
        (code, self.seen())
    }

    fn code(&self) -> u32 {
        let limit = u32::try_from(PATIENCE.as_millis()).unwrap();
        let mut code = 0;
        // SAFETY: the process is open, and the number outlives the call.
        unsafe {
            let waited = WaitForSingleObject(self.process.as_raw_handle(), limit);
            assert_eq!(waited, WAIT_OBJECT_0, "it does not end: {:?}", self.seen());
            assert_ne!(GetExitCodeProcess(self.process.as_raw_handle(), &raw mut code), 0);
        }
        code
    }
}

impl Drop for PseudoConsole {
    fn drop(&mut self) {
        // SAFETY: the process is open; one that has ended is not ended again.
        unsafe { TerminateProcess(self.process.as_raw_handle(), 1) };
        if self.console != HPCON::default() {
            self.close();
        }
    }
}

/// The name of a test of this file, as the test program knows it.
fn test(name: &str) -> String {
    let (_, module) = module_path!().split_once("::").unwrap();
    format!("{module}::{name}")
}

/// The environment of this process and what the scene adds, as CreateProcess takes it.
fn environment(scene: &Scene<'_>) -> Vec<u16> {
    let path = |path: &Path| path.as_os_str().to_owned();
    let own = [
        (ARGUMENTS, Some(scene.arguments.join("\n".as_ref()))),
        (PAGE, scene.page.map(|page| page.to_string().into())),
        (OUTPUT, scene.output.map(path)),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Some((OsString::from(name), value?)));
    let mut block = Vec::new();
    for (name, value) in std::env::vars_os().chain(own) {
        block.extend(name.encode_wide().chain([u16::from(b'=')]).chain(value.encode_wide()));
        block.push(0);
    }
    block.push(0);
    block
}

fn start(console: HPCON, scene: &Scene<'_>) -> OwnedHandle {
    let own: PathBuf = std::env::current_exe().unwrap();
    let line = format!("\"{}\" --exact {} --nocapture", own.display(), test("in_console"));
    let mut line: Vec<u16> = line.encode_utf16().chain([0]).collect();
    let environment = environment(scene);
    let mut size = 0;
    // SAFETY: the first call only says how much room the list needs; the list, the console and
    // the line outlive the others, and both handles that come back are owned here alone.
    unsafe {
        InitializeProcThreadAttributeList(null_mut(), 1, 0, &raw mut size);
        let mut room = vec![0_u64; size.div_ceil(8)];
        let list = room.as_mut_ptr().cast();
        assert_ne!(InitializeProcThreadAttributeList(list, 1, 0, &raw mut size), 0);
        let attribute = PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE as usize;
        let value = console as *const std::ffi::c_void;
        let length = size_of::<HPCON>();
        let set = UpdateProcThreadAttribute(list, 0, attribute, value, length, null_mut(), null());
        assert_ne!(set, 0);
        let mut startup: STARTUPINFOEXW = std::mem::zeroed();
        startup.StartupInfo.cb = u32::try_from(size_of::<STARTUPINFOEXW>()).unwrap();
        startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        startup.lpAttributeList = list;
        let mut made: PROCESS_INFORMATION = std::mem::zeroed();
        let started = CreateProcessW(
            null(),
            line.as_mut_ptr(),
            null(),
            null(),
            0,
            EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT,
            environment.as_ptr().cast(),
            null(),
            (&raw const startup).cast(),
            &raw mut made,
        );
        assert_ne!(started, 0, "{}", std::io::Error::last_os_error());
        DeleteProcThreadAttributeList(list);
        drop(OwnedHandle::from_raw_handle(made.hThread));
        OwnedHandle::from_raw_handle(made.hProcess)
    }
}
