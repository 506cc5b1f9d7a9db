//! A headless Chromium, spoken to through its pipe for debuggers (Chrome DevTools Protocol).
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// How long an answer may take, on a machine that has other work.
const PATIENCE: Duration = Duration::from_secs(120);

/// The browser, gone when it is dropped.
pub struct Browser {
    child: Child,
    input: ChildStdin,
    answers: Receiver<Value>,
    told: VecDeque<Value>,
    calls: u64,
    session: Value,
    _folder: tempfile::TempDir,
}

impl Browser {
    /// Starts one, if there is one. Where there is none a test says so in a word and is skipped,
    /// unless `METAFIX_TRUST` makes it mandatory.
    pub fn start() -> Option<Self> {
        let asked = std::env::var("METAFIX_CHROMIUM").ok();
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let found = asked.or_else(|| names.into_iter().find(|name| runs(name)).map(Into::into));
        let Some(program) = found else {
            assert!(std::env::var_os("METAFIX_TRUST").is_none(), "Chromium is not installed");
            eprintln!("skipped: Chromium is not installed");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        // It reads commands from descriptor 3 and answers on descriptor 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", &program])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"])
            .args(["--no-first-run", "--disable-extensions", "--disable-dev-shm-usage"])
            .args(["--disable-background-networking", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", folder.path().display()))
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell is there");
        let input = child.stdin.take().expect("it is a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop_if(|last| *last == 0);
                let answer = serde_json::from_slice(&message).expect("it answers in JSON");
                message.clear();
                if sender.send(answer).is_err() {
                    break;
                }
            }
        });
        let (told, session) = (VecDeque::new(), Value::Null);
        let mut browser = Self { child, input, answers, told, calls: 0, session, _folder: folder };
        let page = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": page["targetId"], "flatten": true});
        browser.session = browser.call("Target.attachToTarget", attach)["sessionId"].clone();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// One command and its answer.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": parameters});
        if !self.session.is_null() {
            message["sessionId"] = self.session.clone();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.write_all(&bytes).and_then(|()| self.input.flush()).expect("it listens");
        loop {
            let answer = self.answers.recv_timeout(PATIENCE).expect("it answers");
            if answer["id"] == self.calls {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.told.push_back(answer);
        }
    }

    /// Opens a file, waits until it is there, and says what was requested and what the console
    /// was told meanwhile.
    pub fn open(&mut self, file: &Path) -> Opened {
        self.told.clear();
        let url = format!("file://{}", file.display());
        self.call("Page.navigate", json!({"url": url}));
        let mut opened = Opened { url, requests: Vec::new(), messages: Vec::new() };
        loop {
            let next = self.told.pop_front();
            let told =
                next.unwrap_or_else(|| self.answers.recv_timeout(PATIENCE).expect("it loads"));
            let parameters = &told["params"];
            match told["method"].as_str().unwrap_or_default() {
                "Network.requestWillBeSent" => {
                    let url = parameters["request"]["url"].as_str().unwrap_or_default();
                    opened.requests.push(url.to_owned());
                }
                "Log.entryAdded" | "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" => {
                    opened.messages.push(parameters.to_string());
                }
                "Page.loadEventFired" => return opened,
                _ => {}
            }
        }
    }

    /// The value of an expression in the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", asked);
        assert!(answer["exceptionDetails"].is_null(), "{answer}");
        answer["result"]["value"].clone()
    }

    /// Makes the page believe that the person likes it dark, or light.
    pub fn prefer(&mut self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// How large the window is.
    pub fn size(&mut self, width: u32, height: u32) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// The page as a picture: PNG.
    pub fn picture(&mut self) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", json!({"format": "png"}));
        base64(answer["data"].as_str().expect("it is a text"))
    }

    /// The page as it is printed: PDF.
    pub fn print(&mut self) -> Vec<u8> {
        let how = json!({"preferCSSPageSize": true, "printBackground": true});
        let answer = self.call("Page.printToPDF", how);
        base64(answer["data"].as_str().expect("it is a text"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It has ended by itself where this fails.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

/// What happened while a page was opened.
#[derive(Debug)]
pub struct Opened {
    /// Its address.
    pub url: String,
    /// Every address that was asked for.
    pub requests: Vec<String>,
    /// What the console was told.
    pub messages: Vec<String>,
}

fn runs(name: &str) -> bool {
    let silent = |command: &mut Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    silent(Command::new(name).arg("--version")).is_ok_and(|status| status.success())
}

fn base64(text: &str) -> Vec<u8> {
    let digits = text.bytes().filter_map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    });
    let digits: Vec<u32> = digits.map(u32::from).collect();
    let mut bytes = Vec::new();
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        bytes.extend(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}
