//! The source of a request. Failures are counted per source.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV4};
use std::str::FromStr;
use std::sync::Arc;

/// The source of a request. Failures are counted per source. A host passes a source with each request; there is no
/// default.
///
/// Pass the address of the connection's peer. If the service is behind a proxy, pass the client's address that a
/// trusted proxy reports. Never use a header that any client can set.
///
/// All spellings of an address are the same source:
///
/// | text | source |
/// |---|---|
/// | `192.0.2.7`, `192.0.2.7:41234`, `::ffff:192.0.2.7`, `[::ffff:192.0.2.7]:41234` | `192.0.2.7` |
/// | `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:41234`, `2001:DB8:0:0:1::2` | `2001:db8::`, the /64 network |
/// | `fe80::1%eth0`, `[fe80::1%eth0]:41234` | `fe80::`, without the zone (RFC 4007 §11) |
/// | `gateway-7` | the name itself |
///
/// The source of an IPv6 address is its /64 network, because a subscriber has at least 2^64 addresses. The port is
/// dropped, because it differs between connections.
///
/// ```
/// use std::net::SocketAddr;
///
/// use counterfoil::types::Source;
///
/// let peer: SocketAddr = "[2001:db8::1]:41234".parse()?;
/// assert_eq!(Source::from(peer), Source::new("2001:db8::2")?, "a subscriber's network is one source");
/// assert_eq!(Source::new("::ffff:192.0.2.7")?, Source::new("192.0.2.7:41234")?);
/// assert!(Source::new("").is_err(), "an unknown source is Source::Unknown");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A known source. Failures are counted per source.
    Known(SourceName),
    /// The host does not know the source. Failures are not counted, and a correct secret is never refused. The
    /// directory must limit guessing.
    Unknown,
}

/// The name of a source: an address, or another name of 1 to 255 visible characters that the host chooses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(Arc<str>);

/// Not a valid source name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a source is an address, or a name of 1 to 255 characters without blanks, commas, brackets and control characters"
)]
pub struct InvalidSource;

impl Source {
    /// The source with that address or name. Blanks around the text are removed. For an address, port and zone are
    /// removed.
    ///
    /// # Errors
    ///
    /// [`InvalidSource`] if the text is empty, is a list, or has brackets around something that is not an address. If
    /// the host does not know the source, use [`Source::Unknown`].
    pub fn new(text: &str) -> Result<Self, InvalidSource> {
        SourceName::new(text).map(Self::Known)
    }

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
    /// The source name with that address or name. See [`Source::new`].
    ///
    /// # Errors
    ///
    /// The same as [`Source::new`].
    pub fn new(text: &str) -> Result<Self, InvalidSource> {
        let text = text.trim();
        if let Some(address) = address(text) {
            return Ok(address.into());
        }
        let letters = text.chars().count();
        // A comma separates the entries of a proxy list, whose first entries a client can choose. Brackets occur only
        // around addresses.
        let is_foreign =
            |letter: char| matches!(letter, ',' | '[' | ']') || letter.is_control() || letter.is_whitespace();
        if (1..=255).contains(&letters) && !text.contains(is_foreign) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidSource)
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address in a text, without its port, brackets and zone. `None` if the text is not an address.
fn address(text: &str) -> Option<IpAddr> {
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        let is_port = |port: &str| port.parse::<u16>().is_ok();
        let fits = after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
        return fits.then(|| without_zone(inside)).flatten().map(IpAddr::V6);
    }
    let bare = text.parse().ok();
    bare.or_else(|| text.parse::<SocketAddrV4>().ok().map(|peer| IpAddr::V4(*peer.ip())))
        .or_else(|| without_zone(text).map(IpAddr::V6))
}

/// Parses an IPv6 address and removes its zone (RFC 4007 §11). The zone names a network interface of this machine.
fn without_zone(text: &str) -> Option<Ipv6Addr> {
    text.split_once('%').map_or(text, |(address, _)| address).parse().ok()
}

impl From<IpAddr> for SourceName {
    /// The /64 network of an IPv6 address, or the whole IPv4 address. An IPv4-mapped IPv6 address is treated as the
    /// IPv4 address.
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_string().into()),
            IpAddr::V6(address) => Self(Ipv6Addr::from(u128::from(address) >> 64 << 64).to_string().into()),
        }
    }
}

impl From<SocketAddr> for SourceName {
    /// The source of a connection from that peer. The port is dropped.
    fn from(peer: SocketAddr) -> Self {
        peer.ip().into()
    }
}

impl FromStr for SourceName {
    type Err = InvalidSource;

    /// The same as [`SourceName::new`].
    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        Self::new(text)
    }
}

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        Self::Known(address.into())
    }
}

impl From<SocketAddr> for Source {
    fn from(peer: SocketAddr) -> Self {
        Self::Known(peer.into())
    }
}

impl From<SourceName> for Source {
    fn from(name: SourceName) -> Self {
        Self::Known(name)
    }
}

impl FromStr for Source {
    type Err = InvalidSource;

    /// The same as [`Source::new`].
    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        Self::new(text)
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

    fn name(text: &str) -> String {
        of(text).name().expect("known").as_str().to_owned()
    }

    #[test]
    fn syn_token_12_a_peers_port_is_no_part_of_its_source_and_a_list_is_none() {
        assert_eq!(of("192.0.2.7:41234"), of("192.0.2.7"));
        assert_eq!(of("[2001:db8::1]:41234"), of("2001:db8::1"));
        assert!("192.0.2.7,198.51.100.1".parse::<Source>().is_err());
    }

    #[test]
    fn host_4_every_spelling_of_an_address_is_one_source() {
        for text in ["192.0.2.7", "192.0.2.7:1", " ::ffff:192.0.2.7 ", "[::ffff:192.0.2.7]:9", "::FFFF:c000:207"] {
            assert_eq!(name(text), "192.0.2.7", "{text}");
        }
        let one = ["2001:db8::1", "[2001:db8::1]", "[2001:db8::2]:41234", "2001:DB8:0:0:1::2", "2001:db8::1%3"];
        for text in one {
            assert_eq!(name(text), "2001:db8::", "{text}");
        }
        for text in ["fe80::1%eth0", "[fe80::1%eth0]", "[fe80::2%1]:80", "fe80::3%"] {
            assert_eq!(name(text), "fe80::", "{text}");
        }
        let peer = |text: &str| Source::from(text.parse::<SocketAddr>().expect("a peer"));
        assert_eq!(peer("[2001:db8::1]:80"), of("2001:db8::2"));
        assert_eq!(peer("192.0.2.7:80"), of("::ffff:192.0.2.7"));
    }

    #[test]
    fn host_4_brackets_around_anything_but_an_address_name_no_source() {
        for text in ["[]", "[::1", "::1]", "[192.0.2.7]", "[::1]x", "[::1]:", "[::1]:65536", "[gateway]", "[::1],::2"] {
            assert_eq!(text.parse::<Source>(), Err(InvalidSource), "{text}");
        }
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
