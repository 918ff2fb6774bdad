//! Who is connected: at most so many, and so many of one source. Whoever is idle longest makes room.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::pulse::Pulse;

/// Those who are connected, by source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guests(Arc<Mutex<HashMap<Party, Seats>>>);

/// The connections of one party.
#[derive(Debug, Default)]
struct Seats {
    here: Vec<Arc<Pulse>>,
    /// Those that were asked to go and have not gone: they hold a connection still.
    leaving: usize,
}

/// Whom a bound is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Party {
    /// One address, or what one subscriber has of IPv6: a /64.
    Source(IpAddr),
    /// A trusted proxy, which stands for many.
    Proxy(IpAddr),
}

/// A place that is given back with the value.
#[derive(Debug)]
pub(crate) struct Place {
    guests: Guests,
    party: Party,
    pulse: Arc<Pulse>,
}

impl Guests {
    fn all(&self) -> MutexGuard<'_, HashMap<Party, Seats>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new connection; `None` where its source has as many as may be and all of them are busy. Where one of them is idle, it makes
    /// room. As many again may be on their way out, and no more.
    pub(crate) fn admit(&self, peer: IpAddr, is_proxy: bool, most: usize, pulse: &Arc<Pulse>) -> Option<Place> {
        let peer = peer.to_canonical();
        let party = if is_proxy { Party::Proxy(peer) } else { Party::Source(subscriber(peer)) };
        let mut all = self.all();
        let own = all.entry(party).or_default();
        if !is_proxy && own.here.len() >= most {
            if own.leaving >= most {
                return None;
            }
            let longest = longest_idle(own.here.iter())?;
            // Its place is free at once, so that each newcomer asks another one.
            own.here.retain(|other| !Arc::ptr_eq(other, &longest));
            own.leaving += 1;
            longest.make_room();
        }
        own.here.push(Arc::clone(pulse));
        Some(Place { guests: self.clone(), party, pulse: Arc::clone(pulse) })
    }

    /// Asks the one that is idle longest to go, of the party that has the most connections among those with an idle one.
    pub(crate) fn make_room(&self) {
        let all = self.all();
        let idle = all.values().filter_map(|own| Some((own.here.len() + own.leaving, longest_idle(own.here.iter())?)));
        if let Some((_, longest)) = idle.max_by_key(|(seats, _)| *seats) {
            longest.make_room();
        }
    }
}

/// The idle one of longest standing; those that never spoke come first among equals, since they count from when they came.
fn longest_idle<'a>(all: impl Iterator<Item = &'a Arc<Pulse>>) -> Option<Arc<Pulse>> {
    let idle = all.filter_map(|pulse| Some((pulse.idle_since()?, pulse)));
    idle.min_by_key(|(since, _)| *since).map(|(_, pulse)| Arc::clone(pulse))
}

fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.guests.all();
        if let Some(own) = all.get_mut(&self.party) {
            let before = own.here.len();
            own.here.retain(|other| !Arc::ptr_eq(other, &self.pulse));
            if own.here.len() == before {
                own.leaving = own.leaving.saturating_sub(1);
            }
            if own.here.is_empty() && own.leaving == 0 {
                all.remove(&self.party);
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
        let guests = Guests::default();
        let peer = address("192.0.2.7");
        let (first, second, third, fourth) = (Pulse::new(), Pulse::new(), Pulse::new(), Pulse::new());
        let _busy = first.begin();
        let _one = guests.admit(peer, false, 2, &first).expect("a place");
        let _two = guests.admit(peer, false, 2, &second).expect("a place");
        let _three = guests.admit(peer, false, 2, &third).expect("the place of the idle one");
        second.room_is_wanted().await;
        let _busy_too = third.begin();
        assert!(guests.admit(peer, false, 2, &fourth).is_none(), "both are busy");
        assert!(guests.admit(address("192.0.2.8"), false, 2, &fourth).is_some(), "another source");
        assert!(guests.admit(peer, true, 2, &fourth).is_some(), "a trusted proxy");
    }

    #[tokio::test]
    async fn a_subscribers_64_bits_are_one_source_and_places_come_back() {
        let guests = Guests::default();
        let pulse = Pulse::new();
        let _busy = pulse.begin();
        let held = guests.admit(address("2001:db8:1:2::1"), false, 1, &pulse);
        assert!(held.is_some());
        let next = Pulse::new();
        assert!(guests.admit(address("2001:db8:1:2:ffff::9"), false, 1, &next).is_none());
        assert!(guests.admit(address("2001:db8:1:3::1"), false, 1, &next).is_some());
        assert!(guests.admit(address("::ffff:192.0.2.7"), false, 1, &next).is_some());
        drop(held);
        assert!(guests.admit(address("2001:db8:1:2::2"), false, 1, &next).is_some());
        assert!(guests.all().is_empty());
    }
}
