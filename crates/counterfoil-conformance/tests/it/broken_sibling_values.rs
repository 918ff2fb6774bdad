//! Broken client stores, settings stores and throttles whose keys or columns are too small. Each is listed with the
//! name of the check that must reject it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::client::{ClientId, ClientKey, Registration, UnknownFields};
use counterfoil::settings::StoredSettings;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, ThrottleKey};
use counterfoil::types::{Version, whole_micros};
use counterfoil::{Realm, Timestamp};
use counterfoil_conformance::{SIBLING_CHECKS, SiblingFixture, Siblings};

use crate::siblings::{BrokenSiblings, Kept, sibling_overrides};

/// Functions that change the arguments of calls, as the columns of a database with too few bits or characters would.
#[derive(Clone, Copy)]
struct Columns {
    realm: fn(&str) -> String,
    id: fn(&str) -> String,
    /// Returns true if the store accepts the version of a request (second argument) although another version is stored
    /// (first argument).
    alike: fn(u64, u64) -> bool,
    registration: fn(&mut Registration),
    settings: fn(&mut StoredSettings),
    page: fn(u32) -> u32,
    key: fn(&mut [u8; 32]),
    instant: fn(u64) -> u64,
    window: fn(u64) -> u64,
    attempts: fn(u32) -> u32,
}

const RIGHT: Columns = Columns {
    realm: str::to_owned,
    id: str::to_owned,
    alike: |_, _| false,
    registration: |_| (),
    settings: |_| (),
    page: |limit| limit,
    key: |_| (),
    instant: |micros| micros,
    window: |micros| micros,
    attempts: |limit| limit,
};

const CLIENTS: &str = "client_answers_equal_the_model";
const SETTINGS: &str = "settings_answers_equal_the_model";
const THROTTLE: &str = "throttle_answers_equal_the_model";

fn cut(text: &str, bytes: usize) -> String {
    text[..text.len().min(bytes)].into()
}

fn cases() -> Vec<(&'static str, Columns, &'static str)> {
    vec![
        ("ClientRealmsWithoutCase", Columns { realm: str::to_lowercase, ..RIGHT }, CLIENTS),
        ("ClientRealmsCutAt254", Columns { realm: |realm| cut(realm, 254), ..RIGHT }, CLIENTS),
        ("ClientRealmsCutAt64", Columns { realm: |realm| cut(realm, 64), ..RIGHT }, CLIENTS),
        (
            "ClientRealmsWithoutSigns",
            Columns { realm: |realm| realm.replace(['.', '/', ':', '|', '-'], "_"), ..RIGHT },
            CLIENTS,
        ),
        ("ClientIdsWithoutCase", Columns { id: str::to_lowercase, ..RIGHT }, CLIENTS),
        ("ClientIdsCutAt64", Columns { id: |id| cut(id, 64), ..RIGHT }, CLIENTS),
        ("ClientIdsCutAt99", Columns { id: |id| cut(id, 99), ..RIGHT }, CLIENTS),
        (
            "ClientIdsAsNumbers",
            Columns { id: |id| id.parse::<u64>().map_or_else(|_| id.into(), |id| id.to_string()), ..RIGHT },
            CLIENTS,
        ),
        ("ClientVersionsIn8Bits", Columns { alike: |stands, asked| stands as u8 == asked as u8, ..RIGHT }, CLIENTS),
        ("ClientVersionsIn16Bits", Columns { alike: |stands, asked| stands as u16 == asked as u16, ..RIGHT }, CLIENTS),
        ("ClientVersionsIn32Bits", Columns { alike: |stands, asked| stands as u32 == asked as u32, ..RIGHT }, CLIENTS),
        (
            "ClientEpochsThroughF64",
            Columns { registration: |one| one.epoch = one.epoch as f64 as u64, ..RIGHT },
            CLIENTS,
        ),
        (
            "ClientNamesTrimmed",
            Columns { registration: |one| one.display_name = one.display_name.trim().into(), ..RIGHT },
            CLIENTS,
        ),
        (
            "ClientNamesCutAt255",
            Columns { registration: |one| one.display_name = one.display_name.chars().take(255).collect(), ..RIGHT },
            CLIENTS,
        ),
        (
            "InternalIdsOf8Bytes",
            Columns {
                registration: |one| {
                    let mut bytes = *one.key.as_bytes();
                    bytes[8..].fill(0);
                    one.key = ClientKey::from_bytes(bytes);
                },
                ..RIGHT
            },
            CLIENTS,
        ),
        (
            "ClientScopesCutAt255",
            Columns {
                registration: |one| {
                    let scope = one.allowed_scope.as_ref().and_then(|scope| cut(scope.as_str(), 255).parse().ok());
                    one.allowed_scope = scope.or_else(|| one.allowed_scope.take());
                },
                ..RIGHT
            },
            CLIENTS,
        ),
        ("ClientSecretsCutAt1", Columns { registration: |one| one.secrets.truncate(1), ..RIGHT }, CLIENTS),
        (
            "ClientsWithoutNewerMembers",
            Columns { registration: |one| one.unknown = UnknownFields::default(), ..RIGHT },
            CLIENTS,
        ),
        (
            "ClientSecretsWithoutNewerMembers",
            Columns {
                registration: |one| {
                    one.secrets.iter_mut().for_each(|secret| secret.unknown = UnknownFields::default());
                },
                ..RIGHT
            },
            CLIENTS,
        ),
        (
            "SettingsWithoutNewerMembers",
            Columns { settings: |all| all.unknown = UnknownFields::default(), ..RIGHT },
            SETTINGS,
        ),
        (
            "ClientEpochsIn32Bits",
            Columns { registration: |one| one.epoch = u64::from(one.epoch as u32), ..RIGHT },
            CLIENTS,
        ),
        (
            "ClientTimesAsSignedSeconds",
            Columns {
                registration: |one| {
                    let last = Timestamp::from_micros((1_000_000 << 31) - 1).expect("an instant");
                    one.created_at = one.created_at.min(last);
                },
                ..RIGHT
            },
            CLIENTS,
        ),
        (
            "SettingsOfTwoValues",
            Columns {
                settings: |all| {
                    while all.values.len() > 2 {
                        all.values.pop_last();
                    }
                },
                ..RIGHT
            },
            SETTINGS,
        ),
        (
            "SettingValuesCutAt255",
            Columns {
                settings: |all| {
                    all.values.values_mut().for_each(|value| *value = value.chars().take(255).collect());
                },
                ..RIGHT
            },
            SETTINGS,
        ),
        (
            "SettingNamesCutAt255",
            Columns {
                settings: |all| {
                    let named = std::mem::take(&mut all.values).into_iter();
                    all.values = named.map(|(name, value)| (name.chars().take(255).collect(), value)).collect();
                },
                ..RIGHT
            },
            SETTINGS,
        ),
        (
            "SettingVersionsIn16Bits",
            Columns { alike: |stands, asked| stands as u16 == asked as u16, ..RIGHT },
            SETTINGS,
        ),
        ("CounterKeysOf16Bytes", Columns { key: |key| key[16..].fill(0), ..RIGHT }, THROTTLE),
        ("AttemptsWithSign", Columns { attempts: |limit| u32::try_from(limit as i32).unwrap_or(1), ..RIGHT }, THROTTLE),
        ("WindowsInMilliseconds", Columns { window: |micros| micros / 1_000 * 1_000, ..RIGHT }, THROTTLE),
        ("CountersIn52Bits", Columns { instant: |micros| micros & ((1 << 52) - 1), ..RIGHT }, THROTTLE),
        ("SettingRealmsWithoutCase", Columns { realm: str::to_lowercase, ..RIGHT }, SETTINGS),
        ("SettingRealmsCutAt254", Columns { realm: |realm| cut(realm, 254), ..RIGHT }, SETTINGS),
        ("SettingVersionsIn8Bits", Columns { alike: |stands, asked| stands as u8 == asked as u8, ..RIGHT }, SETTINGS),
        (
            "SettingVersionsIn32Bits",
            Columns { alike: |stands, asked| stands as u32 == asked as u32, ..RIGHT },
            SETTINGS,
        ),
        (
            "SettingsWithoutEmptyValues",
            Columns { settings: |all| all.values.retain(|_, value| !value.is_empty()), ..RIGHT },
            SETTINGS,
        ),
        (
            "SettingsWithoutSwitchesThatAreOff",
            Columns { settings: |all| all.switches.retain(|_, on| *on), ..RIGHT },
            SETTINGS,
        ),
        ("CounterKeysOf31Bytes", Columns { key: |key| key[31] = 0, ..RIGHT }, THROTTLE),
        (
            "CounterKeysWithoutTheFirstByte",
            Columns { key: |key| (key[0], key[31]) = (0, key[31] & 0x0f), ..RIGHT },
            THROTTLE,
        ),
        ("AttemptsIn8Bits", Columns { attempts: |limit| u32::from(limit as u8), ..RIGHT }, THROTTLE),
        ("AttemptsIn16Bits", Columns { attempts: |limit| u32::from(limit as u16), ..RIGHT }, THROTTLE),
        ("WindowsIn32Bits", Columns { window: |micros| micros & 0xffff_ffff, ..RIGHT }, THROTTLE),
        ("WindowsOfAtLeast2", Columns { window: |micros| micros.max(2), ..RIGHT }, THROTTLE),
        ("CountersInMilliseconds", Columns { instant: |micros| micros / 1_000 * 1_000, ..RIGHT }, THROTTLE),
        ("CountersAsSignedSeconds", Columns { instant: |micros| micros.min((1_000_000 << 31) - 1), ..RIGHT }, THROTTLE),
    ]
}

/// A client store, settings store and throttle that are correct, except that these functions first change the arguments
/// of each call.
struct Narrow(Columns);

impl Narrow {
    fn realm(&self, realm: &Realm) -> Realm {
        Realm::new(&(self.0.realm)(realm.as_str())).expect("a realm")
    }

    fn id(&self, id: &ClientId) -> ClientId {
        (self.0.id)(id.as_str()).parse().expect("a client id")
    }

    fn version(&self, asked: Version, stands: Option<Version>) -> Version {
        stands.filter(|stands| (self.0.alike)(stands.number(), asked.number())).unwrap_or(asked)
    }

    fn key(&self, key: &ThrottleKey) -> ThrottleKey {
        let mut bytes = *key.as_bytes();
        (self.0.key)(&mut bytes);
        ThrottleKey::from_bytes(bytes)
    }

    fn at(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_micros((self.0.instant)(at.micros())).expect("an instant")
    }

    fn window(&self, window: Duration) -> Duration {
        Duration::from_micros((self.0.window)(whole_micros(window)))
    }
}

fn limit(column: fn(u32) -> u32, limit: NonZeroU32) -> NonZeroU32 {
    NonZeroU32::new(column(limit.get())).unwrap_or(NonZeroU32::MIN)
}

sibling_overrides!(
    Narrow,
    self,
    client,
    |inner, realm, id| inner.client(&self.realm(realm), &self.id(id)).await,
    clients,
    |inner, realm, after, most| inner.clients(&self.realm(realm), after, limit(self.0.page, most)).await,
    put_client,
    |inner, realm, expect, registration| {
        let mut one = registration.clone();
        one.client_id = self.id(&one.client_id);
        (self.0.registration)(&mut one);
        let stands = self.client(inner, realm, &registration.client_id).await?.map(|stands| stands.version);
        let expect = expect.map(|expect| self.version(expect, stands));
        inner.put_client(&self.realm(realm), expect, &one).await
    },
    remove_client,
    |inner, realm, id, expect| {
        let stands = self.client(inner, realm, id).await?.map(|stands| stands.version);
        inner.remove_client(&self.realm(realm), &self.id(id), self.version(expect, stands)).await
    },
    settings,
    |inner, realm| inner.settings(&self.realm(realm)).await,
    put_settings,
    |inner, realm, expect, settings| {
        let mut kept = settings.clone();
        (self.0.settings)(&mut kept);
        let stands = self.settings(inner, realm).await?.map(|stands| stands.version);
        let expect = expect.map(|expect| self.version(expect, stands));
        inner.put_settings(&self.realm(realm), expect, &kept).await
    },
    note_upkeep,
    |inner, expect, at| inner.note_upkeep(expect.map(|expect| self.at(expect)), self.at(at)).await,
    reserve,
    |inner, key, now, window, most| {
        let most = limit(self.0.attempts, most);
        inner.reserve(&self.key(key), self.at(now), self.window(window), most).await
    },
    failed,
    |inner, key, reserved_at, now, window| {
        inner.failed(&self.key(key), self.at(reserved_at), self.at(now), self.window(window)).await
    },
    release,
    |inner, key, reserved_at, now, window| {
        inner.release(&self.key(key), self.at(reserved_at), self.at(now), self.window(window)).await
    },
    purge_counters,
    |inner, now, most| inner.purge_counters(self.at(now), most).await
);

struct Bench(Columns);

impl Bench {
    fn open(&self, kept: &Arc<Kept>) -> Arc<BrokenSiblings> {
        Arc::new(BrokenSiblings { inner: Arc::clone(kept), flaw: Arc::new(Narrow(self.0)) })
    }
}

#[async_trait]
impl SiblingFixture for Bench {
    type Database = Arc<Kept>;

    async fn create(&self) -> Arc<Kept> {
        Arc::default()
    }

    async fn clients(&self, kept: &Arc<Kept>) -> Option<Arc<dyn ClientStore>> {
        Some(self.open(kept))
    }

    async fn settings(&self, kept: &Arc<Kept>) -> Option<Arc<dyn SettingsStore>> {
        Some(self.open(kept))
    }

    async fn throttle(&self, kept: &Arc<Kept>) -> Option<Arc<dyn Throttle>> {
        Some(self.open(kept))
    }
}

fn is_rejected(columns: Columns, check: &str) -> bool {
    let check = SIBLING_CHECKS.iter().find(|one| one.name == check).expect("a check of that name");
    check.run(&Siblings::new(Bench(columns))).is_err()
}

#[test]
fn every_narrow_sibling_is_rejected_by_the_model() {
    let runs: u32 = std::env::var("BROKEN_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(1);
    let mut missed = Vec::new();
    for (name, columns, caught_by) in cases() {
        let caught = (0..runs).filter(|_| is_rejected(columns, caught_by)).count();
        println!("{name:32} -> {caught_by} ({caught} of {runs})");
        if caught < runs as usize {
            missed.push(name);
        }
    }
    assert!(missed.is_empty(), "not rejected by the model test: {missed:#?}");
}

/// Checks that a store with the columns `RIGHT`, which change no value, passes. So the test
/// `every_narrow_sibling_is_rejected_by_the_model` rejects its stores because their columns change values.
#[test]
fn right_columns_pass() {
    for check in [CLIENTS, SETTINGS, THROTTLE] {
        assert!(!is_rejected(RIGHT, check), "{check}");
    }
}
