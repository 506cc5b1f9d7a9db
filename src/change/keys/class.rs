//! The class that a key has by its place.

use crate::change::error::ChangeError;
use crate::metabase::locate::folded;

/// The class of a key that can hold anything.
pub const ANY: &str = "IIsConfigObject";

/// The class of a key by its place (MSDN, "IIS Metabase Hierarchy" and the page of each class).
/// `#` is a number, `*` any name. What is not listed can be of several classes.
const CLASSES: [(&str, &str); 31] = [
    ("/LM/LOGGING", "IIsLogModules"),
    ("/LM/LOGGING/*", "IIsLogModule"),
    ("/LM/MIMEMAP", "IIsMimeMap"),
    ("/LM/SMTPSVC/#", "IIsSmtpServer"),
    ("/LM/SMTPSVC/INFO", "IIsSmtpInfo"),
    ("/LM/SMTPSVC/#/ALIAS", "IIsSmtpAlias"),
    ("/LM/SMTPSVC/#/ALIAS/*", "IIsSmtpAlias"),
    ("/LM/SMTPSVC/#/DL", "IIsSmtpDL"),
    ("/LM/SMTPSVC/#/DL/*", "IIsSmtpDL"),
    ("/LM/SMTPSVC/#/DOMAIN", "IIsSmtpDomain"),
    ("/LM/SMTPSVC/#/DOMAIN/*", "IIsSmtpDomain"),
    ("/LM/SMTPSVC/#/ROUTINGSOURCES", "IIsSmtpRoutingSource"),
    ("/LM/SMTPSVC/#/SESSIONS", "IIsSmtpSessions"),
    ("/LM/SMTPSVC/#/USER", "IIsSmtpUser"),
    ("/LM/SMTPSVC/#/USER/*", "IIsSmtpUser"),
    ("/LM/MSFTPSVC/#", "IIsFtpServer"),
    ("/LM/MSFTPSVC/INFO", "IIsFtpInfo"),
    ("/LM/MSFTPSVC/#/ROOT", "IIsFtpVirtualDir"),
    ("/LM/NNTPSVC/#", "IIsNntpServer"),
    ("/LM/W3SVC/#", "IIsWebServer"),
    ("/LM/W3SVC/INFO", "IIsWebInfo"),
    ("/LM/W3SVC/#/ROOT", "IIsWebVirtualDir"),
    ("/LM/W3SVC/#/IISCERTMAPPER", "IIsCertMapper"),
    ("/LM/W3SVC/#/FILTERS", "IIsFilters"),
    ("/LM/W3SVC/#/FILTERS/*", "IIsFilter"),
    ("/LM/W3SVC/APPPOOLS", "IIsApplicationPools"),
    ("/LM/W3SVC/APPPOOLS/*", "IIsApplicationPool"),
    ("/LM/W3SVC/FILTERS", "IIsFilters"),
    ("/LM/W3SVC/FILTERS/*", "IIsFilter"),
    ("/LM/W3SVC/FILTERS/COMPRESSION", "IIsCompressionSchemes"),
    ("/LM/W3SVC/FILTERS/COMPRESSION/*", "IIsCompressionScheme"),
];

/// Refuses what is no class: it becomes the name of an element, and some names mean no key.
///
/// # Errors
/// [`ChangeError::BadClass`].
pub fn check_class(class: &str) -> Result<(), ChangeError> {
    const NO_KEYS: [&str; 3] = ["Custom", "MBProperty", "configuration"];
    let is_name = class.starts_with(|c: char| c.is_ascii_alphabetic())
        && class.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name && !NO_KEYS.iter().any(|name| name.eq_ignore_ascii_case(class)) {
        return Ok(());
    }
    Err(ChangeError::BadClass { class: class.to_owned() })
}

/// The class that the place of a key says.
#[must_use]
pub fn class_at(path: &str) -> Option<&'static str> {
    let path = folded(path);
    let is = |pattern: &str| {
        let (mut names, mut parts) = (path.split('/'), pattern.split('/'));
        loop {
            match (names.next(), parts.next()) {
                (None, None) => return true,
                (Some(name), Some("#")) if is_number(name) => {}
                (Some(name), Some("*")) if !name.is_empty() => {}
                (Some(name), Some(part)) if name == part => {}
                _ => return false,
            }
        }
    };
    // What is named stands before what is any name.
    let mut found = CLASSES.iter().filter(|(pattern, _)| is(pattern)).collect::<Vec<_>>();
    found.sort_by_key(|(pattern, _)| pattern.contains('*'));
    found.first().map(|(_, class)| *class)
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_says_the_class_where_there_is_one_alone() {
        for (path, class) in [
            ("/LM/SmtpSvc/1/Domain/example.com", Some("IIsSmtpDomain")),
            ("/lm/smtpsvc/12", Some("IIsSmtpServer")),
            ("/LM/W3SVC/Filters/Compression/gzip", Some("IIsCompressionScheme")),
            ("/LM/W3SVC/AppPools/My Pool", Some("IIsApplicationPool")),
            ("/LM/W3SVC/1/ROOT", Some("IIsWebVirtualDir")),
            ("/LM/W3SVC/1/ROOT/x", None),
            ("/LM/SmtpSvc/x", None),
            ("/LM/SmtpSvc/1/Domain/a/b", None),
        ] {
            assert_eq!(class_at(path), class, "{path}");
        }
    }
}
