//! Entries of ServerBindings and SecureBindings: the address, the port and the host name.
//!
//! Owns their form (TechNet cc737827, `IP:Port:Hostname`; cc739755, `IP:Port`) and when two of
//! them mean the same place.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A place where a server listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding<'e> {
    /// From 1 to 65535.
    pub port: u16,
    /// Nothing for every address.
    pub address: Option<Address>,
    /// Empty for every name; in any case of letters.
    pub host: &'e str,
}

/// An address, however it was spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// Of version 4.
    V4(Ipv4Addr),
    /// Of version 6.
    V6(Ipv6Addr),
}

impl Address {
    /// Whether only the machine itself reaches it.
    #[must_use]
    pub fn is_loopback(self) -> bool {
        match self {
            Self::V4(address) => address.is_loopback(),
            Self::V6(address) => address.is_loopback(),
        }
    }
}

/// The list in which an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// ServerBindings.
    Server,
    /// SecureBindings, where the host name and the colon before it may be missing.
    Secure,
}

/// Why an entry is no binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It has too few colons, or too many.
    Form(List),
    /// What is before the first colon is no address.
    Address,
    /// What is after it is no port.
    Port,
}

impl Flaw {
    /// What is wrong, after the entry.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Form(List::Server) => "is not of the form IP:Port:Hostname",
            Self::Form(List::Secure) => "is not of the form IP:Port",
            Self::Address => "does not begin with an IP address or a colon",
            Self::Port => "has no port from 1 to 65535",
        }
    }
}

impl<'e> Binding<'e> {
    /// Whether two mean the same place.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.port == other.port
            && self.address == other.address
            && self.host.eq_ignore_ascii_case(other.host)
    }

    /// A number that is the same for the same place, and hardly ever for another.
    #[must_use]
    pub fn mark(&self) -> u64 {
        // FNV-1a, 64 bits.
        let fold = |mark: u64, byte: u8| (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let mark = self.port.to_le_bytes().into_iter().fold(0xcbf2_9ce4_8422_2325, fold);
        let mark = match self.address {
            None => fold(mark, 0),
            Some(Address::V4(address)) => address.octets().into_iter().fold(fold(mark, 4), fold),
            Some(Address::V6(address)) => address.octets().into_iter().fold(fold(mark, 6), fold),
        };
        self.host.bytes().map(|byte| byte.to_ascii_lowercase()).fold(mark, fold)
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// The first [`Flaw`] in it.
    pub fn read(entry: &'e str, list: List) -> Result<Self, Flaw> {
        let bracketed = entry.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (address, rest) = match bracketed {
            Some((address, rest)) => (address, rest.strip_prefix(':').ok_or(Flaw::Form(list))?),
            None => at_colon(entry).ok_or(Flaw::Form(list))?,
        };
        let (port, host) = match (at_colon(rest), list) {
            (Some((port, host)), _) => (port, host),
            (None, List::Secure) => (rest, ""),
            (None, List::Server) => return Err(Flaw::Form(list)),
        };
        if host.contains(':') {
            return Err(Flaw::Form(list));
        }
        let address = match address.trim() {
            "" | "*" => None,
            address if bracketed.is_some() => {
                Some(Address::V6(address.parse().map_err(|_| Flaw::Address)?))
            }
            address => Some(Address::V4(ipv4(address).ok_or(Flaw::Address)?)),
        };
        let port = number(port.trim()).and_then(|port| u16::try_from(port).ok());
        let port = port.filter(|port| *port != 0).ok_or(Flaw::Port)?;
        Ok(Self { port, address, host: host.trim() })
    }
}

/// What is before the first colon, and after it.
fn at_colon(text: &str) -> Option<(&str, &str)> {
    let colon = text.bytes().position(|byte| byte == b':')?;
    Some((&text[..colon], &text[colon + 1..]))
}

/// An address of version 4 in decimal, with zeros before its numbers or without.
#[must_use]
pub fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [None; 4];
    let mut place = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                let octet: u8 = octets[place].unwrap_or_default();
                octets[place] = Some(octet.checked_mul(10)?.checked_add(byte - b'0')?);
            }
            b'.' if place < 3 => place += 1,
            _ => return None,
        }
    }
    let [one, two, three, four] = octets;
    Some(Ipv4Addr::new(one?, two?, three?, four?))
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_however_it_is_spelt() {
        for (list, one, other, same) in [
            (List::Server, ":80:", "*:080:", true),
            (List::Server, "10.0.0.1:80:WWW.Contoso.com", " 010.0.0.01:80:www.contoso.COM ", true),
            (List::Server, "[::1]:25:", "[0:0::1]:25:", true),
            (List::Server, "10.0.0.1:80:", ":80:", false),
            (List::Server, ":80:a", ":80:", false),
            (List::Secure, ":443:", ":443", true),
            (List::Secure, ":443:www.contoso.com", ":443:", false),
        ] {
            let read = |entry| Binding::read(entry, list).expect("it is a binding");
            let (one, other) = (read(one), read(other));
            assert_eq!(one.is_same(&other), same, "{one:?} {other:?}");
            assert_eq!(one.mark() == other.mark(), same, "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_is_no_binding_is_told_why() {
        for (entry, flaw) in [
            ("", Flaw::Form(List::Server)),
            ("80", Flaw::Form(List::Server)),
            (":80", Flaw::Form(List::Server)),
            (":80:a:b", Flaw::Form(List::Server)),
            ("[::1]80:", Flaw::Form(List::Server)),
            ("::1:80:", Flaw::Form(List::Server)),
            ("www.contoso.com:80:", Flaw::Address),
            ("10.0.0.256:80:", Flaw::Address),
            ("10.0.0.1.2:80:", Flaw::Address),
            ("[10.0.0.1]:80:", Flaw::Address),
            ("::", Flaw::Port),
            (":0:", Flaw::Port),
            (":65536:", Flaw::Port),
            (":99999999999:", Flaw::Port),
            (":-1:", Flaw::Port),
            (":http:", Flaw::Port),
        ] {
            assert_eq!(Binding::read(entry, List::Server), Err(flaw), "{entry}");
        }
        assert_eq!(Binding::read("443", List::Secure), Err(Flaw::Form(List::Secure)));
    }
}
