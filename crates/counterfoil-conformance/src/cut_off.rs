//! Futures that are dropped: clause 25. A request whose client hangs up is dropped wherever it happens to wait.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use counterfoil::store::{Change, NoticeMark, Revoke, StoreError, TokenStore};
use counterfoil::{RecordId, Ts, Version};

use crate::fixture::Store;
use crate::reference::{Model, describe};
use crate::sample::{Draft, EXPIRES, GONE, Person, at, make_room, most, relabel, revoked, slide, supersede};
use crate::slow::{SlowStore, pause};
use crate::subject::Subject;
use crate::together::{found_all, get_all};
use crate::violation::{Checked, Verdict, Violation, ensure};

/// Polls after which a future that is still not done is let go on: deeper waits have not been seen.
const DEEPEST: u32 = 48;

/// Clause 25: A future dropped at any await leaves all or nothing, now or shortly, and the next user of the connection unharmed.
pub async fn cut_off_is_all_or_nothing(subject: &Subject) -> Verdict {
    for slow in [false, true] {
        let store = subject.fresh().await;
        let handle = Store::clone(store.handle(0));
        let cut: Store = if slow { Arc::new(SlowStore::new(handle, 11)) } else { handle };
        let mut unharmed = Vec::new();
        for deed in Deed::ALL {
            for polls in 1..=DEEPEST {
                let scene = Scene::new(&*store).await?;
                let done = scene.cut(&*cut, deed, polls).await?;
                // The next user: an unrelated write that is acknowledged must be there, now and at the end.
                unharmed.push(Person::somebody().pat().found(&*store).await?);
                scene.is_all_or_nothing(&*store, deed).await?;
                scene.retry(&*store, deed).await?;
                if done {
                    break;
                }
            }
        }
        drop(cut);
        let another = store.open().await;
        all_there(&*another, &unharmed, "another handle").await?;
        drop(another);
        if let Some(reopened) = store.reopen().await {
            all_there(&*reopened, &unharmed, "the reopened store").await?;
        }
    }
    Ok(Checked::Held)
}

async fn all_there(store: &dyn TokenStore, ids: &[RecordId], place: &str) -> Result<(), Violation> {
    let found = get_all(store, ids).await?;
    ensure!(found.iter().all(Option::is_some), "an acknowledged write after a cut-off was lost in {place}");
    Ok(())
}

/// What is cut off.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Found,
    MakeRoom,
    Join,
    Relabel,
    Expiry,
    Supersede,
    Slide,
    RevokeOne,
    RevokeFamily,
    RevokeOwner,
    Touch,
    Claim,
    Settle,
    Purge,
}

impl Deed {
    const ALL: [Self; 14] = [
        Self::Found,
        Self::MakeRoom,
        Self::Join,
        Self::Relabel,
        Self::Expiry,
        Self::Supersede,
        Self::Slide,
        Self::RevokeOne,
        Self::RevokeFamily,
        Self::RevokeOwner,
        Self::Touch,
        Self::Claim,
        Self::Settle,
        Self::Purge,
    ];

    /// Whether each record may be done or not by itself: these go record by record, or family by family.
    const fn is_piecemeal(self) -> bool {
        matches!(self, Self::RevokeOwner | Self::Touch | Self::Purge)
    }
}

/// One person's three families (a living refresh chain, a token, one that is gone) and what may come.
struct Scene {
    person: Person,
    chain: Draft,
    other: Draft,
    coming: Draft,
    next: counterfoil::store::NewRecord,
    joining: [counterfoil::store::NewRecord; 2],
    model: Model,
    ids: Vec<RecordId>,
}

const MARK: NoticeMark = NoticeMark { at: Ts::EPOCH, stage: 1 };

impl Scene {
    async fn new(store: &dyn TokenStore) -> Result<Self, Violation> {
        let person = Person::somebody();
        let chain = person.refresh().labelled("one").with_access().noticed(MARK.at, MARK.stage);
        let other = person.pat().labelled("two");
        let gone = person.pat().labelled("gone").ending(Some(at(5)), Some(at(6)));
        let coming = person.refresh().labelled("gone").with_access().with_access();
        let next = chain.successor(chain.id(), 1);
        let joining = [chain.access(0), chain.access(0)];
        let mut model = Model::default();
        let first = [&chain, &other, &gone].map(Draft::clone);
        found_all(store, &first).await?;
        for draft in &first {
            let _ = model.insert(draft.home(None), &draft.records, at(0));
        }
        let new = [&next, &joining[0], &joining[1]].map(|record| record.id);
        let ids = [&chain, &other, &gone, &coming]
            .into_iter()
            .flat_map(|draft| draft.records.iter().map(|record| record.id))
            .chain(new)
            .collect();
        Ok(Self { person, chain, other, coming, next, joining, model, ids })
    }

    /// The same deed on a store, or on the reference store; told only whether it answered.
    async fn act(&self, store: &dyn TokenStore, deed: Deed) -> Result<(), StoreError> {
        let (id, now) = (self.chain.id(), at(10));
        let limit: NonZeroU32 = most(100);
        let new = [self.next.clone(), self.joining[0].clone()];
        match deed {
            Deed::Found => store.insert(self.coming.home(None), &self.coming.records, now).await.map(drop),
            Deed::MakeRoom => {
                let home = self.coming.bounded(Some(make_room(1, now)), None);
                store.insert(home, &self.coming.records, now).await.map(drop)
            }
            Deed::Join => store.insert(self.chain.join(0), &self.joining, now).await.map(drop),
            Deed::Relabel => store.apply(&self.other.id(), Version::FIRST, &relabel("gone"), now).await.map(drop),
            Deed::Expiry => {
                let expiry = Change::Expiry { expires_at: Some(at(77)), gone_at: Some(at(78)), notice: Some(MARK) };
                store.apply(&id, Version::FIRST, &expiry, now).await.map(drop)
            }
            Deed::Supersede => {
                store.rotate(&id, &supersede(Version::FIRST, self.next.id, now), &new, now).await.map(drop)
            }
            Deed::Slide => {
                let slide = slide(at(EXPIRES + 5), at(GONE + 5));
                store.rotate(&id, &slide, &self.joining, now).await.map(drop)
            }
            Deed::RevokeOne => {
                store.revoke(Revoke::One(&self.chain.records[1].id), revoked(now), at(GONE), limit).await.map(drop)
            }
            Deed::RevokeFamily => {
                store.revoke(self.person.family(self.chain.family.id), revoked(now), at(GONE), limit).await.map(drop)
            }
            Deed::RevokeOwner => store.revoke(self.person.all(), revoked(now), at(GONE), limit).await.map(drop),
            Deed::Touch => {
                let seen: Vec<(RecordId, Ts)> = self.ids.iter().map(|id| (*id, now)).collect();
                store.touch(&seen).await
            }
            Deed::Claim => store.claim(&id, MARK, at(30)).await.map(drop),
            Deed::Settle => {
                store.settle(&id, MARK, Some(NoticeMark { at: at(40), stage: 2 }), Some((at(50), 1))).await.map(drop)
            }
            Deed::Purge => store.purge(at(6), at(6), at(6), limit).await.map(drop),
        }
    }

    /// Drops the deed's future after so many polls; whether it was done before.
    async fn cut(&self, store: &dyn TokenStore, deed: Deed, polls: u32) -> Result<bool, Violation> {
        let mut act = pin!(self.act(store, deed));
        let mut left = polls;
        let answer = poll_fn(|context| match act.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending if left <= 1 => Poll::Ready(None),
            Poll::Pending => {
                left -= 1;
                Poll::Pending
            }
        })
        .await;
        Ok(answer.transpose()?.is_some())
    }

    async fn snapshot(&self, store: &dyn TokenStore) -> Result<Vec<Option<String>>, Violation> {
        Ok(get_all(store, &self.ids).await?.iter().map(|found| found.as_ref().map(describe)).collect())
    }

    async fn before_and_after(&self, deed: Deed) -> Result<[Vec<Option<String>>; 2], Violation> {
        let model = crate::reference::ReferenceStore::new();
        model.with(|kept| *kept = self.model.clone());
        let before = self.snapshot(&model).await?;
        self.act(&model, deed).await?;
        Ok([before, self.snapshot(&model).await?])
    }

    /// "Now or shortly": a server may still be carrying out what was sent, so a half state is given a second to become none.
    async fn is_all_or_nothing(&self, store: &dyn TokenStore, deed: Deed) -> Result<(), Violation> {
        let [before, after] = self.before_and_after(deed).await?;
        let mut seen = Vec::new();
        for patience in 0..1_000 {
            seen = self.snapshot(store).await?;
            let piecemeal = || {
                seen.iter()
                    .zip(before.iter().zip(&after))
                    .all(|(seen, (before, after))| seen == before || seen == after)
            };
            if seen == before || seen == after || (deed.is_piecemeal() && piecemeal()) {
                return Ok(());
            }
            pause().await;
            if patience > 50 {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        Err(Violation::new(format!(
            "{deed:?}, cut off, must leave all or nothing, but left\n{}",
            difference(&seen, &before, &after)
        )))
    }

    /// The client calls again: then it must be done, once.
    async fn retry(&self, store: &dyn TokenStore, deed: Deed) -> Result<(), Violation> {
        let [_, after] = self.before_and_after(deed).await?;
        self.act(store, deed).await?;
        let seen = self.snapshot(store).await?;
        ensure!(
            seen == after,
            "{deed:?}, cut off and repeated, must be done once, but left\n{}",
            difference(&seen, &after, &after)
        );
        Ok(())
    }
}

fn difference(seen: &[Option<String>], before: &[Option<String>], after: &[Option<String>]) -> String {
    let rows =
        seen.iter().zip(before.iter().zip(after)).filter(|(seen, (before, after))| seen != before || seen != after);
    rows.map(|(seen, (before, after))| format!("  is     {seen:?}\n  before {before:?}\n  after  {after:?}\n"))
        .collect()
}
