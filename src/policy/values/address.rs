//! Addresses and CIDR ranges, IPv4 and IPv6.

use std::net::IpAddr;

/// A range of addresses; a bare address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    address: IpAddr,
    bits: u32,
}

/// Reads `203.0.113.0/24`, `2001:db8::/32`, or a bare address.
pub(super) fn parse(text: &str) -> Option<Range> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        None => most,
        Some(bits) => bits.parse().ok().filter(|bits| *bits <= most)?,
    };
    Some(Range { address, bits })
}

impl Range {
    /// Whether the whole of `other` lies in it.
    pub(super) fn contains(&self, other: &Range) -> bool {
        let (own, its, width) = match (self.address, other.address) {
            (IpAddr::V4(own), IpAddr::V4(its)) => (u128::from(own.to_bits()), u128::from(its.to_bits()), 32),
            (IpAddr::V6(own), IpAddr::V6(its)) => (own.to_bits(), its.to_bits(), 128),
            _ => return false,
        };
        let rest = width - self.bits;
        other.bits >= self.bits && own.checked_shr(rest).unwrap_or(0) == its.checked_shr(rest).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_addresses_and_no_others() {
        for (range, address, expected) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
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
