//! Broken stores whose revocations are incorrect.

use counterfoil::store::{Progress, Revoke, TokenRecord, TokenStore};
use counterfoil::types::RecordId;
use counterfoil_conformance::pause;

use super::flaw;

// Revokes the records that existed when the call began. Does not revoke a successor that another call inserts in the
// meantime.
flaw!(RevokeMissesASuccessor, revoke, |inner, what, revoked, gone_at, limit| {
    let Revoke::Family { family, .. } = what else { return inner.revoke(what, revoked, gone_at, limit).await };
    let snapshot: Vec<RecordId> =
        inner.with(|model| model.records.iter().map(|record| record.id).filter(|id| id.family() == family).collect());
    for _ in 0..3 {
        pause().await;
    }
    inner.with(|model| {
        for id in &snapshot {
            if let Some(record) = model.record_mut(id) {
                record.revoked.get_or_insert(revoked);
            }
        }
    });
    Ok(Progress { changed: snapshot.len() as u64, more: false })
});

// When a family is revoked a second time, replaces the instant and the reason of the first revocation.
flaw!(RevokeOverwritesTheFirst, revoke, |inner, what, revoked, gone_at, limit| {
    let progress = inner.revoke(what, revoked, gone_at, limit).await?;
    if let Revoke::Family { family, .. } = what {
        inner.with(|model| {
            if let Some(family) = model.family_mut(family) {
                family.revoked = Some(revoked);
            }
        });
    }
    Ok(progress)
});

// Lets a revoked family keep its label.
flaw!(LabelNotFreedOnRevoke, revoke, |inner, what, revoked, gone_at, limit| {
    inner.with(|model| {
        let keys: Vec<_> = model.families.iter().map(|family| family.label_key.clone()).collect();
        let (changed, more) = model.revoke(what, revoked, gone_at, limit.get());
        for (family, key) in model.families.iter_mut().zip(keys) {
            family.label_key = key;
        }
        Ok(Progress { changed, more })
    })
});

// Clears the notices of a family's members when the family is revoked. A notice may be cleared only by the revocation
// of the single record that has the notice.
flaw!(RevokeForgetsTheNotices, revoke, |inner, what, revoked, gone_at, limit| {
    let progress = inner.revoke(what, revoked, gone_at, limit).await?;
    if let Revoke::Family { family, .. } = what {
        inner.with(|model| {
            let members = model.records.iter_mut().filter(|record| record.id.family() == family);
            members.for_each(|record| record.notice = None);
        });
    }
    Ok(progress)
});

// Makes the family's label free when one record is revoked.
flaw!(LabelFreedByRevokingOne, revoke, |inner, what, revoked, gone_at, limit| {
    if let Revoke::One(id) = what {
        inner.with(|model| {
            if let Some(family) = model.family_mut(id.family()) {
                family.label_key = None;
            }
        });
    }
    inner.revoke(what, revoked, gone_at, limit).await
});

// Revokes a family even if the request names another realm or another owner.
flaw!(RevokeAcrossRealms, revoke, |inner, what, revoked, gone_at, limit| {
    let Revoke::Family { family, .. } = what else { return inner.revoke(what, revoked, gone_at, limit).await };
    let Some(row) = inner.with(|model| model.family(family).cloned()) else {
        return Ok(Progress { changed: 0, more: false });
    };
    inner.revoke(Revoke::Family { realm: &row.realm, owner: &row.owner, family }, revoked, gone_at, limit).await
});

// Reports `more: false` after the first batch.
flaw!(OwnerRevokeStopsEarly, revoke, |inner, what, revoked, gone_at, limit| {
    let progress = inner.revoke(what, revoked, gone_at, limit).await?;
    Ok(Progress { more: false, ..progress })
});

// Treats a batch that is exactly full as the last one.
flaw!(OwnerRevokeForgetsTheLast, revoke, |inner, what, revoked, gone_at, limit| {
    let Revoke::Owner { realm, owner } = what else { return inner.revoke(what, revoked, gone_at, limit).await };
    let living = inner.with(|model| {
        let lives = |one: &&counterfoil::store::FamilyParts| {
            one.realm == *realm && one.owner == *owner && one.revoked.is_none()
        };
        model.families.iter().filter(lives).count()
    });
    let progress = inner.revoke(what, revoked, gone_at, limit).await?;
    Ok(Progress { more: progress.more && living > limit.get() as usize + 1, ..progress })
});

// Changes the version of a record when the record is revoked.
flaw!(RevokeMovesTheVersion, revoke, |inner, what, revoked, gone_at, limit| {
    let progress = inner.revoke(what, revoked, gone_at, limit).await?;
    if let Revoke::One(id) = what {
        inner.with(|model| {
            if let Some(record) = model.record_mut(id) {
                record.version = record.version.next();
            }
        });
    }
    Ok(progress)
});

// Reports the revocation of the family, even if the record was revoked before its family.
flaw!(TheLaterRevocationWins, get, |inner, id| {
    let Some(found) = inner.get(id).await? else { return Ok(None) };
    let (mut record, family) = found.into_parts();
    record.revoked = family.revoked.or(record.revoked);
    Ok(TokenRecord::from_parts(record, family).ok())
});
