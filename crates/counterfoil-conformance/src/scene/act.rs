//! Calls the store for each operation of a scene.

use counterfoil::Timestamp;
use counterfoil::store::{
    Change, Digest, InsertInto, Listing, NewRecord, NoticeMark, ParentUpdate, Revoke, Revoked, TokenRecord, TokenStore,
};
use counterfoil::types::{KeyId, RecordId, TokenKind, Version};

use super::{Brought, Deed, Outcome, Scene, far};
use crate::sample::{
    Draft, EXPIRES, at, bounded, describe_as, details, digest_of, edit_details, make_room, most, pace, refuse, relabel,
    renewing, revoked, slide, supersede,
};
use crate::violation::{Violation, ensure};
use crate::walk::{collect_families, walk_due_intact, walk_intact};

/// The largest number of calls of one purge, or of one revocation of an owner. Every purge or revocation of a scene is
/// complete after fewer calls.
const CALLS: u32 = 20;

/// A page limit that is larger than the number of records in a scene.
const PAGE: u32 = 100;

impl Scene {
    /// Runs the operation on a store, as the actor with this index. The actors of a scene are callers that run
    /// operations at the same time. All values that an actor writes depend on its index, so they show which actor wrote
    /// them.
    pub(crate) async fn act(&self, store: &dyn TokenStore, deed: Deed, actor: usize) -> Result<Outcome, Violation> {
        match deed {
            deed if deed.founds() => self.found(store, deed, actor).await,
            Deed::Join | Deed::JoinGone | Deed::JoinCapped => self.join(store, deed, actor).await,
            Deed::Renew => self.renew(store, actor).await,
            deed if deed.supersedes() || deed.joins() => self.rotate(store, deed, actor).await,
            deed if deed.reads() => self.read(store, deed).await,
            Deed::RevokeOne | Deed::RevokeFamily | Deed::RevokeOwner => self.revoke(store, deed, actor).await,
            Deed::Touch | Deed::TouchBatch | Deed::Claim | Deed::Settle => self.notice(store, deed, actor).await,
            Deed::PurgeGone | Deed::PurgeWindows => self.purge(store, deed).await,
            _ => self.apply(store, deed, actor).await,
        }
    }

    async fn found(&self, store: &dyn TokenStore, deed: Deed, actor: usize) -> Result<Outcome, Violation> {
        let coming = self.actors[actor].coming.clone();
        let labelled = |draft: Draft| match deed {
            Deed::FoundFreeLabel => draft.labelled("free"),
            Deed::FoundHeldLabel => draft.labelled("one"),
            Deed::FoundGoneLabel => draft.labelled("gone"),
            _ => draft,
        };
        let coming = labelled(coming);
        let home = match deed {
            Deed::FoundCapped => coming.bounded(Some(refuse(2)), None),
            Deed::FoundMakesRoom => coming.bounded(Some(make_room(1, self.now())), None),
            Deed::FoundPaced => coming.bounded(None, Some(pace(1, self.near(7)))),
            _ => coming.home(None),
        };
        Ok(Outcome::inserted(store.insert(home, &coming.records, self.now()).await?))
    }

    async fn join(&self, store: &dyn TokenStore, deed: Deed, actor: usize) -> Result<Outcome, Violation> {
        let new = self.joining(deed, actor);
        let home: InsertInto<'_> = match deed {
            Deed::JoinCapped => self.chain.join_capped(2, 2),
            Deed::JoinGone => self.gone.join(0),
            _ => self.chain.join(2),
        };
        Ok(Outcome::inserted(store.insert(home, new, self.now()).await?))
    }

    async fn apply(&self, store: &dyn TokenStore, deed: Deed, actor: usize) -> Result<Outcome, Violation> {
        let micros = actor as u64;
        let (id, expect, change) = match deed {
            Deed::EditLabel => (self.tip, Version::FIRST, relabel("free")),
            Deed::EditGoneLabel => (self.tip, Version::FIRST, relabel("gone")),
            Deed::EditDetails => {
                let number = 1 + u32::try_from(actor).unwrap_or(0);
                (self.tip, Version::FIRST, edit_details((actor != 3).then(|| details(number))))
            }
            Deed::EditDescription => (self.tip, Version::FIRST, describe_as(&format!("by actor {actor}"))),
            Deed::EditStale => (self.tip, Version::FIRST.next(), describe_as(&format!("late, by actor {actor}"))),
            Deed::Rekey => (self.tip, Version::FIRST, self.rekeyed(actor)),
            Deed::End => {
                let end = Change::End { honoured_until: self.near(12 + micros), gone_at: far(micros) };
                (self.handed, Version::FIRST.next(), end)
            }
            _ => {
                // An even actor keeps the chain live. An odd actor moves its expiry to an instant before now, so that
                // caps on live families do not count the chain.
                let expires_at = Some(self.near(if actor.is_multiple_of(2) { 700 } else { 9 }));
                let notice = Some(NoticeMark { at: self.near(20 + micros), stage: 2 });
                (
                    self.tip,
                    Version::FIRST,
                    Change::Expiry { expires_at, gone_at: Some(self.near(800 + micros)), notice },
                )
            }
        };
        Ok(Outcome::applied(store.apply(&id, expect, &change, self.now()).await?))
    }

    fn rekeyed(&self, actor: usize) -> Change {
        let digest: Digest = digest_of(&self.actors[actor].next.id);
        Change::Rekey { digest, key_id: KeyId::new(self.key().number() + 1) }
    }

    async fn rotate(&self, store: &dyn TokenStore, deed: Deed, actor: usize) -> Result<Outcome, Violation> {
        let Brought { next, beside, .. } = &self.actors[actor];
        let micros = actor as u64;
        let slid = slide(at(EXPIRES + 5 + micros), far(5 + micros));
        let succeeded = supersede(Version::FIRST, next.id, self.now());
        // The chain was rotated twice after `near(0)`. A limit of 3 allows this rotation. A limit of 2 does not.
        let paced = pace(if actor.is_multiple_of(2) { 3 } else { 2 }, self.near(0));
        let (step, new): (ParentUpdate, Vec<NewRecord>) = match deed {
            Deed::Slide => (slid, self.joining(deed, actor).to_vec()),
            Deed::SlideCapped => (bounded(slid, None, Some(2)), self.joining(deed, actor).to_vec()),
            Deed::SupersedePaced => (bounded(succeeded, Some(paced), None), vec![next.clone(), beside.clone()]),
            Deed::SupersedeCapped => (bounded(succeeded, None, Some(2)), vec![next.clone(), beside.clone()]),
            _ => (succeeded, vec![next.clone(), beside.clone()]),
        };
        Ok(Outcome::rotated(store.rotate(&self.tip, &step, &new, self.now()).await?))
    }

    /// Renews the family that is past its `gone_at`. The renewal adds one live family, and the cap allows two.
    async fn renew(&self, store: &dyn TokenStore, actor: usize) -> Result<Outcome, Violation> {
        let next = &self.actors[actor].renewed;
        let step = renewing(supersede(Version::FIRST, next.id, self.now()), true, Some(2));
        let parent = self.gone.id();
        Ok(Outcome::rotated(store.rotate(&parent, &step, std::slice::from_ref(next), self.now()).await?))
    }

    async fn revoke(&self, store: &dyn TokenStore, deed: Deed, actor: usize) -> Result<Outcome, Violation> {
        let micros = actor as u64;
        let (said, gone_at) = (revoked(self.near(10 + micros)), far(micros));
        let access = self.access();
        match deed {
            Deed::RevokeOne => Ok(Outcome::revoked(store.revoke(Revoke::One(&access), said, gone_at, most(1)).await?)),
            Deed::RevokeFamily => {
                let chain = self.person.family(self.chain.family.id);
                Ok(Outcome::revoked(store.revoke(chain, said, gone_at, most(1)).await?))
            }
            _ => {
                let mut changed = 0;
                for _ in 0..CALLS {
                    let (said, gone_at) = self.owner_end();
                    let progress = store.revoke(self.person.all(), said, gone_at, most(PAGE)).await?;
                    changed += progress.changed;
                    if !progress.more {
                        return Ok(Outcome::Changed(changed));
                    }
                }
                Err(Violation::new("revoking all of an owner must end"))
            }
        }
    }

    /// Returns the arguments with which all actors revoke all families of the owner: the instant and the reason of the
    /// revocation, and the `gone_at`. All actors use the same values, so it does not matter whose call revoked a
    /// family.
    pub(crate) fn owner_end(&self) -> (Revoked, Timestamp) {
        (revoked(self.near(19)), far(9))
    }

    async fn notice(&self, store: &dyn TokenStore, deed: Deed, actor: usize) -> Result<Outcome, Violation> {
        let micros = actor as u64;
        let (tip, mark) = (self.tip, self.mark());
        Ok(match deed {
            Deed::Touch => Outcome::plain(store.touch(&[(tip, self.near(100 + micros))]).await?),
            Deed::TouchBatch => {
                let seen: Vec<(RecordId, Timestamp)> =
                    self.standing().iter().map(|id| (*id, self.near(100 + micros))).collect();
                Outcome::plain(store.touch(&seen).await?)
            }
            Deed::Claim => Outcome::claimed(store.claim(&tip, mark, self.near(30 + micros)).await?),
            _ => {
                let next = NoticeMark { at: self.near(40 + micros), stage: 2 };
                let sent = (self.near(50), u8::try_from(actor).unwrap_or(u8::MAX));
                Outcome::plain(store.settle(&tip, mark, Some(next), Some(sent)).await?)
            }
        })
    }

    /// Returns the arguments `now`, `unsent_before` and `windows_before` with which the operation `deed` purges.
    pub(crate) fn purge_limits(&self, deed: Deed) -> [Timestamp; 3] {
        match deed {
            Deed::PurgeGone => [self.near(6), self.near(6), self.near(0)],
            _ => [self.near(0), self.near(0), self.near(15)],
        }
    }

    async fn purge(&self, store: &dyn TokenStore, deed: Deed) -> Result<Outcome, Violation> {
        let [now, unsent_before, windows_before] = self.purge_limits(deed);
        let mut changed = 0;
        for _ in 0..CALLS {
            let progress = store.purge(now, unsent_before, windows_before, most(PAGE)).await?;
            changed += progress.changed;
            if !progress.more {
                return Ok(Outcome::Changed(changed));
            }
        }
        Err(Violation::new("a purge must end"))
    }

    async fn read(&self, store: &dyn TokenStore, deed: Deed) -> Result<Outcome, Violation> {
        let realm = &self.person.realm;
        let seen: Vec<TokenRecord> = match deed {
            Deed::Get => store.get(&self.tip).await?.into_iter().collect(),
            Deed::ListAll => walk_intact(store, self.person.listing(TokenKind::RefreshToken), PAGE).await?,
            Deed::ListStanding => {
                walk_intact(store, self.person.standing(TokenKind::RefreshToken, self.now()), PAGE).await?
            }
            Deed::ListKind => walk_intact(store, Listing::Kind { realm, kind: TokenKind::AccessToken }, PAGE).await?,
            Deed::ListFamilies => {
                let (listed, corrupt) = collect_families(store, &self.person, PAGE).await?;
                ensure!(corrupt == 0, "no row is damaged, but a list of families counted {corrupt} as damaged");
                return Ok(Outcome::Families(listed));
            }
            Deed::Due => walk_due_intact(store, self.now(), PAGE).await?,
            _ => return Ok(Outcome::Counted(self.counted(store.census().await?))),
        };
        Ok(Outcome::Seen(seen))
    }

    /// Returns the counts of a census for the two digest keys of this scene, and leaves out all other digest keys.
    fn counted(&self, census: Vec<(KeyId, u64)>) -> Vec<(KeyId, u64)> {
        let own = [self.key().number(), self.key().number() + 1];
        let mut own: Vec<(KeyId, u64)> =
            census.into_iter().filter(|(key, count)| own.contains(&key.number()) && *count > 0).collect();
        own.sort_unstable();
        own
    }
}
