//! The cache.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::{Look, Narrowed, NarrowingLog, StoreError, Ticket, TokenRecord, VerificationReads};
use counterfoil::types::{RecordId, TokenKind};
use counterfoil::{Account, Realm, SubjectId, Timestamp};

use crate::age::{AgeClock, AgeReading, SystemAge};
use crate::entries::{People, Records};
use crate::follower::Follower;
use crate::options::{CacheOptions, InvalidOptions};
use crate::stamps::Stamps;

/// Records, and if wanted accounts, in the memory of one node, for the verifications of this node. It follows the log
/// of the store, and so keeps the bound of [`CacheOptions::max_staleness`].
///
/// All clones share their state. [`CachedReads::run`] must run as long as the node works: without it nothing is
/// trusted, and each verification reads the store.
///
/// `S` is the token store of the service, with its log on. The cache itself reads only the log.
pub struct CachedReads<S: ?Sized> {
    pub(crate) shared: Arc<Shared>,
    pub(crate) log: Arc<S>,
}

/// What all clones share.
pub(crate) struct Shared {
    pub(crate) options: CacheOptions,
    pub(crate) clock: Box<dyn AgeClock>,
    stamps: Stamps,
    follower: Follower,
    records: Records,
    people: Option<(People, Duration)>,
}

impl<S: ?Sized> Clone for CachedReads<S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), log: Arc::clone(&self.log) }
    }
}

impl<S: NarrowingLog + ?Sized> CachedReads<S> {
    /// An empty cache over the log of this store.
    ///
    /// # Errors
    ///
    /// [`InvalidOptions`] with the first option that is outside its limits.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use counterfoil::memory::MemoryStore;
    /// use counterfoil_cache::{CacheOptions, CachedReads};
    ///
    /// let store = Arc::new(MemoryStore::default());
    /// let cache = CachedReads::new(Arc::clone(&store), CacheOptions::default())?;
    /// assert!(cache.is_empty());
    /// assert!(CachedReads::new(store, CacheOptions::default().with_capacity(0)).is_err());
    /// # Ok::<(), counterfoil_cache::InvalidOptions>(())
    /// ```
    pub fn new(log: Arc<S>, options: CacheOptions) -> Result<Self, InvalidOptions> {
        Self::with_clock(log, options, SystemAge)
    }

    /// An empty cache that measures ages with this clock, for tests.
    ///
    /// # Errors
    ///
    /// The same as for [`CachedReads::new`].
    pub fn with_clock(log: Arc<S>, options: CacheOptions, clock: impl AgeClock) -> Result<Self, InvalidOptions> {
        options.check()?;
        let shared = Shared {
            clock: Box::new(clock),
            stamps: Stamps::default(),
            follower: Follower::default(),
            records: Records::new(options.capacity),
            people: options.accounts.map(|max_age| (People::new(options.capacity), max_age)),
            options,
        };
        Ok(Self { shared: Arc::new(shared), log })
    }

    /// Reads the log once, from the last position to its end. [`CachedReads::run`] calls it. Returns false, and does
    /// nothing, if another call is reading the log.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of the log. What is in memory stays, and is trusted until the bound is reached.
    ///
    /// # Cancel safety
    ///
    /// Safe. The next call continues after the last page that was read.
    pub async fn refresh(&self) -> Result<bool, StoreError> {
        let Shared { follower, stamps, clock, .. } = &*self.shared;
        follower.refresh(&*self.log, stamps, &**clock).await
    }

    /// Tells all nodes that the account of a subject was changed in the directory of the host. Call it after the
    /// change, with [`Counterfoil::now`](counterfoil::Counterfoil::now). After it has returned, no node uses the old
    /// account from [`Counterfoil::effective_by`](counterfoil::Counterfoil::effective_by) on.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of the log. The call can be repeated.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has written the step to the log or not. All nodes read the same log.
    pub async fn invalidate(&self, realm: &Realm, subject: &SubjectId, now: Timestamp) -> Result<(), StoreError> {
        let what = Narrowed::Owner { realm: realm.clone(), owner: subject.into() };
        self.log.narrow(&what, now).await
    }

    /// The number of records in memory, also of those that no longer count.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.records.len()
    }

    /// Whether no record is in memory.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Shared {
    /// Whether the last complete read of the log began less than the bound ago.
    fn is_trusted(&self, now: AgeReading) -> bool {
        self.follower.began.age(now).is_some_and(|age| age < self.options.max_staleness)
    }

    fn holds(&self, ticket: Ticket) -> bool {
        let [seen, running, wall] = ticket.numbers();
        // The age of the log comes before the number of the last step: a thread that sees a new read of the log then
        // also sees its steps.
        let now = self.clock.read();
        let age = now.since(&AgeReading::from_nanos([running, wall]));
        let longest = self.options.accounts.unwrap_or_default().max(self.options.max_staleness);
        self.is_trusted(now) && self.stamps.seen() == seen && age < longest
    }

    fn begin(&self) -> Option<Ticket> {
        // The number comes before the read of the store: a step that comes later makes the result void.
        let seen = self.stamps.seen();
        let now = self.clock.read();
        self.is_trusted(now).then(|| ticket(seen, now))
    }
}

fn ticket(seen: u64, at: AgeReading) -> Ticket {
    let [running, wall] = at.to_nanos();
    Ticket::from_numbers([seen, running, wall])
}

fn moment(began: Ticket) -> (u64, AgeReading) {
    let [seen, running, wall] = began.numbers();
    (seen, AgeReading::from_nanos([running, wall]))
}

impl<S: NarrowingLog + ?Sized> VerificationReads for CachedReads<S> {
    fn max_staleness(&self) -> Duration {
        self.shared.options.max_staleness
    }

    fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> Option<Ticket> {
        let Shared { stamps, records, options, clock, .. } = &*self.shared;
        // The number comes before the stamps, so that a step in between shows in `holds`.
        let seen = stamps.seen();
        let now = clock.read();
        let shown = self.shared.is_trusted(now) && records.show(id, (stamps, now, options.max_age), look);
        shown.then(|| ticket(seen, now))
    }

    fn holds(&self, ticket: Ticket) -> bool {
        self.shared.holds(ticket)
    }

    fn start(&self) -> Ticket {
        let Shared { stamps, clock, .. } = &*self.shared;
        ticket(stamps.seen(), clock.read())
    }

    fn is_in_time(&self, started: Ticket) -> bool {
        // Without the log: a verification with the store works also while the log cannot be read.
        let (_, at) = moment(started);
        self.shared.clock.read().since(&at) < self.shared.options.max_staleness
    }

    fn begin(&self) -> Option<Ticket> {
        self.shared.begin()
    }

    fn keep(&self, began: Ticket, record: TokenRecord) {
        let Shared { stamps, records, options, .. } = &*self.shared;
        let own = record.record();
        // The first use of a personal access token ends the token that it replaced, which the store must do.
        let is_successor = own.kind == TokenKind::PersonalAccessToken && own.parent.is_some();
        let ends_its_parent = is_successor && own.last_used_at.is_none();
        let has_ended = own.superseded.is_some() || record.revoked().is_some();
        if !ends_its_parent && !has_ended && !options.without.contains(&own.kind) {
            records.keep(record, moment(began), stamps);
        }
    }

    fn try_account(&self, realm: &Realm, subject: &SubjectId, look: &mut dyn FnMut(&Account)) -> Option<Ticket> {
        let Shared { stamps, people, clock, .. } = &*self.shared;
        let (people, max_age) = people.as_ref()?;
        let seen = stamps.seen();
        let now = clock.read();
        if !self.shared.is_trusted(now) {
            return None;
        }
        let began = people.show((realm, subject), (stamps, now, *max_age), look)?;
        Some(ticket(seen, began))
    }

    fn keep_account(&self, began: Ticket, realm: &Realm, account: &Account) {
        let Shared { stamps, people, .. } = &*self.shared;
        if let Some((people, _)) = people {
            people.keep(realm, account, moment(began), stamps);
        }
    }
}

impl<S: ?Sized> fmt::Debug for CachedReads<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedReads").field("options", &self.shared.options).finish_non_exhaustive()
    }
}
