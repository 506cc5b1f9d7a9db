//! The path of a key, compared without case and, for speed, without decoding.

use std::fmt;
use std::str::FromStr;

use crate::scan::Key;
use crate::xml;

/// The path of a key, as it stands in `Location`.
#[derive(Debug, Clone)]
pub struct KeyPath(String);

impl KeyPath {
    /// The key of the computer.
    #[must_use]
    pub fn computer() -> Self {
        Self("/LM".into())
    }

    /// The key of the SMTP service.
    #[must_use]
    pub fn smtp_service() -> Self {
        Self("/LM/SmtpSvc".into())
    }

    /// The key of an SMTP virtual server.
    #[must_use]
    pub fn smtp_server(number: u32) -> Self {
        Self(format!("/LM/SmtpSvc/{number}"))
    }

    /// The key whose `Location` is this, to the letter.
    #[must_use]
    pub fn exact(location: impl Into<String>) -> Self {
        Self(location.into())
    }

    /// The key above it, and its own name.
    #[must_use]
    pub fn parent(&self) -> Option<(Self, &str)> {
        let (above, name) = self.0.rsplit_once('/')?;
        let above = if above.is_empty() { "/" } else { above };
        (!name.is_empty()).then(|| (Self(above.to_owned()), name))
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a decoded `Location` is this key's: paths compare without case.
    #[must_use]
    pub fn is(&self, location: &str) -> bool {
        same_path(&self.0, location)
    }

    /// Whether a decoded `Location` is this key's or that of a key below it.
    #[must_use]
    pub fn holds(&self, location: &str) -> bool {
        let (own, location) = (self.0.to_lowercase(), location.to_lowercase());
        let own = own.trim_end_matches('/');
        location.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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
    fn may_begin(&self, next: u8, begin: [u8; 8]) -> bool {
        let plain = |byte: u8| byte.is_ascii() && byte != b'&';
        let pairs = self.0.bytes().chain([next]).zip(begin);
        let mut read = pairs.take_while(|(mine, other)| plain(*mine) && plain(*other));
        read.all(|(mine, other)| mine.eq_ignore_ascii_case(&other))
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyPath {
    type Err = std::convert::Infallible;

    /// A path as people write it: that of the file, without `/LM` as adsutil has it, or an ADSI
    /// path.
    fn from_str(path: &str) -> Result<Self, Self::Err> {
        let scheme = path.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("IIS://"));
        let (path, absolute) = match path.get(6..) {
            // ADSI names the computer first, which is this one.
            Some(rest) if scheme => (rest.split_once('/').map_or("", |(_, path)| path), false),
            _ => (path, path.starts_with('/')),
        };
        let path = path.trim_end_matches('/');
        let first = path.split('/').next().unwrap_or_default();
        Ok(Self(match path {
            "" if absolute => "/".into(),
            "" => "/LM".into(),
            "." => ".".into(),
            _ if absolute => path.to_owned(),
            _ if first.eq_ignore_ascii_case("LM") => format!("/{path}"),
            _ => format!("/LM/{path}"),
        }))
    }
}

fn same_path(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    let folded = |path: &str| path.chars().flat_map(char::to_lowercase).collect::<String>();
    folded(left) == folded(right)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let path = KeyPath(path.into());
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
