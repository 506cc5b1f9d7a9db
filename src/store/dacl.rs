//! Who owns a file and who may write to it, as a security descriptor of Windows says it
//! (self-relative, MS-DTYP 2.4.6).
//!
//! Pure: the bytes come from Windows. An entry that denies takes nothing away here: rather one
//! who cannot write is named than one who can is not.

use std::fmt::Write;

use super::access::{Access, Who};

/// Everybody.
const EVERYONE: &str = "S-1-1-0";

/// Those whom no token has: who makes a file, his group, and whoever owns it.
const PLACEHOLDERS: [&str; 3] = ["S-1-3-0", "S-1-3-1", "S-1-3-4"];

/// In the control word: there is a DACL.
const DACL_PRESENT: u16 = 0x0004;

/// In the flags of an entry: it is for what is made in the folder, not for the folder.
const INHERIT_ONLY: u8 = 0x08;

/// The rights to write or add files, add folders, delete, delete what is in a folder, change the
/// DACL, become the owner, all, write (MS-DTYP 2.4.3, MS-FSCC).
const WRITES: u32 = 0x2 | 0x4 | 0x40 | 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x1000_0000 | 0x4000_0000;

/// Nothing, if it is no such descriptor or has an entry of an unknown form.
pub(super) fn access(descriptor: &[u8]) -> Option<Access> {
    let control = number16(descriptor, 2)?;
    let owner = sid(descriptor.get(number32(descriptor, 4)? as usize..)?)?;
    let dacl = number32(descriptor, 16)? as usize;
    // Without a DACL nobody is kept out; with an empty one, everybody.
    if control & DACL_PRESENT == 0 || dacl == 0 {
        let everyone = Who(EVERYONE.into());
        return Some(Access { owner, writers: [everyone].into() });
    }
    let dacl = descriptor.get(dacl..)?;
    let mut access = Access { owner, writers: [].into() };
    let mut at = 8;
    for _ in 0..number16(dacl, 4)? {
        let size = usize::from(number16(dacl, at + 2)?);
        access.writers.extend(writer(dacl.get(at..at + size)?)?);
        at += size;
    }
    Some(access)
}

/// Whom an entry lets write (MS-DTYP 2.4.4).
#[expect(clippy::option_option, reason = "nobody is another answer than none")]
fn writer(entry: &[u8]) -> Option<Option<Who>> {
    let (kind, flags, rights) = (*entry.first()?, *entry.get(1)?, number32(entry, 4)?);
    let sid_at = match kind {
        // Allowed, also by a callback.
        0 | 9 => 8,
        // The same for an object: with a type and an inherited type, each if its flag says so.
        5 | 11 => 12 + 16 * (number32(entry, 8)? & 3).count_ones() as usize,
        // Denied.
        1 | 6 | 10 | 12 => return Some(None),
        _ => return None,
    };
    let who = sid(entry.get(sid_at..)?)?;
    let writes = flags & INHERIT_ONLY == 0 && rights & WRITES != 0;
    Some(Some(who).filter(|Who(who)| writes && !PLACEHOLDERS.contains(&who.as_str())))
}

/// As text (MS-DTYP 2.4.2).
fn sid(bytes: &[u8]) -> Option<Who> {
    let (revision, count) = (*bytes.first()?, *bytes.get(1)?);
    let authority = bytes.get(2..8)?.iter().fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
    let mut text = format!("S-{revision}-{authority}");
    for part in 0..usize::from(count) {
        write!(text, "-{}", number32(bytes, 8 + 4 * part)?).expect("a String takes everything");
    }
    Some(Who(text))
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sid_of(authority: u8, parts: &[u32]) -> Vec<u8> {
        let count = u8::try_from(parts.len()).expect("few");
        let parts = parts.iter().flat_map(|part| part.to_le_bytes());
        [1, count, 0, 0, 0, 0, 0, authority].into_iter().chain(parts).collect()
    }

    fn system() -> Vec<u8> {
        sid_of(5, &[18])
    }

    fn users() -> Vec<u8> {
        sid_of(5, &[32, 545])
    }

    /// Of this type, with these flags and rights, for somebody; `more` comes before the SID.
    fn entry(kind: u8, flags: u8, rights: u32, more: &[u8], who: &[u8]) -> Vec<u8> {
        let size = u16::try_from(8 + more.len() + who.len()).expect("small");
        let head = [&[kind, flags][..], &size.to_le_bytes(), &rights.to_le_bytes()].concat();
        [&head, more, who].concat()
    }

    /// Of SYSTEM's, with these entries, or without a DACL.
    fn descriptor(entries: Option<&[Vec<u8>]>) -> Vec<u8> {
        let owner = system();
        let dacl = entries.map(|entries| {
            let all = entries.concat();
            let size = u16::try_from(8 + all.len()).expect("small").to_le_bytes();
            let count = u16::try_from(entries.len()).expect("few").to_le_bytes();
            [&[2, 0][..], &size, &count, &[0, 0], &all].concat()
        });
        let at = if dacl.is_some() { 20 + owner.len() as u32 } else { 0 };
        let head =
            [&[1, 0][..], &0x8004_u16.to_le_bytes(), &20_u32.to_le_bytes(), &[0; 8]].concat();
        [head, at.to_le_bytes().to_vec(), owner, dacl.unwrap_or_default()].concat()
    }

    fn writers(entries: Option<&[Vec<u8>]>) -> Vec<String> {
        let access = access(&descriptor(entries)).expect("a descriptor");
        assert_eq!(access.owner, Who("S-1-5-18".into()));
        access.writers.into_iter().map(|Who(who)| who).collect()
    }

    #[test]
    fn without_a_dacl_everybody_may_write_and_with_an_empty_one_nobody() {
        assert_eq!(writers(None), ["S-1-1-0"]);
        assert!(writers(Some(&[])).is_empty());
    }

    /// `cacls` on Server 2003 shows them as F, C, W (special), R.
    #[test]
    fn each_right_by_which_content_can_change_counts_and_no_other() {
        for rights in [0x001F_01FF, 0x0013_01BF, 0x2, 0x4, 0x40, 0x1_0000, 0x4_0000, 0x8_0000] {
            assert_eq!(writers(Some(&[entry(0, 0, rights, &[], &users())])), ["S-1-5-32-545"]);
        }
        // Read and execute; attributes; to look at the DACL.
        for rights in [0x0012_00A9, 0x0010_0180, 0x0002_0000, 0x8000_0000, 0x2000_0000] {
            assert!(writers(Some(&[entry(0, 0, rights, &[], &users())])).is_empty(), "{rights:x}");
        }
    }

    /// What `C:\` of Server 2003 hands down: read for Users, add folders and add files, and for who
    /// makes something, all.
    #[test]
    fn an_inherited_entry_counts_and_one_that_is_only_handed_down_does_not() {
        const INHERITED: u8 = 0x10;
        let maker = sid_of(3, &[0]);
        let entries = [
            entry(0, INHERITED | 3, 0x001F_01FF, &[], &system()),
            entry(0, INHERITED | INHERIT_ONLY | 3, 0x1000_0000, &[], &maker),
            entry(0, INHERITED | 3, 0x0012_00A9, &[], &users()),
            entry(0, INHERITED | INHERIT_ONLY | 2, 0x2, &[], &users()),
        ];
        assert_eq!(writers(Some(&entries)), ["S-1-5-18"]);
        let adds = entry(0, INHERITED | 2, 0x4, &[], &users());
        assert_eq!(writers(Some(&[&entries[..], &[adds]].concat())), ["S-1-5-18", "S-1-5-32-545"]);
    }

    #[test]
    fn entries_of_every_form_are_read_and_an_unknown_one_is_refused() {
        let all = |kind: u8, more: &[u8]| entry(kind, 0, 0x2, more, &users());
        for (kind, more) in [(0, 0), (9, 0), (5, 0), (5, 1), (5, 2), (5, 3), (11, 3)] {
            let guids = vec![0; 16 * u32::count_ones(more) as usize];
            let object = if kind == 0 || kind == 9 { vec![] } else { more.to_le_bytes().to_vec() };
            let more = [object, guids].concat();
            assert_eq!(writers(Some(&[all(kind, &more)])), ["S-1-5-32-545"], "{kind}");
        }
        for kind in [1, 6, 10, 12] {
            assert!(writers(Some(&[all(kind, &[])])).is_empty(), "{kind}");
        }
        assert_eq!(access(&descriptor(Some(&[all(4, &[])]))), None);
    }

    #[test]
    fn what_is_cut_off_is_no_descriptor() {
        let whole = descriptor(Some(&[entry(0, 0, 0x2, &[], &users())]));
        for length in 0..whole.len() {
            assert_eq!(access(&whole[..length]), None, "{length}");
        }
    }
}
