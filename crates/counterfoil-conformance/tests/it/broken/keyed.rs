//! Broken stores in which an index treats two different realms, owners or labels as equal.

use counterfoil::Realm;
use counterfoil::Timestamp;
use counterfoil::store::{
    Applied, Change, Cursor, FamilyParts, InsertInto, Inserted, Listing, NewRecord, Page, Revoke, TokenRecord,
    TokenStore,
};
use counterfoil::types::{FamilyId, LabelKey, OwnerId};
use counterfoil_conformance::ReferenceStore;
use counterfoil_conformance::reference::Model;

use super::overrides;
use super::room::end;

/// The index, or the comparison, whose key is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    /// An insert uses this index to find out whether the label of the new family is taken.
    Labels,
    /// A call of `apply` that gives a family a new label uses this index to find out whether the label is taken.
    Relabels,
    /// The index with which an owner's records are listed.
    Lists,
    /// The index with which a realm's records are listed.
    Kinds,
    /// The index with which the revocation of an owner finds the families to end.
    Revocations,
    /// This is a comparison, not an index. The revocation of one family is requested with a realm and an owner. The
    /// store compares both with the realm and the owner of the family, and revokes the family only if both are equal.
    Families,
    /// The index with which a store counts an owner's live families, to apply the cap on them.
    Caps,
    /// The index with which a store counts newly created records, to apply the limit on the rate of creations.
    Paces,
    /// The index with which an insert finds the families that it ends to make room.
    Rooms,
}

/// A broken store in which one index, or one comparison, treats different keys as equal.
pub(crate) struct Keyed {
    /// Returns true if the index treats the two keys as equal. A key consists of realm and owner. In an index of
    /// labels, it also has the label. In the index of a realm's records, it has only the realm.
    pub alike: fn(own: &[&str], other: &[&str]) -> bool,
    pub index: Index,
}

impl Keyed {
    fn is_like(&self, realm: &Realm, owner: &OwnerId, other: &FamilyParts) -> bool {
        (self.alike)(&[realm.as_str(), owner.as_str()], &[other.realm.as_str(), other.owner.as_str()])
    }

    /// Returns all pairs of realm and owner that the wrong index cannot tell from this realm and owner.
    fn owners_like(&self, inner: &ReferenceStore, realm: &Realm, owner: &OwnerId) -> Vec<(Realm, OwnerId)> {
        let mut all = inner.with(|model| {
            let like = model.families.iter().filter(|other| self.is_like(realm, owner, other));
            like.map(|other| (other.realm.clone(), other.owner.clone())).collect::<Vec<_>>()
        });
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Returns the family that has the label according to the wrong index, or `None` if no family has the label. Leaves
    /// out the family `but`, and families that are past their `gone_at`.
    fn holder(
        &self,
        model: &Model,
        of: (&Realm, &OwnerId, &LabelKey),
        but: FamilyId,
        now: Timestamp,
    ) -> Option<FamilyId> {
        let own = [of.0.as_str(), of.1.as_str(), of.2.as_str()];
        let holds = |other: &&FamilyParts| {
            let label = other.label_key.as_ref().map(LabelKey::as_str);
            label.is_some_and(|label| (self.alike)(&own, &[other.realm.as_str(), other.owner.as_str(), label]))
                && other.gone_at.is_none_or(|gone_at| now < gone_at)
                && other.id != but
        };
        model.families.iter().find(holds).map(|other| other.id)
    }

    /// Inserts a family into a store with a wrong index. The index cannot tell the owner of the new family from some
    /// other owners. In one step of the insert, the families and records of these owners are treated as if they
    /// belonged to the owner of the new family. `self.index` decides which step:
    ///
    /// - `Caps`: the cap on live families.
    /// - `Paces`: the limit on the rate of creations.
    /// - `Rooms`: the choice of the families to end.
    ///
    /// For each other index, the insert is correct.
    fn bounded(&self, model: &mut Model, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Inserted {
        let InsertInto::Found { family, cap, pace } = home else { return model.insert(home, new, now) };
        if let Some(refusal) = model.insert_refusals(home, new, now).first() {
            return refusal.clone();
        }
        let mut one = model.clone();
        for other in one.families.iter_mut().filter(|other| self.is_like(&family.realm, &family.owner, other)) {
            for record in one.records.iter_mut().filter(|record| record.id.family() == other.id) {
                (record.realm, record.owner) = (family.realm.clone(), family.owner.clone());
            }
            (other.realm, other.owner, other.label_key) = (family.realm.clone(), family.owner.clone(), None);
        }
        match (one.insert(home, new, now), self.index, cap) {
            (full @ Inserted::OwnerFull, Index::Caps, _) => full,
            (reached @ Inserted::PaceReached { .. }, Index::Paces, _) => reached,
            (Inserted::MadeRoom(ended), Index::Rooms, Some(cap)) => {
                end(model, &ended, cap);
                let _ = model.insert(InsertInto::Found { family, cap: None, pace }, new, now);
                Inserted::MadeRoom(ended)
            }
            _ => model.insert(home, new, now),
        }
    }
}

/// Makes a page of at most `limit` records from the beginning of `items`. `key` returns the cursor of a record.
fn page(mut items: Vec<TokenRecord>, limit: usize, key: fn(&TokenRecord) -> Cursor) -> Page<TokenRecord> {
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().map(key);
    Page { items, next: last.filter(|_| more), corrupt: 0 }
}

overrides!(
    Keyed,
    self,
    insert,
    |inner, home, new, now| {
        let InsertInto::Found { family, .. } = home else { return inner.insert(home, new, now).await };
        if let Some(label) = family.label_key.as_ref().filter(|_| self.index == Index::Labels) {
            let of = (&family.realm, &family.owner, label);
            if let Some(holder) = inner.with(|model| self.holder(model, of, family.id, now)) {
                return Ok(Inserted::LabelTaken(holder));
            }
        }
        Ok(inner.with(|model| self.bounded(model, home, new, now)))
    },
    apply,
    |inner, id, expect, change, now| inner.with(|model| {
        if let (Change::Edit { label: Some(relabel), .. }, Index::Relabels) = (change, self.index)
            && let (Some(key), Some(family)) = (&relabel.key, model.family(id.family()))
            && matches!(model.clone().apply(id, expect, change, now), Ok(Applied::Done(_)))
            && let Some(holder) = self.holder(model, (&family.realm, &family.owner, key), family.id, now)
        {
            return Ok(Applied::LabelTaken(holder));
        }
        model.apply(id, expect, change, now)
    }),
    list,
    |inner, of, after, limit| {
        let mut items = Vec::new();
        match (of, self.index) {
            (Listing::Owner { realm, owner, kind, show }, Index::Lists) => {
                for (realm, owner) in self.owners_like(inner, realm, owner) {
                    let of = Listing::Owner { realm: &realm, owner: &owner, kind, show };
                    items.extend(inner.with(|model| model.list(of, after, usize::MAX)).items);
                }
                items.sort_unstable_by_key(|item| std::cmp::Reverse((item.record().created_at, item.record().id)));
                let key = |item: &TokenRecord| Cursor { at: item.record().created_at, id: item.record().id };
                Ok(page(items, limit.get() as usize, key))
            }
            (Listing::Kind { realm, kind }, Index::Kinds) => {
                let mut realms: Vec<Realm> = inner.with(|model| {
                    let like = |other: &&FamilyParts| (self.alike)(&[realm.as_str()], &[other.realm.as_str()]);
                    model.families.iter().filter(like).map(|other| other.realm.clone()).collect()
                });
                realms.sort_unstable();
                realms.dedup();
                for realm in realms {
                    let of = Listing::Kind { realm: &realm, kind };
                    items.extend(inner.with(|model| model.list(of, after, usize::MAX)).items);
                }
                items.sort_unstable_by_key(|item| item.record().id);
                let key = |item: &TokenRecord| Cursor { at: Timestamp::EPOCH, id: item.record().id };
                Ok(page(items, limit.get() as usize, key))
            }
            _ => inner.list(of, after, limit).await,
        }
    },
    revoke,
    |inner, what, revoked, gone_at, limit| {
        match (what, self.index) {
            (Revoke::Owner { realm, owner }, Index::Revocations) => {
                for (realm, owner) in self.owners_like(inner, realm, owner) {
                    let what = Revoke::Owner { realm: &realm, owner: &owner };
                    let _ = inner.revoke(what, revoked, gone_at, limit).await?;
                }
            }
            (Revoke::Family { realm, owner, family }, Index::Families) => {
                let row = inner.with(|model| model.family(family).cloned());
                if let Some(row) = row.filter(|row| self.is_like(realm, owner, row)) {
                    let what = Revoke::Family { realm: &row.realm, owner: &row.owner, family };
                    return inner.revoke(what, revoked, gone_at, limit).await;
                }
            }
            _ => {}
        }
        inner.revoke(what, revoked, gone_at, limit).await
    }
);
