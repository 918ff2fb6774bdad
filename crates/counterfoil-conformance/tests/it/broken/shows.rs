//! Broken stores whose `try_read` is incorrect. Their other methods are correct.

use std::collections::HashMap;
use std::sync::Mutex;

use counterfoil::store::{Look, TokenRecord, TokenStore};
use counterfoil::testing::inside_step;
use counterfoil::types::RecordId;
use counterfoil_conformance::ReferenceStore;

use super::Flaw;

/// Declares a flaw of `try_read`. The closure replaces `try_read`. Its arguments are the correct store, the id and the
/// function `look`.
macro_rules! shows {
    ($(#[$doc:meta])* $flaw:ident, |$inner:ident, $id:ident, $look:ident| $body:expr) => {
        shows!($(#[$doc])* $flaw(()), self, |$inner, $id, $look| $body);
    };
    ($(#[$doc:meta])* $flaw:ident($state:ty), $me:tt, |$inner:ident, $id:ident, $look:ident| $body:expr) => {
        $(#[$doc])*
        #[derive(Default)]
        #[allow(dead_code, reason = "a flaw without state")]
        pub(crate) struct $flaw($state);

        impl Flaw for $flaw {
            fn shows(&$me, $inner: &ReferenceStore, $id: &RecordId, $look: &mut Look<'_>) -> bool {
                $body
            }
        }
    };
}

/// Calls the correct `try_read`, and returns what it passes to its callback: `Some(Some(_))` is a record, and
/// `Some(None)` means that there is no record. Returns `None` if `try_read` returned false and did not call its
/// callback.
fn read(inner: &ReferenceStore, id: &RecordId) -> Option<Option<TokenRecord>> {
    let mut found = None;
    inner
        .try_read(id, &mut |record| found = Some(record.map(counterfoil::store::RecordRef::to_record)))
        .then_some(())?;
    found
}

fn show(found: Option<&TokenRecord>, look: &mut Look<'_>) -> bool {
    look(found.map(TokenRecord::view));
    true
}

shows!(
    /// Passes a record to the callback without the revocation of its family, as if the family were not revoked.
    ShowsWithoutTheFamily,
    |inner, id, look| {
        let Some(found) = read(inner, id) else { return false };
        let found = found.and_then(|found| {
            let (record, mut family) = found.into_parts();
            family.revoked = None;
            TokenRecord::from_parts(record, family).ok()
        });
        show(found.as_ref(), look)
    }
);

shows!(
    /// Calls the callback twice in one call of `try_read`.
    ShowsTwice,
    |inner, id, look| inner.try_read(id, look) && inner.try_read(id, look)
);

shows!(
    /// Passes `None` to the callback, and then returns false as if the callback had not been called.
    ShowsNothingAndDeniesIt,
    |_inner, _id, look| {
        look(None);
        false
    }
);

shows!(
    /// Returns true without a call of the callback.
    ShowsNothingAndClaimsIt,
    |_inner, _id, _look| true
);

shows!(
    /// Passes each record as it was when this handle read it for the first time.
    ShowsItsFirstCopy(Mutex<HashMap<RecordId, TokenRecord>>),
    self,
    |inner, id, look| {
        let Some(found) = read(inner, id) else { return false };
        let mut copies = self.0.lock().unwrap();
        if let Some(found) = found {
            copies.entry(*id).or_insert(found);
        }
        show(copies.get(id), look)
    }
);

shows!(
    /// Passes a rotated record as this handle last read it before the rotation. Passes all other records correctly.
    ShowsWhatWasRotated(Mutex<HashMap<RecordId, TokenRecord>>),
    self,
    |inner, id, look| {
        let Some(found) = read(inner, id) else { return false };
        let mut copies = self.0.lock().unwrap();
        if let Some(found) = found.as_ref().filter(|found| found.record().superseded.is_none()) {
            copies.insert(*id, found.clone());
        }
        let rotated = found.as_ref().is_some_and(|found| found.record().superseded.is_some());
        show(found.as_ref().map(|found| copies.get(id).filter(|_| rotated).unwrap_or(found)), look)
    }
);

shows!(
    /// Passes damaged records as if they were intact.
    ShowsDamage,
    |inner, id, look| {
        if read(inner, &RecordId::from_bytes([0; 16])).is_none() {
            return false;
        }
        let intact = inner.with(|model| {
            let mut intact = model.clone();
            intact.damaged.clear();
            intact.get(id)
        });
        intact.is_ok_and(|found| show(found.as_ref(), look))
    }
);

shows!(
    /// Passes records although the backend cannot be reached.
    ShowsDuringAnOutage,
    |inner, id, look| inner.with(|model| model.get(id)).is_ok_and(|found| show(found.as_ref(), look))
);

shows!(
    /// If a record cannot be read, passes `None` as if there were no such record.
    ShowsErrorsAsAbsent,
    |inner, id, look| inner.try_read(id, look) || show(None, look)
);

shows!(
    /// Reads the record and later its family. Does not check whether another call wrote in between, so the two may
    /// never have been stored at the same time.
    ShowsTornPairs,
    |inner, id, look| {
        let Some(found) = read(inner, id) else { return false };
        let found = found.and_then(|found| {
            let (record, family) = found.into_parts();
            inside_step();
            std::thread::yield_now();
            let family = inner.with(|model| model.family(record.id.family()).cloned()).unwrap_or(family);
            TokenRecord::from_parts(record, family).ok()
        });
        show(found.as_ref(), look)
    }
);

shows!(
    /// Calls the callback while `try_read` holds the lock that every call of the store needs.
    ShowsUnderItsLock,
    |inner, id, look| {
        if read(inner, id).is_none() {
            return false;
        }
        inner.with(|model| model.get(id).is_ok_and(|found| show(found.as_ref(), look)))
    }
);
