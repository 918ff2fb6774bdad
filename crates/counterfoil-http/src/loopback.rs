//! Detects authorities that lead to this machine: `localhost` and loopback addresses.

/// Whether an authority is `localhost` or a loopback address. An authority is a host with or without a port.
///
/// ```
/// use counterfoil_http::request::is_loopback;
///
/// assert!(is_loopback("localhost:8080") && is_loopback("[::1]") && is_loopback("127.0.0.2"));
/// assert!(!is_loopback("localhost.example") && !is_loopback("10.0.0.1"));
/// ```
#[must_use]
pub fn is_loopback(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or(("", "")),
        None => authority.find(':').map_or((authority, ""), |colon| authority.split_at(colon)),
    };
    let port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let local = host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    local && port
}
