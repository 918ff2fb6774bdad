//! Reads the lists of the memory store page by page. A cursor is the position of the last item of the previous page.

use std::num::NonZeroU32;
use std::ops::Bound;

use super::owner_index::KindAt;
use super::table::Glance;
use super::write::Writer;
use crate::record::family::FamilyParts;
use crate::record::record_ref::RecordRef;
use crate::record::token_record::TokenRecord;
use crate::store::listing::{Listing, Show};
use crate::store::page::{Cursor, Page};
use crate::types::ids::{FamilyId, OwnerId, RecordId};
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

const FIRST: RecordId = RecordId::from_bytes([0; 16]);
const LAST: RecordId = RecordId::from_bytes([0xFF; 16]);

impl Writer<'_> {
    pub(super) fn list(&self, of: Listing<'_>, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord> {
        match of {
            Listing::Owner { realm, owner, kind, show } => {
                let Some(index) = self.indexes.owner(realm, owner) else { return Self::EMPTY };
                let first = Bound::Included((KindAt::new(kind, Timestamp::EPOCH), FIRST));
                let last = after.map_or(Bound::Included((KindAt::new(kind, Timestamp::MAX), LAST)), |cursor| {
                    Bound::Excluded((KindAt::new(kind, cursor.at), cursor.id))
                });
                let newest_first = index.records.range((first, last)).rev();
                self.page(newest_first.map(|&(at, id)| Cursor { at: at.at(), id }), limit, show)
            }
            Listing::Kind { realm, kind } => {
                let Some(kinds) = self.indexes.kinds(realm) else { return Self::EMPTY };
                let first = after.map_or(Bound::Included((kind, FIRST)), |cursor| Bound::Excluded((kind, cursor.id)));
                let by_id = kinds.from(first).take_while(|(own, _)| *own == kind);
                self.page(by_id.map(|&(_, id)| Cursor { at: Timestamp::EPOCH, id }), limit, Show::All)
            }
        }
    }

    pub(super) fn due(&self, now: Timestamp, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord> {
        let first =
            after.map_or(Bound::Included((Timestamp::EPOCH, FIRST)), |cursor| Bound::Excluded((cursor.at, cursor.id)));
        let due = self.indexes.due.from(first).take_while(|(at, _)| now.reached(*at));
        self.page(due.map(|&(at, id)| Cursor { at, id }), limit, Show::All)
    }

    /// Lists the families of one owner in the order of their ids. Each call sorts them, which is fast enough because
    /// the caps of the policy limit their number.
    pub(super) fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Page<FamilyParts, FamilyId> {
        let Some(index) = self.indexes.owner(realm, owner) else {
            return Page { items: Vec::new(), next: None, corrupt: 0 };
        };
        let mut ids: Vec<_> = index.standing.iter().map(|&(_, _, _, family)| family).collect();
        ids.retain(|family| after.is_none_or(|after| family > after));
        ids.sort_unstable();
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let next = if ids.len() > limit { ids.get(limit - 1).copied() } else { None };
        ids.truncate(limit);
        let items: Vec<_> = ids.iter().filter_map(|family| self.family(family)).collect();
        let corrupt = u32::try_from(ids.len() - items.len()).unwrap_or(u32::MAX);
        Page { items, next, corrupt }
    }

    const EMPTY: Page<TokenRecord> = Page { items: Vec::new(), next: None, corrupt: 0 };

    fn page(&self, mut keys: impl Iterator<Item = Cursor>, limit: NonZeroU32, show: Show) -> Page<TokenRecord> {
        let mut page = Self::EMPTY;
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let mut last = None;
        for key in keys.by_ref() {
            match self.table.glance(&key.id, |record| record.map(RecordRef::to_record)) {
                Glance::Seen(Some(record)) if show.shows(&record) => page.items.push(record),
                Glance::Seen(Some(_)) => {}
                _ => page.corrupt += 1,
            }
            last = Some(key);
            if page.items.len() + usize::try_from(page.corrupt).unwrap_or(usize::MAX) >= limit {
                break;
            }
        }
        page.next = last.filter(|_| keys.next().is_some());
        page
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::super::fixtures::*;
    use super::super::store::MemoryStore;
    use super::*;
    use crate::record::family::NewFamily;
    use crate::record::record_parts::NewRecord;
    use crate::store::token_store::TokenStore;
    use crate::types::ids::FamilyId;
    use crate::types::kind::TokenKind;
    use crate::types::realm::Realm;

    const KIND: TokenKind = TokenKind::PersonalAccessToken;

    fn walk(mut page: impl FnMut(Option<&Cursor>) -> Page<TokenRecord>) -> Vec<RecordId> {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = page(after.as_ref());
            assert!(page.items.len() <= 2 && page.corrupt == 0);
            seen.extend(page.items.iter().map(|record| record.record().id));
            after = page.next;
            if after.is_none() {
                return seen;
            }
        }
    }

    #[test]
    fn an_owners_records_come_newest_first_and_pages_are_stable() {
        let store = MemoryStore::default();
        for number in 1..=5 {
            let gone_at = if number == 4 { at(10) } else { at(GONE) };
            found_as(&store, &family(number), &[NewRecord { gone_at: Some(gone_at), ..record(number, 0, 0) }]);
        }
        let (realm, owner) = (Realm::default(), owner());
        let of = Listing::Owner { realm: &realm, owner: &owner, kind: KIND, show: Show::All };
        let mut pages = 0;
        let seen = walk(|after| {
            pages += 1;
            if pages == 2 {
                found(&store, 6);
                // The purge removes record 4, at which the first page ended. The second page begins after the position
                // of this record, so it contains record 3.
                assert_eq!(purge(&store, 10, 0, 9).changed, 1);
            }
            block_on(store.list(of, after, some(2))).expect("in memory")
        });
        assert_eq!(seen, [5, 4, 3, 2, 1].map(|number| id(number, 0)));
        let none = Listing::Owner { realm: &realm, owner: &owner, kind: TokenKind::SecurityCode, show: Show::All };
        assert!(walk(|after| block_on(store.list(none, after, some(2))).expect("in memory")).is_empty());
    }

    #[test]
    fn fault_a12_what_stands_is_found_behind_whatever_is_dead() {
        let store = MemoryStore::default();
        found(&store, 1);
        for number in 2..=300 {
            let new = NewRecord { created_at: at(u32::from(number)), ..record(number, 0, 0) };
            found_as(&store, &family(number), &[new]);
            assert_eq!(revoke_family(&store, number, 5).changed, 1);
        }
        assert!(matches!(rotate(&store, 1, 0), crate::store::change::Rotated::Done));
        let (realm, owner) = (Realm::default(), owner());
        let standing = |now| {
            let of = Listing::Owner { realm: &realm, owner: &owner, kind: KIND, show: Show::Standing { now: at(now) } };
            walk(|after| block_on(store.list(of, after, some(2))).expect("in memory"))
        };
        assert_eq!(standing(59), [id(1, 1), id(1, 0)], "honoured until 60");
        assert_eq!(standing(60), [id(1, 1)], "equality is reached");
        assert!(standing(GONE).is_empty());
    }

    #[test]
    fn a_realms_records_come_by_id_and_no_other_realms() {
        let store = MemoryStore::default();
        (1..=5).rev().for_each(|number| found(&store, number));
        let other = Realm::new("other").expect("a realm");
        let mut bytes = *family_id(6).as_bytes();
        bytes[0] = crate::token::draw::shard(&other, &owner());
        let foreign = RecordId::of(FamilyId::from_bytes(bytes), [0; 6]);
        let there = NewFamily { id: foreign.family(), realm: other.clone(), ..family(6) };
        found_as(&store, &there, &[NewRecord { id: foreign, realm: other.clone(), ..record(6, 0, 0) }]);
        let all = |realm: &Realm| {
            let of = Listing::Kind { realm, kind: KIND };
            walk(|after| block_on(store.list(of, after, some(2))).expect("in memory"))
        };
        assert_eq!(all(&Realm::default()), [1, 2, 3, 4, 5].map(|number| id(number, 0)));
        assert_eq!(all(&other), [foreign]);
    }

    #[test]
    fn an_owners_families_come_by_id_until_they_are_revoked_or_purged() {
        let store = MemoryStore::default();
        (1..=6).rev().for_each(|number| found(&store, number));
        let gone = NewRecord { gone_at: Some(at(10)), ..record(7, 0, 0) };
        found_as(&store, &NewFamily { live_until: Some(at(5)), ..labelled(7, "one") }, &[gone]);
        let (realm, owner) = (Realm::default(), owner());
        let walk = |realm: &Realm, mut between: Box<dyn FnMut()>| {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = block_on(store.list_families(realm, &owner, after.as_ref(), some(2))).expect("in memory");
                assert!(page.items.len() <= 2 && page.corrupt == 0);
                seen.extend(page.items.iter().map(|family| family.id));
                after = page.next;
                between();
                if after.is_none() {
                    return seen;
                }
            }
        };
        let ids = |numbers: &[u16]| numbers.iter().map(|number| family_id(*number)).collect::<Vec<_>>();
        assert_eq!(walk(&realm, Box::new(|| ())), ids(&[1, 2, 3, 4, 5, 6, 7]), "an expired family too");
        let mut pages = 0;
        let moving = walk(
            &realm,
            Box::new(|| {
                pages += 1;
                match pages {
                    // The family at which the page ended is revoked, and the next family is rotated.
                    1 => {
                        assert_eq!(revoke_family(&store, 2, 5).changed, 1);
                        assert!(matches!(rotate(&store, 3, 0), crate::store::change::Rotated::Done));
                    }
                    2 => {
                        found(&store, 8);
                        assert_eq!(purge(&store, 10, 0, 9).changed, 1);
                    }
                    _ => {}
                }
            }),
        );
        assert_eq!(moving, ids(&[1, 2, 3, 4, 5, 6, 8]));
        assert_eq!(walk(&realm, Box::new(|| ())), ids(&[1, 3, 4, 5, 6, 8]));
        assert!(walk(&Realm::new("other").expect("a realm"), Box::new(|| ())).is_empty());
        let page = block_on(store.list_families(&realm, &owner, None, some(1))).expect("in memory");
        assert_eq!((page.items[0].generation, page.next), (0, Some(family_id(1))));
        let third = block_on(store.list_families(&realm, &owner, Some(&family_id(2)), some(1))).expect("in memory");
        assert_eq!(third.items[0], *read(&store, id(3, 1)).family(), "the row as `get` shows it");
    }

    #[test]
    fn due_is_complete_and_tells_of_none_other() {
        let store = MemoryStore::default();
        for number in 1..=5 {
            let noticed = NewRecord { notice: Some(mark(u32::from(number), 0)), ..record(number, 0, 0) };
            found_as(&store, &family(number), &[noticed]);
        }
        let due = |now| walk(|after| block_on(store.due(at(now), after, some(2))).expect("in memory"));
        assert!(due(0).is_empty());
        assert_eq!(due(3), [1, 2, 3].map(|number| id(number, 0)), "equality is reached");
        let ahead = Cursor { at: at(5), id: id(5, 0) };
        let page = block_on(store.due(at(3), Some(&ahead), some(2))).expect("in memory");
        assert!(page.items.is_empty() && page.next.is_none(), "a cursor behind the end");
    }
}
