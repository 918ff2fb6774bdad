//! All indexes, protected by one lock: records by owner, due notices, purge times, and families by label.

use std::collections::HashMap;
use std::ops::Bound;

use super::narrowings::Log;
use super::owner_index::{KindAt, NO_END, OwnerIndex, Standing, hash};
use super::sorted::Sorted;
use super::table::StepNumber;
use crate::record::family::FamilyParts;
use crate::record::record_parts::RecordParts;
use crate::types::client::ClientKey;
use crate::types::ids::{FamilyId, OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// Records ordered by an instant.
pub(super) type Timeline = Sorted<(Timestamp, RecordId)>;

/// All indexes. Each index has the order in which operations read it, so no operation scans all entries.
#[derive(Default)]
pub(super) struct Indexes {
    /// Records with a notice, by `notice.at`.
    pub(super) due: Timeline,
    /// Records without a notice, by the instant from which they may be purged.
    pub(super) gone: Timeline,
    /// Records with a notice, by the instant from which they may be purged. They have their own index, because they
    /// have a different purge limit and must not block the purge of records without a notice.
    pub(super) gone_unsent: Timeline,
    /// Superseded records that are not shrunk yet ([`RecordParts::shrink`]), by `honoured_until`.
    pub(super) windows: Timeline,
    /// Access tokens by family and `expires_at`. If a single token is revoked, it is removed from this index. If a
    /// whole family is revoked, its tokens stay in the index.
    access: Sorted<(FamilyId, Timestamp, [u8; 6])>,
    realms: HashMap<Realm, RealmIndex>,
    /// All records by family, generation, and the last bytes of the id.
    kin: Sorted<Member>,
    /// The number of each client. A client gets its number with its first family in the store, and keeps it even if the
    /// last family is removed.
    clients: HashMap<ClientKey, ClientNumber>,
    steps: u64,
    /// The log of narrowing steps. `None` until it is read for the first time.
    pub(super) log: Option<Box<Log>>,
}

/// A record: its family, its generation, and the last bytes of its id.
type Member = (FamilyId, u64, [u8; 6]);

/// A number that stands for a client's internal id, which is longer. 0 stands for no client.
pub(super) type ClientNumber = u32;

#[derive(Default)]
struct RealmIndex {
    owners: HashMap<OwnerId, OwnerIndex>,
    /// Records that are not shrunk ([`RecordParts::shrink`]), by kind and id.
    kinds: Sorted<(TokenKind, RecordId)>,
}

/// The positions of one record in the indexes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct IndexKeys {
    listed_at: Option<Timestamp>,
    due_at: Option<Timestamp>,
    gone_at: Option<Timestamp>,
    gone_unsent_at: Option<Timestamp>,
    window_ends: Option<Timestamp>,
    access_until: Option<Timestamp>,
}

impl IndexKeys {
    fn of((record, family): (&RecordParts, &FamilyParts)) -> Self {
        let gone_at = family.gone_at_of(record);
        let honoured_until = record.superseded.and_then(|superseded| superseded.honoured_until);
        Self {
            listed_at: (!record.shrunk).then_some(record.created_at),
            due_at: record.notice.map(|notice| notice.at),
            gone_at: gone_at.filter(|_| record.notice.is_none()),
            gone_unsent_at: gone_at.filter(|_| record.notice.is_some()),
            window_ends: honoured_until.filter(|_| !record.shrunk),
            access_until: (record.kind == TokenKind::AccessToken && record.revoked.is_none())
                .then(|| record.expires_at.unwrap_or(Timestamp::MAX)),
        }
    }
}

impl Indexes {
    /// Returns the number for the next write that changes records together with their family.
    pub(super) fn next_step(&mut self) -> StepNumber {
        self.steps += 1;
        StepNumber(self.steps)
    }

    /// Updates the positions of one record in all indexes. `old` is the record as stored, or `None` if it is new. `new`
    /// is the record to store, or `None` if it is removed.
    pub(super) fn reindex(
        &mut self,
        old: Option<(&RecordParts, &FamilyParts)>,
        new: Option<(&RecordParts, &FamilyParts)>,
    ) {
        let Some((of, _)) = new.or(old) else { return };
        let (was, is) = (old.map(IndexKeys::of).unwrap_or_default(), new.map(IndexKeys::of).unwrap_or_default());
        shift(&mut self.due, of.id, was.due_at, is.due_at);
        shift(&mut self.gone, of.id, was.gone_at, is.gone_at);
        shift(&mut self.gone_unsent, of.id, was.gone_unsent_at, is.gone_unsent_at);
        shift(&mut self.windows, of.id, was.window_ends, is.window_ends);
        if was.access_until != is.access_until {
            let family = of.id.family();
            let place = |until| (family, until, of.id.member());
            was.access_until.map(place).iter().for_each(|place| self.access.remove(place));
            is.access_until.map(place).into_iter().for_each(|place| self.access.insert(place));
        }
        if was.listed_at != is.listed_at {
            self.relist(of, was.listed_at, is.listed_at);
        }
        if old.is_some() != new.is_some() {
            self.recount(of, new.is_some());
        }
    }

    fn relist(&mut self, of: &RecordParts, was: Option<Timestamp>, is: Option<Timestamp>) {
        let realm = self.realms.entry(of.realm.clone()).or_default();
        let owner = realm.owners.entry(of.owner.clone()).or_default();
        if let Some(was) = was {
            owner.records.remove(&(KindAt::new(of.kind, was), of.id));
            realm.kinds.remove(&(of.kind, of.id));
        }
        if let Some(is) = is {
            owner.records.insert((KindAt::new(of.kind, is), of.id));
            realm.kinds.insert((of.kind, of.id));
        }
    }

    fn recount(&mut self, of: &RecordParts, there: bool) {
        let place = (of.id.family(), of.generation, of.id.member());
        if there {
            self.kin.insert(place)
        } else {
            self.kin.remove(&place)
        };
    }

    /// Updates the positions of one family in the index of families that are not revoked, and in the index of labels.
    /// `old` is the family as stored, or `None` if it is new. `new` is the family to store, or `None` if it is removed.
    pub(super) fn reindex_family(&mut self, old: Option<&FamilyParts>, new: Option<&FamilyParts>) {
        let Some(of) = new.or(old) else { return };
        let (was, is) = (old.and_then(|old| self.standing(old)), new.and_then(|new| self.standing(new)));
        let realm = self.realms.entry(of.realm.clone()).or_default();
        let owner = realm.owners.entry(of.owner.clone()).or_default();
        if was != is {
            was.map(|was| owner.standing.remove(&was));
            is.map(|is| owner.standing.insert(is));
        }
        let (was, is) = (old.and_then(|old| old.label_key.as_ref()), new.and_then(|new| new.label_key.as_ref()));
        if was != is {
            was.map(|was| owner.labels.remove(&(hash(was), of.id)));
            is.map(|is| owner.labels.insert((hash(is), of.id)));
        }
        if new.is_none() {
            self.prune(&of.realm, &of.owner);
        }
    }

    /// Removes the owner's index if it is empty, and the realm's index if the realm has no owners left.
    fn prune(&mut self, realm: &Realm, owner: &OwnerId) {
        let Some(index) = self.realms.get_mut(realm) else { return };
        if index.owners.get(owner).is_some_and(OwnerIndex::is_empty) {
            index.owners.remove(owner);
        }
        if index.owners.is_empty() {
            self.realms.remove(realm);
        }
    }

    pub(super) fn owner(&self, realm: &Realm, owner: &OwnerId) -> Option<&OwnerIndex> {
        self.realms.get(realm)?.owners.get(owner)
    }

    pub(super) fn kinds(&self, realm: &Realm) -> Option<&Sorted<(TokenKind, RecordId)>> {
        self.realms.get(realm).map(|index| &index.kinds)
    }

    /// The members of a family, by generation.
    pub(super) fn kin(&self, family: &FamilyId) -> impl Iterator<Item = RecordId> + '_ {
        let family = *family;
        let members = self.kin.from(Bound::Included((family, 0, [0; 6])));
        members.take_while(move |(own, _, _)| *own == family).map(|&(family, _, member)| RecordId::of(family, member))
    }

    /// The first `most` families with an id greater than `after`, by id.
    pub(super) fn families(&self, after: Option<&FamilyId>, most: usize) -> Vec<FamilyId> {
        let mut families = Vec::new();
        let mut from = after.map_or(Bound::Unbounded, |after| Bound::Excluded((*after, u64::MAX, [0xFF; 6])));
        while families.len() < most
            && let Some(&(family, _, _)) = self.kin.from(from).next()
        {
            families.push(family);
            from = Bound::Excluded((family, u64::MAX, [0xFF; 6]));
        }
        families
    }

    /// The families with the realm, owner, kind and client of `like` that are not revoked and whose `live_until` is not
    /// reached.
    pub(super) fn live(&self, like: &FamilyParts, now: Timestamp) -> impl Iterator<Item = FamilyId> + '_ {
        let owner = self.owner(&like.realm, &like.owner).zip(self.client_number(like));
        owner.into_iter().flat_map({
            let kind = like.kind;
            move |(owner, client)| {
                let first = (kind, client, now.micros() + 1, FamilyId::from_bytes([0; 10]));
                let last = (kind, client, NO_END, FamilyId::from_bytes([0xFF; 10]));
                owner.standing.range(first..=last).map(|&(_, _, _, family)| family)
            }
        })
    }

    /// The number of the client of a family. `None` if no family of this client was ever stored.
    fn client_number(&self, family: &FamilyParts) -> Option<ClientNumber> {
        family.client.map_or(Some(0), |client| self.clients.get(&client).copied())
    }

    fn standing(&mut self, family: &FamilyParts) -> Option<Standing> {
        let client = self.client_number(family).or_else(|| {
            let next = ClientNumber::try_from(self.clients.len()).ok()?.checked_add(1)?;
            family.client.map(|client| *self.clients.entry(client).or_insert(next))
        });
        let end = family.live_until.map_or(NO_END, Timestamp::micros);
        family.revoked.is_none().then_some((family.kind, client?, end, family.id))
    }

    /// Returns the number of live access tokens of the family, or `most` if there are more. Also returns the earliest
    /// expiry of these tokens, or `None` if there are no such tokens.
    pub(super) fn live_access(&self, family: &FamilyId, now: Timestamp, most: usize) -> (usize, Option<Timestamp>) {
        let live = self.access.from(Bound::Excluded((*family, now, [0xFF; 6])));
        let mut live = live.take_while(|(own, _, _)| own == family).map(|&(_, until, _)| until).peekable();
        let first = live.peek().copied();
        (live.take(most).count(), first)
    }

    pub(super) fn generation(&self, family: &FamilyId, generation: u64) -> impl Iterator<Item = RecordId> {
        let family = *family;
        let members = self.kin.from(Bound::Included((family, generation, [0; 6])));
        let members = members.take_while(move |(own, of, _)| (*own, *of) == (family, generation));
        members.map(|&(family, _, member)| RecordId::of(family, member))
    }
}

fn shift(timeline: &mut Timeline, id: RecordId, was: Option<Timestamp>, is: Option<Timestamp>) {
    if was != is {
        was.iter().for_each(|&at| timeline.remove(&(at, id)));
        is.into_iter().for_each(|at| timeline.insert((at, id)));
    }
}
