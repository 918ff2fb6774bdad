//! Inserting: every reason to refuse is found before anything is written.

use counterfoil::store::{FamilyParts, Home, Inserted, NewFamily, NewRecord, RecordParts};
use counterfoil::{FamilyId, LabelKey, OwnerId, Realm, Ts};

use super::Model;

impl Model {
    /// Every answer that the contract allows where an insert is refused; none: it is carried out.
    ///
    /// A taken id comes first (clause 5: the caller must recognise its own write, though its own label now stands in the way). Between label
    /// and cap the contract gives no order, nor between a taken id and a family that has ended.
    #[must_use]
    pub fn insert_refusals(&self, home: Home<'_>, new: &[NewRecord], now: Ts) -> Vec<Inserted> {
        let mut refusals: Vec<Inserted> =
            new.iter().filter(|new| self.record(&new.id).is_some()).map(|new| Inserted::IdTaken(new.id)).collect();
        match home {
            Home::Found { family, cap } => {
                if refusals.is_empty() && self.family(family.id).is_some() {
                    refusals.extend(new.iter().map(|new| Inserted::IdTaken(new.id)));
                }
                if !refusals.is_empty() {
                    return refusals;
                }
                refusals.extend(self.standing_holder(family, now).map(|holder| Inserted::LabelTaken(holder.id)));
                if cap.is_some_and(|cap| self.live_families(family, now) >= u64::from(cap.get())) {
                    refusals.push(Inserted::OwnerFull);
                }
            }
            Home::Join { family, generation } => match self.family(family) {
                None => refusals.push(Inserted::FamilyEnded),
                Some(family) if family.revoked.is_some() => refusals.push(Inserted::FamilyEnded),
                Some(family) if family.generation != generation => refusals.push(Inserted::FamilyMoved),
                Some(_) => {}
            },
        }
        refusals
    }

    /// Inserts all or nothing.
    pub fn insert(&mut self, home: Home<'_>, new: &[NewRecord], now: Ts) -> Inserted {
        if let Some(refusal) = self.insert_refusals(home, new, now).first() {
            return *refusal;
        }
        if let Home::Found { family, .. } = home {
            if let Some(key) = &family.label_key {
                self.displace(&family.realm, &family.owner, key, family.id);
            }
            self.families.push(FamilyParts::from(family.clone()));
        }
        self.records.extend(new.iter().cloned().map(RecordParts::from));
        Inserted::Done
    }

    /// The family of that owner that holds the label, whether or not it is gone.
    #[must_use]
    pub fn holder(&self, realm: &Realm, owner: &OwnerId, key: &LabelKey) -> Option<&FamilyParts> {
        self.families
            .iter()
            .find(|other| other.realm == *realm && other.owner == *owner && other.label_key.as_ref() == Some(key))
    }

    /// Takes the label from whichever other family holds it.
    pub(super) fn displace(&mut self, realm: &Realm, owner: &OwnerId, key: &LabelKey, but: FamilyId) {
        let holder = self.holder(realm, owner, key).map(|holder| holder.id).filter(|holder| *holder != but);
        if let Some(holder) = holder.and_then(|holder| self.family_mut(holder)) {
            holder.label_key = None;
        }
    }

    fn standing_holder(&self, family: &NewFamily, now: Ts) -> Option<&FamilyParts> {
        self.holder(&family.realm, &family.owner, family.label_key.as_ref()?).filter(|holder| !is_gone(holder, now))
    }

    fn live_families(&self, like: &NewFamily, now: Ts) -> u64 {
        let counts = |family: &&FamilyParts| {
            let of_owner = family.realm == like.realm && family.owner == like.owner && family.kind == like.kind;
            of_owner && family.revoked.is_none() && !family.live_until.is_some_and(|end| now.reached(end))
        };
        self.families.iter().filter(counts).count() as u64
    }
}

/// Whether a holder's label may be taken over.
pub(super) fn is_gone(family: &FamilyParts, now: Ts) -> bool {
    family.gone_at.is_some_and(|gone_at| now.reached(gone_at))
}
