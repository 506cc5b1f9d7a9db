//! Entries of ServerBindings and SecureBindings: the address, the port and the host name.
//!
//! Owns their form (TechNet cc737827, `IP:Port:Hostname`; cc739755, `IP:Port`) and when two of
//! them mean the same place.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A place where a server listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Binding {
    /// Nothing for every address.
    pub address: Option<Address>,
    /// From 1 to 65535.
    pub port: u16,
    /// In lower case; empty for every name.
    pub host: String,
}

/// An address, however it was spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// What stands before the first colon is no address.
    Address,
    /// What stands behind it is no port.
    Port,
}

impl Flaw {
    /// What is wrong, behind the entry.
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

impl Binding {
    /// Reads an entry.
    ///
    /// # Errors
    /// The first [`Flaw`] in it.
    pub fn read(entry: &str, list: List) -> Result<Self, Flaw> {
        let bracketed = entry.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (address, rest) = match bracketed {
            Some((address, rest)) => (address, rest.strip_prefix(':').ok_or(Flaw::Form(list))?),
            None => entry.split_once(':').ok_or(Flaw::Form(list))?,
        };
        let (port, host) = match (rest.split_once(':'), list) {
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
        Ok(Self { address, port, host: host.trim().to_ascii_lowercase() })
    }
}

/// An address of version 4 in decimal, with zeros before its numbers or without.
#[must_use]
pub fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut parts = text.split('.').map(|part| u8::try_from(number(part)?).ok());
    let octets = [parts.next()??, parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then(|| octets.into())
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
        let read = |entry| Binding::read(entry, List::Server);
        assert_eq!(read(":80:"), read("*:080:"));
        assert_eq!(read("10.0.0.1:80:WWW.Contoso.com"), read(" 010.0.0.01:80:www.contoso.COM "));
        assert_eq!(read("[::1]:25:"), read("[0:0::1]:25:"));
        assert_ne!(read("10.0.0.1:80:"), read(":80:"));
        assert_ne!(read(":80:a"), read(":80:"));
        let secure = |entry| Binding::read(entry, List::Secure);
        assert_eq!(secure(":443:"), secure(":443"));
        assert_ne!(secure(":443:www.contoso.com"), secure(":443:"));
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
