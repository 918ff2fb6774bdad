//! What a store contains about the keys of a ring: the check values of its realms, and how many digests were computed
//! with each key. A check value shows whether a ring contains the same key, but the key cannot be derived from it.

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::operations::{ForeignKeyRing, KeyUse, check_key_ring};
use counterfoil::settings::StoredSettings;
use counterfoil::types::KeyId;
use counterfoil::{KeyRing, Realm};
use counterfoil_stores::AnyStore;

use crate::cli::Cli;
use crate::commands::walk;
use crate::failure::Failure;

/// How a store uses the keys of a ring, as far as its realms were read.
pub(super) struct KeyUses {
    /// The check values of each realm that was read.
    checks: BTreeMap<Realm, StoredSettings>,
    /// How many digests were computed with each key. This list contains the counts of every realm that was read, so it
    /// can have several entries for one key. The entries of a realm count the records of all realms, because a store
    /// cannot count the records of a single realm. The entries also count client secrets, but only the secrets of their
    /// own realm.
    digests: Vec<KeyUse>,
}

impl KeyUses {
    /// Reads the realm of --realm, the realms in `named`, and all realms with credentials.
    pub(super) async fn read(cli: &Cli, named: &[String]) -> Result<Self, Failure> {
        let mut realms = BTreeSet::from([cli.realm()?]);
        for realm in named {
            realms.insert(Realm::new(realm).map_err(|invalid| Failure::Usage(invalid.to_string()))?);
        }
        let store = cli.open().await?;
        let uses = Self::of(cli, &store, realms).await;
        store.close().await;
        uses
    }

    async fn of(cli: &Cli, store: &AnyStore, mut realms: BTreeSet<Realm>) -> Result<Self, Failure> {
        let corrupt = walk::each_family(&**store.families(), |whole| {
            realms.insert(whole.family().realm.clone());
        })
        .await?;
        if corrupt > 0 {
            return Err(Failure::refused(format!("{corrupt} rows do not decode: which realms there are is unknown")));
        }
        let (mut checks, mut digests) = (BTreeMap::new(), Vec::new());
        for realm in realms {
            let settings = store.settings().settings(&realm).await.map_err(Failure::failed)?;
            digests.extend(cli.handle_of(store, realm.clone())?.key_census().await?);
            checks.insert(realm, settings.map(|found| found.settings).unwrap_or_default());
        }
        Ok(Self { checks, digests })
    }

    /// Returns true if all realms that were read lack check values. In this case no service has started with a key ring
    /// on this store.
    pub(super) fn knows_no_key(&self) -> bool {
        self.checks.values().all(|stored| stored.key_checks.is_empty())
    }

    /// Returns the realms that were read.
    pub(super) fn realms(&self) -> impl Iterator<Item = &Realm> {
        self.checks.keys()
    }

    /// Returns an error if `Counterfoil::start` would refuse this ring in one of the realms.
    pub(super) fn check_ring(&self, ring: &KeyRing) -> Result<(), Failure> {
        for (realm, stored) in &self.checks {
            check_key_ring(ring.checks(), &stored.key_checks).map_err(|foreign| {
                Failure::refused(match foreign {
                    ForeignKeyRing::OtherKey(key) => {
                        format!("key {} is another than the store's in realm {realm}", key.number())
                    }
                    _ => format!(
                        "the ring has none of the keys that the store knows in realm {realm}, so a service would not \
                         start with it: start the service with the present ring first"
                    ),
                })
            })?;
        }
        Ok(())
    }

    /// Returns an error if the ring lacks a key with which stored digests were computed.
    pub(super) fn check_digests(&self, ring: &KeyRing) -> Result<(), Failure> {
        let missing = |key: &KeyId| *key != KeyId::NONE && !ring.contains(*key);
        match self.used().filter(missing).min() {
            None => Ok(()),
            Some(key) => {
                Err(Failure::refused(format!("key {} is missing: credentials under it are refused", key.number())))
            }
        }
    }

    /// Returns the keys of the ring with which no stored digest was computed, except the newest key.
    pub(super) fn unused(&self, ring: &KeyRing) -> Vec<KeyId> {
        ring.ids().filter(|key| *key != ring.newest() && !self.used().any(|used| used == *key)).collect()
    }

    /// Returns the keys with which stored digests were computed. A key can occur several times.
    fn used(&self) -> impl Iterator<Item = KeyId> {
        self.digests.iter().filter(|key| key.is_used()).map(|used| used.key)
    }
}
