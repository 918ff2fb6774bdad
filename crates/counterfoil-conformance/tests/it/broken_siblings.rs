//! Siblings that break one promise each of outages, damage, cut-offs and races, and the check that must say so.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::client::{ClientId, Registration, VersionedRegistration};
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::{
    ClientPut, ClientStore, Page, Reserved, SettingsPut, SettingsStore, StoreError, Throttle, ThrottleKey,
};
use counterfoil::types::Version;
use counterfoil::{Realm, Timestamp};
use counterfoil_conformance::{
    Checked, ReferenceSiblings, SIBLING_CHECKS, SiblingFixture, SiblingRow, Siblings, pause,
};

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    /// A throttle that cannot ask lets everybody in.
    GrantsInAnOutage,
    /// A client that cannot be read is none.
    NoClientInAnOutage,
    /// Settings that cannot be read are none.
    NoSettingsInAnOutage,
    /// A write that was carried out says that it was not sent.
    WritesInAnOutage,
    /// A counter that does not decode begins anew.
    ForgetsADamagedCounter,
    /// A registration that does not decode is absent.
    HidesADamagedClient,
    /// A registration that does not decode is overwritten.
    ReplacesADamagedClient,
    /// A registration that does not decode is left out of pages and not counted.
    PassesOverADamagedClient,
    /// Settings that do not decode are the defaults.
    ForgetsDamagedSettings,
    /// A registration is removed and then written.
    ReplacesInTwoSteps,
    /// Settings are removed and then written.
    ReplacesSettingsInTwoSteps,
    /// The internal id is looked up before it is written.
    LooksUpTheInternalId,
    /// The version is looked up before the registration is removed.
    LooksUpBeforeItRemoves,
    /// A handle has a lock of its own and reads before it writes.
    LocksInTheHandle,
    /// The last upkeep is kept by the handle alone.
    NotesInTheHandle,
    /// A note is told as written, and is not.
    ForgetsTheUpkeep,
    /// The later of two upkeeps stays: a note from the future can never be put right.
    KeepsTheLaterUpkeep,
    /// What is expected is not looked at.
    NotesWhateverStands,
    /// An upkeep that cannot be read was never.
    NoUpkeepInAnOutage,
    /// What was noted is gone before the new note stands.
    NotesInTwoSteps,
    /// The next user's attempt is lost with the one that was cut off.
    DropsTheNextAttempt,
}

const CASES: &[(Flaw, &str)] = &[
    (Flaw::GrantsInAnOutage, "sibling_outage_is_unavailable"),
    (Flaw::NoClientInAnOutage, "sibling_outage_is_unavailable"),
    (Flaw::NoSettingsInAnOutage, "sibling_outage_is_unavailable"),
    (Flaw::WritesInAnOutage, "sibling_outage_is_unavailable"),
    (Flaw::ForgetsADamagedCounter, "sibling_garbage_is_corrupt"),
    (Flaw::HidesADamagedClient, "sibling_garbage_is_corrupt"),
    (Flaw::ReplacesADamagedClient, "sibling_garbage_is_corrupt"),
    (Flaw::PassesOverADamagedClient, "sibling_garbage_is_corrupt"),
    (Flaw::ForgetsDamagedSettings, "sibling_garbage_is_corrupt"),
    (Flaw::ReplacesInTwoSteps, "sibling_cut_off_is_all_or_nothing"),
    (Flaw::ReplacesSettingsInTwoSteps, "sibling_cut_off_is_all_or_nothing"),
    (Flaw::DropsTheNextAttempt, "sibling_cut_off_is_all_or_nothing"),
    (Flaw::LooksUpTheInternalId, "removed_internal_ids_never_return"),
    (Flaw::LooksUpBeforeItRemoves, "put_client_needs_the_version"),
    (Flaw::LocksInTheHandle, "put_client_needs_the_version"),
    (Flaw::LocksInTheHandle, "put_settings_needs_the_version"),
    (Flaw::NotesInTheHandle, "note_upkeep_needs_the_note"),
    (Flaw::ForgetsTheUpkeep, "note_upkeep_needs_the_note"),
    (Flaw::KeepsTheLaterUpkeep, "note_upkeep_needs_the_note"),
    (Flaw::NotesWhateverStands, "note_upkeep_needs_the_note"),
    (Flaw::LocksInTheHandle, "note_upkeep_needs_the_note"),
    (Flaw::NoUpkeepInAnOutage, "sibling_outage_is_unavailable"),
    (Flaw::NotesInTwoSteps, "sibling_cut_off_is_all_or_nothing"),
    (Flaw::LocksInTheHandle, "removed_internal_ids_never_return"),
];

/// Right siblings, what is damaged in them, and whether they can be reached.
#[derive(Default)]
struct Kept {
    inner: ReferenceSiblings,
    down: AtomicBool,
    clients: Mutex<Vec<(Realm, ClientId)>>,
    settings: Mutex<Vec<Realm>>,
    counters: Mutex<Vec<ThrottleKey>>,
}

struct Broken {
    flaw: Flaw,
    kept: Arc<Kept>,
    handle: turn::Turn,
    noted: Mutex<Option<Timestamp>>,
    cut: AtomicBool,
}

/// A lock that is held across an await without a runtime.
mod turn {
    use std::sync::atomic::{AtomicBool, Ordering};

    use counterfoil_conformance::pause;

    #[derive(Default)]
    pub(crate) struct Turn(AtomicBool);

    pub(crate) struct Held<'a>(&'a Turn);

    impl Turn {
        pub(crate) async fn take(&self) -> Held<'_> {
            while self.0.swap(true, Ordering::Acquire) {
                pause().await;
            }
            Held(self)
        }
    }

    impl Drop for Held<'_> {
        fn drop(&mut self) {
            self.0.0.store(false, Ordering::Release);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Broken {
    fn reach(&self, op: &'static str) -> Result<(), StoreError> {
        if self.kept.down.load(Ordering::SeqCst) { Err(StoreError::unavailable(op)) } else { Ok(()) }
    }

    fn damaged(&self, realm: &Realm, id: &ClientId) -> bool {
        lock(&self.kept.clients).contains(&(realm.clone(), id.clone()))
    }
}

fn corrupt() -> StoreError {
    StoreError::corrupt(None, "damaged")
}

#[async_trait]
impl ClientStore for Broken {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError> {
        match self.reach("client") {
            Err(_) if self.flaw == Flaw::NoClientInAnOutage => return Ok(None),
            reached => reached?,
        }
        if self.damaged(realm, id) {
            return if self.flaw == Flaw::HidesADamagedClient { Ok(None) } else { Err(corrupt()) };
        }
        self.kept.inner.client(realm, id).await
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
        self.reach("clients")?;
        let mut page = self.kept.inner.clients(realm, after, limit).await?;
        let all = page.items.len();
        page.items.retain(|one| !self.damaged(realm, &one.registration.client_id));
        if self.flaw != Flaw::PassesOverADamagedClient {
            page.corrupt = u32::try_from(all - page.items.len()).unwrap_or(u32::MAX);
        }
        Ok(page)
    }

    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        if self.flaw == Flaw::WritesInAnOutage && self.reach("put_client").is_err() {
            let _ = self.kept.inner.put_client(realm, expect, registration).await;
        }
        self.reach("put_client")?;
        if self.damaged(realm, &registration.client_id) {
            if self.flaw == Flaw::ReplacesADamagedClient {
                return Ok(ClientPut::Done(Version::new(1 << 40)));
            }
            return Err(corrupt());
        }
        match self.flaw {
            Flaw::ReplacesInTwoSteps if expect.is_some() => {
                let (Some(version), id) = (expect, &registration.client_id) else { unreachable!() };
                if !self.kept.inner.remove_client(realm, id, version).await? {
                    return self.kept.inner.put_client(realm, expect, registration).await;
                }
                pause().await;
                let mut again = registration.clone();
                let mut key = [0xee; 16];
                key[8..].copy_from_slice(&version.number().to_be_bytes());
                again.key = counterfoil::client::ClientKey::from_bytes(key);
                self.kept.inner.put_client(realm, None, &again).await
            }
            Flaw::LooksUpTheInternalId => self.by_look(realm, expect, registration).await,
            Flaw::LocksInTheHandle => {
                let _held = self.handle.take().await;
                self.by_look(realm, expect, registration).await
            }
            _ => self.kept.inner.put_client(realm, expect, registration).await,
        }
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError> {
        self.reach("remove_client")?;
        let looks = matches!(self.flaw, Flaw::LooksUpBeforeItRemoves | Flaw::LocksInTheHandle);
        if looks && self.kept.inner.client(realm, id).await?.is_some_and(|one| one.version == expect) {
            let _held = self.handle.take().await;
            pause().await;
            // Whatever stands there now.
            while let Some(stands) = self.kept.inner.client(realm, id).await? {
                if self.kept.inner.remove_client(realm, id, stands.version).await? {
                    break;
                }
            }
            return Ok(true);
        }
        self.kept.inner.remove_client(realm, id, expect).await
    }
}

impl Broken {
    /// Decides on what it read, and writes without comparing again. So an internal id that another call took in between
    /// is given twice.
    async fn by_look(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        let inner = &self.kept.inner;
        let id = &registration.client_id;
        let page = inner.clients(realm, None, NonZeroU32::MAX).await?;
        let used =
            page.items.iter().any(|one| one.registration.key == registration.key && one.registration.client_id != *id);
        let stands = inner.client(realm, id).await?;
        if used || stands.as_ref().map(|one| one.version) != expect {
            return inner.put_client(realm, expect, registration).await;
        }
        pause().await;
        for turn in 0_u64.. {
            let stands = inner.client(realm, id).await?.map(|one| one.version);
            match inner.put_client(realm, stands, registration).await? {
                ClientPut::Retired => {
                    let mut twin = registration.clone();
                    let mut key = [0xdd; 16];
                    key[..8].copy_from_slice(&turn.to_be_bytes());
                    key[8..].copy_from_slice(&stands.map_or(0, Version::number).to_be_bytes());
                    twin.key = counterfoil::client::ClientKey::from_bytes(key);
                    if let ClientPut::Done(version) = inner.put_client(realm, stands, &twin).await? {
                        return Ok(ClientPut::Done(version));
                    }
                }
                ClientPut::Stale(_) => {}
                done @ ClientPut::Done(_) => return Ok(done),
            }
        }
        unreachable!("the loop ends by returning")
    }
}

#[async_trait]
impl SettingsStore for Broken {
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError> {
        match self.reach("settings") {
            Err(_) if self.flaw == Flaw::NoSettingsInAnOutage => return Ok(None),
            reached => reached?,
        }
        if lock(&self.kept.settings).contains(realm) {
            return if self.flaw == Flaw::ForgetsDamagedSettings { Ok(None) } else { Err(corrupt()) };
        }
        self.kept.inner.settings(realm).await
    }

    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError> {
        self.reach("put_settings")?;
        if lock(&self.kept.settings).contains(realm) {
            return Err(corrupt());
        }
        let inner = &self.kept.inner;
        match self.flaw {
            Flaw::LocksInTheHandle => {
                let _held = self.handle.take().await;
                let stands = inner.settings(realm).await?;
                if stands.as_ref().map(|one| one.version) != expect {
                    return Ok(SettingsPut::Stale(stands));
                }
                pause().await;
                loop {
                    let stands = inner.settings(realm).await?.map(|one| one.version);
                    if let done @ SettingsPut::Done(_) = inner.put_settings(realm, stands, settings).await? {
                        return Ok(done);
                    }
                }
            }
            Flaw::ReplacesSettingsInTwoSteps => {
                let emptied = inner.put_settings(realm, expect, &StoredSettings::default()).await?;
                let SettingsPut::Done(version) = emptied else { return Ok(emptied) };
                pause().await;
                inner.put_settings(realm, Some(version), settings).await
            }
            _ => inner.put_settings(realm, expect, settings).await,
        }
    }

    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError> {
        match self.reach("last_upkeep") {
            Err(_) if self.flaw == Flaw::NoUpkeepInAnOutage => return Ok(None),
            reached => reached?,
        }
        if self.flaw == Flaw::NotesInTheHandle { Ok(*lock(&self.noted)) } else { self.kept.inner.last_upkeep().await }
    }

    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError> {
        self.reach("note_upkeep")?;
        let inner = &self.kept.inner;
        match self.flaw {
            Flaw::NotesInTheHandle => {
                let mut noted = lock(&self.noted);
                let fits = *noted == expect;
                *noted = if fits { Some(at) } else { *noted };
                Ok(fits)
            }
            Flaw::ForgetsTheUpkeep => Ok(inner.last_upkeep().await? == expect),
            Flaw::KeepsTheLaterUpkeep => inner.note_upkeep(expect, expect.map_or(at, |there| there.max(at))).await,
            Flaw::NotesWhateverStands => inner.note_upkeep(inner.last_upkeep().await?, at).await,
            Flaw::LocksInTheHandle => {
                let _held = self.handle.take().await;
                if inner.last_upkeep().await? != expect {
                    return Ok(false);
                }
                pause().await;
                inner.note_upkeep(inner.last_upkeep().await?, at).await
            }
            Flaw::NotesInTwoSteps => {
                if !inner.note_upkeep(expect, Timestamp::EPOCH).await? {
                    return Ok(false);
                }
                pause().await;
                inner.note_upkeep(Some(Timestamp::EPOCH), at).await
            }
            _ => inner.note_upkeep(expect, at).await,
        }
    }
}

#[async_trait]
impl Throttle for Broken {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        match self.reach("reserve") {
            Err(_) if self.flaw == Flaw::GrantsInAnOutage => return Ok(Reserved::Granted(now)),
            reached => reached?,
        }
        if lock(&self.kept.counters).contains(key) {
            return if self.flaw == Flaw::ForgetsADamagedCounter { Ok(Reserved::Granted(now)) } else { Err(corrupt()) };
        }
        if self.flaw == Flaw::DropsTheNextAttempt {
            // Set while the call is under way: one that is dropped leaves it set, and the next call is rolled back with
            // it.
            let dirty = self.cut.swap(true, Ordering::SeqCst);
            pause().await;
            self.cut.store(false, Ordering::SeqCst);
            if dirty {
                return Ok(Reserved::Granted(now));
            }
        }
        self.kept.inner.reserve(key, now, window, limit).await
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.reach("failed")?;
        self.kept.inner.failed(key, reserved_at, now, window).await
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.reach("release")?;
        self.kept.inner.release(key, reserved_at, now, window).await
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        self.reach("purge_counters")?;
        self.kept.inner.purge_counters(now, limit).await
    }
}

struct Bench(Flaw);

impl Bench {
    fn open(&self, kept: &Arc<Kept>) -> Arc<Broken> {
        Arc::new(Broken {
            flaw: self.0,
            kept: Arc::clone(kept),
            handle: Default::default(),
            noted: Mutex::default(),
            cut: AtomicBool::new(false),
        })
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

    async fn damage(&self, kept: &Arc<Kept>, row: SiblingRow<'_>) -> bool {
        match row {
            SiblingRow::Client(realm, id) => lock(&kept.clients).push((realm.clone(), id.clone())),
            SiblingRow::Settings(realm) => lock(&kept.settings).push(realm.clone()),
            SiblingRow::Counter(key) => lock(&kept.counters).push(*key),
        }
        true
    }

    async fn outage(&self, kept: &Arc<Kept>, down: bool) -> bool {
        kept.down.store(down, Ordering::SeqCst);
        true
    }
}

#[test]
fn every_broken_sibling_is_rejected_by_the_check_that_names_its_promise() {
    let mut missed = Vec::new();
    for (flaw, caught_by) in CASES {
        let siblings = Siblings::new(Bench(*flaw));
        let check = SIBLING_CHECKS.iter().find(|check| check.name == *caught_by).expect("a check of that name");
        match check.run(&siblings) {
            Err(broken) => println!("{flaw:?} -> {caught_by}: {broken}"),
            Ok(_) => missed.push((flaw, caught_by)),
        }
    }
    assert!(missed.is_empty(), "not rejected by the check that names the broken promise: {missed:?}");
}

/// The control of the controls.
#[test]
fn the_siblings_without_a_flaw_pass() {
    for check in SIBLING_CHECKS {
        let verdict = check.run(&Siblings::new(Bench(Flaw::None)));
        assert!(matches!(verdict, Ok(Checked::Held)), "{}: {verdict:?}", check.name);
    }
}
