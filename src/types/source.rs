//! The source of a request, by which failures are counted.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

/// The source of a request, for counting failures. A host passes it with each request; there is no default.
///
/// The host knows it: the peer's address, or behind a proxy the address that a trusted proxy reports. A header that
/// any client can set is not a source.
///
/// ```
/// use std::net::IpAddr;
///
/// use counterfoil::types::Source;
///
/// let one = Source::from("2001:db8::1".parse::<IpAddr>()?);
/// let other: Source = "2001:db8::2".parse()?;
/// assert_eq!(one, other, "a subscriber's network is one source");
/// assert!("".parse::<Source>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A known source. Failures are counted by it.
    Known(SourceName),
    /// An unknown source. Nothing is counted, and a right secret is never refused: the directory must limit guessing.
    Unknown,
}

/// The name of a source: an address, or another name that the host gives. 1 to 255 visible characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(Arc<str>);

/// Not a valid source name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a source is named by 1 to 255 characters, none of them blank or a control character")]
pub struct InvalidSource;

impl Source {
    /// The name, if the source is known.
    #[must_use]
    pub const fn name(&self) -> Option<&SourceName> {
        match self {
            Self::Known(name) => Some(name),
            Self::Unknown => None,
        }
    }
}

impl SourceName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<IpAddr> for SourceName {
    /// IPv6: a subscriber has at least 2^64 addresses, so the network half is the source. A mapped IPv4 address
    /// counts as the IPv4 address.
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_string().into()),
            IpAddr::V6(address) => Self(Ipv6Addr::from(u128::from(address) >> 64 << 64).to_string().into()),
        }
    }
}

impl FromStr for SourceName {
    type Err = InvalidSource;

    /// Surrounding blanks are removed. The text of an address gives that address.
    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        let text = text.trim();
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(address.into());
        }
        // A peer with its port is refused: each connection would be a separate source.
        if let Ok(peer) = text.parse::<SocketAddr>() {
            return Ok(peer.ip().into());
        }
        let letters = text.chars().count();
        let fits = (1..=255).contains(&letters)
                // A comma belongs to a list of proxies, whose beginning a client can choose.
                && !text.chars().any(|letter| letter == ',' || letter.is_control() || letter.is_whitespace());
        if fits { Ok(Self(text.into())) } else { Err(InvalidSource) }
    }
}

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        Self::Known(address.into())
    }
}

impl From<SourceName> for Source {
    fn from(name: SourceName) -> Self {
        Self::Known(name)
    }
}

impl FromStr for Source {
    type Err = InvalidSource;

    /// The source with that name. An empty text is refused: a host that knows no source passes [`Source::Unknown`].
    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        text.parse().map(Self::Known)
    }
}

impl fmt::Debug for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Source {
        text.parse().expect("a source")
    }

    #[test]
    fn syn_token_12_a_peers_port_is_no_part_of_its_source_and_a_list_is_none() {
        assert_eq!(of("192.0.2.7:41234"), of("192.0.2.7"));
        assert_eq!(of("[2001:db8::1]:41234"), of("2001:db8::1"));
        assert!("192.0.2.7,198.51.100.1".parse::<Source>().is_err());
    }

    #[test]
    fn syn_token_12_a_subscribers_addresses_are_one_source() {
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
        assert_eq!(of("192.0.2.7"), Source::from("192.0.2.7".parse::<IpAddr>().expect("an address")));
    }

    #[test]
    fn fault_b2_what_names_no_source_is_never_taken_for_one() {
        for text in ["", "  ", "a b", "a\nb", "\u{7f}", &"x".repeat(256)] {
            assert_eq!(text.parse::<Source>(), Err(InvalidSource), "{text:?}");
        }
        assert_eq!(of(" gateway-7 "), of("gateway-7"));
        assert_eq!(of(&"x".repeat(255)).name().map(|name| name.as_str().len()), Some(255));
    }
}
