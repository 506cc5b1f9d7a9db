//! Properties: their names, IDs, types and values, in the words of the file.
//!
//! Owns what a value of a type looks like and the one definition that ships with the program.
//! Knows nothing of where a property stands.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The data types of the metabase, as `Type` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// An unsigned number of 32 bits, in decimal.
    Dword,
    /// A `DWORD` that may stand as names of flags joined by ` | `.
    Flags,
    /// `TRUE` or `FALSE`.
    Bool,
    /// Text.
    String,
    /// Text with names of environment variables in it.
    ExpandSz,
    /// Lines of text.
    MultiSz,
    /// Bytes in hexadecimal.
    Binary,
    /// A list of addresses, in hexadecimal.
    IpSecList,
    /// A list of who may do what, in hexadecimal.
    NtAcl,
    /// Lines that each map a file name's ending to a type of content.
    MimeMap,
    /// Text, as some tools name it.
    Wstr,
}

impl Type {
    /// The name as it is in `Type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dword | Self::Flags => "DWORD",
            Self::Bool => "BOOL",
            Self::String => "STRING",
            Self::ExpandSz => "EXPANDSZ",
            Self::MultiSz => "MULTISZ",
            Self::Binary => "BINARY",
            Self::IpSecList => "IPSECLIST",
            Self::NtAcl => "NTACL",
            Self::MimeMap => "MIMEMAP",
            Self::Wstr => "WSTR",
        }
    }

    /// The type of a name in `Type`.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        const ALL: [Type; 10] = [
            Type::Dword,
            Type::Bool,
            Type::String,
            Type::ExpandSz,
            Type::MultiSz,
            Type::Binary,
            Type::IpSecList,
            Type::NtAcl,
            Type::MimeMap,
            Type::Wstr,
        ];
        ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether a value is several lines, whose white space belongs to the layout.
    #[must_use]
    pub fn is_list(self) -> bool {
        matches!(self, Self::MultiSz | Self::MimeMap)
    }
}

/// The lines of a value that is a list, without the white space that only lays them out.
pub fn lines(value: &str) -> impl Iterator<Item = &str> {
    let blank = [' ', '\t'];
    value.split(['\r', '\n']).map(move |line| line.trim_matches(blank)).filter(|l| !l.is_empty())
}

/// What the metabase records of a property beside its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The name, as it is in `Name` or as the name of an attribute.
    pub name: Cow<'static, str>,
    /// The metabase ID; 0, which means "all" to IIS, where it is not known.
    pub id: u32,
    /// The data type.
    pub kind: Type,
    /// The user type, as it is in `UserType`.
    pub user_type: Cow<'static, str>,
    /// The flags, as they are in `Attributes`.
    pub attributes: Cow<'static, str>,
}

/// The property of Microsoft KB 820284, with the type data that the article gives it.
pub const SMTP_USE_TCP_DNS: Definition = Definition {
    name: Cow::Borrowed("SmtpUseTcpDns"),
    id: 36997,
    kind: Type::Dword,
    user_type: Cow::Borrowed("IIS_MD_UT_SERVER"),
    attributes: Cow::Borrowed("INHERIT"),
};

impl Definition {
    /// The name that IIS writes for an ID that its schema does not list.
    #[must_use]
    pub fn unknown_name(&self) -> String {
        format!("UnknownName_{}", self.id)
    }

    /// Whether `name` is this property's, in either spelling.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        name == self.name || name == self.unknown_name()
    }

    /// Whether a key takes the property over from the keys above it (MSDN ms524543).
    #[must_use]
    pub fn is_inheritable(&self) -> bool {
        has_flag(&self.attributes, "INHERIT")
    }

    /// A value without what only lays it out.
    #[must_use]
    pub fn plain<'a>(&self, value: &'a str) -> Cow<'a, str> {
        if self.kind.is_list() {
            Cow::Owned(lines(value).collect::<Vec<_>>().join("\n"))
        } else {
            Cow::Borrowed(value)
        }
    }
}

/// The flag of a property whose value IIS keeps encrypted.
pub const SECURE: &str = "SECURE";

/// The flags of a property and their bits (MSDN ms525308).
const FLAGS: [(&str, u32); 7] = [
    ("INHERIT", 1),
    ("PARTIAL_PATH", 2),
    (SECURE, 4),
    ("REFERENCE", 8),
    ("VOLATILE", 16),
    ("ISINHERITED", 32),
    ("INSERT_PATH", 64),
];

/// The user types that IIS writes by name.
pub const USER_TYPES: [&str; 4] =
    ["IIS_MD_UT_SERVER", "IIS_MD_UT_FILE", "IIS_MD_UT_WAM", "ASP_MD_UT_APP"];

/// What IIS writes for a user type that it has no name for.
const UNKNOWN_USER_TYPE: &str = "UNKNOWN_UserType";

/// A user type as IIS writes it: a name in any case, or a number.
#[must_use]
pub fn user_type_named(name: &str) -> Option<String> {
    let mut names = USER_TYPES.iter().chain([&UNKNOWN_USER_TYPE]);
    let found = names.find(|known| known.eq_ignore_ascii_case(name));
    let number = || dword(name).map(|_| name);
    found.copied().or_else(number).map(str::to_owned)
}

/// The flags that a property may be given; SECURE is IIS's own to give.
pub const ATTRIBUTES: [&str; 6] =
    ["NO_ATTRIBUTES", "INHERIT", "PARTIAL_PATH", "REFERENCE", "VOLATILE", "INSERT_PATH"];

/// Flags as IIS writes them: names in any case, joined by `|`.
#[must_use]
pub fn attributes_named(names: &str) -> Option<String> {
    let known = |name: &str| {
        ATTRIBUTES.iter().find(|known| known.eq_ignore_ascii_case(name.trim())).copied()
    };
    let found: Option<Vec<_>> = names.split('|').map(known).collect();
    found.map(|found| found.join(" | "))
}

/// Whether a property has this flag: names joined by ` | `, or the number that they make.
#[must_use]
pub fn has_flag(flags: &str, wanted: &str) -> bool {
    let bit = FLAGS.iter().find(|(name, _)| *name == wanted).map_or(0, |(_, bit)| *bit);
    let is = |word: &str| word == wanted || dword(word).is_some_and(|number| number & bit != 0);
    flags.split('|').any(|word| is(word.trim()))
}

/// A DWORD in decimal, as the metabase writes it: digits alone.
#[must_use]
pub fn dword(value: &str) -> Option<u32> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if digits { value.parse().ok() } else { None }
}

/// How the SMTP service asks its DNS server; the values are those of KB 820284. The MSDN page
/// ms524979 has 0 and 2 the other way round: its own default would then be the cure's value, so
/// metafix follows the article, whose cure was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsMode {
    /// 0: over UDP, again over TCP when the answer is truncated. What an unset property means.
    UdpThenTcp,
    /// 1: over TCP alone.
    TcpOnly,
    /// 2: over UDP alone, with what a truncated answer holds.
    UdpOnly,
}

impl DnsMode {
    /// Every mode, in the order of the values.
    pub const ALL: [Self; 3] = [Self::UdpThenTcp, Self::TcpOnly, Self::UdpOnly];

    /// The value of `SmtpUseTcpDns`.
    #[must_use]
    pub fn value(self) -> u32 {
        match self {
            Self::UdpThenTcp => 0,
            Self::TcpOnly => 1,
            Self::UdpOnly => 2,
        }
    }

    /// The mode that a value stands for, if it stands for one.
    #[must_use]
    pub fn of(value: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.value() == value)
    }

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UdpThenTcp => "udp-then-tcp",
            Self::TcpOnly => "tcp-only",
            Self::UdpOnly => "udp-only",
        }
    }

    /// The mode in words.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::UdpThenTcp => "UDP first, TCP when the answer is truncated",
            Self::TcpOnly => "TCP only",
            Self::UdpOnly => "UDP only",
        }
    }
}

/// The name of no DNS mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMode;

impl fmt::Display for UnknownMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a DNS mode is udp-then-tcp (0), tcp-only (1) or udp-only (2)")
    }
}

impl std::error::Error for UnknownMode {}

impl FromStr for DnsMode {
    type Err = UnknownMode;

    fn from_str(name: &str) -> Result<Self, UnknownMode> {
        Self::ALL.into_iter().find(|mode| mode.name() == name).ok_or(UnknownMode)
    }
}

/// The value of `SmtpUseTcpDns` that the schema gives as the default: unset. ADSI shows it as -1.
pub const UNSET: u32 = u32::MAX;
