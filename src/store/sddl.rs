//! Security descriptors in Windows's own notation, SDDL (MS-DTYP 2.5.1): owner, group, DACL.
//!
//! Pure: the text comes from Windows and goes back to it.

/// The same for two descriptors that give the same people the same rights. Whether a DACL was
/// inherited automatically (`AI`, `AR`) is bookkeeping, which Windows changes by itself.
pub(super) fn normal(descriptor: &str) -> String {
    let (before, flags, entries) = parts(descriptor);
    let flags = flags.replace("AI", "").replace("AR", "");
    format!("{before}{flags}{entries}")
}

/// The DACL of a file for another file, to be given at its creation: the folder adds nothing.
pub(super) fn for_file(descriptor: &str) -> String {
    let (_, _, entries) = parts(descriptor);
    format!("D:P{}", without_inherited(entries, ""))
}

/// The DACL of a file for a folder, whose files inherit it; the folder above adds nothing.
pub(super) fn for_folder(descriptor: &str) -> String {
    let (_, _, entries) = parts(descriptor);
    format!("D:P{}", without_inherited(entries, "OICI"))
}

/// What is before the flags of the DACL, the flags, and its entries.
fn parts(descriptor: &str) -> (&str, &str, &str) {
    let entries = descriptor.find('(').unwrap_or(descriptor.len());
    let (head, entries) = descriptor.split_at(entries);
    let flags = head.find("D:").map_or(head.len(), |at| at + 2);
    let (before, flags) = head.split_at(flags);
    (before, flags, entries)
}

/// The entries with these flags: an entry is `(type;flags;rights;…)`, one in a condition is not
/// an entry.
fn without_inherited(entries: &str, flags: &str) -> String {
    let mut text = String::new();
    let mut depth = 0;
    let mut field = 0;
    for character in entries.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            field = 0;
        }
        if character == ';' && depth == 1 {
            if field == 0 {
                text.push(';');
                text.push_str(flags);
            }
            field += 1;
        }
        // The flags stand between the first and the second semicolon.
        if field != 1 {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const INHERITED: &str = "O:SYG:SYD:AI(A;ID;FA;;;SY)(A;OICIID;FA;;;BA)";

    #[test]
    fn bookkeeping_makes_no_difference_but_rights_do() {
        assert_eq!(normal("O:SYG:SYD:PAI(A;;FA;;;SY)"), normal("O:SYG:SYD:P(A;;FA;;;SY)"));
        assert_eq!(normal("O:SYG:SYD:AR(A;;FA;;;SY)"), normal("O:SYG:SYD:(A;;FA;;;SY)"));
        for other in [
            "O:BAG:SYD:P(A;;FA;;;SY)",
            "O:SYG:SYD:(A;;FA;;;SY)",
            "O:SYG:SYD:P(A;;FR;;;SY)",
            "O:SYG:SYD:P",
            "O:SYG:SYD:NO_ACCESS_CONTROL",
        ] {
            assert_ne!(normal("O:SYG:SYD:P(A;;FA;;;SY)"), normal(other), "{other}");
        }
    }

    #[test]
    fn what_is_beside_the_metabase_has_its_entries_and_nothing_of_the_folder() {
        assert_eq!(for_file(INHERITED), "D:P(A;;FA;;;SY)(A;;FA;;;BA)");
        assert_eq!(for_folder(INHERITED), "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)");
        assert_eq!(for_file("O:SYG:SYD:"), "D:P");
    }

    #[test]
    fn the_condition_of_an_entry_is_kept() {
        let entry = r#"(XA;ID;FX;;;S-1-1-0;(@User.Title=="PM;D:" && (a;b)))"#;
        let kept = r#"D:P(XA;;FX;;;S-1-1-0;(@User.Title=="PM;D:" && (a;b)))"#;
        assert_eq!(for_file(&format!("O:BAD:{entry}")), kept);
    }
}
