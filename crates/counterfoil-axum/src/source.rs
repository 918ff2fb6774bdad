//! Where a request comes from.

use std::net::IpAddr;

/// Where a request comes from, for counting failures: put it into the request's extensions, in front of the OAuth routers. Without it
/// failures are counted by account and client alone, and a back-off lasts five seconds at most.
///
/// The host knows: the peer's address where nothing stands in front, what a trusted proxy says where one does. A header that anybody can
/// write is no source.
///
/// ```
/// use counterfoil_axum::Source;
/// use http::Request;
///
/// let mut request = Request::new(());
/// request.extensions_mut().insert(Source::from(std::net::IpAddr::from([192, 0, 2, 7])));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source(String);

impl Source {
    /// A source by another name than an address.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<IpAddr> for Source {
    /// IPv6: one subscriber has 2^64 addresses at least, so the network's half is the source. A mapped IPv4 address is that address.
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_string()),
            IpAddr::V6(address) => {
                let network = u128::from(address) >> 64 << 64;
                Self(std::net::Ipv6Addr::from(network).to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syn_token_12_a_subscribers_addresses_are_one_source() {
        let of = |text: &str| Source::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }
}
