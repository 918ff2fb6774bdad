//! Checks calls of `ClientStore`, `SettingsStore`, `Throttle` and `AliasStore` that are dropped before they are done
//! (clause 53 of `ClientStore`, which applies to all four traits).

use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::{AliasPut, AliasStore, ClientStore, Reserved, SettingsStore, Throttle, ThrottleKey};
use counterfoil::types::Version;
use counterfoil::{Realm, Timestamp};

use super::aliases::{alias, entry};
use super::clients::{put, registration};
use super::database::{SiblingDatabase, Siblings};
use super::settings::document;
use crate::cut::{DEEPEST, cut};
use crate::sample::{at, most};
use crate::slow::pause;
use crate::violation::{Checked, Verdict, Violation, ensure};

/// Checks dropped calls (clause 53 of `ClientStore`, which also applies to `SettingsStore`, `Throttle` and
/// `AliasStore`). A call may be dropped at any await. It must then take effect completely or not at all, immediately or
/// shortly after. The next user of the connection must not be affected.
pub async fn sibling_cut_off_is_all_or_nothing(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let tried =
        [clients(&database).await?, settings(&database).await?, counters(&database).await?, aliases(&database).await?];
    let none = Checked::NotApplicable("the fixture has no siblings");
    Ok(if tried.contains(&true) { Checked::Held } else { none })
}

/// Calls `ask` repeatedly, for up to one second, until `allowed` returns true for the answer. Then returns the answer.
/// The wait is necessary because a server may still be executing a dropped request. `what` names the dropped call in
/// the message.
async fn shortly<T, F>(what: &str, ask: impl Fn() -> F, allowed: impl Fn(&T) -> bool) -> Result<T, Violation>
where
    T: std::fmt::Debug,
    F: Future<Output = Result<T, Violation>>,
{
    for patience in 0..1_000 {
        let seen = ask().await?;
        if allowed(&seen) {
            return Ok(seen);
        }
        if patience == 999 {
            return Err(Violation::new(format!("{what}, cut off, must leave all or nothing, but left {seen:?}")));
        }
        pause().await;
        if patience > 50 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    Err(Violation::new(format!("{what} was never asked")))
}

#[derive(Clone, Copy, Debug)]
enum Put {
    Create,
    Replace,
    Remove,
}

async fn clients(database: &SiblingDatabase) -> Result<bool, Violation> {
    let Some(store) = database.clients().await else { return Ok(false) };
    let mut number = 0;
    for put in [Put::Create, Put::Replace, Put::Remove] {
        for polls in 1..=DEEPEST {
            number += 1;
            if one_client(&store, put, polls, number).await? {
                break;
            }
        }
    }
    Ok(true)
}

async fn one_client(store: &Arc<dyn ClientStore>, act: Put, polls: u32, number: u8) -> Result<bool, Violation> {
    let realm = Realm::new(&format!("cut-{number}")).expect("a realm");
    let (old, new) = (registration("app", 1, "old"), registration("app", 1, "new"));
    let mut stands = None;
    if !matches!(act, Put::Create) {
        stands = Some(put(&**store, &realm, None, &old).await?);
    }
    let done = match act {
        Put::Create | Put::Replace => cut(store.put_client(&realm, stands, &new), polls).await.is_some(),
        Put::Remove => {
            let version = stands.unwrap_or(Version::FIRST);
            cut(store.remove_client(&realm, &old.client_id, version), polls).await.is_some()
        }
    };
    // This call is the next user of the connection.
    put(&**store, &realm, None, &registration("beside", 2, "beside")).await?;
    let read = || async {
        let found = store.client(&realm, &old.client_id).await?;
        Ok::<_, Violation>(found.map(|one| one.registration.display_name))
    };
    let (before, after) = match act {
        Put::Create => (None, Some("new")),
        Put::Replace => (Some("old"), Some("new")),
        Put::Remove => (Some("old"), None),
    };
    let allowed = |seen: &Option<String>| seen.as_deref() == before || seen.as_deref() == after;
    let seen = shortly(&format!("{act:?}"), read, allowed).await?;
    ensure!(!done || seen.as_deref() == after, "{act:?} returned, so it must stand, but {seen:?} does");
    ensure!(
        store.client(&realm, &registration("beside", 2, "beside").client_id).await?.is_some(),
        "an acknowledged write after a cut-off was lost"
    );
    Ok(done)
}

async fn aliases(database: &SiblingDatabase) -> Result<bool, Violation> {
    let Some(store) = database.aliases().await else { return Ok(false) };
    let mut number = 0;
    for put in [Put::Create, Put::Replace, Put::Remove] {
        for polls in 1..=DEEPEST {
            number += 1;
            if one_alias(&store, put, polls, number).await? {
                break;
            }
        }
    }
    Ok(true)
}

async fn one_alias(store: &Arc<dyn AliasStore>, act: Put, polls: u32, number: u8) -> Result<bool, Violation> {
    let (cut_off, beside, old, new) = (alias(1, number), alias(2, number), entry(1, 1), entry(2, 2));
    let must_put = async |alias, entry| {
        let answer = store.put_alias(&alias, &entry, None).await?;
        ensure!(answer == AliasPut::Done, "a new alias must be created, but the answer was {answer:?}");
        Ok::<_, Violation>(())
    };
    if !matches!(act, Put::Create) {
        must_put(cut_off, old).await?;
    }
    let done = match act {
        Put::Create => cut(store.put_alias(&cut_off, &new, None), polls).await.is_some(),
        Put::Replace => cut(store.put_alias(&cut_off, &new, Some(&old.id)), polls).await.is_some(),
        Put::Remove => cut(store.remove_alias(&cut_off, &old.id), polls).await.is_some(),
    };
    // This call is the next user of the connection.
    must_put(beside, old).await?;
    let (before, after) = match act {
        Put::Create => (None, Some(new)),
        Put::Replace => (Some(old), Some(new)),
        Put::Remove => (Some(old), None),
    };
    let read = || async { Ok::<_, Violation>(store.alias(&cut_off).await?) };
    let seen = shortly(&format!("{act:?} of an alias"), read, |seen| *seen == before || *seen == after).await?;
    ensure!(!done || seen == after, "{act:?} of an alias returned, so it must stand, but {seen:?} does");
    ensure!(store.alias(&beside).await? == Some(old), "an acknowledged write after a cut-off was lost");
    Ok(done)
}

async fn settings(database: &SiblingDatabase) -> Result<bool, Violation> {
    let Some(store) = database.settings().await else { return Ok(false) };
    for polls in 1..=DEEPEST {
        if one_realm(&store, polls).await? {
            break;
        }
    }
    for polls in 1..=DEEPEST {
        if one_note(&store, polls).await? {
            break;
        }
    }
    Ok(true)
}

async fn one_realm(store: &Arc<dyn SettingsStore>, polls: u32) -> Result<bool, Violation> {
    let realm = Realm::new(&format!("cut-{polls}")).expect("a realm");
    let beside = Realm::new(&format!("beside-{polls}")).expect("a realm");
    let new = document("new");
    let done = cut(store.put_settings(&realm, None, &new), polls).await.is_some();
    let _ = store.put_settings(&beside, None, &new).await?;
    let read = || async { Ok::<_, Violation>(store.settings(&realm).await?.map(|one| one.settings)) };
    let seen = shortly("put_settings", read, |seen| seen.as_ref().is_none_or(|seen| *seen == new)).await?;
    ensure!(!done || seen.is_some(), "put_settings returned, so it must stand");
    ensure!(store.settings(&beside).await?.is_some(), "an acknowledged write after a cut-off was lost");
    Ok(done)
}

async fn one_note(store: &Arc<dyn SettingsStore>, polls: u32) -> Result<bool, Violation> {
    let polled = u64::from(polls) * 2;
    let (old, new) = (Some(take_over_note(store, at(polled)).await?), Some(at(polled + 1)));
    let beside = Realm::new(&format!("beside-note-{polls}")).expect("a realm");
    let done = cut(store.note_upkeep(old, at(polled + 1)), polls).await.is_some();
    let _ = store.put_settings(&beside, None, &document("new")).await?;
    let read = || async { Ok::<_, Violation>(store.last_upkeep().await?) };
    let seen = shortly("note_upkeep", read, |seen| *seen == old || *seen == new).await?;
    ensure!(!done || seen == new, "note_upkeep returned, so it must stand");
    ensure!(store.settings(&beside).await?.is_some(), "an acknowledged write after a cut-off was lost");
    Ok(done)
}

/// Replaces the stored instant of the last upkeep by `new`. If a server is still executing an earlier call that was
/// dropped, that call then finds another instant than it expects, and changes nothing.
async fn take_over_note(store: &Arc<dyn SettingsStore>, new: Timestamp) -> Result<Timestamp, Violation> {
    for _ in 0..1_000 {
        let found = store.last_upkeep().await?;
        if store.note_upkeep(found, new).await? {
            return Ok(new);
        }
    }
    Err(Violation::new("note_upkeep never finds the note that last_upkeep has just read"))
}

async fn counters(database: &SiblingDatabase) -> Result<bool, Violation> {
    let Some(store) = database.throttle().await else { return Ok(false) };
    for polls in 1..=DEEPEST {
        if one_counter(&store, polls).await? {
            break;
        }
    }
    Ok(true)
}

async fn one_counter(store: &Arc<dyn Throttle>, polls: u32) -> Result<bool, Violation> {
    let key = ThrottleKey::from_bytes([u8::try_from(polls).unwrap_or(0); 32]);
    let beside = ThrottleKey::from_bytes([u8::try_from(polls + 100).unwrap_or(0); 32]);
    let window = Duration::from_secs(60);
    let done = cut(store.reserve(&key, at(1), window, most(1)), polls).await.is_some();
    let _ = store.reserve(&beside, at(1), window, most(1)).await?;
    // If the answer is `Granted`, the dropped attempt was not counted, and this attempt is counted. If the answer is
    // `UnderWay`, the dropped attempt was counted. In both cases one attempt is counted now.
    let answer = store.reserve(&key, at(2), window, most(1)).await?;
    let known = matches!(answer, Reserved::Granted(_) | Reserved::UnderWay);
    ensure!(known, "after a cut-off an attempt is noted or not, but the answer was {answer:?}");
    ensure!(!done || answer == Reserved::UnderWay, "reserve returned, so its attempt must be noted");
    let taken = store.reserve(&beside, at(2), window, most(1)).await?;
    ensure!(taken == Reserved::UnderWay, "an acknowledged attempt after a cut-off was lost");
    Ok(done)
}
