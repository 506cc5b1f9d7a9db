//! The request of `set-dns-mode`: the cure of Microsoft KB 820284 as a change of one property.

use crate::change::plan::Request;
use crate::metabase::locate::KeyPath;
use crate::metabase::property::{DnsMode, SMTP_USE_TCP_DNS};

/// The request that sets the mode of the service, or of one virtual server.
#[must_use]
pub fn request(mode: DnsMode, server: Option<u32>) -> Request {
    let key = server.map_or_else(KeyPath::smtp_service, KeyPath::smtp_server);
    Request::set(key, SMTP_USE_TCP_DNS, mode.value().to_string())
}
