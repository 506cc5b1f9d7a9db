//! The path of a key, compared without case and, for speed, without decoding.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::metabase::scan::Key;
use crate::xml;

/// The path of a key, as it is in `Location`.
#[derive(Debug, Clone)]
pub struct KeyPath {
    path: String,
    /// The bytes that it begins with, up to the first that may be written another way, without
    /// case; and how many.
    begin: u64,
    plain: usize,
}

/// Takes the case, and more, off eight ASCII letters.
const FOLD: u64 = 0x2020_2020_2020_2020;

impl KeyPath {
    /// The key of the computer.
    #[must_use]
    pub fn computer() -> Self {
        Self::exact("/LM")
    }

    /// The key of the SMTP service.
    #[must_use]
    pub fn smtp_service() -> Self {
        Self::exact("/LM/SmtpSvc")
    }

    /// The key of an SMTP virtual server.
    #[must_use]
    pub fn smtp_server(number: u32) -> Self {
        Self::exact(format!("/LM/SmtpSvc/{number}"))
    }

    /// The key whose `Location` is this, to the letter.
    #[must_use]
    pub fn exact(location: impl Into<String>) -> Self {
        let path = location.into();
        let is_plain = |byte: &u8| byte.is_ascii() && *byte != b'&';
        let letters: Vec<u8> = path.bytes().take(8).take_while(is_plain).collect();
        let mut begin = [0; 8];
        begin[..letters.len()].copy_from_slice(&letters);
        Self { path, begin: u64::from_le_bytes(begin) | FOLD, plain: letters.len() }
    }

    /// The key above it, and its own name.
    #[must_use]
    pub fn parent(&self) -> Option<(Self, &str)> {
        let (above, name) = self.path.rsplit_once('/')?;
        let above = if above.is_empty() { "/" } else { above };
        (!name.is_empty()).then(|| (Self::exact(above), name))
    }

    /// Whether a name in it is `*`, which stands for any one.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        self.path.split('/').any(|name| name == "*")
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// Whether a decoded `Location` is this key's: paths compare without case.
    #[must_use]
    pub fn is(&self, location: &str) -> bool {
        same_path(&self.path, location)
    }

    /// Whether a decoded `Location` is this key's or that of a key below it.
    #[must_use]
    pub fn holds(&self, location: &str) -> bool {
        holds_below(&self.path, location, |rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether a decoded `Location` is that of a key below it; the root's path is `/`.
    #[must_use]
    pub fn is_above(&self, location: &str) -> bool {
        holds_below(&self.path, location, |rest| rest.len() > 1 && rest.starts_with('/'))
    }

    /// Whether it is the path of this key.
    #[must_use]
    pub fn is_of(&self, text: &str, key: &Key) -> bool {
        self.may_begin(0, key.begin) && self.is(&xml::unescape(&text[key.location.clone()]))
    }

    /// Whether a key may be one below this path, from how its `Location` begins.
    #[must_use]
    pub fn may_hold(&self, key: &Key) -> bool {
        self.may_begin(b'/', key.begin)
    }

    /// Whether this path and then `next` may be how a raw `Location` begins. What a reference or
    /// a letter beyond ASCII stands for shows only in the whole.
    #[inline]
    fn may_begin(&self, next: u8, begin: [u8; 8]) -> bool {
        const EACH: u64 = 0x0101_0101_0101_0101;
        let found = u64::from_le_bytes(begin);
        let references = found ^ (EACH * u64::from(b'&'));
        // A byte is zero, or has its highest bit, if this has.
        let is_odd = (references.wrapping_sub(EACH) | found) & (EACH << 7) != 0;
        let (mut own, mut known) = (self.begin, low_bytes(self.plain));
        if self.plain == self.path.len() && self.plain < 8 {
            own ^= u64::from(next) << (8 * self.plain) & !FOLD;
            known = low_bytes(self.plain + 1);
        }
        is_odd || ((found | FOLD) ^ own) & known == 0
    }
}

/// As many bytes of ones.
fn low_bytes(count: usize) -> u64 {
    u64::MAX.checked_shr(64 - 8 * count as u32).unwrap_or(0)
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// An ADSI path of another computer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "this path is on the computer {computer}: name the file of that server with --file, and here \
     write localhost"
)]
pub struct ForeignPath {
    /// As the path has it.
    pub computer: String,
}

impl FromStr for KeyPath {
    type Err = ForeignPath;

    /// A path as people write it: that of the file, without `/LM` as adsutil has it, with a slash
    /// before it or without (KB 245574), or an ADSI path.
    fn from_str(path: &str) -> Result<Self, Self::Err> {
        let scheme = path.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("IIS://"));
        let (path, absolute) = match path.get(6..) {
            Some(rest) if scheme => {
                let (computer, path) = rest.split_once('/').unwrap_or((rest, ""));
                // Whose the file is, only the user knows: no other name can be right for sure.
                if !computer.eq_ignore_ascii_case("localhost") && computer != "." {
                    return Err(ForeignPath { computer: computer.to_owned() });
                }
                (path, false)
            }
            _ => (path, path.starts_with('/')),
        };
        let path = path.trim_end_matches('/');
        let first = path.split('/').next().unwrap_or_default();
        Ok(Self::exact(match path {
            "" if absolute => "/".into(),
            "" => "/LM".into(),
            "." => ".".into(),
            _ if absolute && !is_service(path) => path.to_owned(),
            _ if absolute => format!("/LM{path}"),
            _ if first.eq_ignore_ascii_case("LM") => format!("/{path}"),
            _ => format!("/LM/{path}"),
        }))
    }
}

/// Whether an absolute path begins with a service: these stand below `/LM` alone.
fn is_service(path: &str) -> bool {
    const SERVICES: [&str; 6] = ["W3SVC", "MSFTPSVC", "SmtpSvc", "NntpSvc", "Pop3Svc", "Imap4Svc"];
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    SERVICES.iter().any(|service| service.eq_ignore_ascii_case(first))
}

fn same_path(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    folded(left) == folded(right)
}

/// Whether what is after a path in a location fits.
fn holds_below(path: &str, location: &str, fits: impl Fn(&str) -> bool) -> bool {
    let own = path.trim_end_matches('/');
    if let (true, Some((start, rest))) =
        (path.is_ascii() && location.is_ascii(), location.split_at_checked(own.len()))
    {
        return start.eq_ignore_ascii_case(own) && fits(rest);
    }
    folded(location).strip_prefix(&folded(own)).is_some_and(fits)
}

/// A path without case: two paths are the same where these are.
///
/// Letters are folded one by one by their capitals, as Windows folds file names and the ordinal
/// comparison of .NET folds strings; a letter beyond ASCII is never the same as one of ASCII (the
/// Kelvin sign, the dotless i and the long s stay apart). What IIS does with letters beyond ASCII
/// is not published.
#[must_use]
pub fn folded(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_uppercase();
    }
    path.chars().map(capital).collect()
}

/// Whether one of these paths leads to a key or to one above it; all are folded, and end without
/// a slash.
#[must_use]
pub fn is_at_or_below(path: &str, paths: &HashSet<String>) -> bool {
    let slashes = path.match_indices('/').map(|(at, _)| at);
    slashes.chain([path.len()]).any(|end| paths.contains(&path[..end]))
}

/// A letter without case, as [`folded`] takes it off.
#[must_use]
pub fn capital(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_uppercase();
    }
    let mut capitals = letter.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) if !capital.is_ascii() => capital,
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_folded_one_by_one_by_their_capitals() {
        for (left, right, same) in [
            ("/LM/\u{391}\u{3a3}", "/LM/\u{3b1}\u{3c2}", true),
            ("/LM/\u{391}\u{3a3}", "/LM/\u{3b1}\u{3c3}", true),
            ("/LM/B\u{e4}cker", "/lm/b\u{c4}CKER", true),
            ("/LM/Stra\u{df}e", "/LM/STRASSE", false),
            ("/LM/\u{212a}", "/LM/k", false),
            ("/LM/\u{130}", "/LM/i", false),
            ("/LM/\u{131}", "/LM/I", false),
            ("/LM/\u{17f}", "/LM/S", false),
            ("/LM/\u{1e9e}", "/LM/\u{df}", false),
        ] {
            let (one, other) = (KeyPath::exact(left), KeyPath::exact(right));
            assert_eq!((one.is(right), other.is(left)), (same, same), "{left} {right}");
            assert_eq!(folded(left) == folded(right), same, "{left} {right}");
            let below = format!("{right}/1");
            assert_eq!((one.is_above(&below), one.holds(&below)), (same, same), "{left} {below}");
            assert!(!one.is_above(right), "{left} {right}");
        }
    }

    #[test]
    fn a_path_is_read_as_people_write_it() {
        for (written, path) in [
            ("SmtpSvc/1", "/LM/SmtpSvc/1"),
            ("/w3svc/1/ROOT", "/LM/w3svc/1/ROOT"),
            ("/LM/W3SVC/", "/LM/W3SVC"),
            ("lm/W3SVC", "/lm/W3SVC"),
            ("IIS://localhost/W3SVC", "/LM/W3SVC"),
            ("/W3SVCS", "/W3SVCS"),
            ("/", "/"),
            ("", "/LM"),
            (".", "."),
        ] {
            let read = written.parse::<KeyPath>().expect("it is a path");
            assert_eq!(read.as_str(), path, "{written}");
        }
        for foreign in ["IIS://mail/SmtpSvc", "iis://MAIL", "IIS://"] {
            let error = foreign.parse::<KeyPath>().expect_err("it is another computer's");
            assert!(foreign.to_ascii_lowercase().contains(&error.computer.to_ascii_lowercase()));
        }
    }

    #[test]
    fn a_location_is_compared_by_its_meaning() {
        let paths = ["/LM/SmtpSvc", "/LM", "", "/LM/Bäcker", "/LM/a&b", "/lm/K"];
        let raw = [
            "/LM/SmtpSvc",
            "/lm/SMTPSVC",
            "/LM/SmtpSv",
            "/LM/SmtpSvc/1",
            "/LM/SmtpSvc&#47;1",
            "",
            "&#x2F;LM",
            "/L&#77;",
            "/LM&#47;SmtpSvc",
            "/LM",
            "/LM/BÄCKER",
            "/LM/B&#228;cker",
            "/LM/b&#xC4;cker",
            "/LM/a&amp;b",
            "/LM/A&#38;B",
            "/lm/\u{212A}",
            "/LM/k",
            "/lm/k&#1",
        ];
        let of = |raw: &str| {
            let mut begin = [0; 8];
            let letters = raw.len().min(begin.len());
            begin[..letters].copy_from_slice(&raw.as_bytes()[..letters]);
            Key { at: 0..raw.len(), location: 0..raw.len(), begin }
        };
        for path in paths {
            let path = KeyPath::exact(path);
            for raw in raw {
                let location = xml::unescape(raw);
                assert_eq!(path.is_of(raw, &of(raw)), path.is(&location), "{path} {raw}");
                let parent = location.rsplit_once('/').map(|(parent, _)| parent);
                let is_below = parent.is_some_and(|parent| path.is(parent));
                assert!(path.may_hold(&of(raw)) || !is_below, "{path} {raw}");
            }
        }
        let other = of("/LM/W3SVC/1/ROOT");
        assert!(!KeyPath::smtp_service().may_hold(&other));
        assert!(!KeyPath::computer().may_begin(0, other.begin));
    }
}
