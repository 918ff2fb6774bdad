//! The siblings: clauses 29 to 31, for clients, settings and counters.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::client::{ClientId, ClientKey, RefreshMode, Registration};
use counterfoil::settings::StoredSettings;
use counterfoil::store::{ClientPut, ClientStore, Reserved, SettingsPut, SettingsStore, Throttle, ThrottleKey};
use counterfoil::{Realm, Span, Ts, Version};

use crate::pool::Pool;
use crate::sample::{at, most};
use crate::scale::scale;
use crate::subject::{Fixture, Store, Subject, Task};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Makes the siblings that a host brings; what it does not bring is not applicable.
#[async_trait]
pub trait SiblingFixture: Send + Sync + 'static {
    /// An empty store of clients.
    async fn clients(&self) -> Option<Arc<dyn ClientStore>> {
        None
    }

    /// An empty store of settings.
    async fn settings(&self) -> Option<Arc<dyn SettingsStore>> {
        None
    }

    /// Empty counters.
    async fn throttle(&self) -> Option<Arc<dyn Throttle>> {
        None
    }

    /// Drives a future on the calling thread, which is one of many.
    fn block_on(&self, task: Task<'_>) {
        futures_executor::block_on(task);
    }
}

/// The siblings under test.
#[derive(Clone)]
pub struct Siblings(Arc<dyn SiblingFixture>);

impl Siblings {
    /// The stores of that fixture.
    pub fn new(fixture: impl SiblingFixture) -> Self {
        Self(Arc::new(fixture))
    }

    /// Drives a check to its end on this thread.
    ///
    /// # Errors
    ///
    /// The check's own violation.
    pub fn drive(&self, check: impl Future<Output = Verdict> + Send) -> Verdict {
        self.racers().drive(check)
    }

    /// The threads of a race need nothing of a fixture but its `block_on`.
    fn racers(&self) -> Subject {
        Subject::new(Racers(Arc::clone(&self.0)))
    }
}

struct Racers(Arc<dyn SiblingFixture>);

#[async_trait]
impl Fixture for Racers {
    async fn fresh(&self) -> Store {
        Arc::new(crate::reference::ReferenceStore::new())
    }

    fn block_on(&self, task: Task<'_>) {
        self.0.block_on(task);
    }
}

fn registration(id: &str, key: u8, name: &str) -> Registration {
    Registration {
        client_id: id.parse::<ClientId>().expect("a client id"),
        key: ClientKey::from_bytes([key; 16]),
        display_name: name.into(),
        secrets: Vec::new(),
        grants: Vec::new(),
        allowed_scope: None,
        default_scope: None,
        public: true,
        refresh_mode: RefreshMode::Rotate,
        resource_server: false,
        disabled: false,
        epoch: 0,
        created_at: at(0),
    }
}

const NO_CLIENTS: Checked = Checked::NotApplicable("the fixture has no `clients`");
const NO_SETTINGS: Checked = Checked::NotApplicable("the fixture has no `settings`");
const NO_THROTTLE: Checked = Checked::NotApplicable("the fixture has no `throttle`");

async fn put(
    store: &dyn ClientStore,
    realm: &Realm,
    expect: Option<Version>,
    one: &Registration,
) -> Result<Version, Violation> {
    match store.put_client(realm, expect, one).await? {
        ClientPut::Done(version) => Ok(version),
        other => Err(Violation::new(format!("the version fits, so the put must be Done, but was {other:?}"))),
    }
}

/// Clause 29, clients: `expect: None` creates and never overwrites; `Some` replaces only that version; versions of one id only grow, also across
/// removal, so that an old version never fits again. Of many writers with one version one wins.
pub async fn put_client_needs_the_version(siblings: &Siblings) -> Verdict {
    let Some(store) = siblings.0.clients().await else { return Ok(NO_CLIENTS) };
    let (here, there) = (Realm::default(), Realm::new("other").expect("a realm"));
    let first = registration("app", 1, "first");
    ensure!(store.client(&here, &first.client_id).await?.is_none(), "an empty store has no client");
    ensure_is!(
        store.put_client(&here, Some(Version::new(1)), &first).await?,
        ClientPut::Stale(None),
        "nothing can be replaced where nothing is"
    );
    let v1 = put(&*store, &here, None, &first).await?;
    put(&*store, &there, None, &registration("app", 2, "elsewhere")).await?;
    put(&*store, &here, None, &registration("App", 3, "of another case")).await?;
    let second = registration("app", 1, "second");
    for wrong in [None, Some(v1.next()), Some(Version::new(v1.number().wrapping_add(7)))] {
        let answer = store.put_client(&here, wrong, &second).await?;
        let ClientPut::Stale(Some(stands)) = answer else {
            return Err(Violation::new(format!(
                "a put with {wrong:?} at {v1:?} must be Stale with what stands, but was {answer:?}"
            )));
        };
        ensure!(stands.version == v1 && stands.registration.display_name == "first", "a stale put must write nothing");
    }
    let v2 = put(&*store, &here, Some(v1), &second).await?;
    ensure!(v2 > v1, "versions must grow, but {v2:?} came after {v1:?}");
    let stands = store.client(&here, &first.client_id).await?;
    ensure!(
        stands.is_some_and(|one| one.version == v2 && one.registration.display_name == "second"),
        "a put must be read as it was written"
    );
    ensure!(!store.remove_client(&here, &first.client_id, v1).await?, "an old version must not remove");
    ensure!(store.remove_client(&here, &first.client_id, v2).await?, "the version that stands must remove");
    ensure!(!store.remove_client(&here, &first.client_id, v2).await?, "what is gone cannot be removed again");
    let v3 = put(&*store, &here, None, &registration("app", 9, "third")).await?;
    ensure!(v3 > v2, "versions must grow across removal, but {v3:?} came after {v2:?}");
    clients_are_listed(&*store, &here, &there).await?;
    put_race(siblings, &store, &here).await?;
    Ok(Checked::Held)
}

async fn clients_are_listed(store: &dyn ClientStore, here: &Realm, there: &Realm) -> Result<(), Violation> {
    for (number, id) in (20..).zip(["zeta", "beta", "alpha", "a.b", "a-b"]) {
        put(store, here, None, &registration(id, number, id)).await?;
    }
    let mut wanted = ["App", "a-b", "a.b", "alpha", "app", "beta", "zeta"];
    wanted.sort_unstable();
    for limit in [1, 2, 3, 7, 8] {
        let listed = client_ids(store, here, limit).await?;
        ensure!(listed == wanted, "pages of {limit} must show {wanted:?}, but showed {listed:?}");
    }
    ensure!(client_ids(store, there, 9).await? == ["app"], "a realm must not list another's clients");
    Ok(())
}

/// A walk over a realm's clients, from page to page until there is no next one.
async fn client_ids(store: &dyn ClientStore, realm: &Realm, limit: u32) -> Result<Vec<String>, Violation> {
    let (mut listed, mut after) = (Vec::new(), None::<ClientId>);
    for _ in 0..1_000 {
        let page = store.clients(realm, after.as_ref(), most(limit)).await?;
        let count = page.items.len();
        ensure!(count <= limit as usize, "a page of at most {limit} must not hold {count}");
        listed.extend(page.items.into_iter().map(|one| one.registration.client_id.as_str().to_owned()));
        after = page.next;
        if after.is_none() {
            return Ok(listed);
        }
    }
    Err(Violation::new(format!("a walk over the clients must end, but 1,000 pages of {limit} did not end it")))
}

async fn put_race(siblings: &Siblings, store: &Arc<dyn ClientStore>, realm: &Realm) -> Result<(), Violation> {
    let scale = scale();
    let pool = Pool::new(&siblings.racers(), scale.threads);
    let mut stands = None;
    for _ in 0..scale.rounds {
        let answers = pool
            .race(|racer| {
                let (store, realm) = (Arc::clone(store), realm.clone());
                let one = registration("raced", 99, &format!("by {racer}"));
                async move { store.put_client(&realm, stands, &one).await }
            })
            .await;
        let mut done = Vec::new();
        for answer in answers {
            match answer? {
                ClientPut::Done(version) => done.push(version),
                ClientPut::Stale(_) => {}
                ClientPut::Retired => {
                    return Err(Violation::new("a writer that came second must be Stale, not Retired"));
                }
            }
        }
        ensure!(done.len() == 1, "of {} writers with one version one must win, but {} did", pool.len(), done.len());
        stands = Some(done[0]);
    }
    Ok(())
}

/// Clause 30: After `remove`, a `put` with that internal id is `Retired`, for ever; nor may two registrations have one.
pub async fn removed_internal_ids_never_return(siblings: &Siblings) -> Verdict {
    let Some(store) = siblings.0.clients().await else { return Ok(NO_CLIENTS) };
    let realm = Realm::default();
    let first = registration("app", 1, "first");
    let version = put(&*store, &realm, None, &first).await?;
    let twin = registration("twin", 1, "with the internal id of another");
    ensure_is!(
        store.put_client(&realm, None, &twin).await?,
        ClientPut::Retired,
        "an internal id in use must be refused"
    );
    ensure!(store.client(&realm, &twin.client_id).await?.is_none(), "a refused put must write nothing");
    ensure!(store.remove_client(&realm, &first.client_id, version).await?, "the version that stands must remove");
    for back in [first.clone(), twin] {
        for _ in 0..2 {
            ensure_is!(
                store.put_client(&realm, None, &back).await?,
                ClientPut::Retired,
                "a removed internal id must never return"
            );
        }
        ensure!(store.client(&realm, &back.client_id).await?.is_none(), "a refused put must write nothing");
    }
    let version = put(&*store, &realm, None, &registration("app", 2, "another")).await?;
    ensure_is!(store.put_client(&realm, Some(version), &first).await?, ClientPut::Retired, "nor by replacing");
    Ok(Checked::Held)
}

/// Clause 29, settings: `expect: None` creates and never overwrites; `Some` replaces only that version. Of many writers one wins.
pub async fn put_settings_needs_the_version(siblings: &Siblings) -> Verdict {
    let Some(store) = siblings.0.settings().await else { return Ok(NO_SETTINGS) };
    let (here, there) = (Realm::default(), Realm::new("other").expect("a realm"));
    let with = |value: &str| {
        let mut settings = StoredSettings::default();
        settings.values.insert("an_unknown_name".into(), value.into());
        settings.switches.insert(counterfoil::SubjectId::new("ann").expect("a subject"), true);
        settings
    };
    ensure!(store.settings(&here).await?.is_none(), "an empty store has no settings");
    ensure_is!(
        store.put_settings(&here, Some(Version::new(1)), &with("x")).await?,
        SettingsPut::Stale(None),
        "nothing can be replaced where nothing is"
    );
    let SettingsPut::Done(v1) = store.put_settings(&here, None, &with("first")).await? else {
        return Err(Violation::new("the first put must be Done"));
    };
    for wrong in [None, Some(v1.next()), Some(Version::new(v1.number() + 7))] {
        let answer = store.put_settings(&here, wrong, &with("second")).await?;
        ensure_is!(&answer, SettingsPut::Stale(Some(stands)) if stands.version == v1 && stands.settings == with("first"), "{wrong:?} must be Stale with what stands");
    }
    ensure!(store.settings(&there).await?.is_none(), "another realm has none");
    let pool = Pool::new(&siblings.racers(), scale().threads);
    let mut stands = v1;
    for round in 0..scale().rounds {
        let answers = pool
            .race(|racer| {
                let (store, realm, settings) = (Arc::clone(&store), here.clone(), with(&format!("{round} {racer}")));
                async move { store.put_settings(&realm, Some(stands), &settings).await }
            })
            .await;
        let mut done = Vec::new();
        for (racer, answer) in answers.into_iter().enumerate() {
            if let SettingsPut::Done(version) = answer? {
                done.push((racer, version));
            }
        }
        ensure!(done.len() == 1, "of {} writers with one version one must win, but {} did", pool.len(), done.len());
        let (racer, version) = done[0];
        let read = store.settings(&here).await?;
        ensure!(
            read.is_some_and(|one| one.version == version && one.settings == with(&format!("{round} {racer}"))),
            "the winner's settings must stand"
        );
        ensure!(version > stands, "versions must grow");
        stands = version;
    }
    Ok(Checked::Held)
}

/// Clause 31: Of any number of reservations in one window `limit` are granted, neither more nor fewer: 1,000 in parallel against 10, and one by one
/// at the window's end.
pub async fn reserve_never_passes_the_limit(siblings: &Siblings) -> Verdict {
    let Some(store) = siblings.0.throttle().await else { return Ok(NO_THROTTLE) };
    one_by_one(&*store).await?;
    let racers = scale().threads.max(16);
    let pool = Pool::new(&siblings.racers(), racers);
    for round in 0..10_u8 {
        let key = ThrottleKey::from_bytes([100 + round; 32]);
        let answers = pool
            .race(|racer| {
                let store = Arc::clone(&store);
                async move {
                    let mut granted = 0;
                    for _ in (racer..1_000).step_by(racers) {
                        let reserved = store.reserve(&key, at(1), Span::seconds(1), most(10)).await?;
                        granted += u32::from(reserved == Reserved::Granted);
                    }
                    Ok::<_, Violation>(granted)
                }
            })
            .await;
        let mut granted = 0;
        for answer in answers {
            granted += answer?;
        }
        ensure!(granted == 10, "of 1,000 reservations in parallel 10 must be granted, but {granted} were");
    }
    Ok(Checked::Held)
}

async fn one_by_one(store: &dyn Throttle) -> Result<(), Violation> {
    let (key, other) = (ThrottleKey::from_bytes([1; 32]), ThrottleKey::from_bytes([2; 32]));
    let window = Span::from_micros(100).expect("a span");
    let reserve = async |key: ThrottleKey, now: Ts| store.reserve(&key, now, window, most(2)).await;
    store.release(&key).await?;
    for now in [0, 50] {
        ensure!(
            reserve(key, at(now)).await? == Reserved::Granted,
            "two must be granted in a window of two; a release of nothing must count for nothing"
        );
    }
    for now in [50, 98, 99] {
        let answer = reserve(key, at(now)).await?;
        ensure!(
            answer == Reserved::Wait(at(100)),
            "the third must wait until the window's end at +100, but was told {answer:?} at +{now}"
        );
    }
    ensure!(reserve(other, at(60)).await? == Reserved::Granted, "another key has a counter of its own");
    store.release(&key).await?;
    ensure!(reserve(key, at(99)).await? == Reserved::Granted, "what was given back can be had again");
    ensure!(reserve(key, at(99)).await? == Reserved::Wait(at(100)), "once");
    ensure!(store.purge_counters(at(99), most(9)).await? == 0, "a counter whose window has not ended must stay");
    ensure!(reserve(key, at(100)).await? == Reserved::Granted, "on its end a window is over: {:?}", at(100));
    ensure!(reserve(key, at(199)).await? == Reserved::Granted, "the next window counts from zero");
    ensure!(reserve(key, at(199)).await? == Reserved::Wait(at(200)), "and begins with its first reservation");
    for _ in 0..5 {
        store.release(&key).await?;
    }
    for wanted in [Reserved::Granted, Reserved::Granted, Reserved::Wait(at(200))] {
        ensure!(reserve(key, at(199)).await? == wanted, "releases must not go below zero");
    }
    ensure!(store.purge_counters(at(200), most(1)).await? == 1, "at most the limit goes");
    ensure!(store.purge_counters(at(200), most(9)).await? == 1, "what has ended goes");
    ensure!(store.purge_counters(at(200), most(9)).await? == 0, "once");
    Ok(())
}
