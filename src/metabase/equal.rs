//! When two values, and two lists of flags, say the same.

use crate::metabase::property::{Definition, dword, lines};

/// Whether two values say the same. `kind` is the data type, where it is known, and `bits` are the
/// names that its bits have; without a type a value of several lines is read as a MULTISZ, whose line ends are layout.
#[must_use]
pub fn same_value(
    kind: Option<&str>,
    bits: &[(String, Option<u32>)],
    was: &str,
    now: &str,
) -> bool {
    if was == now {
        return true;
    }
    match kind {
        Some("DWORD") => match (number(was, bits), number(now, bits)) {
            (Some(was), Some(now)) => was == now,
            _ => same_flags(was, now),
        },
        Some("BOOL" | "BINARY" | "NTACL" | "IPSECLIST") => was.eq_ignore_ascii_case(now),
        Some("MULTISZ" | "MIMEMAP") => lines(was).eq(lines(now)),
        Some(_) => false,
        None => {
            let lists = [was, now].iter().any(|value| value.contains(['\r', '\n']));
            lists && lines(was).eq(lines(now))
        }
    }
}

/// A DWORD, in decimal or as names of bits that are all known.
fn number(value: &str, bits: &[(String, Option<u32>)]) -> Option<u32> {
    let bit = |name: &str| bits.iter().find(|(known, _)| known == name.trim())?.1;
    dword(value).or_else(|| value.split('|').try_fold(0, |sum, name| Some(sum | bit(name)?)))
}

/// Whether two lists of flags have the same members.
#[must_use]
pub fn same_flags(was: &str, now: &str) -> bool {
    let set = |flags: &str| {
        let mut flags: Vec<String> = flags.split('|').map(|flag| flag.trim().to_owned()).collect();
        flags.sort_unstable();
        flags.dedup();
        flags
    };
    set(was) == set(now)
}

impl Definition {
    /// Whether two values of this property say the same.
    #[must_use]
    pub fn same(&self, left: &str, right: &str) -> bool {
        same_value(Some(self.kind.name()), &[], left, right)
    }
}
