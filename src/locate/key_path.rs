//! The path of a key, compared without case and, for speed, without decoding.

use std::fmt;
use std::str::FromStr;

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

    /// The same of a raw `Location`. Of a million keys nearly all differ in their first letters.
    #[must_use]
    pub fn is_raw(&self, location: &str) -> bool {
        for (mine, other) in self.0.bytes().zip(location.bytes()) {
            if other == b'&' || !other.is_ascii() || !mine.is_ascii() {
                return self.is(&xml::unescape(location));
            }
            if !mine.eq_ignore_ascii_case(&other) {
                return false;
            }
        }
        // No reference stands for nothing: the longer one has more letters.
        self.0.len() == location.len()
    }

    /// Whether a raw `Location` may be that of a key below this one: the same reading, no further
    /// than this path.
    pub(super) fn may_hold_raw(&self, location: &str) -> bool {
        let pairs = self.0.bytes().zip(location.bytes());
        let plain = |byte: u8| byte.is_ascii() && byte != b'&';
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
    fn a_raw_location_is_compared_like_its_meaning() {
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
        for path in paths {
            let key = KeyPath(path.into());
            for raw in raw {
                let location = xml::unescape(raw);
                assert_eq!(key.is_raw(raw), key.is(&location), "{path} {raw}");
                let parent = location.rsplit_once('/').map(|(parent, _)| parent);
                let is_below = parent.is_some_and(|parent| key.is(parent));
                assert!(key.may_hold_raw(raw) || !is_below, "{path} {raw}");
            }
        }
    }
}
