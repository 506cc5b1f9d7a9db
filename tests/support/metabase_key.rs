//! A key of a generated metabase, in the layout of IIS, and the secrets in it.

/// SplitMix64: hexadecimal digits that look encrypted and are the same in every run.
pub(super) struct Secrets(pub(super) u64);

impl Secrets {
    pub(super) fn hex(&mut self, bytes: usize) -> String {
        let mut hex = String::new();
        while hex.len() < 2 * bytes {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut word = self.0;
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            hex += &format!("{:016x}", word ^ (word >> 31));
        }
        hex.truncate(2 * bytes);
        hex
    }

    /// A value as IIS encrypts it: a header, then noise.
    pub(super) fn secret(&mut self, bytes: usize) -> String {
        format!("49634462{:08x}{}", bytes, self.hex(bytes))
    }
}

/// Name, ID, value, type, user type, attributes.
type Custom = (&'static str, u32, String, &'static str, &'static str, &'static str);

/// A key; a line feed in a value separates the strings of a MULTISZ.
pub(super) struct Key {
    element: &'static str,
    location: String,
    attributes: Vec<(&'static str, String)>,
    customs: Vec<Custom>,
}

impl Key {
    pub(super) fn new(element: &'static str, location: impl Into<String>) -> Self {
        let location = location.into();
        Self { element, location, attributes: Vec::new(), customs: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub(super) fn all(self, attributes: &[(&'static str, &str)]) -> Self {
        attributes.iter().fold(self, |key, (name, value)| key.with(name, *value))
    }

    pub(super) fn custom(
        mut self,
        (name, id, kind): (&'static str, u32, &'static str),
        value: impl Into<String>,
        (user, flags): (&'static str, &'static str),
    ) -> Self {
        self.customs.push((name, id, value.into(), kind, user, flags));
        self
    }

    pub(super) fn text(mut self) -> String {
        self.attributes.sort_unstable();
        self.customs.sort_by_key(|custom| custom.1);
        let mut text = format!("<{}\tLocation =\"{}\"\r\n", self.element, escape(&self.location));
        for (name, value) in &self.attributes {
            text += &format!("\t\t{name}=\"{}\"\r\n", escape(value));
        }
        text += "\t>\r\n";
        for (name, id, value, kind, user, flags) in &self.customs {
            text += &format!(
                "\t<Custom\r\n\t\tName=\"{name}\"\r\n\t\tID=\"{id}\"\r\n\t\tValue=\"{}\"\r\n\
                 \t\tType=\"{kind}\"\r\n\t\tUserType=\"{user}\"\r\n\t\tAttributes=\"{flags}\"\r\n\
                 \t/>\r\n",
                escape(value)
            );
        }
        text + &format!("</{}>\r\n", self.element)
    }
}

fn escape(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', "\r\n\t\t\t")
}
