//! What Exchange 2000 and 2003 copy from Active Directory into the metabase.
//!
//! Owns the list: the properties of an SMTP virtual server that stand in the directory under a
//! name of their own (KB 321757; TechNet bb123978 and aa998489; the analyzer's pages on HopCount,
//! MaxSessionSize and FullyQualifiedDomainName). What is not documented is not in it; that
//! `SmtpUseTcpDns` is not in the directory is KB 820284's and KB 330070's premise.

use crate::metabase::locate::folded;
use crate::metabase::property::dword;

/// The properties, and the attributes of the directory from which DS2MB copies them.
pub const OWNED: [(&str, &str); 24] = [
    ("AccessSSLFlags", "msExchAccessSSLFlags"),
    ("AuthFlags", "msExchAuthenticationFlags"),
    ("BadMailDirectory", "msExchSmtpBadMailDirectory"),
    ("ConnectionTimeout", "msExchIncomingConnectionTimeout"),
    ("DoMasquerade", "msExchSmtpDoMasquerade"),
    ("FullyQualifiedDomainName", "msExchSmtpFullyQualifiedDomainName"),
    ("HopCount", "msExchSmtpMaxHopCount"),
    ("LogType", "msExchLogType"),
    ("MaxConnections", "msExchMaxIncomingConnections"),
    ("MaxMessageSize", "msExchSmtpMaxMessageSize"),
    ("MaxOutConnections", "msExchSmtpMaxOutgoingConnections"),
    ("MaxOutConnectionsPerDomain", "msExchSmtpMaxOutgoingConnectionsPerDomain"),
    ("MaxRecipients", "msExchSmtpMaxRecipients"),
    ("MaxSessionSize", "msExchSmtpMaxSessionSize"),
    ("NTAuthenticationProviders", "msExchNTAuthenticationProviders"),
    ("PickupDirectory", "msExchSmtpPickupDirectory"),
    ("QueueDirectory", "msExchSmtpQueueDirectory"),
    ("RemoteSmtpPort", "msExchSmtpOutgoingPort"),
    ("RemoteTimeout", "msExchSmtpOutgoingConnectionTimeout"),
    ("ServerAutoStart", "msExchServerAutoStart"),
    ("ServerBindings", "msExchServerBindings"),
    ("SmtpInboundCommandSupportOptions", "msExchSmtpInboundCommandSupportOptions"),
    ("SmtpLocalDelayExpireMinutes", "msExchSmtpLocalQueueDelayNotification"),
    ("SmtpLocalNDRExpireMinutes", "msExchSmtpLocalQueueExpirationTimeout"),
];

/// The attribute of the directory that overwrites a property of a key.
#[must_use]
pub fn attribute(location: &str, property: &str) -> Option<&'static str> {
    let path = folded(location);
    let server = path.strip_prefix(super::tree::SMTP).and_then(|rest| rest.strip_prefix('/'))?;
    dword(server)?;
    let owned = OWNED.iter().find(|(name, _)| name.eq_ignore_ascii_case(property));
    owned.map(|(_, attribute)| *attribute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_documented_is_claimed() {
        assert_eq!(attribute("/LM/smtpsvc/1", "hopcount"), Some("msExchSmtpMaxHopCount"));
        for (location, property) in [
            ("/LM/SmtpSvc/1", "SmtpUseTcpDns"),
            ("/LM/SmtpSvc/1", "SmartHost"),
            ("/LM/SmtpSvc/1", "RelayIpList"),
            ("/LM/SmtpSvc", "HopCount"),
            ("/LM/SmtpSvc/1/Domain", "HopCount"),
            ("/LM/SmtpSvcX/1", "HopCount"),
            ("/LM/POP3SVC/1", "ServerBindings"),
        ] {
            assert_eq!(attribute(location, property), None, "{location} {property}");
        }
        assert!(OWNED.is_sorted());
    }
}
