//! Changes of one record, and revocations, in the reference model.

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, Relabel, Revoke, Revoked, StoreError, TokenRecord};
use counterfoil::types::{FamilyId, RecordId, Version};

use super::Model;
use super::insert::is_gone;

/// Returns true if this record accepts this kind of change. A shrunk record accepts only another digest. Only a
/// superseded record accepts `End`, because only such a record has a retry window.
fn takes(stands: &TokenRecord, change: &Change) -> bool {
    match change {
        Change::Rekey { .. } => true,
        Change::End { .. } => stands.record().superseded.is_some() && !stands.record().shrunk,
        Change::Edit { details: Some(_), .. } => !stands.record().shrunk && leads(stands),
        Change::Edit { .. } | Change::Expiry { .. } => !stands.record().shrunk,
    }
}

/// Whether the record is the newest of its family and has the family's kind, so that a rotation can replace it.
fn leads(record: &TokenRecord) -> bool {
    record.is_newest() && record.record().kind == record.family().kind
}

impl Model {
    /// Changes one record, if its version is the expected one, it is not revoked, and it accepts the change.
    ///
    /// # Errors
    ///
    /// The same errors as [`Model::get`].
    pub fn apply(
        &mut self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let Some(stands) = self.get(id)? else { return Ok(Applied::Missing) };
        if stands.record().version != expect || stands.revoked().is_some() || !takes(&stands, change) {
            return Ok(Applied::Stale(stands));
        }
        if let Change::Edit { label: Some(label), .. } = change
            && let Some(holder) = self.relabel(id, label, now)
        {
            return Ok(Applied::LabelTaken(holder));
        }
        // A change of an access token does not change the ends of its family.
        let leads = leads(&stands);
        self.write(id, change, now, leads);
        Ok(self.get(id)?.map_or(Applied::Missing, Applied::Done))
    }

    /// Gives the label's key to the family of this record. If another family has the label and must keep it, changes
    /// nothing and returns that family.
    fn relabel(&mut self, id: &RecordId, label: &Relabel, now: Timestamp) -> Option<FamilyId> {
        let family = self.family(id.family())?.clone();
        if let Some(key) = &label.key {
            let holder = self.holder(&family.realm, &family.owner, key).filter(|holder| holder.id != family.id);
            if let Some(holder) = holder.filter(|holder| !is_gone(holder, now)) {
                return Some(holder.id);
            }
            self.displace(&family.realm, &family.owner, key, family.id);
        }
        self.family_mut(family.id)?.label_key.clone_from(&label.key);
        None
    }

    fn write(&mut self, id: &RecordId, change: &Change, now: Timestamp, leads: bool) {
        let Some(record) = self.record_mut(id) else { return };
        record.version = record.version.next();
        match change {
            Change::Edit { label, description, scope, details } => {
                record.label = label.as_ref().map(|new| new.label.clone()).or_else(|| record.label.clone());
                record.description = description.clone().or_else(|| record.description.clone());
                record.scope = scope.clone().unwrap_or_else(|| record.scope.clone());
                if let Some((family, details)) = self.family_mut(id.family()).zip(details.as_ref()) {
                    family.details = details.clone().and_then(|details| details.kept());
                }
            }
            Change::Expiry { expires_at, gone_at, notice } => {
                (record.expires_at, record.gone_at, record.notice) = (*expires_at, *gone_at, *notice);
                record.expiry_set_at = now;
                if let Some(family) = self.family_mut(id.family()).filter(|_| leads) {
                    (family.live_until, family.gone_at) = (*expires_at, *gone_at);
                }
            }
            Change::Rekey { digest, key_id } => (record.digest, record.key_id) = (*digest, *key_id),
            Change::End { honoured_until, gone_at } => {
                if let Some(superseded) = &mut record.superseded {
                    superseded.honoured_until = Some(*honoured_until);
                }
                record.gone_at = record.gone_at.or(Some(*gone_at));
            }
        }
    }

    /// Revokes a record or families. Returns the number of revoked records or families, and whether a further call
    /// would revoke more.
    pub fn revoke(&mut self, what: Revoke<'_>, revoked: Revoked, gone_at: Timestamp, limit: u32) -> (u64, bool) {
        match what {
            Revoke::One(id) => {
                let family_lives = self.family(id.family()).is_some_and(|family| family.revoked.is_none());
                let Some(record) = self.record_mut(id).filter(|one| family_lives && one.revoked.is_none()) else {
                    return (0, false);
                };
                (record.revoked, record.gone_at, record.notice) = (Some(revoked), Some(gone_at), None);
                (1, false)
            }
            Revoke::Family { realm, owner, family } => {
                let hit = |id: FamilyId| id == family;
                self.revoke_where(|one| hit(one.id) && one.realm == *realm && one.owner == *owner, revoked, gone_at, 1)
            }
            Revoke::Owner { realm, owner } => {
                self.revoke_where(|one| one.realm == *realm && one.owner == *owner, revoked, gone_at, limit)
            }
        }
    }

    fn revoke_where(
        &mut self,
        hit: impl Fn(&counterfoil::store::FamilyParts) -> bool,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: u32,
    ) -> (u64, bool) {
        let (mut changed, mut more) = (0, false);
        for family in self.families.iter_mut().filter(|family| family.revoked.is_none() && hit(family)) {
            if changed == u64::from(limit) {
                more = true;
                break;
            }
            (family.revoked, family.gone_at, family.label_key) = (Some(revoked), Some(gone_at), None);
            changed += 1;
        }
        (changed, more)
    }
}
