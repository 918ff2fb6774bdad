//! Chooses ports for servers that are killed and restarted on the same port. The ports are below the range from which
//! the system takes ports for clients. Otherwise a client that retries while the server is down could get the server's
//! port and connect to itself. Test binaries that run in parallel begin their search at different ports.

use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::atomic::{AtomicU16, Ordering};

/// The ports of all servers except Redis.
const COMMON: Range<u16> = 20_000..32_000;
/// The ports of Redis servers. Each node of a cluster also uses a second port, which is [`BUS`] higher. The second
/// ports must not be in the range [`COMMON`].
const REDIS: Range<u16> = 4_000..10_000;
const BUS: u16 = 10_000;
static TAKEN: AtomicU16 = AtomicU16::new(0);

pub(super) fn free_port() -> u16 {
    first(COMMON, free)
}

/// A free port for a Redis server. The port that is [`BUS`] higher is free too, because the nodes of a cluster talk to
/// each other on it.
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
