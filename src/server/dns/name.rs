//! A domain as people type it, and as DNS servers are asked for it.

use std::str::FromStr;

/// The name of a domain that mail should reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainName {
    typed: String,
    ascii: String,
}

impl DomainName {
    /// As it was typed.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// In ASCII, without the dot at the end.
    #[must_use]
    pub fn ascii(&self) -> &str {
        &self.ascii
    }
}

impl FromStr for DomainName {
    type Err = String;

    /// Letters, digits and hyphens (RFC 1123 section 2.1), and the underscore that Windows allows;
    /// other letters become what RFC 3492 makes of them.
    fn from_str(typed: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("{why}; a domain is written such as example.com"));
        if let Some((_, domain)) = typed.rsplit_once('@') {
            return wrong(&format!("this is an address; its domain is {domain:?}"));
        }
        if typed.parse::<std::net::IpAddr>().is_ok() {
            return wrong("this is the address of a machine");
        }
        // The three other full stops that IDNA knows (RFC 3490 section 3.1).
        let dotted = typed.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
        let mut labels = Vec::new();
        for label in dotted.strip_suffix('.').unwrap_or(&dotted).split('.') {
            labels.push(to_ascii(label)?);
        }
        let ascii = labels.join(".");
        for label in &labels {
            if label.is_empty() {
                return wrong("there is nothing between two dots");
            }
            if label.len() > 63 {
                return wrong("a part between two dots has more than 63 characters");
            }
            if let Some(other) =
                label.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_".contains(*c))
            {
                return wrong(&format!("{other:?} is in no domain's name"));
            }
            if label.starts_with('-') || label.ends_with('-') {
                return wrong("a part begins or ends with a hyphen");
            }
        }
        if ascii.len() > 253 {
            return wrong("it has more than 253 characters");
        }
        Ok(Self { typed: typed.to_owned(), ascii })
    }
}

/// A part of the name in ASCII: `xn--` and what RFC 3492 makes of it, where it has other letters.
///
/// What would have to be composed first, such as an accent that comes after its letter, is
/// refused: the table for that is larger than all of this program.
fn to_ascii(label: &str) -> Result<String, String> {
    if label.is_ascii() {
        return Ok(label.to_ascii_lowercase());
    }
    let label = label.to_lowercase();
    let is_plain = |c: char| c.is_ascii() || c.is_alphanumeric() && !is_composed_first(c);
    match label.chars().find(|c| !is_plain(*c)) {
        Some(other) => Err(format!(
            "{other:?} is not taken in an internationalized name; give the name in ASCII, which \
             begins with xn--"
        )),
        None => (label.chars().count() < 64)
            .then(|| punycode(&label).map(|code| format!("xn--{code}")))
            .flatten()
            .ok_or_else(|| "a part between two dots has more than 63 characters".to_owned()),
    }
}

/// Letters that IDNA turns into others first: wide and narrow forms, ligatures, conjoining jamo.
fn is_composed_first(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1100}'..='\u{11ff}' | '\u{3099}'..='\u{309a}'
        | '\u{f900}'..='\u{fdff}' | '\u{fe70}'..='\u{ffef}' | '\u{1d400}'..='\u{1d7ff}')
}

/// RFC 3492 section 6.3; nothing where a number grows too large.
fn punycode(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    let mut code: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(code.len()).ok()?;
    let all = u32::try_from(label.chars().count()).ok()?;
    if basic > 0 {
        code.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    while handled < all {
        let next = label.chars().map(u32::from).filter(|c| *c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for c in label.chars().map(u32::from) {
            if c < n {
                delta = delta.checked_add(1)?;
            }
            if c == n {
                let mut q = delta;
                let mut k = BASE;
                loop {
                    let t = k.saturating_sub(bias).clamp(1, 26);
                    if q < t {
                        break;
                    }
                    code.push(digit(t + (q - t) % (BASE - t)));
                    q = (q - t) / (BASE - t);
                    k += BASE;
                }
                code.push(digit(q));
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(code)
}

/// RFC 3492 section 6.1.
fn adapted(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

/// The digits are a to z, then 0 to 9.
fn digit(value: u32) -> char {
    char::from_digit((value + 10) % 36, 36).unwrap_or('a')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascii(typed: &str) -> String {
        typed.parse::<DomainName>().map_or_else(|why| why, |name| name.ascii)
    }

    #[test]
    fn a_name_is_asked_for_in_ascii() {
        assert_eq!(ascii("Contoso.COM."), "contoso.com");
        assert_eq!(ascii("_x.a-b.example"), "_x.a-b.example");
        assert_eq!(ascii("localhost"), "localhost");
        // Of RFC 3492 section 7.1 and of IANA's list of top-level domains.
        assert_eq!(ascii("bücher.example"), "xn--bcher-kva.example");
        assert_eq!(ascii("BÜCHER。example"), "xn--bcher-kva.example");
        assert_eq!(ascii("例え.テスト"), "xn--r8jz45g.xn--zckzah");
        assert_eq!(ascii("испытание"), "xn--80akhbyknj4f");
        assert_eq!(ascii("почемужеонинеговорятпорусски"), "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l");
        assert_eq!(ascii("他们为什么不说中文"), "xn--ihqwcrb4cv8a8dqg056pqjye");
    }

    #[test]
    fn what_is_no_name_is_said_to_be_none() {
        for (typed, why) in [
            ("", "nothing between"),
            ("a..b", "nothing between"),
            (".", "nothing between"),
            ("user@example.com", "its domain is \"example.com\""),
            ("192.0.2.1", "address of a machine"),
            ("::1", "address of a machine"),
            ("exa mple.com", "' ' is in no domain's name"),
            ("*.example.com", "'*' is in no domain's name"),
            ("-a.example", "hyphen"),
            ("e\u{301}.example", "give the name in ASCII"),
            ("ﬁ.example", "give the name in ASCII"),
            ("\u{202e}a.example", "give the name in ASCII"),
        ] {
            assert!(ascii(typed).contains(why), "{typed:?}: {}", ascii(typed));
        }
        assert!(ascii(&"a".repeat(64)).contains("63"));
        assert!(ascii(&"ü".repeat(64)).contains("63"));
        assert!(ascii(&["a"; 128].join(".")).contains("253"));
        assert!(ascii(&"ü".repeat(100_000)).contains("63"));
    }
}
