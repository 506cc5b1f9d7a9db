//! Every rule: the table that `check` goes through.
//!
//! A rule of servers is a file here: its words, and a function from the tree of keys to what it
//! finds. A new one is a file, a line of the table, and two folders in `fixtures/check`: one that
//! shows it, NAME, and one that must not, NAME-not.

mod app_root_missing;
mod binding_conflict;
mod binding_invalid;
mod categorizer_off;
mod drop_is_pickup;
mod exchange_owns;
pub(super) mod form;
mod key_without_parent;
mod open_relay;
mod pool_missing;
mod queue_on_system_drive;
mod script_map_invalid;
mod server_stopped;
mod smart_host_not_bracketed;
mod web_keys_unused;

pub use super::rule::{Look, Rule, Severity};
pub use form::UNKNOWN_DNS_MODE;

/// Every rule, in the order of the text output within a severity.
pub static RULES: [&Rule; 36] = [
    &form::NOT_WELL_FORMED,
    &form::DOCUMENT_TYPE,
    &form::UNREADABLE,
    &form::NOT_A_METABASE,
    &open_relay::RULE,
    &binding_conflict::RULE,
    &binding_invalid::RULE,
    &pool_missing::RULE,
    &script_map_invalid::RULE,
    &categorizer_off::RULE,
    &form::KEY_TWICE,
    &form::PROPERTY_TWICE,
    &form::BOTH_FORMS,
    &form::NAME_ID_CONFLICT,
    &form::MISSING_ATTRIBUTE,
    &form::WRONG_TYPE,
    &form::KEY_WITHOUT_LOCATION,
    &form::RELAY_IP_LIST,
    &form::OUTBOUND_ESMTP,
    &form::UNKNOWN_DNS_MODE,
    &server_stopped::RULE,
    &smart_host_not_bracketed::RULE,
    &drop_is_pickup::RULE,
    &app_root_missing::RULE,
    &form::HISTORY_OFF,
    &form::NO_HISTORY_FILE,
    &form::PLAINTEXT_SECRET,
    &form::HISTORY_SHORT,
    &form::HIDDEN_BY_SERVER,
    &form::OTHER_TYPE_DATA,
    &form::UNKNOWN_SECRET,
    &form::UNSORTED,
    &exchange_owns::RULE,
    &web_keys_unused::RULE,
    &key_without_parent::RULE,
    &queue_on_system_drive::RULE,
];

/// The rule of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Rule> {
    RULES.into_iter().find(|rule| rule.name == name)
}
