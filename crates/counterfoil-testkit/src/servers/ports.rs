//! Ports for servers that are killed and come back on the same one. They lie below those that the system gives to
//! clients: while a server is down, no client's own port can take its place (a client that asks for it again and again
//! would in the end be connected to itself). Test binaries that run beside each other begin to look at different
//! places.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::atomic::{AtomicU16, Ordering};

/// Of any server.
const COMMON: Range<u16> = 20_000..32_000;
/// Of Redis, whose cluster talks [`BUS`] above them, out of the way of the common ones.
const REDIS: Range<u16> = 4_000..10_000;
const BUS: u16 = 10_000;
static TAKEN: AtomicU16 = AtomicU16::new(0);

/// A free port.
pub(super) fn free_port() -> u16 {
    first(COMMON, free)
}

/// A free port, with a free one ten thousand above it, on which a cluster's nodes talk.
pub(super) fn free_redis_port() -> u16 {
    first(REDIS, |port| free(port) && free(port + BUS))
}

fn free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn first(range: Range<u16>, fits: impl Fn(u16) -> bool) -> u16 {
    let length = range.end - range.start;
    let spread = u16::try_from(std::process::id() % 97).expect("below 97") * (length / 100);
    let next = |_| range.start + (spread + TAKEN.fetch_add(1, Ordering::Relaxed) % length) % length;
    (0..length).map(next).find(|port| fits(*port)).expect("a free port")
}
