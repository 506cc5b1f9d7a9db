//! Lists of addresses: what an `IPSECLIST` (`RelayIpList`, `IPSecurity`) says, and writing one.
//!
//! The value is hexadecimal: words of 32 bits, little-endian, of which the last are a mask and the
//! addresses, in network order. The layout is known from what others have published: the
//! documentation of the Salt project's `win_smtp_server` (what IIS's console writes for one
//! address), scripts that build such a list for any number of addresses and set it over WMI, and
//! an audit script that names the four forms as they are in MetaBase.xml. Of subnets, domain
//! names and exceptions no complete sample is public: they are read as what they are called and
//! never written.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

/// Who is let in by a list of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressList {
    /// Everybody: the list is empty.
    Everyone,
    /// Nobody: only who is on the list, and nobody is.
    Nobody,
    /// Only these single addresses.
    Only(Vec<Ipv4Addr>),
    /// Everybody but who is on the list.
    AllExcept,
    /// What has no published layout.
    Other,
}

/// Words 1 to 4 of "only the list below"; of "all except the list below" the second differs.
const ONLY: [u32; 4] = [0x8000_0018, 0x8000_0020, 0x8000_003C, 0x8000_0044];
const ALL_EXCEPT: u32 = 0x8000_0034;
/// How many words stand before the mask.
const HEAD: usize = 19;

/// The header of "only the list below" with so many addresses.
fn head(count: u32) -> [u32; HEAD] {
    let [one, two, three, four] = ONLY;
    let (next, end) = (count + 1, 0x8000_004C);
    [one, two, three, four, 1, 0x4C, 0, 0, 1, count, 2, next, 4, 0, end, 0, 0, 0, 0]
}

/// What an address could not be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwritten {
    /// A subnet or a range.
    Subnet,
    /// An address of IPv6.
    Ipv6,
    /// The name of a host or a domain.
    Name,
}

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subnet => "a subnet",
            Self::Ipv6 => "an IPv6 address",
            Self::Name => "a name",
        })
    }
}

/// A single IPv4 address, as a person types it.
///
/// # Errors
/// What it is instead.
pub fn address(word: &str) -> Result<Ipv4Addr, Unwritten> {
    match word.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Ok(address),
        Ok(IpAddr::V6(_)) => Err(Unwritten::Ipv6),
        Err(_)
            if word.contains(['/', '*', '-', ','])
                && word.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            Err(Unwritten::Subnet)
        }
        Err(_) if word.contains(':') => Err(Unwritten::Ipv6),
        Err(_) => Err(Unwritten::Name),
    }
}

impl AddressList {
    /// What a value says.
    #[must_use]
    pub fn of(hex: &str) -> Self {
        if hex.is_empty() {
            return Self::Everyone;
        }
        let Some(words) = words(hex) else { return Self::Other };
        if words.first() == Some(&ONLY[0]) && words.get(1) == Some(&ALL_EXCEPT) {
            return Self::AllExcept;
        }
        let Some((found, rest)) = words.split_at_checked(HEAD) else { return Self::Other };
        let count = found[9];
        let mut wanted = head(count.min(u32::MAX - 1));
        // Its meaning is not published; the console writes 0x4C.
        wanted[5] = found[5];
        match rest {
            [u32::MAX, addresses @ ..] if found == wanted && addresses.len() == count as usize => {
                let addresses: Vec<_> =
                    addresses.iter().map(|word| Ipv4Addr::from(word.to_le_bytes())).collect();
                match addresses[..] {
                    [] | [Ipv4Addr::UNSPECIFIED] => Self::Nobody,
                    _ => Self::Only(addresses),
                }
            }
            _ => Self::Other,
        }
    }

    /// The value that lets in these alone, each once; nobody where there is none.
    #[must_use]
    pub fn only(addresses: &[Ipv4Addr]) -> String {
        let mut all: Vec<Ipv4Addr> = Vec::new();
        for address in addresses {
            if !all.contains(address) {
                all.push(*address);
            }
        }
        if all.is_empty() {
            all.push(Ipv4Addr::UNSPECIFIED);
        }
        let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let tail = all.iter().map(|address| u32::from_le_bytes(address.octets()));
        let words = head(count).into_iter().chain([u32::MAX]).chain(tail);
        words.flat_map(u32::to_le_bytes).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The addresses on the list, where they are known.
    #[must_use]
    pub fn addresses(&self) -> Option<&[Ipv4Addr]> {
        match self {
            Self::Only(addresses) => Some(addresses),
            Self::Nobody => Some(&[]),
            Self::Everyone | Self::AllExcept | Self::Other => None,
        }
    }
}

impl fmt::Display for AddressList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Nobody => f.write_str("nobody"),
            Self::Only(addresses) => {
                let names: Vec<_> = addresses.iter().map(Ipv4Addr::to_string).collect();
                write!(f, "only {}", names.join(", "))
            }
            Self::AllExcept => {
                f.write_str("all except those on the list, whose layout is not published")
            }
            Self::Other => f.write_str("a list whose layout is not published"),
        }
    }
}

fn words(hex: &str) -> Option<Vec<u32>> {
    let digits = hex.as_bytes();
    if !digits.len().is_multiple_of(8) {
        return None;
    }
    let word = |digits: &[u8]| {
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
        u32::from_str_radix(digits, 16).ok().map(u32::swap_bytes)
    };
    digits.chunks(8).map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the console writes for 127.0.0.1, as Salt's documentation has it.
    const CONSOLE: &str = "18000080200000803c000080440000800100000\
        04c0000000000000000000000010000000100000002000000020000000400000000000000\
        4c00008000000000000000000000000000000000ffffffff7f000001";

    #[test]
    fn what_the_console_writes_is_what_is_written() {
        let local = Ipv4Addr::LOCALHOST;
        assert_eq!(AddressList::only(&[local, local]), CONSOLE);
        assert_eq!(AddressList::of(CONSOLE), AddressList::Only(vec![local]));
        assert_eq!(AddressList::of(&CONSOLE.to_uppercase()), AddressList::Only(vec![local]));
        assert_eq!(AddressList::of(CONSOLE).to_string(), "only 127.0.0.1");
        let nobody = AddressList::only(&[]);
        assert_eq!(nobody, CONSOLE.replace("7f000001", "00000000"));
        assert_eq!(AddressList::of(&nobody), AddressList::Nobody);
    }

    #[test]
    fn a_list_of_any_length_reads_back() {
        for count in [2_u32, 3, 300] {
            let addresses: Vec<_> = (1..=count).map(|n| Ipv4Addr::from(0x0A00_0000 + n)).collect();
            let read = AddressList::of(&AddressList::only(&addresses));
            assert_eq!(read.addresses(), Some(&addresses[..]));
        }
    }

    #[test]
    fn the_other_forms_have_names_and_nothing_is_guessed() {
        assert_eq!(AddressList::of(""), AddressList::Everyone);
        assert_eq!(AddressList::of("1800008034000080"), AddressList::AllExcept);
        for odd in ["1", "zz", "18000080", "é8000080", &CONSOLE[8..], &format!("{CONSOLE}00000000")]
        {
            assert_eq!(AddressList::of(odd), AddressList::Other, "{odd}");
        }
        let two_masks = CONSOLE.replace("ffffffff7f", "00ffffff7f");
        assert_eq!(AddressList::of(&two_masks), AddressList::Other);
    }

    #[test]
    fn what_is_no_single_address_of_ipv4_is_named() {
        assert_eq!(address("192.0.2.7"), Ok(Ipv4Addr::new(192, 0, 2, 7)));
        for (word, what) in [
            ("192.0.2.0/24", Unwritten::Subnet),
            ("192.0.2.*", Unwritten::Subnet),
            ("192.0.2.1-9", Unwritten::Subnet),
            ("::1", Unwritten::Ipv6),
            ("fe80::1%4", Unwritten::Ipv6),
            ("mail.example", Unwritten::Name),
            ("300.1.1.1", Unwritten::Name),
            ("", Unwritten::Name),
        ] {
            assert_eq!(address(word), Err(what), "{word}");
        }
    }
}
