//! One block of addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block of IPv4 or IPv6 addresses: a first address, and the number of leading bits that all addresses of the block
/// share (RFC 4632 §3.1, RFC 4291 §2.3).
///
/// The text of a block always ends with this number of bits, so a single address is `192.0.2.7/32` or
/// `2001:db8::7/128`. An IPv4-mapped block is converted to the IPv4 block, so `::ffff:192.0.2.0/120` becomes
/// `192.0.2.0/24`.
///
/// Blocks are ordered by three criteria: IPv4 before IPv6, then by the first address, then the wider block first.
///
/// ```
/// use counterfoil::types::Networks;
///
/// let office = Networks::new(["2001:db8::/32", "192.0.2.7"])?;
/// let blocks: Vec<String> = office.blocks().map(|block| block.to_string()).collect();
/// assert_eq!(blocks, ["192.0.2.7/32", "2001:db8::/32"]);
/// # Ok::<(), counterfoil::types::InvalidNetworks>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(Block);

/// The bits of a block. All bits after the first `length` bits are 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Block {
    V4 { first: u32, length: u8 },
    V6 { first: u128, length: u8 },
}

/// Why a text is not a valid block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InvalidNetwork {
    /// The text is not an address, or the part after the `/` is not a decimal number.
    Malformed,
    /// The length is too large. Contains the largest length: 32 for IPv4, 128 for IPv6.
    Length(u8),
    /// An IPv4-mapped address whose length is below 96.
    Mapped,
    /// The address is not the first address of the block, as in `192.0.2.1/24`. The variant holds the block with the
    /// same length that contains the address, here `192.0.2.0/24`.
    HostBits(Network),
}

/// The number of bits before the IPv4 address in an IPv4-mapped address (RFC 4291 §2.5.5.2).
const MAPPED: u8 = 96;
const V4: u8 = 32;
const V6: u8 = 128;

impl Network {
    /// Parses an address or a block. An address alone is the block that contains only this address.
    pub(super) fn parse(text: &str) -> Result<Self, InvalidNetwork> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(decimal(length).ok_or(InvalidNetwork::Malformed)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork::Malformed)?;
        let most = if address.is_ipv4() { V4 } else { V6 };
        let length = length.unwrap_or(u16::from(most));
        let length = u8::try_from(length).ok().filter(|length| *length <= most).ok_or(InvalidNetwork::Length(most))?;
        let block = match (address, address.to_canonical()) {
            (IpAddr::V6(_), IpAddr::V4(mapped)) => {
                Block::v4(mapped, length.checked_sub(MAPPED).ok_or(InvalidNetwork::Mapped)?)
            }
            (_, IpAddr::V4(address)) => Block::v4(address, length),
            (_, IpAddr::V6(address)) => Block::v6(address, length),
        };
        let network = Self(block.without_host_bits());
        if network.0 == block { Ok(network) } else { Err(InvalidNetwork::HostBits(network)) }
    }

    /// Whether the address is in the block. An IPv4-mapped address counts as the IPv4 address, so no IPv6 block
    /// contains it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let single = match address.to_canonical() {
            IpAddr::V4(address) => Block::v4(address, V4),
            IpAddr::V6(address) => Block::v6(address, V6),
        };
        self.covers(&Self(single))
    }

    /// Whether every address of `other` is in this block.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Block::V4 { first, length }, Block::V4 { first: inner, length: longer }) => {
                length <= longer && inner & mask4(length) == first
            }
            (Block::V6 { first, length }, Block::V6 { first: inner, length: longer }) => {
                length <= longer && inner & mask6(length) == first
            }
            _ => false,
        }
    }
}

impl Block {
    fn v4(address: Ipv4Addr, length: u8) -> Self {
        Self::V4 { first: address.into(), length }
    }

    fn v6(address: Ipv6Addr, length: u8) -> Self {
        Self::V6 { first: address.into(), length }
    }

    fn without_host_bits(self) -> Self {
        match self {
            Self::V4 { first, length } => Self::V4 { first: first & mask4(length), length },
            Self::V6 { first, length } => Self::V6 { first: first & mask6(length), length },
        }
    }
}

/// A number whose `length` most significant bits are set. `length` is at most 32.
fn mask4(length: u8) -> u32 {
    u32::MAX.checked_shl(u32::from(V4.saturating_sub(length))).unwrap_or(0)
}

/// A number whose `length` most significant bits are set. `length` is at most 128.
fn mask6(length: u8) -> u128 {
    u128::MAX.checked_shl(u32::from(V6.saturating_sub(length))).unwrap_or(0)
}

/// Parses one to three digits. A sign and a leading zero are refused. Other programs read `010` as an octal number,
/// which is 8.
fn decimal(text: &str) -> Option<u16> {
    let digits = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = text.len() > 1 && text.starts_with('0');
    if digits && !padded { text.parse().ok() } else { None }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Block::V4 { first, length } => write!(f, "{}/{length}", Ipv4Addr::from(first)),
            Block::V6 { first, length } => write!(f, "{}/{length}", Ipv6Addr::from(first)),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;
