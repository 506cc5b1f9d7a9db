//! What is wrong with the form of the file, or worth knowing of it: found while it is read.
//!
//! Owns the words: what a finding means, the page that says so, and what to do. Knows nothing of
//! files.

use crate::inspect::check::rule::{Look, Rule, Severity};

const XML: &str = "https://www.w3.org/TR/xml/";
const BY_HAND: &str = "find out which one is meant and remove the other by hand; until then \
                       metafix does not edit it";

/// The file is not well-formed.
pub static NOT_WELL_FORMED: Rule = Rule {
    name: "not-well-formed",
    severity: Severity::Error,
    finds: "a file that is not well-formed",
    when: "the file breaks a rule of XML 1.0",
    when_not: "",
    meaning: "IIS cannot read a metabase that is not well-formed and does not run; the file after \
              this place was not checked",
    advice: "correct this place, or go back to a backup",
    source: "TechNet, Best Practices for Maintaining Metabase Integrity; XML 1.0",
    url: XML,
    look: Look::Unreadable,
};

/// The file has a document type declaration.
pub static DOCUMENT_TYPE: Rule = Rule {
    name: "document-type",
    severity: Severity::Error,
    finds: "a document type declaration",
    when: "the file has a document type declaration",
    when_not: "",
    meaning: "a metabase never has a document type declaration, and entities that it defines \
              could change what the file means; metafix does not read on",
    advice: "remove it, or go back to a backup",
    source: "XML 1.0 section 2.8",
    url: XML,
    look: Look::Unreadable,
};

/// The file holds bytes that are not those of an encoding that metafix reads, or nothing.
pub static UNREADABLE: Rule = Rule {
    name: "unreadable",
    severity: Severity::Error,
    finds: "a file that is empty or no text",
    when: "the file is empty, or holds bytes that are not text of its encoding",
    when_not: "",
    meaning: "the file is empty, or its bytes are not text of its encoding; nothing in it was \
              checked",
    advice: "find out which program saved the file last, or go back to a backup",
    source: "XML 1.0 section 4.3.3",
    url: XML,
    look: Look::Unreadable,
};

/// The file is something else.
pub static NOT_A_METABASE: Rule = Rule {
    name: "not-a-metabase",
    severity: Severity::Error,
    finds: "a file that is no metabase",
    when: "the file is well-formed and its elements are not those of a metabase",
    when_not: "",
    meaning: "metafix reads IIS's MetaBase.xml and nothing else",
    advice: "name the right file with --file",
    source: "TechNet cc782923",
    url: technet!("cc782923"),
    look: Look::Unreadable,
};

/// A key without a `Location`.
pub static KEY_WITHOUT_LOCATION: Rule = Rule {
    name: "key-without-location",
    severity: Severity::Warning,
    finds: "a key without a Location",
    when: "an element where keys stand has no Location",
    when_not: "",
    meaning: "the place of a key in the tree is its Location alone: this one has no place, and \
              what is in it takes no effect at any path",
    advice: "find out which key it was (a backup or IIS's History folder knows) and give it its \
             Location by hand, or remove it",
    source: "TechNet b8aafeb4-8883-482b-8cf8-77b3975336b3",
    url: "https://technet.microsoft.com/library/b8aafeb4-8883-482b-8cf8-77b3975336b3.aspx",
    look: Look::Reading,
};

/// Two keys with one `Location`.
pub static KEY_TWICE: Rule = Rule {
    name: "key-twice",
    severity: Severity::Warning,
    finds: "two keys with one path",
    when: "two keys have one Location, compared without case",
    when_not: "",
    meaning: "two elements claim one place in the tree (paths compare without case); which one \
              IIS takes is not documented",
    advice: BY_HAND,
    source: "TechNet cc782923",
    url: technet!("cc782923"),
    look: Look::Reading,
};

/// One property twice in a key.
pub static PROPERTY_TWICE: Rule = Rule {
    name: "property-twice",
    severity: Severity::Warning,
    finds: "a property twice in one key",
    when: "two Custom elements of one key have the same ID or the same name",
    when_not: "",
    meaning: "two Custom elements of one key have the same ID or the same name; which one IIS \
              takes is not documented",
    advice: BY_HAND,
    source: "TechNet cc785283",
    url: technet!("cc785283"),
    look: Look::Reading,
};

/// One property as an attribute and as a `<Custom>`.
pub static BOTH_FORMS: Rule = Rule {
    name: "both-forms",
    severity: Severity::Warning,
    finds: "a property as an attribute and as a Custom",
    when: "a property is an attribute of a key and a Custom of the same key",
    when_not: "",
    meaning: "one property is set in the key's start tag and again in a Custom element; which \
              one IIS takes is not documented",
    advice: BY_HAND,
    source: "TechNet cc785283",
    url: technet!("cc785283"),
    look: Look::Reading,
};

/// A `<Custom>` without a name or an ID.
pub static MISSING_ATTRIBUTE: Rule = Rule {
    name: "missing-attribute",
    severity: Severity::Warning,
    finds: "a Custom without a Name or an ID",
    when: "a Custom has no Name, or no ID that is a number",
    when_not: "",
    meaning: "a Custom element needs at least a Name and an ID",
    advice: "add what is missing by hand, or remove the element",
    source: "TechNet cc785283",
    url: technet!("cc785283"),
    look: Look::Reading,
};

/// A name and an ID that do not belong together.
pub static NAME_ID_CONFLICT: Rule = Rule {
    name: "name-id-conflict",
    severity: Severity::Warning,
    finds: "a name and an ID of two different properties",
    when: "a Custom has the name of one property and the ID of another, as far as the schema \
           knows both",
    when_not: "the schema knows neither",
    meaning: "IIS knows a property by its ID, people by its name; here the two belong to \
              different properties, so the value takes effect where nobody looks for it",
    advice: "correct the name or the ID by hand; until then metafix does not edit it",
    source: "TechNet cc785283",
    url: technet!("cc785283"),
    look: Look::Reading,
};

/// A `<Custom>` of another data type than the schema's.
pub static WRONG_TYPE: Rule = Rule {
    name: "wrong-type",
    severity: Severity::Warning,
    finds: "another Type than the schema's",
    when: "a Custom has another Type than the schema gives its ID",
    when_not: "the schema does not know the ID",
    meaning: "a program that asks IIS for this property asks for the type of the schema and may \
              be told that it is not there",
    advice: "set the property again with its own type, by hand or with IIS's tools",
    source: "MSDN ms524578, the property's own page",
    url: msdn!("ms524578"),
    look: Look::Reading,
};

/// A `<Custom>` of another user type or with other flags than the schema's.
pub static OTHER_TYPE_DATA: Rule = Rule {
    name: "other-type-data",
    severity: Severity::Note,
    finds: "another UserType or other Attributes than the schema's",
    when: "a Custom has another UserType or other Attributes than the schema gives its ID",
    when_not: "the schema does not know the ID; names and the number that they make are the same",
    meaning: "the user type or the flags are not those of the schema; IIS itself writes a \
              property as a Custom element for this very reason",
    advice: "nothing needs to be done; without INHERIT, child keys do not inherit it",
    source: "TechNet cc785283",
    url: technet!("cc785283"),
    look: Look::Reading,
};

/// IDs that do not ascend.
pub static UNSORTED: Rule = Rule {
    name: "unsorted-ids",
    severity: Severity::Note,
    finds: "IDs that do not ascend",
    when: "the IDs of a key's Custom elements do not ascend; once a key",
    when_not: "",
    meaning: "IIS writes Custom elements in ascending order of their IDs; somebody edited this \
              key by hand",
    advice: "nothing needs to be done; metafix puts new elements before the first larger ID and \
             moves nothing else",
    source: "Microsoft KB 820284",
    url: kb!("820284"),
    look: Look::Reading,
};

/// A value at a virtual server that hides the service's.
pub static HIDDEN_BY_SERVER: Rule = Rule {
    name: "hidden-by-server",
    severity: Severity::Note,
    finds: "a virtual server's value that hides the service's",
    when: "an SMTP virtual server has another value of its own than the service, of a property \
           that it would inherit",
    when_not: "the two values are the same, or the property is not inheritable",
    meaning: "a key takes an inheritable property from the nearest key above that has it, so a \
              value of its own hides the service's: a change at /LM/SmtpSvc does not reach this \
              virtual server",
    advice: "nothing needs to be done where the virtual server is meant to differ; where it is \
             not, `metafix unset KEY PROPERTY` lets it follow the service",
    source: "MSDN ms524543",
    url: msdn!("ms524543"),
    look: Look::Reading,
};

/// Edit-while-running without history.
pub static HISTORY_OFF: Rule = Rule {
    name: "edit-without-history",
    severity: Severity::Warning,
    finds: "edit-while-running without the history that it needs",
    when: "EnableEditWhileRunning is 1, and EnableHistory or MaxHistoryFiles is 0",
    when_not: "EnableEditWhileRunning is off",
    meaning: "edit-while-running compares a saved file with IIS's history and needs EnableHistory \
              on and MaxHistoryFiles above 0; IIS logs a warning and turns EnableHistory on again",
    advice: "",
    source: "MSDN ms525359, ms524694",
    url: msdn!("ms525359"),
    look: Look::Reading,
};

/// Edit-while-running with a short history.
pub static HISTORY_SHORT: Rule = Rule {
    name: "short-history",
    severity: Severity::Note,
    finds: "edit-while-running with a short history",
    when: "EnableEditWhileRunning is 1, and MaxHistoryFiles is below 10",
    when_not: "EnableEditWhileRunning is off",
    meaning: "with fewer than 10 history files edit-while-running may fail",
    advice: "",
    source: "MSDN ms525692",
    url: msdn!("ms525692"),
    look: Look::Reading,
};

/// Edit-while-running and no history file of the file's version.
pub static NO_HISTORY_FILE: Rule = Rule {
    name: "no-history-file",
    severity: Severity::Warning,
    finds: "edit-while-running without the history file of this version",
    when: "EnableEditWhileRunning is 1, and the folder History next to the file has no file of \
           its HistoryMajorVersionNumber",
    when_not: "there is no folder History, as next to a copy",
    meaning: "with edit-while-running on, IIS compares a saved file with the history file of its \
              HistoryMajorVersionNumber; without that one it cannot tell what was edited",
    advice: "on the live server let IIS write the pair anew (IIS Manager, All Tasks, Save \
             Configuration to Disk), then edit; or stop IISADMIN before editing",
    source: "MSDN aa670761, ms525562",
    url: "https://learn.microsoft.com/previous-versions/aa670761(v=vs.71)",
    look: Look::Reading,
};

/// A virtual server without `RelayIpList`.
pub static RELAY_IP_LIST: Rule = Rule {
    name: "relay-ip-list-missing",
    severity: Severity::Warning,
    finds: "a virtual server at which the console of Server 2022 crashes",
    when: "an SMTP virtual server has no RelayIpList, and the service has none either",
    when_not: "the service has one: its servers inherit it",
    meaning: "on Windows Server 2022 IIS 6.0 Manager crashes when the properties of such a \
              virtual server are opened; earlier versions do not mind",
    advice: "the repair writes a closed list; name with --allow who may relay",
    source: "centauricw.com, IIS SMTP Server on Windows Server 2022; MSDN ms524986",
    url: "https://centauricw.com/?p=195",
    look: Look::Reading,
};

/// Outbound ESMTP turned off.
pub static OUTBOUND_ESMTP: Rule = Rule {
    name: "outbound-esmtp-off",
    severity: Severity::Warning,
    finds: "outgoing mail without ESMTP",
    when: "SmtpOutboundCommandSupportOptions is 7",
    when_not: "it has another value than that",
    meaning: "7 turns ESMTP off for outgoing mail, and the large mail services drop such \
              connections; the documented default is 7697601",
    advice: "",
    source: "MSDN ms525021; centauricw.com, SmtpOutboundCommandSupportOptions Bug",
    url: msdn!("ms525021"),
    look: Look::Reading,
};

/// Readable text in the place of a secret.
pub static PLAINTEXT_SECRET: Rule = Rule {
    name: "plaintext-secret",
    severity: Severity::Warning,
    finds: "a secret that is not encrypted",
    when: "the value of a property that IIS encrypts is not hexadecimal",
    when_not: "it is empty",
    meaning: "IIS keeps this property encrypted, as hexadecimal digits; this value is something \
              else, perhaps a password that somebody typed in: everyone who may read the file or \
              a copy of it can read it, and IIS will hardly be able to decrypt it",
    advice: "set it again with IIS's own tools, which encrypt it; if it was a password, change it \
             where it is used",
    source: "TechNet cc785283",
    url: technet!("cc785283"),
    look: Look::Reading,
};

/// Hexadecimal digits that do not begin as encrypted values do.
pub static UNKNOWN_SECRET: Rule = Rule {
    name: "unknown-secret-form",
    severity: Severity::Note,
    finds: "a secret in a form that is not known",
    when: "the value of a property that IIS encrypts is hexadecimal and does not begin with \
           49634462",
    when_not: "it is empty",
    meaning: "encrypted values are known to begin with 49634462; this one does not, so it may \
              come from another machine or program, or be unencrypted",
    advice: "nothing needs to be done where IIS takes it",
    source: "TechNet cc785283",
    url: technet!("cc785283"),
    look: Look::Reading,
};

/// A DNS mode that does not exist.
pub static UNKNOWN_DNS_MODE: Rule = Rule {
    name: "unknown-dns-mode",
    severity: Severity::Warning,
    finds: "a DNS mode that does not exist",
    when: "SmtpUseTcpDns is none of 0, 1, 2 and 4294967295",
    when_not: "",
    meaning: "SmtpUseTcpDns is 0 (UDP, then TCP), 1 (TCP only), 2 (UDP only) or unset \
              (4294967295); what the SMTP service does with another value is not documented",
    advice: "choose a mode with `metafix set-dns-mode`, or go back to the default:",
    source: "Microsoft KB 820284; MSDN ms524979",
    url: msdn!("ms524979"),
    look: Look::Reading,
};
