//! What is looked at before the first request: whether the key ring is the store's, and what it cannot verify.

use crate::desk::Desk;
use crate::desk::error::{ManageError, Unavailable};
use crate::instruments::event::{Actor, By, What};
use crate::words::ids::KeyId;
use crate::words::time::Ts;

/// What the host says of its key ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RingOf {
    /// It belongs to the store.
    ThisStore,
    /// It takes the place of one that is lost.
    AnotherStore,
}

/// Compares the ring with the store's check values, notes those of new keys, and tells of records that no key verifies.
pub(crate) async fn start(desk: &Desk, ring: RingOf, now: Ts) -> Result<(), Unavailable> {
    let noted = desk
        .update_settings(now, |stored| {
            match ring {
                RingOf::ThisStore => desk.own_key_ring(stored)?,
                RingOf::AnotherStore => stored.key_checks.clear(),
            }
            stored.key_checks.extend(desk.key_checks());
            Ok(())
        })
        .await;
    match noted {
        Ok(_) => {}
        Err(ManageError::Unavailable(unavailable)) => return Err(unavailable),
        // Nobody's rights are asked and no field is read.
        Err(_) => return Err(Unavailable::Contended { verb: "start" }),
    }
    let usable = |key: KeyId| desk.digester.is_usable(key);
    for (key, records) in desk.store.census().await? {
        if records > 0 && !usable(key) {
            desk.tell(now, By::itself(Actor::Host), What::KeyMissing { key, records });
        }
    }
    Ok(())
}
