//! One event: whether it is the symptom, and for which domain.

use super::time::Time;

/// The services that write event 4000 of the article: Windows's own under its two names, and the
/// one of Exchange 2000 and 2003, to which it belongs there (KB 820284, KB 330070).
const SOURCES: [&str; 2] = ["SMTPSVC", "MSExchangeTransport"];

/// Its number.
pub(super) const ID: u32 = 4000;

/// The data of the article's event, as a number and as the bytes in a log.
const DATA: [u8; 4] = 0xC004_02E7_u32.to_le_bytes();

/// What the article's event says where data were not saved with it.
const TEXT: &str = "internal dns error caused a failure to find the remote server";

/// What is before the domain in English.
const BEFORE_DOMAIN: &str = "remote domain";

/// What opens or closes a quotation in the languages of Windows.
const QUOTES: [char; 12] = ['"', '\'', '‘', '’', '‚', '“', '”', '„', '«', '»', '‹', '›'];

/// An event as a file has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Event {
    pub(super) source: String,
    pub(super) id: u32,
    pub(super) time: Option<Time>,
    /// What was inserted into its text, the domain first, where the file has that.
    pub(super) strings: Vec<String>,
    /// Its text, and what else stands beside it.
    pub(super) text: String,
    /// Its data, where the file has some.
    pub(super) data: Option<Vec<u8>>,
}

/// What an event is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not event 4000 of the SMTP service.
    Unrelated,
    /// That, for another reason (KB 286673 and KB 279616 name two).
    OtherCause,
    /// The symptom, and its domain where one can be found.
    Symptom(Option<String>),
}

impl Event {
    pub(super) fn verdict(&self) -> Verdict {
        if self.id != ID || !is_source(&self.source) {
            return Verdict::Unrelated;
        }
        let data = self.data.clone().filter(|data| !data.is_empty()).or_else(|| dump(&self.text));
        let is_it = match data {
            Some(data) => is_data(&data),
            None => self.strings.iter().chain([&self.text]).any(|text| says_so(text)),
        };
        if is_it { Verdict::Symptom(self.domain()) } else { Verdict::OtherCause }
    }

    fn domain(&self) -> Option<String> {
        let first = self.strings.first().map(|text| text.trim());
        let found = first.filter(|text| is_domain(text)).or_else(|| quoted_domain(&self.text));
        found.map(|domain| domain.trim_end_matches('.').to_lowercase())
    }
}

pub(super) fn is_source(name: &str) -> bool {
    let name = name.trim();
    SOURCES.iter().any(|source| source.eq_ignore_ascii_case(name))
}

/// In either order of bytes: a log has the number's bytes, and viewers show them as a number.
fn is_data(data: &[u8]) -> bool {
    data == DATA || data.iter().rev().eq(&DATA)
}

fn says_so(text: &str) -> bool {
    // Lines are broken where the viewer's window ended.
    let words = text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    words.join(" ").contains(TEXT)
}

/// Data that a viewer printed below the text: `0000: c00402e7` by words, `0000: e7 02 04 c0` by
/// bytes, whatever is printed after them.
fn dump(text: &str) -> Option<Vec<u8>> {
    let (_, behind) = text.split_once("0000:")?;
    hexadecimal(behind.lines().next()?)
}

/// The first four bytes of a line of hexadecimal digits, in groups or without.
pub(super) fn hexadecimal(line: &str) -> Option<Vec<u8>> {
    let line = line.trim_start();
    let line = line.strip_prefix("0x").or_else(|| line.strip_prefix("0X")).unwrap_or(line);
    let mut bytes = Vec::new();
    let mut rest = line.as_bytes();
    loop {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let pair = rest.first().and_then(digit).zip(rest.get(1).and_then(digit));
        let Some((high, low)) = pair else { break };
        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
        rest = &rest[2..];
        rest = match rest {
            [b' ' | b'-' | b',', more @ ..] if bytes.len() < 4 => more,
            _ => rest,
        };
        if bytes.len() == 4 {
            break;
        }
    }
    (bytes.len() == 4).then_some(bytes)
}

/// The domain in a text: what is quoted after the English words for it, else the first quotation
/// that looks like one.
fn quoted_domain(text: &str) -> Option<&str> {
    let behind = |at: usize| {
        let rest = text.get(at + BEFORE_DOMAIN.len()..)?.trim_start();
        let rest = rest.strip_prefix(QUOTES)?;
        Some(&rest[..rest.find(QUOTES)?]).filter(|domain| is_domain(domain))
    };
    let english = text.find(BEFORE_DOMAIN).and_then(behind);
    let looks = |piece: &&str| piece.contains('.') && is_domain(piece);
    english.or_else(|| {
        // The first piece stands before the first quote.
        text.split(QUOTES).skip(1).find(looks)
    })
}

/// Whether it could be the name of a domain. A name for people may stand for one of the wire.
fn is_domain(text: &str) -> bool {
    let allowed = |next: char| next.is_alphanumeric() || matches!(next, '-' | '_' | '.');
    let name = text.trim_end_matches('.');
    (1..=253).contains(&name.len())
        && name.chars().all(allowed)
        && name.split('.').all(|label| (1..=63).contains(&label.chars().count()))
        // An address is asked of no DNS server.
        && !name.chars().all(|next| next.is_ascii_digit() || next == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_read_as_viewers_print_them() {
        for text in [
            "Data:\n0000: c00402e7",
            "Daten:\r\n0000: e7 02 04 c0               ç..À",
            "0000: E70204C0",
            "0000: 0xc00402e7",
            "0000: e7-02-04-c0",
        ] {
            assert!(dump(text).is_some_and(|data| is_data(&data)), "{text}");
        }
        for text in ["0000: c00402c7", "0000: 00000000", "0000: e7 02 04 c1"] {
            assert!(dump(text).is_some_and(|data| !is_data(&data)), "{text}");
        }
        assert_eq!(dump("0000: c0"), None);
        assert_eq!(dump("c00402e7"), None);
    }

    #[test]
    fn a_domain_is_found_in_any_language() {
        let found = |text| quoted_domain(text);
        assert_eq!(found("to the remote domain \"contoso\" failed"), Some("contoso"));
        assert_eq!(found("Remotedomäne „contoso.com“ ist fehlgeschlagen"), Some("contoso.com"));
        assert_eq!(found("de l'hôte d'envoi 'contoso.com' n'a pas"), Some("contoso.com"));
        assert_eq!(found("the file 'a.b c' of '10.0.0.1'"), None);
        assert_eq!(found("no quotes, contoso.com"), None);
    }
}
