//! The DNS servers that this machine asks.

use std::io;
use std::net::{IpAddr, SocketAddr};

/// The port of DNS (RFC 1035 section 4.2).
pub const PORT: u16 = 53;

/// The DNS servers that this machine asks, in that order.
///
/// # Errors
/// The system's.
#[cfg(unix)]
pub fn servers() -> io::Result<Vec<SocketAddr>> {
    match fs_err::read("/etc/resolv.conf") {
        Ok(text) => Ok(named(&String::from_utf8_lossy(&text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The DNS servers that this machine asks, in that order.
///
/// # Errors
/// Windows's.
#[cfg(windows)]
pub fn servers() -> io::Result<Vec<SocketAddr>> {
    let mut servers = Vec::new();
    for name in crate::os::windows::dns_servers()? {
        add(&name, &mut servers);
    }
    Ok(servers)
}

/// What `resolv.conf` names (resolv.conf(5)).
#[cfg(any(unix, test))]
fn named(text: &str) -> Vec<SocketAddr> {
    let mut servers = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        if let (Some("nameserver"), Some(name)) = (words.next(), words.next()) {
            add(name, &mut servers);
        }
    }
    servers
}

/// Adds an address that is one, once.
fn add(name: &str, servers: &mut Vec<SocketAddr>) {
    // An address that means a network card alone (fe80::1%eth0) is left out: std knows no names
    // of cards.
    if let Ok(address) = name.parse::<IpAddr>() {
        let server = SocketAddr::new(address, PORT);
        if !servers.contains(&server) {
            servers.push(server);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolv_conf_names_servers() {
        let text = "# comment\nsearch example.com\nnameserver 192.0.2.53\n\tnameserver\t2001:db8::53 \
                    # main\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\nnameserver\n;nameserver ::1\n";
        let found: Vec<_> = named(text).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["192.0.2.53:53", "[2001:db8::53]:53"]);
    }
}
