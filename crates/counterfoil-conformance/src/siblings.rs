//! The siblings: clauses 29 and 30, for clients and settings. Those of the counters are in `throttle`.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::client::{ClientId, ClientKey, RefreshMode, Registration};
use counterfoil::settings::StoredSettings;
use counterfoil::store::{ClientPut, ClientStore, SettingsPut, SettingsStore, Throttle};
use counterfoil::{Realm, Version};

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

    /// So many handles of one set of empty counters, each with connections of its own, as other processes would have. Where it is not given,
    /// all are the one handle of [`SiblingFixture::throttle`].
    async fn throttles(&self, handles: usize) -> Vec<Arc<dyn Throttle>> {
        let one = self.throttle().await;
        one.map_or_else(Vec::new, |one| vec![one; handles])
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

    pub(crate) async fn throttle(&self) -> Option<Arc<dyn Throttle>> {
        self.0.throttle().await
    }

    pub(crate) async fn throttles(&self, handles: usize) -> Vec<Arc<dyn Throttle>> {
        self.0.throttles(handles).await
    }

    /// An empty store of clients, where the fixture has one.
    pub(crate) async fn clients(&self) -> Option<Arc<dyn ClientStore>> {
        self.0.clients().await
    }

    /// The threads of a race need nothing of a fixture but its `block_on`.
    pub(crate) fn racers(&self) -> Subject {
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

pub(crate) fn registration(id: &str, key: u8, name: &str) -> Registration {
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

pub(crate) const NO_CLIENTS: Checked = Checked::NotApplicable("the fixture has no `clients`");
const NO_SETTINGS: Checked = Checked::NotApplicable("the fixture has no `settings`");

pub(crate) async fn put(
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
