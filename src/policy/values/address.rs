//! Addresses and CIDR ranges, IPv4 and IPv6; a bare address is a range of one.

use std::net::IpAddr;

use ipnet::IpNet;

/// Reads `203.0.113.0/24`, `2001:db8::/32`, or a bare address.
pub(super) fn parse(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_addresses_and_no_others() {
        for (range, address, expected) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.9.9.9/8", "10.1.2.3", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("203.0.113.9", "203.0.113.9", true),
            ("203.0.113.9/32", "203.0.113.8", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("::/0", "2001:db8::1", true),
            ("::/0", "10.0.0.1", false),
            ("0.0.0.0/0", "::1", false),
            ("10.0.0.0/8", "10.0.0.0/16", true),
            ("10.0.0.0/16", "10.0.0.0/8", false),
        ] {
            assert_eq!(parse(range).unwrap().contains(&parse(address).unwrap()), expected, "{range} {address}");
        }
        for text in ["", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "name"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
