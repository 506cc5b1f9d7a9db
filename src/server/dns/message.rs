//! DNS messages: a question in bytes, and what the bytes that come back are to it.
//!
//! Owns the distrust. Whatever comes is either an answer to just this question, something that is
//! not, or no DNS message; nothing in it is believed twice. What an answer that is cut off in the
//! middle of a record still holds before the cut is read.

use std::net::IpAddr;

use simple_dns::rdata::{OPT, RData};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, TYPE};

use crate::inspect::diagnosis::probe::{Answer, Mx, Oddity, Rcode};

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The number by which its answer is known.
    pub id: u16,
    /// The name that is asked for.
    pub name: String,
    /// What is asked of it.
    pub kind: Kind,
}

/// What is asked of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its MX records.
    Mx,
    /// Its IPv4 addresses.
    A,
    /// Its name, of an address.
    Ptr,
}

impl Kind {
    fn code(self) -> TYPE {
        match self {
            Self::Mx => TYPE::MX,
            Self::A => TYPE::A,
            Self::Ptr => TYPE::PTR,
        }
    }
}

/// What bytes are to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Its answer.
    Answer(Answer),
    /// Not its answer.
    Foreign(Oddity),
}

/// How long the header is.
const HEADER: usize = 12;
/// The least that a question and a record can have.
const LEAST_QUESTION: usize = 5;
const LEAST_RECORD: usize = 11;
/// How many names an alias is followed through.
const CHAIN: usize = 16;

/// A question as it goes out; with EDNS0 where a size is given.
///
/// Nothing where the name cannot be asked for.
#[must_use]
pub fn question(asked: &Asked, edns: Option<u16>) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(asked.id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = Name::new(&asked.name).ok()?;
    let kind = QTYPE::TYPE(asked.kind.code());
    packet.questions.push(Question::new(name, kind, QCLASS::CLASS(CLASS::IN), false));
    if let Some(udp_packet_size) = edns {
        *packet.opt_mut() = Some(OPT { opt_codes: Vec::new(), udp_packet_size, version: 0 });
    }
    packet.build_bytes_vec().ok()
}

/// What these bytes are to a question.
#[must_use]
pub fn read(bytes: &[u8], asked: &Asked) -> Heard {
    let Some(header) = bytes.first_chunk::<HEADER>() else { return Heard::Foreign(Oddity::Junk) };
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    if header[2] & 0x80 == 0 {
        // It is a question, or nothing of this sort.
        return Heard::Foreign(Oddity::Junk);
    }
    if word(0) != asked.id {
        return Heard::Foreign(Oddity::OtherId);
    }
    let rcode = Rcode(header[3] & 0x0F);
    let mut answer = Answer {
        rcode,
        truncated: header[2] & 0x02 != 0,
        complete: true,
        mx: Vec::new(),
        alias: None,
        addresses: Vec::new(),
        bytes: bytes.len(),
    };
    if word(4) == 0 && rcode != Rcode::NO_ERROR {
        // A server that does not understand the question may leave it out.
        return Heard::Answer(answer);
    }
    if word(4) != 1 {
        return Heard::Foreign(Oddity::OtherQuestion);
    }
    let (message, complete) = match readable(bytes, word(6)) {
        Some(readable) => readable,
        None => return Heard::Foreign(Oddity::Junk),
    };
    let Ok(packet) = Packet::parse(&message) else { return Heard::Foreign(Oddity::Junk) };
    if !is_question(&packet, asked) {
        return Heard::Foreign(Oddity::OtherQuestion);
    }
    answer.complete = complete;
    records(&packet, asked, &mut answer);
    Heard::Answer(answer)
}

/// The same message with as many of its answers as can be read, without the sections after them;
/// and whether those are all. The library reads a message as a whole or not at all.
///
/// A name may lead into the header, where this writes the count: then it is junk, as it was.
fn readable(bytes: &[u8], announced: u16) -> Option<(Vec<u8>, bool)> {
    let mut message = bytes.to_vec();
    // A bit that must be zero, and that some servers set (RFC 1035 section 4.1.1).
    message[3] &= !0x40;
    message[8..HEADER].fill(0);
    let room = bytes.len().checked_sub(HEADER + LEAST_QUESTION)? / LEAST_RECORD;
    let most = usize::from(announced).min(room);
    let mut holds = |answers: usize| {
        let count = u16::try_from(answers).unwrap_or(u16::MAX);
        message[6..8].copy_from_slice(&count.to_be_bytes());
        Packet::parse(&message).is_ok()
    };
    if holds(most) {
        return Some((message, most == usize::from(announced)));
    }
    if !holds(0) {
        return None;
    }
    let (mut good, mut bad) = (0, most);
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        if holds(middle) { good = middle } else { bad = middle }
    }
    holds(good);
    Some((message, false))
}

fn is_question(packet: &Packet<'_>, asked: &Asked) -> bool {
    let [question] = &packet.questions[..] else { return false };
    Name::new(&asked.name).is_ok_and(|name| name == question.qname)
        && question.qtype == QTYPE::TYPE(asked.kind.code())
        && question.qclass == QCLASS::CLASS(CLASS::IN)
}

/// Takes what was asked for out of the answers: the records of the name, or of the name that it is
/// an alias of. Records of other names are nobody's business.
fn records(packet: &Packet<'_>, asked: &Asked, answer: &mut Answer) {
    let records = || packet.answers.iter().filter(|record| record.class == CLASS::IN);
    let Some(mut owner) = packet.questions.first().map(|question| &question.qname) else { return };
    for _ in 0..CHAIN {
        let next = records().filter(|record| record.name == *owner);
        let next = next.filter_map(|record| match &record.rdata {
            RData::CNAME(alias) => Some(&alias.0),
            _ => None,
        });
        match next.into_iter().next() {
            Some(alias) => owner = alias,
            None => break,
        }
    }
    answer.alias = packet
        .questions
        .first()
        .filter(|question| question.qname != *owner)
        .map(|_| owner.to_string());
    for record in records().filter(|record| record.name == *owner) {
        match (&record.rdata, asked.kind) {
            (RData::MX(mx), Kind::Mx) => {
                let (preference, host) = (mx.preference, mx.exchange.to_string());
                answer.mx.push(Mx { preference, host });
            }
            (RData::A(a), Kind::A) => answer.addresses.push(IpAddr::V4(a.address.into())),
            _ => {}
        }
    }
    answer.mx.sort();
    answer.mx.dedup();
}

#[cfg(test)]
mod tests;
