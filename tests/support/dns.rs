//! A DNS server on loopback that does what it is told: it drops, delays, refuses, resets,
//! truncates and lies. It shares no code with the program: it puts its answers together itself.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What goes back for a datagram: after how long, from which socket, which bytes.
pub struct Reply {
    pub after: Duration,
    pub from_elsewhere: bool,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn now(bytes: Vec<u8>) -> Vec<Self> {
        vec![Self { after: Duration::ZERO, from_elsewhere: false, bytes }]
    }
}

/// What a server does with the datagrams and the connections that come; nothing is there where
/// there is no function.
type Datagrams = Box<dyn Fn(&[u8]) -> Vec<Reply> + Send + Sync>;
type Connections = Box<dyn Fn(TcpStream) + Send + Sync>;

/// A server that ends with the test.
pub struct Server {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts one on a free port, the same for UDP and TCP.
    pub fn start(udp: Option<Datagrams>, tcp: Option<Connections>) -> Self {
        let (socket, listener) = ports();
        let address = socket.local_addr().expect("it is bound");
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        if let Some(udp) = udp {
            let stop = Arc::clone(&stop);
            threads.push(thread::spawn(move || datagrams(&socket, &Arc::from(udp), &stop)));
        }
        if let Some(tcp) = tcp {
            let stop = Arc::clone(&stop);
            threads.push(thread::spawn(move || connections(&listener, &Arc::from(tcp), &stop)));
        }
        Self { address, stop, threads }
    }

    /// A server whose UDP and TCP give these bytes for a question; `None` drops it.
    pub fn of(
        udp: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync + 'static,
        tcp: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        let udp = move |question: &[u8]| udp(question).map(Reply::now).unwrap_or_default();
        Self::start(Some(Box::new(udp)), Some(answering(tcp)))
    }

    /// The address as `--dns` takes it.
    pub fn dns(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().expect("it ends by itself");
        }
    }
}

/// A port that is free for both.
fn ports() -> (UdpSocket, TcpListener) {
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        if let Ok(socket) = UdpSocket::bind(address) {
            return (socket, listener);
        }
    }
}

/// A free port, for both.
pub fn free_port() -> u16 {
    ports().0.local_addr().expect("it is bound").port()
}

fn datagrams(socket: &UdpSocket, udp: &Arc<Datagrams>, stop: &AtomicBool) {
    socket.set_read_timeout(Some(Duration::from_millis(20))).expect("it can be set");
    let mut buffer = vec![0; 65_535];
    let mut replies = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        // Windows tells here that an earlier reply found nobody.
        let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
        let (udp, socket) = (Arc::clone(udp), socket.try_clone().expect("a second handle"));
        let question = buffer[..length].to_vec();
        replies.push(thread::spawn(move || {
            for reply in udp(&question) {
                thread::sleep(reply.after);
                let elsewhere = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
                let socket = if reply.from_elsewhere { &elsewhere } else { &socket };
                // Nobody may be waiting any more.
                socket.send_to(&reply.bytes, from).unwrap_or_default();
            }
        }));
    }
    replies.into_iter().for_each(|reply| reply.join().expect("it ends by itself"));
}

fn connections(listener: &TcpListener, tcp: &Arc<Connections>, stop: &AtomicBool) {
    listener.set_nonblocking(true).expect("it can be set");
    let mut open = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).expect("it can be set");
                stream.set_read_timeout(Some(Duration::from_secs(10))).expect("it can be set");
                let tcp = Arc::clone(tcp);
                open.push(thread::spawn(move || tcp(stream)));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(_) => {}
        }
    }
    open.into_iter().for_each(|open| open.join().expect("it ends by itself"));
}

/// The question of a connection.
pub fn question(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut question).ok()?;
    Some(question)
}

/// A message as it goes over a connection.
pub fn framed(message: &[u8]) -> Vec<u8> {
    [&u16::try_from(message.len()).expect("it is short").to_be_bytes(), message].concat()
}

/// TCP that answers a question; what is dropped is waited for until the asker gives up.
pub fn answering(tcp: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync + 'static) -> Connections {
    Box::new(move |mut stream| {
        let Some(question) = question(&mut stream) else { return };
        match tcp(&question) {
            Some(answer) => stream.write_all(&framed(&answer)).unwrap_or_default(),
            None => drop(stream.read(&mut [0])),
        }
    })
}

/// TCP that resets each connection: what closes with bytes unread does.
pub fn resetting() -> Connections {
    Box::new(|stream| {
        drop(stream.peek(&mut [0]));
        drop(stream);
    })
}

/// What is known of a question: where it ends, what is asked, whether it brings EDNS0.
pub struct Asked<'a> {
    /// The name and what is asked of it, as it came.
    pub question: &'a [u8],
    pub kind: u16,
    pub has_edns: bool,
    pub name: String,
}

/// Reads a question.
pub fn read(message: &[u8]) -> Asked<'_> {
    let (mut end, mut name) = (12, Vec::new());
    while message[end] != 0 {
        let label = &message[end + 1..][..usize::from(message[end])];
        name.push(String::from_utf8_lossy(label).into_owned());
        end += 1 + label.len();
    }
    let kind = u16::from_be_bytes([message[end + 1], message[end + 2]]);
    let (question, has_edns) = (&message[12..end + 5], message[11] == 1);
    Asked { question, kind, has_edns, name: name.join(".") }
}

/// The types of records.
pub const A: u16 = 1;
pub const CNAME: u16 = 5;
pub const PTR: u16 = 12;
pub const MX: u16 = 15;

/// A name in a message.
pub fn wire(name: &str) -> Vec<u8> {
    let labels = name.split('.').filter(|label| !label.is_empty());
    let mut wire: Vec<u8> = labels
        .flat_map(|label| [&[u8::try_from(label.len()).expect("short")], label.as_bytes()].concat())
        .collect();
    wire.push(0);
    wire
}

/// A record of the name that was asked for.
pub fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("it is short");
    [&b"\xc0\x0c"[..], &kind.to_be_bytes(), b"\0\x01\0\0\x01\0", &length.to_be_bytes(), data]
        .concat()
}

/// An MX record of the name that was asked for.
pub fn mx(preference: u16, host: &str) -> Vec<u8> {
    record(MX, &[&preference.to_be_bytes()[..], &wire(host)].concat())
}

/// The flags of a good answer, and of one that is cut off.
pub const GOOD: u16 = 0x8180;
pub const TRUNCATED: u16 = 0x8380;

/// An answer with these flags and records.
pub fn answer(question: &[u8], flags: u16, records: &[Vec<u8>]) -> Vec<u8> {
    let count = u16::try_from(records.len()).expect("few");
    let head = [&question[..2], &flags.to_be_bytes(), &[0, 1], &count.to_be_bytes(), &[0; 4]];
    [&head.concat()[..], read(question).question, &records.concat()].concat()
}

/// The answer of a server that knows `count` MX hosts of every domain, and the addresses of all
/// hosts; by UDP without EDNS0 it has room for `room`.
pub fn honest(question: &[u8], count: u16, room: u16) -> Vec<u8> {
    let asked = read(question);
    match asked.kind {
        MX => {
            let fits = asked.has_edns || count <= room;
            let hosts =
                (0..if fits { count } else { room }).map(|n| mx(n, &format!("mx{n}.example")));
            let flags = if fits { GOOD } else { TRUNCATED };
            answer(question, flags, &hosts.collect::<Vec<_>>())
        }
        A => answer(question, GOOD, &[record(A, &[192, 0, 2, 1])]),
        _ => answer(question, GOOD, &[record(PTR, &wire("localhost"))]),
    }
}

/// The same with a code instead of an answer about MX.
pub fn with_code(question: &[u8], code: u16) -> Vec<u8> {
    if read(question).kind == MX {
        answer(question, GOOD | code, &[])
    } else {
        honest(question, 1, 1)
    }
}

/// Asks a server, as a forwarder does.
pub fn ask(server: SocketAddr, message: &[u8], by_tcp: bool) -> Option<Vec<u8>> {
    let patience = Some(Duration::from_secs(2));
    if by_tcp {
        let mut stream = TcpStream::connect(server).ok()?;
        stream.set_read_timeout(patience).expect("it can be set");
        stream.write_all(&framed(message)).ok()?;
        return question(&mut stream);
    }
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    socket.connect(server).ok()?;
    socket.set_read_timeout(patience).expect("it can be set");
    socket.send(message).ok()?;
    let mut buffer = vec![0; 65_535];
    let length = socket.recv(&mut buffer).ok()?;
    buffer.truncate(length);
    Some(buffer)
}
