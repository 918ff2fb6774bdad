//! Limits the number of connections of each source. If a source that has reached the limit opens another connection,
//! the demo closes the connection of this source that has been idle the longest.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::activity::Activity;

/// The open connections of each source.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionTable(Arc<Mutex<HashMap<LimitKey, OpenConnections>>>);

/// The open connections that share one limit.
#[derive(Debug, Default)]
struct OpenConnections {
    open: Vec<Arc<Activity>>,
    /// The number of connections that were asked to close and are not closed yet.
    closing: usize,
}

/// The key of the connections that share one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum LimitKey {
    /// The connections from one IPv4 address, or from one /64 network of IPv6.
    Source(IpAddr),
    /// The connections from a trusted proxy. They have no limit.
    Proxy(IpAddr),
}

/// An entry of the table for one connection. Dropping it removes the entry.
#[derive(Debug)]
pub(crate) struct ConnectionPermit {
    table: ConnectionTable,
    key: LimitKey,
    activity: Arc<Activity>,
}

impl ConnectionTable {
    fn all(&self) -> MutexGuard<'_, HashMap<LimitKey, OpenConnections>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a connection to the table. If its source already has `most` open connections, asks the connection that has
    /// been idle the longest to close. Returns `None` if all open connections of the source run requests, or if `most`
    /// connections of the source are still closing. A trusted proxy (`is_proxy`) has no limit.
    pub(crate) fn admit(
        &self,
        peer: IpAddr,
        is_proxy: bool,
        most: usize,
        activity: &Arc<Activity>,
    ) -> Option<ConnectionPermit> {
        let peer = peer.to_canonical();
        let key = if is_proxy { LimitKey::Proxy(peer) } else { LimitKey::Source(subscriber(peer)) };
        let mut all = self.all();
        let own = all.entry(key).or_default();
        if !is_proxy && own.open.len() >= most {
            if own.closing >= most {
                return None;
            }
            let longest = longest_idle(own.open.iter())?;
            // From now on this connection does not count as open. So the next new connection closes a different
            // connection.
            own.open.retain(|other| !Arc::ptr_eq(other, &longest));
            own.closing += 1;
            longest.request_close();
        }
        own.open.push(Arc::clone(activity));
        Some(ConnectionPermit { table: self.clone(), key, activity: Arc::clone(activity) })
    }

    /// Asks one idle connection to close. Chooses the source with the most connections among those with an idle
    /// connection. Of this source, closes the connection that has been idle the longest. Does nothing if no connection
    /// is idle.
    pub(crate) fn request_close(&self) {
        let all = self.all();
        let idle = all.values().filter_map(|own| Some((own.open.len() + own.closing, longest_idle(own.open.iter())?)));
        if let Some((_, longest)) = idle.max_by_key(|(count, _)| *count) {
            longest.request_close();
        }
    }
}

/// Returns the connection that has been idle the longest. Returns `None` if none is idle.
fn longest_idle<'a>(all: impl Iterator<Item = &'a Arc<Activity>>) -> Option<Arc<Activity>> {
    let idle = all.filter_map(|activity| Some((activity.idle_since()?, activity)));
    idle.min_by_key(|(since, _)| *since).map(|(_, activity)| Arc::clone(activity))
}

fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut all = self.table.all();
        if let Some(own) = all.get_mut(&self.key) {
            let before = own.open.len();
            own.open.retain(|other| !Arc::ptr_eq(other, &self.activity));
            if own.open.len() == before {
                own.closing = own.closing.saturating_sub(1);
            }
            if own.open.is_empty() && own.closing == 0 {
                all.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[tokio::test]
    async fn fault_b5_the_idle_one_of_longest_standing_makes_room_and_busy_ones_do_not() {
        let table = ConnectionTable::default();
        let peer = address("192.0.2.7");
        let (first, second, third, fourth) = (Activity::new(), Activity::new(), Activity::new(), Activity::new());
        let _busy = first.begin();
        let _one = table.admit(peer, false, 2, &first).expect("a place");
        let _two = table.admit(peer, false, 2, &second).expect("a place");
        let _three = table.admit(peer, false, 2, &third).expect("the place of the idle one");
        second.close_requested().await;
        let _busy_too = third.begin();
        assert!(table.admit(peer, false, 2, &fourth).is_none(), "both are busy");
        assert!(table.admit(address("192.0.2.8"), false, 2, &fourth).is_some(), "another source");
        assert!(table.admit(peer, true, 2, &fourth).is_some(), "a trusted proxy");
    }

    #[tokio::test]
    async fn a_subscribers_64_bits_are_one_source_and_places_come_back() {
        let table = ConnectionTable::default();
        let activity = Activity::new();
        let _busy = activity.begin();
        let held = table.admit(address("2001:db8:1:2::1"), false, 1, &activity);
        assert!(held.is_some());
        let next = Activity::new();
        assert!(table.admit(address("2001:db8:1:2:ffff::9"), false, 1, &next).is_none());
        assert!(table.admit(address("2001:db8:1:3::1"), false, 1, &next).is_some());
        assert!(table.admit(address("::ffff:192.0.2.7"), false, 1, &next).is_some());
        drop(held);
        assert!(table.admit(address("2001:db8:1:2::2"), false, 1, &next).is_some());
        assert!(table.all().is_empty());
    }
}
