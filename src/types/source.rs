//! The source of a request, for which failed attempts are counted, and to which a credential can be restricted.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV4};
use std::str::FromStr;
use std::sync::Arc;

/// The source of a request. Failures are counted per source. A host passes a source with each request; there is no
/// default.
///
/// Pass the address of the connection's peer. If the service is behind a trusted proxy, pass the client's address that
/// this proxy reports. Never use a header that any client can set.
///
/// Different spellings of an address give the same source:
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
    /// A known source. Failures are counted for each name.
    Known(SourceName),
    /// The host does not know the source. Failures are not counted, so a correct secret is never refused because of
    /// earlier failures. The directory must limit guessing.
    Unknown,
}

/// The name of a source: an address, or another name of 1 to 255 visible characters that the host chooses.
///
/// Source names are compared by their text, [`SourceName::as_str`]. The text of an IPv6 address is that of its /64
/// network. So two addresses of one /64 network are equal source names, although [`SourceName::address`] differs.
#[derive(Clone)]
pub struct SourceName {
    text: Arc<str>,
    address: Option<IpAddr>,
}

/// Not a valid source name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a source is an address, or a name of 1 to 255 characters without blanks, commas, brackets and control characters"
)]
pub struct InvalidSource;

impl Source {
    /// Creates a source from the text of an address, or from another name. Blanks around the text are removed. If the
    /// text is an address, its port and its zone are removed too.
    ///
    /// # Errors
    ///
    /// [`InvalidSource`] if the text is neither an address nor a name of 1 to 255 characters without blanks, commas,
    /// brackets and control characters. So a list of addresses is refused. If the host does not know the source, use
    /// [`Source::Unknown`].
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
    /// Creates a source name from the text of an address, or from another name. The rules are the same as for
    /// [`Source::new`].
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
        // A comma separates the addresses in a header of a proxy, such as `X-Forwarded-For`. A client can choose the
        // first of these addresses, so a list is refused. Brackets occur only around addresses.
        let is_foreign =
            |letter: char| matches!(letter, ',' | '[' | ']') || letter.is_control() || letter.is_whitespace();
        if (1..=255).contains(&letters) && !text.contains(is_foreign) {
            Ok(Self { text: text.into(), address: None })
        } else {
            Err(InvalidSource)
        }
    }

    /// The name as text. For an IPv6 address it is the first address of its /64 network.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The whole address, if the source was made from an address and not from another name. An IPv4-mapped IPv6 address
    /// is the IPv4 address. This address decides whether a credential can be used from the source.
    ///
    /// The text of an IPv6 source ([`SourceName::as_str`]) is the first address of its /64 network, and not the whole
    /// address. The address of a source name that is made from this text is that first address.
    ///
    /// ```
    /// use counterfoil::types::SourceName;
    ///
    /// let source = SourceName::new("[2001:db8::7]:41234")?;
    /// assert_eq!(source.as_str(), "2001:db8::");
    /// assert_eq!(source.address(), "2001:db8::7".parse().ok());
    /// assert_eq!(SourceName::new("gateway-7")?.address(), None);
    /// # Ok::<(), counterfoil::types::InvalidSource>(())
    /// ```
    #[must_use]
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }
}

impl PartialEq for SourceName {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for SourceName {}

impl PartialOrd for SourceName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SourceName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for SourceName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
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
        let address = address.to_canonical();
        let text = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).to_string(),
        };
        Self { text: text.into(), address: Some(address) }
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

/// Prints the text and not the address, so that a log contains only the network of an IPv6 address.
impl fmt::Debug for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
