//! The settings and clients as this process last read them. Because of these copies, the verification of a token of
//! this library reads only the token store.
//!
//! A change by this process is visible from the next call on. If a read begins before the change and ends after it, the
//! result of the read is discarded, and the value is read again. A change by another process takes effect within
//! `settings_staleness`, 1 s by default. If a value is older than `settings_staleness` and cannot be read again, the
//! operation fails. When half of `settings_staleness` is over, one caller reads the value again, and other callers
//! still use the old value. So there is no burst of reads.

use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::policy::Policy;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::quick::Quick;
use crate::types::client::{ClientId, VersionedRegistration};
use crate::types::settings::{SettingName, Settings, StoredSettings};
use crate::types::time::Timestamp;

/// A value with the instant at which it was read.
struct Fresh<V> {
    value: V,
    read_at: Timestamp,
    renewing: AtomicBool,
}

impl<V> Fresh<V> {
    fn new(value: V, read_at: Timestamp) -> Self {
        Self { value, read_at, renewing: AtomicBool::new(false) }
    }
}

/// What a caller must do before it uses a value in memory: nothing, read the value again ahead of time, or read it
/// because there is no usable value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    Ahead,
    Read,
}

/// The stored settings, and the settings in force.
#[derive(Clone, Debug)]
pub(crate) struct SettingsView {
    pub(crate) stored: StoredSettings,
    /// The settings that apply now. If a stored number is invalid, the policy's own value is used.
    pub(crate) settings: Settings,
    /// One of the settings whose stored number is invalid. `None` if all stored numbers are valid. While this field is
    /// `Some`, operations that set an expiry fail.
    pub(crate) garbage: Option<SettingName>,
}

impl SettingsView {
    /// Combines the stored settings with the policy. The policy's own value is used for each setting that is not stored
    /// or is invalid.
    pub(crate) fn new(policy: &Policy, stored: StoredSettings) -> Self {
        let (settings, garbage) = policy.in_force(&stored);
        Self { stored, settings, garbage }
    }
}

/// The settings and clients as this process last read them.
pub(crate) struct Snapshot {
    settings: papaya::HashMap<(), Fresh<SettingsView>>,
    /// The settings as numbers, without the per-account switches.
    quick: Quick,
    clients: papaya::HashMap<ClientId, Fresh<VersionedRegistration>>,
    /// The number of changes by this process to the settings or to clients. The result of a read is kept in memory only
    /// if this number did not change during the read.
    changes: Mutex<u64>,
}

impl Snapshot {
    /// Whether this process has read a client with this id, and the client existed at the last read.
    pub(crate) fn knows(&self, id: &ClientId) -> bool {
        self.clients.pin().get(id).is_some()
    }

    pub(crate) fn new() -> Self {
        Self {
            settings: papaya::HashMap::new(),
            quick: Quick::default(),
            clients: papaya::HashMap::new(),
            changes: Mutex::new(0),
        }
    }

    fn changes(&self) -> u64 {
        *self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls `install` if the number of changes by this process still equals `seen`. Returns whether `install` was
    /// called.
    fn install(&self, seen: u64, install: impl FnOnce()) -> bool {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let current = *changes == seen;
        if current {
            install();
        }
        current
    }

    fn change(&self, install: impl FnOnce()) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        *changes = changes.wrapping_add(1);
        install();
    }

    /// Puts the settings into memory. Call this only inside [`Snapshot::install`] or [`Snapshot::change`], which hold
    /// the lock.
    fn put_settings(&self, view: SettingsView, now: Timestamp) {
        self.quick.write(&view.settings, now);
        self.settings.pin().insert((), Fresh::new(view, now));
    }

    /// Returns the settings, without the per-account switches, if they are so recent that they need not be read again.
    /// Otherwise `None`.
    #[inline]
    pub(crate) fn quick_settings(&self, staleness: Duration, now: Timestamp) -> Option<Settings> {
        self.quick.read(half(staleness), now)
    }

    /// Puts settings into memory that this process has just written to the store.
    pub(crate) fn settings_changed(&self, view: SettingsView, now: Timestamp) {
        self.change(|| self.put_settings(view, now));
    }

    /// Puts a client into memory that this process has just written to the store. `client` is `None` if this process
    /// has removed the client.
    pub(crate) fn client_changed(&self, id: &ClientId, client: Option<VersionedRegistration>, now: Timestamp) {
        self.change(|| {
            let clients = self.clients.pin();
            match client {
                Some(client) => clients.insert(id.clone(), Fresh::new(client, now)),
                None => clients.remove(id),
            };
        });
    }
}

/// Returns half of `staleness`. When a value has this age, one caller reads it again, while other callers still use the
/// old value.
fn half(staleness: Duration) -> Duration {
    staleness / 2
}

/// How far the `read_at` of a value in memory may be later than the `now` of a call. `now` is the instant at which the
/// request began. The call may then wait up to ten seconds for the body of the request, and meanwhile another call can
/// read the value from the store. A larger difference means that the clock was set back, so the value is read again.
const LATER: Duration = Duration::from_secs(15);

fn need<K: Hash + Eq, V>(map: &papaya::HashMap<K, Fresh<V>>, key: &K, staleness: Duration, now: Timestamp) -> Need {
    let map = map.pin();
    let Some(fresh) = map.get(key) else { return Need::Read };
    let age = now.since(fresh.read_at);
    if fresh.read_at.since(now) > LATER || age >= staleness {
        return Need::Read;
    }
    let ahead = age >= half(staleness)
        && !fresh.renewing.load(Ordering::Relaxed)
        && !fresh.renewing.swap(true, Ordering::Relaxed);
    if ahead { Need::Ahead } else { Need::Nothing }
}

impl Service {
    /// Calls `look` with the settings. If the copy in memory is missing or too old, reads the settings from the store
    /// first.
    pub(crate) async fn with_settings<A>(
        &self,
        now: Timestamp,
        look: impl FnOnce(&SettingsView) -> A,
    ) -> Result<A, Unavailable> {
        let need = need(&self.snapshot.settings, &(), self.policy.settings_staleness, now);
        if need == Need::Nothing
            && let Some(fresh) = self.snapshot.settings.pin().get(&())
        {
            return Ok(look(&fresh.value));
        }
        match self.read_settings(now).await {
            Ok(view) => Ok(look(&view)),
            Err(error) => match self.snapshot.settings.pin().get(&()) {
                Some(fresh) if need == Need::Ahead => Ok(look(&fresh.value)),
                _ => Err(error),
            },
        }
    }

    async fn read_settings(&self, now: Timestamp) -> Result<SettingsView, Unavailable> {
        self.watch_upkeep(now);
        loop {
            let seen = self.snapshot.changes();
            let stored = self.settings.settings(&self.realm).await?.map(|versioned| versioned.settings);
            let stored = stored.unwrap_or_default();
            self.own_key_ring(&stored)?;
            let view = SettingsView::new(&self.policy, stored);
            let installed = self.snapshot.install(seen, || self.snapshot.put_settings(view.clone(), now));
            if installed {
                return Ok(view);
            }
        }
    }

    /// Calls `look` with the client, or with `None` if the client does not exist. If the copy in memory is missing or
    /// too old, reads the client from the store first.
    pub(crate) async fn with_client<A>(
        &self,
        id: &ClientId,
        now: Timestamp,
        look: impl FnOnce(Option<&VersionedRegistration>) -> A,
    ) -> Result<A, Unavailable> {
        let need = need(&self.snapshot.clients, id, self.policy.settings_staleness, now);
        if need == Need::Nothing
            && let Some(fresh) = self.snapshot.clients.pin().get(id)
        {
            return Ok(look(Some(&fresh.value)));
        }
        match self.read_client(id, now).await {
            Ok(client) => Ok(look(client.as_ref())),
            Err(error) => match self.snapshot.clients.pin().get(id) {
                Some(fresh) if need == Need::Ahead => Ok(look(Some(&fresh.value))),
                _ => Err(error),
            },
        }
    }

    /// Reads a client from the store. Only existing clients are kept in memory, so a request with an invented id costs
    /// one read and no memory.
    async fn read_client(&self, id: &ClientId, now: Timestamp) -> Result<Option<VersionedRegistration>, Unavailable> {
        loop {
            let seen = self.snapshot.changes();
            let client = self.clients.client(&self.realm, id).await?;
            let installed = self.snapshot.install(seen, || {
                let clients = self.snapshot.clients.pin();
                match &client {
                    Some(client) => clients.insert(id.clone(), Fresh::new(client.clone(), now)),
                    None => clients.remove(id),
                };
            });
            if installed {
                return Ok(client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_request_does_not_read_again_what_a_later_call_has_read() {
        let at = |seconds: u64| Timestamp::from_micros(seconds * 1_000_000).expect("a time");
        let map = papaya::HashMap::new();
        map.pin().insert((), Fresh::new((), at(20)));
        let needs = |staleness, now| need(&map, &(), Duration::from_secs(staleness), at(now));
        assert!(needs(1, 20) == Need::Nothing && needs(1, 10) == Need::Nothing && needs(1, 5) == Need::Nothing);
        assert!(needs(1, 4) == Need::Read, "the clock was set back");
        assert!(needs(1, 21) == Need::Read, "too old");
        assert!(needs(0, 10) == Need::Read, "each call reads");
    }
}
