//! Broken stores whose reads or changes of one record are incorrect.

use std::collections::HashMap;
use std::sync::Mutex;

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, TokenRecord, TokenStore};
use counterfoil::types::{RecordId, Version};

use super::{flaw, overrides};

// Does not compare the expected version. So a change overwrites the changes that its caller has not read.
flaw!(ApplyWithoutVersion, apply, |inner, id, _, change, now| {
    let stands = inner.with(|model| model.record(id).map_or(Version::FIRST, |record| record.version));
    inner.apply(id, stands, change, now).await
});

// Answers `Done` with the record as it was before the change.
flaw!(DoneCarriesTheOldRecord, apply, |inner, id, expect, change, now| {
    let old = inner.get(id).await?;
    Ok(match (inner.apply(id, expect, change, now).await?, old) {
        (Applied::Done(_), Some(old)) => Applied::Done(old),
        (other, _) => other,
    })
});

// If an edit replaces a label, changes the label's text but not the label key, with which labels are compared.
flaw!(RelabelKeepsTheOldKey, apply, |inner, id, expect, change, now| {
    let key = inner.with(|model| model.family(id.family()).and_then(|family| family.label_key.clone()));
    let answer = inner.apply(id, expect, change, now).await?;
    if matches!((&answer, change), (Applied::Done(_), Change::Edit { label: Some(_), .. })) {
        inner.with(|model| {
            if let Some(family) = model.family_mut(id.family()) {
                family.label_key = key;
            }
        });
    }
    Ok(answer)
});

// Writes a new expiry to the record, but not to its family.
flaw!(ExpiryForgetsTheFamily, apply, |inner, id, expect, change, now| {
    let row = inner.with(|model| model.family(id.family()).cloned());
    let answer = inner.apply(id, expect, change, now).await?;
    if let (Applied::Done(_), Change::Expiry { .. }, Some(row)) = (&answer, change, row) {
        inner.with(|model| model.family_mut(id.family()).map(|family| *family = row));
    }
    Ok(answer)
});

// Compares ids under a collation that ignores case (bit 5 of each byte).
flaw!(GetWithoutCase, get, |inner, id| {
    let fold = |id: &RecordId| id.as_bytes().map(|byte| byte & !0x20);
    let like = inner.with(|model| model.records.iter().map(|record| record.id).find(|other| fold(other) == fold(id)));
    inner.get(&like.unwrap_or(*id)).await
});

/// A broken store whose handles each have a cache of records. Only a write through the same handle clears the cache.
#[derive(Default)]
pub(crate) struct ReadsItsOwnCache(Mutex<HashMap<RecordId, TokenRecord>>);

overrides!(
    ReadsItsOwnCache,
    self,
    get,
    |inner, id| {
        if let Some(cached) = self.0.lock().unwrap().get(id) {
            return Ok(Some(cached.clone()));
        }
        let found = inner.get(id).await?;
        if let Some(found) = &found {
            self.0.lock().unwrap().insert(*id, found.clone());
        }
        Ok(found)
    },
    apply,
    |inner, id, expect, change, now| {
        self.0.lock().unwrap().clear();
        inner.apply(id, expect, change, now).await
    }
);

// Reports expired records as absent. To find out which have expired, it reads a clock, which a store must not do.
flaw!(GetHidesTheExpired, get, |inner, id| {
    let today = Timestamp::from_micros(1_800_000_000_000_000).expect("an instant");
    Ok(inner.get(id).await?.filter(|record| record.record().expires_at.is_none_or(|end| end > today)))
});

// Ignores the revocation of the record's family. So the record of a revoked family can read as live.
flaw!(GetWithoutTheFamily, get, |inner, id| {
    let Some(found) = inner.get(id).await? else { return Ok(None) };
    let (record, mut family) = found.into_parts();
    family.revoked = None;
    Ok(TokenRecord::from_parts(record, family).ok())
});
