//! Trusted reverse proxies, whose headers name the source of a request.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use counterfoil::types::Source;
use http::HeaderMap;
use http::header::FORWARDED;

/// The header to which a proxy that does not support RFC 7239 adds the address of its client.
const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The addresses of a service's own reverse proxies. The headers `Forwarded` and `X-Forwarded-For` are used only in
/// requests from these addresses, because any client can send such headers.
///
/// ```
/// use counterfoil_http::{Source, TrustedProxies};
/// use http::HeaderMap;
///
/// let proxies: TrustedProxies = "10.0.0.0/8, ::1".parse()?;
/// let headers = HeaderMap::from_iter([("x-forwarded-for".parse()?, "192.0.2.7, 10.0.0.2".parse()?)]);
/// assert_eq!(proxies.source("10.0.0.1".parse()?, &headers), Source::new("192.0.2.7")?);
/// assert_eq!(proxies.source("203.0.113.9".parse()?, &headers), Source::new("203.0.113.9")?, "no proxy of ours");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

/// The error for a text that is not a valid list of addresses and networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProxies;

impl fmt::Display for InvalidProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("trusted proxies must be addresses and networks such as 10.0.0.0/8, a comma between two")
    }
}

impl std::error::Error for InvalidProxies {}

/// A network: all addresses with a common prefix. An IPv4 address is stored in its IPv6-mapped form, so that all
/// addresses are compared in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: u128,
    bits: u32,
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        (bits_of(address) ^ self.address).leading_zeros() >= self.bits
    }
}

fn bits_of(address: IpAddr) -> u128 {
    let mapped: Ipv6Addr = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    mapped.to_bits()
}

impl FromStr for Network {
    type Err = InvalidProxies;

    fn from_str(text: &str) -> Result<Self, InvalidProxies> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().map_err(|_| InvalidProxies)?;
        let (most, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let length = match length {
            None => most,
            Some(length) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                length.parse().ok().filter(|length| *length <= most).ok_or(InvalidProxies)?
            }
            Some(_) => return Err(InvalidProxies),
        };
        Ok(Self { address: bits_of(address), bits: before + length })
    }
}

impl FromStr for TrustedProxies {
    type Err = InvalidProxies;

    /// Parses a comma-separated list of addresses and CIDR networks. An empty text is an empty list.
    fn from_str(text: &str) -> Result<Self, InvalidProxies> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Whether an address belongs to a trusted proxy.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Returns the source of a request. If `peer` is not a trusted proxy, the source is `peer`. If `peer` is a trusted
    /// proxy, the source depends on the headers `Forwarded` (RFC 7239) and `X-Forwarded-For`.
    ///
    /// If only one of the two headers is present, or if both name the same source, the source is the last address in
    /// the header that is not a trusted proxy. Without these headers, the source is `peer`.
    ///
    /// The client may have forged a header if the two headers name different sources, or if the last element that is
    /// not a trusted proxy is not an address. The source is then a name without an address, which contains the address
    /// of the proxy. Failures are counted under this name. A credential that can be used only from some addresses is
    /// refused, even if the address of the proxy is one of them.
    #[must_use]
    pub fn source(&self, peer: IpAddr, headers: &HeaderMap) -> Source {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return peer.into();
        }
        let standard = self.last_foreign(peer, lines(headers, FORWARDED.as_str()).map(of_forwarded));
        let usual = self.last_foreign(peer, lines(headers, X_FORWARDED_FOR).map(of_text));
        match (standard, usual) {
            (None, None) => peer.into(),
            (Some(Hop::Client(one)), None) | (None, Some(Hop::Client(one))) => one.into(),
            (Some(Hop::Client(one)), Some(Hop::Client(other))) if one == other => one.into(),
            (Some(Hop::Unclear(proxy)), None) | (None, Some(Hop::Unclear(proxy))) => behind(proxy),
            (Some(_), Some(_)) => behind(peer),
        }
    }

    /// Returns the source of a request according to one header. `hops` are the elements of the header in their order.
    /// An element that is not an address is `None`.
    ///
    /// Goes through the elements from the last to the first, skips trusted proxies, and stops at one of these:
    ///
    /// - An address that is not a trusted proxy. The result is this address.
    /// - An element that is not an address. The result is unclear. It names the proxy that was skipped last, or `peer`
    ///   if none was skipped.
    /// - The beginning of the header. The result is the proxy that was skipped last, or `None` if the header has no
    ///   elements.
    fn last_foreign(&self, peer: IpAddr, hops: impl DoubleEndedIterator<Item = Option<IpAddr>>) -> Option<Hop> {
        let mut seen = None;
        for hop in hops.rev() {
            let Some(hop) = hop else { return Some(Hop::Unclear(seen.unwrap_or(peer))) };
            if !self.contains(hop) {
                return Some(Hop::Client(hop));
            }
            seen = Some(hop);
        }
        seen.map(Hop::Client)
    }
}

/// What one header says about the source of a request.
#[derive(Clone, Copy)]
enum Hop {
    /// The address from which the request came to the first trusted proxy.
    Client(IpAddr),
    /// This proxy reported something that is not an address.
    Unclear(IpAddr),
}

/// The source of a request that came through a proxy, and whose address is unclear.
fn behind(proxy: IpAddr) -> Source {
    Source::new(&format!("behind-{proxy}")).unwrap_or(Source::Unknown)
}

/// Returns the elements of a header that is a list, in order, from all lines with this header (RFC 9110 §5.3).
fn lines<'a>(headers: &'a HeaderMap, name: &str) -> impl DoubleEndedIterator<Item = &'a str> {
    // A line that is not text becomes one element, `?`, which is not an address.
    let texts = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("?")).collect::<Vec<_>>();
    texts.into_iter().flat_map(|line| line.split(','))
}

/// Reads the address after `for=` in an element of `Forwarded`.
fn of_forwarded(element: &str) -> Option<IpAddr> {
    let mut named = element.split(';').filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then_some(value)
    });
    match (named.next(), named.next()) {
        (Some(node), None) => of_text(node.strip_prefix('"').and_then(|node| node.strip_suffix('"')).unwrap_or(node)),
        _ => None,
    }
}

/// Reads an address, with or without a port. An IPv6 address with a port is in brackets.
fn of_text(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None if text.matches(':').count() == 1 => text.split_once(':')?.0,
        None => text,
    };
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(text: &str) -> TrustedProxies {
        text.parse().expect(text)
    }

    fn source(proxies: &TrustedProxies, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a value"));
        }
        let source = proxies.source(peer.parse().expect("an address"), &headers);
        let name = source.name().expect("a known source");
        assert_eq!(name.address().is_none(), name.as_str().starts_with("behind-"), "{name:?}");
        name.as_str().to_owned()
    }

    #[test]
    fn a_network_holds_what_begins_alike() {
        let own = proxies("10.0.0.0/8,192.0.2.1, 2001:db8::/32 , ::1");
        for inside in ["10.0.0.0", "10.255.255.255", "192.0.2.1", "2001:db8:ffff::1", "::1", "::ffff:10.1.2.3"] {
            assert!(own.contains(inside.parse().expect("an address")), "{inside}");
        }
        for outside in ["11.0.0.0", "9.255.255.255", "192.0.2.2", "2001:db9::", "::2", "127.0.0.1"] {
            assert!(!own.contains(outside.parse().expect("an address")), "{outside}");
        }
        assert!(proxies("0.0.0.0/0").contains([203, 0, 113, 7].into()));
        assert!(!proxies("0.0.0.0/0").contains("2001:db8::1".parse().expect("an address")));
        assert_eq!(proxies(" "), TrustedProxies::default());
        for bad in ["10.0.0.0/33", "::/129", "10.0.0", "a", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.1,,::1", "10.0.0.1;::1"]
        {
            assert_eq!(bad.parse::<TrustedProxies>(), Err(InvalidProxies), "{bad}");
        }
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        let own = proxies("10.0.0.0/8");
        let lie = [("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=198.51.100.1")];
        assert_eq!(source(&own, "203.0.113.9", &lie), "203.0.113.9");
        assert_eq!(source(&TrustedProxies::default(), "127.0.0.1", &lie), "127.0.0.1");
    }

    #[test]
    fn the_last_address_that_no_trusted_proxy_has_is_the_source() {
        let own = proxies("10.0.0.0/8, 2001:db8::/32");
        let usual = |value: &str| source(&own, "10.0.0.1", &[("x-forwarded-for", value)]);
        let standard = |value: &str| source(&own, "10.0.0.1", &[("forwarded", value)]);
        for (value, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("198.51.100.1, 192.0.2.7", "192.0.2.7"),
            ("198.51.100.1,192.0.2.7 , 10.0.0.2", "192.0.2.7"),
            ("192.0.2.7:5000", "192.0.2.7"),
            ("[2001:dba::7]:5000", "2001:dba::"),
            ("2001:dba::7", "2001:dba::"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("192.0.2.7, unknown", "behind-10.0.0.1"),
            ("192.0.2.7, unknown, 10.0.0.2", "behind-10.0.0.2"),
            ("", "behind-10.0.0.1"),
        ] {
            assert_eq!(usual(value), expected, "{value:?}");
        }
        for (value, expected) in [
            ("for=192.0.2.7", "192.0.2.7"),
            ("for=198.51.100.1, For=\"192.0.2.7:80\";proto=https;by=10.0.0.1", "192.0.2.7"),
            ("for=\"[2001:dba::7]:80\"", "2001:dba::"),
            ("for=192.0.2.7, for=10.0.0.2", "192.0.2.7"),
            ("for=192.0.2.7, for=_hidden", "behind-10.0.0.1"),
            ("proto=https", "behind-10.0.0.1"),
            ("for=1.1.1.1;for=192.0.2.7", "behind-10.0.0.1"),
        ] {
            assert_eq!(standard(value), expected, "{value:?}");
        }
    }

    #[test]
    fn lines_count_in_order_and_two_headers_that_differ_are_believed_neither() {
        let own = proxies("10.0.0.0/8");
        let two = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "192.0.2.7")];
        assert_eq!(source(&own, "10.0.0.1", &two), "192.0.2.7");
        let alike = [("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=192.0.2.7")];
        assert_eq!(source(&own, "10.0.0.1", &alike), "192.0.2.7");
        let differ = [("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=198.51.100.1")];
        assert_eq!(source(&own, "10.0.0.1", &differ), "behind-10.0.0.1");
        let garbage = [("x-forwarded-for", "192.0.2.7"), ("forwarded", "x")];
        assert_eq!(source(&own, "10.0.0.1", &garbage), "behind-10.0.0.1", "a client may have sent it");
        assert_eq!(source(&own, "10.0.0.1", &[]), "10.0.0.1", "the proxy's own request");
    }
}
