//! What to do about what is wrong with a wanted state, in the language in which it is written:
//! the hint of a refusal would be a command line.

use crate::change::error::ChangeError;
use crate::change::state::{self, Flaw};
use crate::metabase::error::MetabaseError;
use crate::terminal::hint::Hint;

/// How a wanted state is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// The TOML of `apply`.
    Toml,
    /// The same as JSON.
    Json,
    /// The JSON of one instance of DSC.
    Instance,
}

impl Language {
    /// That of a text for `apply`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if state::is_json(text) { Self::Json } else { Self::Toml }
    }

    /// A field; the value is written alike in all of them.
    fn field(self, name: &str, value: &str) -> String {
        match self {
            Self::Toml => format!("{name} = {value}"),
            Self::Json | Self::Instance => format!("\"{name}\": {value}"),
        }
    }

    /// A table of fields.
    fn table(self, fields: &[(&str, &str)]) -> String {
        let fields: Vec<_> = fields.iter().map(|(name, value)| self.field(name, value)).collect();
        match self {
            Self::Toml => format!("{{ {} }}", fields.join(", ")),
            Self::Json | Self::Instance => format!("{{{}}}", fields.join(", ")),
        }
    }

    fn is_instance(self) -> bool {
        self == Self::Instance
    }
}

/// What to write instead of what was refused; nothing where the refusal says it itself.
#[must_use]
pub fn of_refusal(refused: &ChangeError, language: Language) -> Option<Hint> {
    let said = match refused {
        ChangeError::ClassUnknown { .. } => format!(
            "add its class, such as {}; a key that holds anything is an IIsConfigObject",
            language.field("class", "\"IIsWebVirtualDir\"")
        ),
        ChangeError::NoParent { parent, .. } if language.is_instance() => {
            format!("make {parent} first, by an instance of its own that this one depends on")
        }
        ChangeError::NoParent { parent, .. } => {
            let path = format!("\"{parent}\"");
            let path = match language {
                Language::Toml => format!("[[key]] and {}", language.field("path", &path)),
                _ => language.table(&[("path", &path)]),
            };
            format!("let that key be there too: {path}")
        }
        ChangeError::BadName { .. } => {
            "write the whole path of one key; a name that stands for many is not for a state".into()
        }
        ChangeError::Metabase(MetabaseError::NoValue { .. }) => format!(
            "\"\" is an empty list; {} removes the property",
            language.table(&[("ensure", "\"absent\"")])
        ),
        ChangeError::KeysBelow { .. } => {
            format!("add {}, and they go too", language.field("recursive", "true"))
        }
        ChangeError::ValueAndEntries => "write the whole list as value, or the entries that come \
                                         and go as add, remove and replace"
            .into(),
        ChangeError::Metabase(MetabaseError::UnknownProperty { similar: None, .. }) => {
            let schema = "name the server's MBSchema.xml with --schema, or ";
            let all = [
                ("value", "…"),
                ("id", "NUMBER"),
                ("type", "\"DWORD\""),
                ("user_type", "\"IIS_MD_UT_SERVER\""),
                ("attributes", "\"NO_ATTRIBUTES\""),
            ];
            let schema = if language.is_instance() { "" } else { schema };
            format!("is the name right? If so, {schema}say all of it: {}", language.table(&all))
        }
        _ => return None,
    };
    Some(Hint::say(said))
}

/// What to do about a flaw of the text itself.
#[must_use]
pub fn of_flaw(flaw: &Flaw, language: Language) -> Hint {
    let schema = || match language.is_instance() {
        true => Hint::run(["dsc", "schema"]).and(" prints what each field takes"),
        false => Hint::run(["apply", "--print-schema"]).and(" prints what each field takes"),
    };
    let path = || language.field("path", "\"SmtpSvc/1\"");
    match flaw {
        Flaw::Syntax { .. } if !language.is_instance() => {
            Hint::run(["state", "KEY"]).and(" prints a state to begin with")
        }
        Flaw::Syntax { .. } | Flaw::WrongKind { .. } => schema(),
        Flaw::UnknownField { known, .. } => Hint::say(format!("there are: {}", known.join(", "))),
        Flaw::MissingField { name: "path", .. } => Hint::say(format!("add {}", path())),
        Flaw::MissingField { name, .. } => Hint::say(format!(
            "add {name}, or add, remove or replace, or {}",
            language.field("ensure", "\"absent\"")
        )),
        Flaw::Twice { .. } => {
            Hint::say("name it once: keys and properties are compared without case")
        }
        Flaw::AbsentWithProperties { .. } => Hint::say(match language {
            Language::Instance => "leave out \"properties\" or \"_exist\"".to_owned(),
            _ => {
                let absent = language.field("ensure", "\"absent\"");
                format!("leave the properties out, or {absent}")
            }
        }),
        Flaw::Nothing => Hint::say(match language {
            Language::Toml => format!("a state begins with [[key]] and {}", path()),
            _ => format!("such as {{\"key\": [{{{}}}]}}", path()),
        }),
        Flaw::Foreign(_) => Hint::say("write the path of the key alone, such as SmtpSvc/1"),
        Flaw::Refused(refused) => of_refusal(refused, language).unwrap_or_default(),
    }
}
