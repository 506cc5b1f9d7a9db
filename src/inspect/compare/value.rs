//! When two values, two lists of flags, and two paths are the same.

use std::cmp::Ordering;

use crate::metabase::property::dword;

/// Whether two values say the same. `kind` is the data type, where it is known, and `bits` are the
/// names that its bits have; without a type a value of several lines is read as a MULTISZ, whose line ends are layout.
pub(super) fn same_value(
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
        Some("MULTISZ" | "MIMEMAP") => strings(was).eq(strings(now)),
        Some(_) => false,
        None => {
            let lists = [was, now].iter().any(|value| value.contains(['\r', '\n']));
            lists && strings(was).eq(strings(now))
        }
    }
}

/// A DWORD, in decimal or as names of bits that are all known.
fn number(value: &str, bits: &[(String, Option<u32>)]) -> Option<u32> {
    let bit = |name: &str| bits.iter().find(|(known, _)| known == name.trim())?.1;
    dword(value).or_else(|| value.split('|').try_fold(0, |sum, name| Some(sum | bit(name)?)))
}

/// The strings of a MULTISZ, without the line ends and tabs between them.
fn strings(value: &str) -> impl Iterator<Item = &str> {
    let lines = value.split(['\r', '\n']).map(|line| line.trim_matches([' ', '\t']));
    lines.filter(|line| !line.is_empty())
}

/// Whether two lists of flags have the same members.
pub(super) fn same_flags(was: &str, now: &str) -> bool {
    let set = |flags: &str| {
        let mut flags: Vec<String> = flags.split('|').map(|flag| flag.trim().to_owned()).collect();
        flags.sort_unstable();
        flags.dedup();
        flags
    };
    set(was) == set(now)
}

/// The order of paths: a key before the keys below it, numbers by their value.
pub(super) fn by_path(left: &str, right: &str) -> Ordering {
    let parts = left.split('/').zip(right.split('/'));
    let mut orders = parts.map(|(left, right)| match (dword(left), dword(right)) {
        (Some(a), Some(b)) => a.cmp(&b).then_with(|| left.cmp(right)),
        _ => left.cmp(right),
    });
    let unequal = orders.find(|order| order.is_ne());
    unequal.unwrap_or_else(|| left.split('/').count().cmp(&right.split('/').count()))
}
