//! Inserts of the reference model. They look for all reasons to refuse before they write anything.

use counterfoil::store::{FamilyParts, InsertInto, Inserted, NewFamily, NewRecord, RecordParts};
use counterfoil::types::{FamilyId, LabelKey, OwnerId};
use counterfoil::{Realm, Timestamp};

use super::Model;

impl Model {
    /// Returns every answer that the contract allows for an insert that must be refused. Returns an empty list if the
    /// insert must succeed.
    ///
    /// If an insert must be refused for several reasons, the store must return the variant that comes first in
    /// [`Inserted`]. So the result has more than one answer only if several ids are taken, or if the id of a new family
    /// is that of a family with several members. A store may then return any of these ids.
    #[must_use]
    pub fn insert_refusals(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Vec<Inserted> {
        let joined = match home {
            InsertInto::Join { family, .. } => match self.family(family).filter(|family| family.revoked.is_none()) {
                Some(family) => Some(family),
                None => return vec![Inserted::FamilyEnded],
            },
            InsertInto::Found { .. } => None,
        };
        let taken: Vec<Inserted> =
            new.iter().filter(|new| self.record(&new.id).is_some()).map(|new| Inserted::IdTaken(new.id)).collect();
        if !taken.is_empty() {
            return taken;
        }
        let moved = match home {
            InsertInto::Found { family, .. } if self.family(family.id).is_some() => {
                let members = self.records.iter().filter(|record| record.id.family() == family.id);
                return members.map(|record| Inserted::IdTaken(record.id)).collect();
            }
            InsertInto::Found { family, .. } => {
                self.standing_holder(family, now).map(|holder| Inserted::LabelTaken(holder.id))
            }
            InsertInto::Join { generation, .. } => {
                joined.filter(|family| family.generation != generation).map(|_| Inserted::FamilyMoved)
            }
        };
        moved.into_iter().chain(self.insert_bounds(home, new, now)).take(1).collect()
    }

    /// Inserts all records, or none if the insert is refused.
    pub fn insert(&mut self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Inserted {
        if let Some(refusal) = self.insert_refusals(home, new, now).first() {
            return refusal.clone();
        }
        let mut ended = Vec::new();
        match home {
            InsertInto::Found { family, cap, .. } => {
                if let Some(key) = &family.label_key {
                    self.displace(&family.realm, &family.owner, key, family.id);
                }
                ended = cap.map_or(Vec::new(), |cap| self.make_room(cap, family, now));
                self.families.push(FamilyParts::from(family.clone()));
            }
            InsertInto::Join { family, .. } => {
                if let Some(family) = self.family_mut(family) {
                    family.used_at = now;
                }
            }
        }
        self.records.extend(new.iter().cloned().map(RecordParts::from));
        if ended.is_empty() { Inserted::Done } else { Inserted::MadeRoom(ended) }
    }

    /// Returns the family of this owner that has the label, even if the family is past its `gone_at`. Returns `None` if
    /// no family of the owner has the label.
    #[must_use]
    pub fn holder(&self, realm: &Realm, owner: &OwnerId, key: &LabelKey) -> Option<&FamilyParts> {
        self.families
            .iter()
            .find(|other| other.realm == *realm && other.owner == *owner && other.label_key.as_ref() == Some(key))
    }

    /// Takes the label from each family of this owner that has it, except from the family with the id `but`.
    pub(super) fn displace(&mut self, realm: &Realm, owner: &OwnerId, key: &LabelKey, but: FamilyId) {
        let holder = self.holder(realm, owner, key).map(|holder| holder.id).filter(|holder| *holder != but);
        if let Some(holder) = holder.and_then(|holder| self.family_mut(holder)) {
            holder.label_key = None;
        }
    }

    fn standing_holder(&self, family: &NewFamily, now: Timestamp) -> Option<&FamilyParts> {
        self.holder(&family.realm, &family.owner, family.label_key.as_ref()?).filter(|holder| !is_gone(holder, now))
    }
}

/// Returns true if the family's `gone_at` is reached, so that another family may take its label.
pub(super) fn is_gone(family: &FamilyParts, now: Timestamp) -> bool {
    family.gone_at.is_some_and(|gone_at| now.reached(gone_at))
}
