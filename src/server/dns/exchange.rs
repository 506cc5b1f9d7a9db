//! One question over the network, and what comes of it within its time.
//!
//! Owns the sockets. An answer counts when it comes from the address that was asked, with the ID
//! and the question that went out; everything else is noted and waited past.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::message::{self, Asked, Heard, Kind};
use crate::inspect::diagnosis::probe::{Oddity, Outcome, Transport};

/// A question to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The server.
    pub server: SocketAddr,
    /// The name that is asked for.
    pub name: String,
    /// What is asked of it.
    pub kind: Kind,
    /// How it is asked.
    pub transport: Transport,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What came of it.
    pub outcome: Outcome,
    /// How long that took.
    pub took: Duration,
    /// What was odd about it.
    pub oddities: Vec<Oddity>,
}

/// When a question over UDP is repeated: datagrams get lost.
const REPEATS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];
/// How long is waited for the same answer again.
const TWICE: Duration = Duration::from_millis(100);
/// How often somebody who waits looks whether it is in vain.
const GLANCE: Duration = Duration::from_millis(50);
/// As long as a message can be.
const LONGEST: usize = 65_535;

/// Asks, and waits no longer than the question's time.
///
/// Of a datagram that is refused the system tells only a socket that is bound to the one address;
/// such a socket does not hear an answer from another one. So the question that goes out
/// `bound` says in `refused` whether the server's port is closed, and the others heed it.
#[must_use]
pub fn ask(ask: &Ask, bound: bool, refused: &AtomicBool) -> Told {
    let begun = Instant::now();
    let asked = Asked { id: number(), name: ask.name.clone(), kind: ask.kind };
    let (mut oddities, mut answered) = (Vec::new(), None);
    let heard = match message::question(&asked, ask.transport.edns_size()) {
        None => Ok(Outcome::Failed("the name cannot be asked for".into())),
        Some(question) => {
            let (oddities, answered) = (&mut oddities, &mut answered);
            let mut exchange = Exchange { ask, asked, question, begun, oddities, answered };
            match ask.transport {
                Transport::Tcp => exchange.tcp(),
                Transport::Udp | Transport::UdpEdns(_) => exchange.udp(bound, refused),
            }
        }
    };
    let took = answered.unwrap_or_else(|| begun.elapsed());
    let outcome = heard.unwrap_or_else(|error| outcome(&error));
    Told { outcome, took, oddities }
}

/// What an error of the system says about the server.
fn outcome(error: &io::Error) -> Outcome {
    match error.kind() {
        ErrorKind::ConnectionRefused => Outcome::Refused,
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Outcome::Reset,
        kind if is_wait(kind) => Outcome::Timeout,
        _ => Outcome::Failed(error.to_string()),
    }
}

/// Whether it is only that nothing came: each system has its own word for it.
fn is_wait(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

/// A number that nobody can guess: std makes its hashers from the system's random numbers.
fn number() -> u16 {
    let [first, second, ..] = RandomState::new().build_hasher().finish().to_ne_bytes();
    u16::from_ne_bytes([first, second])
}

struct Exchange<'a> {
    ask: &'a Ask,
    asked: Asked,
    question: Vec<u8>,
    begun: Instant,
    oddities: &'a mut Vec<Oddity>,
    /// When the answer was there, if more was waited for.
    answered: &'a mut Option<Duration>,
}

impl Exchange<'_> {
    /// What is left of the time; nothing when it is over.
    fn left(&self) -> Option<Duration> {
        self.ask.timeout.checked_sub(self.begun.elapsed()).filter(|left| !left.is_zero())
    }

    fn note(&mut self, oddity: Oddity) {
        if !self.oddities.contains(&oddity) {
            self.oddities.push(oddity);
        }
    }

    /// What is said when the time is over.
    fn nothing(&self) -> Outcome {
        let is_junk = self.oddities.contains(&Oddity::Junk);
        if is_junk { Outcome::NotDns } else { Outcome::Timeout }
    }

    fn udp(&mut self, bound: bool, refused: &AtomicBool) -> io::Result<Outcome> {
        let any = match self.ask.server.ip() {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let socket = UdpSocket::bind((any, 0))?;
        if bound {
            socket.connect(self.ask.server)?;
        }
        let mut buffer = vec![0; LONGEST];
        let mut sent = 0;
        while let Some(left) = self.left() {
            if refused.load(Ordering::Relaxed) {
                return Ok(Outcome::Refused);
            }
            let elapsed = self.begun.elapsed();
            let due = sent == 0 || REPEATS.get(sent - 1).is_some_and(|due| elapsed >= *due);
            if due {
                let told = match bound {
                    true => socket.send(&self.question),
                    false => socket.send_to(&self.question, self.ask.server),
                };
                if is_closed(&told) {
                    refused.store(true, Ordering::Relaxed);
                    return Ok(Outcome::Refused);
                }
                told?;
                sent += 1;
            }
            socket.set_read_timeout(Some(left.min(GLANCE)))?;
            let came = socket.recv_from(&mut buffer);
            if is_closed(&came) {
                refused.store(true, Ordering::Relaxed);
                return Ok(Outcome::Refused);
            }
            match came {
                Ok((length, from)) => {
                    if let Some(outcome) = self.hear(&buffer[..length], from) {
                        *self.answered = Some(self.begun.elapsed());
                        if sent > 1 {
                            self.note(Oddity::Late);
                        }
                        self.listen_on(&socket, &mut buffer, sent)?;
                        return Ok(outcome);
                    }
                }
                Err(error) if is_wait(error.kind()) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.nothing())
    }

    /// The answer in a datagram, if it is one to this question.
    fn hear(&mut self, datagram: &[u8], from: SocketAddr) -> Option<Outcome> {
        let heard = message::read(datagram, &self.asked);
        let server = self.ask.server;
        if (from.ip(), from.port()) != (server.ip(), server.port()) {
            // What is not about this question does not concern it.
            if matches!(heard, Heard::Answer(_)) {
                self.note(Oddity::OtherAddress);
            }
            return None;
        }
        match heard {
            Heard::Answer(answer) => Some(Outcome::Answer(answer)),
            Heard::Foreign(oddity) => {
                self.note(oddity);
                None
            }
        }
    }

    /// Whether the answer comes once more than it was asked for; only the SMTP service's own
    /// question waits for that.
    fn listen_on(&mut self, socket: &UdpSocket, buffer: &mut [u8], sent: usize) -> io::Result<()> {
        if self.ask.transport != Transport::Udp || self.asked.kind != Kind::Mx {
            return Ok(());
        }
        let begun = Instant::now();
        let mut copies = 1;
        while let Some(left) = TWICE.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            socket.set_read_timeout(Some(left))?;
            match socket.recv_from(buffer) {
                Ok((length, from)) if self.hear(&buffer[..length], from).is_some() => copies += 1,
                Ok(_) => {}
                Err(_) => break,
            }
            if copies > sent {
                self.note(Oddity::Twice);
                break;
            }
        }
        Ok(())
    }

    fn tcp(&mut self) -> io::Result<Outcome> {
        let Some(left) = self.left() else { return Ok(Outcome::Timeout) };
        let mut stream = TcpStream::connect_timeout(&self.ask.server, left)?;
        let length = u16::try_from(self.question.len()).unwrap_or(u16::MAX);
        let message = [&length.to_be_bytes()[..], &self.question].concat();
        stream.set_write_timeout(self.left())?;
        stream.write_all(&message)?;
        loop {
            let mut length = [0; 2];
            if let Err(end) = self.fill(&mut stream, &mut length)?.0 {
                return self.ended(end);
            }
            let mut buffer = vec![0; usize::from(u16::from_be_bytes(length))];
            let (end, filled) = self.fill(&mut stream, &mut buffer)?;
            if let Err(end) = end {
                // What another service says first is taken for a length, and never ends.
                if buffer[..filled]
                    .first_chunk()
                    .is_some_and(|id| *id != self.asked.id.to_be_bytes())
                {
                    self.note(Oddity::Junk);
                }
                return self.ended(end);
            }
            match message::read(&buffer, &self.asked) {
                Heard::Answer(answer) => return Ok(Outcome::Answer(answer)),
                Heard::Foreign(oddity) => self.note(oddity),
            }
        }
    }

    /// What a connection says that ended without an answer.
    fn ended(&self, end: End) -> io::Result<Outcome> {
        match end {
            End::Closed if !self.oddities.contains(&Oddity::Junk) => Ok(Outcome::Reset),
            End::Closed | End::Time => Ok(self.nothing()),
        }
    }

    /// Reads as many bytes as are wanted, however few come at once; and how many have come.
    fn fill(
        &mut self,
        stream: &mut TcpStream,
        wanted: &mut [u8],
    ) -> io::Result<(Result<(), End>, usize)> {
        let mut filled = 0;
        while filled < wanted.len() {
            let Some(left) = self.left() else { return Ok((Err(End::Time), filled)) };
            stream.set_read_timeout(Some(left))?;
            match stream.read(&mut wanted[filled..]) {
                Ok(0) => return Ok((Err(End::Closed), filled)),
                Ok(count) => filled += count,
                Err(error) if is_wait(error.kind()) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((Ok(()), filled))
    }
}

/// Why a connection brings no more.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The server closed it.
    Closed,
    /// The time is over.
    Time,
}

/// Whether the system tells that nobody listens there: of a datagram Windows says that it was reset
/// where others say that it was refused.
fn is_closed<T>(told: &io::Result<T>) -> bool {
    let kind = told.as_ref().err().map(io::Error::kind);
    matches!(kind, Some(ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset))
}
