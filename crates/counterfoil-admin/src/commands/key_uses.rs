//! What a store says about the keys of a ring: the check values of its realms, and the digests under each key.

use std::collections::{BTreeMap, BTreeSet};

use counterfoil::operations::KeyUse;
use counterfoil::settings::StoredSettings;
use counterfoil::types::KeyId;
use counterfoil::{KeyRing, Realm};
use counterfoil_stores::AnyStore;

use crate::cli::Cli;
use crate::commands::walk;
use crate::failure::Failure;

/// What was read.
pub(super) struct KeyUses {
    /// The check values of each realm that was read.
    checks: BTreeMap<Realm, StoredSettings>,
    /// The digests under each key, once for each realm that was read: the records of all realms, and the client secrets
    /// of that realm.
    digests: Vec<KeyUse>,
}

impl KeyUses {
    /// Reads the realm of the arguments, these realms, and all realms with credentials.
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

    /// Whether no realm has check values.
    pub(super) fn knows_no_key(&self) -> bool {
        self.checks.values().all(|stored| stored.key_checks.is_empty())
    }

    /// The realms that were read.
    pub(super) fn realms(&self) -> impl Iterator<Item = &Realm> {
        self.checks.keys()
    }

    /// Refuses a ring that `Counterfoil::start` would refuse in one of the realms: it has another key under a number
    /// that the store knows, or none of the store's keys.
    pub(super) fn check_ring(&self, ring: &KeyRing) -> Result<(), Failure> {
        for (realm, stored) in &self.checks {
            let mut shared = stored.key_checks.is_empty();
            for (key, check) in ring.checks() {
                match stored.key_checks.get(&key) {
                    Some(there) if *there == check => shared = true,
                    Some(_) => {
                        let number = key.number();
                        return Err(Failure::refused(format!(
                            "key {number} is another than the store's in realm {realm}"
                        )));
                    }
                    None => {}
                }
            }
            if !shared {
                return Err(Failure::refused(format!(
                    "the ring has none of the keys that the store knows in realm {realm}, so a service would not start \
                     with it: start the service with the present ring first"
                )));
            }
        }
        Ok(())
    }

    /// Refuses a ring without a key that digests are under.
    pub(super) fn check_digests(&self, ring: &KeyRing) -> Result<(), Failure> {
        let missing = |key: &KeyId| *key != KeyId::NONE && !ring.contains(*key);
        match self.used().filter(missing).min() {
            None => Ok(()),
            Some(key) => {
                Err(Failure::refused(format!("key {} is missing: credentials under it are refused", key.number())))
            }
        }
    }

    /// The keys of the ring, but for the newest, that no digest uses.
    pub(super) fn unused(&self, ring: &KeyRing) -> Vec<KeyId> {
        ring.ids().filter(|key| *key != ring.newest() && !self.used().any(|used| used == *key)).collect()
    }

    /// The keys that digests use.
    fn used(&self) -> impl Iterator<Item = KeyId> {
        self.digests.iter().filter(|key| key.is_used()).map(|used| used.key)
    }
}
