//! What a host's own loop calls, on the handle: purging, notices, and the count of keys.

use std::num::NonZeroU32;

use crate::desk::claimed::{Claim, ClaimedNotice, DueNotice, Gathered, Outcome};
use crate::desk::error::Unavailable;
use crate::handle::Counterfoil;
use crate::ports::change::Progress;
use crate::ports::page::{Cursor, Page};
use crate::verbs::keys::{self, DropKeyError, KeyUse};
use crate::verbs::start::{self, RingOf};
use crate::verbs::{notices, purge};
use crate::words::ids::{KeyId, SubjectId};
use crate::words::time::Span;

impl Counterfoil {
    /// Looks at the store before the first request: whether the key ring is the one that the store was filled with, and whether it verifies what
    /// is there; what it does not is told as [`What::KeyMissing`](crate::event::What::KeyMissing). The first call notes a check value of each key
    /// beside the settings, from which no key can be had. From then on this call refuses another ring, and a handle that has
    /// one makes nothing: a lost key file stops the start and does not end every token.
    ///
    /// A host calls it once, after [`Builder::build`](crate::Builder::build). It counts all records: on a great store that takes seconds.
    ///
    /// # Errors
    ///
    /// [`Unavailable::ForeignKeyRing`] where a key of the ring has the number of one of the store's and is another; a store.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::{Counterfoil, KeyRing, Unavailable};
    ///
    /// # futures_executor::block_on(async {
    /// let store = Arc::new(MemoryStore::default());
    /// let with = |ring: KeyRing| {
    ///     let builder = Counterfoil::builder().store(Arc::clone(&store)).directory(MemoryDirectory::default());
    ///     builder.key_ring(ring).build()
    /// };
    /// with(KeyRing::generate_from_system()?)?.start().await?;
    /// let another = with(KeyRing::generate_from_system()?)?;
    /// assert!(matches!(another.start().await, Err(Unavailable::ForeignKeyRing { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub async fn start(&self) -> Result<(), Unavailable> {
        start::start(&self.desk, RingOf::ThisStore, self.now()).await
    }

    /// The same, where the store's key ring is lost for good and this one takes its place. Every credential that was digested under the lost one
    /// is refused from now on, and every client's secret too: people sign in again, clients get new secrets.
    ///
    /// # Errors
    ///
    /// A store.
    pub async fn start_with_new_key_ring(&self) -> Result<(), Unavailable> {
        start::start(&self.desk, RingOf::AnotherStore, self.now()).await
    }

    /// Whether the store takes writes: it tries one that changes nothing that anybody sees. For a readiness check, at most one in a few seconds.
    ///
    /// # Errors
    ///
    /// The store: it cannot be asked, is a replica, or can be read only.
    pub async fn probe(&self) -> Result<(), Unavailable> {
        Ok(self.desk.store.probe().await?)
    }

    /// Removes one batch of what nothing needs any more, in all realms of the store. Call again, after a pause, while `more` says so;
    /// cut off, beside others or never: nothing that anybody sees depends on it.
    ///
    /// # Errors
    ///
    /// The store.
    pub async fn purge(&self, limit: NonZeroU32) -> Result<Progress, Unavailable> {
        self.desk.upkeep_is_done();
        purge::purge(&self.desk, limit, self.now()).await
    }

    /// A page of the credentials that a notice worker must look at. `next` of the last page is `None`; a short page is no end.
    ///
    /// # Errors
    ///
    /// The store.
    ///
    /// # Example: a week before a token expires
    ///
    /// ```
    #[doc = include_str!("example.in")]
    /// use counterfoil::notice::{NoticeText, Outcome};
    ///
    /// let page = NonZeroU32::MIN.saturating_add(99);
    /// let new = NewPersonalAccessToken { label: "backup", lifetime: Lifetime::Days(30), scope: None };
    /// counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// assert!(counterfoil.due_notices(None, page).await?.items.is_empty());
    ///
    /// clock.advance(Span::days(23));
    /// let due = counterfoil.due_notices(None, page).await?.items;
    /// let claimed = counterfoil.claim_notice(&due[0], Span::minutes(5)).await?.won().ok_or("no other worker has it")?;
    /// assert_eq!((claimed.label(), claimed.text()), ("backup", NoticeText::ExpiresIn(Span::days(7))));
    /// // … send it to claimed.to(), in the language and time zone of claimed.account() …
    /// assert!(counterfoil.settle_notice(claimed, Outcome::Sent).await?);
    /// assert!(counterfoil.due_notices(None, page).await?.items.is_empty());
    /// # Ok(()) }) }
    /// ```
    pub async fn due_notices(&self, after: Option<&Cursor>, limit: NonZeroU32) -> Result<Page<DueNotice>, Unavailable> {
        notices::due(&self.desk, after, limit, self.now()).await
    }

    /// Says which of one person's notices go out together now, as [`Policy::notices`](crate::policy::Policy::notices) gathers them. `due` is
    /// what a walk found for that person; what else the person has is read, at most 1,000 credentials of each kind. `lease` is the one
    /// that will be claimed with.
    ///
    /// Claims nothing: a worker that does not gather claims what is due.
    ///
    /// # Errors
    ///
    /// The store.
    pub async fn gather_notices(
        &self,
        whom: &SubjectId,
        due: Vec<DueNotice>,
        lease: Span,
    ) -> Result<Gathered, Unavailable> {
        notices::gather::gather(&self.desk, whom, due, lease, self.now()).await
    }

    /// Sets the notices of a batch of credentials anew where the policy or the settings changed when they are due. Call it before
    /// [`Counterfoil::due_notices`], again while `more` says so; where nothing changed it costs no call of the store. `limit` is the
    /// most credentials that are looked at; how far it came is kept with the settings, so any node may go on.
    ///
    /// Credentials that have expired are left as they are, and so are those without a notice to come.
    ///
    /// # Errors
    ///
    /// The stores of records and settings. The next call begins with the same batch.
    pub async fn rearm_notices(&self, limit: NonZeroU32) -> Result<Progress, Unavailable> {
        notices::rearm::rearm(&self.desk, limit, self.now()).await
    }

    /// Takes a notice for the time of `lease`, an hour at most, which must outlast the transport's time-out: what is sent more slowly
    /// may be sent twice. One of [`Gathered::Send`]'s `along` may be taken ahead of its time.
    ///
    /// # Errors
    ///
    /// The store or the directory: the lease runs out, and the notice is due again.
    pub async fn claim_notice(&self, due: &DueNotice, lease: Span) -> Result<Claim, Unavailable> {
        notices::claim(&self.desk, due, lease, self.now()).await
    }

    /// Says what became of a notice. False where it was no longer this worker's; that it was sent is noted in any case.
    ///
    /// # Errors
    ///
    /// The store: what was sent may be sent again once the lease has run out.
    pub async fn settle_notice(&self, claimed: ClaimedNotice, outcome: Outcome) -> Result<bool, Unavailable> {
        notices::settle(&self.desk, claimed, outcome, self.now()).await
    }

    /// How much is digested under which key.
    ///
    /// # Errors
    ///
    /// A store.
    pub async fn key_census(&self) -> Result<Vec<KeyUse>, Unavailable> {
        keys::census(&self.desk).await
    }

    /// How much is still digested under that key.
    ///
    /// # Errors
    ///
    /// A store.
    pub async fn key_still_used(&self, key: KeyId) -> Result<u64, Unavailable> {
        keys::still_used(&self.desk, key).await
    }

    /// Whether a key may leave the ring. To drop it all the same, do not ask.
    ///
    /// # Errors
    ///
    /// [`DropKeyError::InUse`] with the counts; a store.
    pub async fn may_drop_key(&self, key: KeyId) -> Result<(), DropKeyError> {
        keys::may_drop(&self.desk, key).await
    }
}
