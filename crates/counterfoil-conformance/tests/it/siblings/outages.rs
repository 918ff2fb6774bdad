//! Broken client stores, settings stores and throttles that answer incorrectly during an outage or if a row is damaged.

use counterfoil::store::{ClientPut, ClientStore, Page, Reserved, SettingsPut, SettingsStore, StoreError, Throttle};
use counterfoil::types::Version;

use super::{is_corrupt, is_unavailable, sibling_flaw};

// Grants every attempt during an outage.
sibling_flaw!(GrantsInAnOutage, reserve, |inner, key, now, window, limit| {
    let answer = inner.reserve(key, now, window, limit).await;
    if is_unavailable(&answer) { Ok(Reserved::Granted(now)) } else { answer }
});

// Reports a client as absent if the client cannot be read.
sibling_flaw!(NoClientInAnOutage, client, |inner, realm, id| {
    let answer = inner.client(realm, id).await;
    if is_unavailable(&answer) { Ok(None) } else { answer }
});

// Reports settings as absent if the settings cannot be read.
sibling_flaw!(NoSettingsInAnOutage, settings, |inner, realm| {
    let answer = inner.settings(realm).await;
    if is_unavailable(&answer) { Ok(None) } else { answer }
});

// Answers that there was no upkeep yet if the instant of the last upkeep cannot be read.
sibling_flaw!(NoUpkeepInAnOutage, last_upkeep, |inner| {
    let answer = inner.last_upkeep().await;
    if is_unavailable(&answer) { Ok(None) } else { answer }
});

// During an outage, answers that a registration was not sent, although it was written.
sibling_flaw!(WritesInAnOutage, put_client, |inner, realm, expect, registration| {
    let answer = inner.put_client(realm, expect, registration).await;
    if is_unavailable(&answer) {
        let _ = inner.siblings.put_client(realm, expect, registration).await;
    }
    answer
});

// Starts a damaged counter again from zero.
sibling_flaw!(ForgetsADamagedCounter, reserve, |inner, key, now, window, limit| {
    let answer = inner.reserve(key, now, window, limit).await;
    if is_corrupt(&answer) { Ok(Reserved::Granted(now)) } else { answer }
});

// Reports a damaged registration as absent.
sibling_flaw!(HidesADamagedClient, client, |inner, realm, id| {
    let answer = inner.client(realm, id).await;
    if is_corrupt(&answer) { Ok(None) } else { answer }
});

// Overwrites a damaged registration.
sibling_flaw!(ReplacesADamagedClient, put_client, |inner, realm, expect, registration| {
    let answer = inner.put_client(realm, expect, registration).await;
    if is_corrupt(&answer) { Ok(ClientPut::Done(Version::new(1 << 40))) } else { answer }
});

// Leaves a damaged registration out of pages and does not count it.
sibling_flaw!(PassesOverADamagedClient, clients, |inner, realm, after, limit| {
    let mut page = inner.clients(realm, after, limit).await?;
    page.corrupt = 0;
    Ok(page)
});

// Reports damaged settings as absent.
sibling_flaw!(ForgetsDamagedSettings, settings, |inner, realm| {
    let answer = inner.settings(realm).await;
    if is_corrupt(&answer) { Ok(None) } else { answer }
});

// During an outage, reports that a failure of an attempt was stored, although it was not.
sibling_flaw!(SettlesInAnOutage, failed, |inner, key, reserved_at, now, window| {
    let answer = inner.failed(key, reserved_at, now, window).await;
    if is_unavailable(&answer) { Ok(()) } else { answer }
});

// During an outage, reports that the release of an attempt was stored, although it was not.
sibling_flaw!(ReleasesInAnOutage, release, |inner, key, reserved_at, now, window| {
    let answer = inner.release(key, reserved_at, now, window).await;
    if is_unavailable(&answer) { Ok(()) } else { answer }
});

// During an outage, refuses every attempt as if the limit were reached.
sibling_flaw!(RefusesInAnOutage, reserve, |inner, key, now, window, limit| {
    let answer = inner.reserve(key, now, window, limit).await;
    if is_unavailable(&answer) { Ok(Reserved::Wait(now.plus_capped(window))) } else { answer }
});

// During an outage, reports that there were no counters to remove.
sibling_flaw!(PurgesNothingInAnOutage, purge_counters, |inner, now, limit| {
    let answer = inner.purge_counters(now, limit).await;
    if is_unavailable(&answer) { Ok(0) } else { answer }
});

// Answers with an empty page during an outage.
sibling_flaw!(NoClientsInAnOutage, clients, |inner, realm, after, limit| {
    let answer = inner.clients(realm, after, limit).await;
    if is_unavailable(&answer) { Ok(Page { items: Vec::new(), next: None, corrupt: 0 }) } else { answer }
});

// During an outage, answers that the version did not match.
sibling_flaw!(NothingToRemoveInAnOutage, remove_client, |inner, realm, id, expect| {
    let answer = inner.remove_client(realm, id, expect).await;
    if is_unavailable(&answer) { Ok(false) } else { answer }
});

// During an outage, answers that the expected version of the registration is stale.
sibling_flaw!(StaleClientInAnOutage, put_client, |inner, realm, expect, registration| {
    let answer = inner.put_client(realm, expect, registration).await;
    if is_unavailable(&answer) { Ok(ClientPut::Stale(None)) } else { answer }
});

// During an outage, answers that the expected version of the settings is stale.
sibling_flaw!(StaleSettingsInAnOutage, put_settings, |inner, realm, expect, settings| {
    let answer = inner.put_settings(realm, expect, settings).await;
    if is_unavailable(&answer) { Ok(SettingsPut::Stale(None)) } else { answer }
});

// During an outage, answers that another instant of the last upkeep is stored.
sibling_flaw!(NotesNothingInAnOutage, note_upkeep, |inner, expect, at| {
    let answer = inner.note_upkeep(expect, at).await;
    if is_unavailable(&answer) { Ok(false) } else { answer }
});

// During an outage, answers that a removal was not sent, although it was executed.
sibling_flaw!(RemovesInAnOutage, remove_client, |inner, realm, id, expect| {
    let answer = inner.remove_client(realm, id, expect).await;
    if is_unavailable(&answer) {
        let _ = inner.siblings.remove_client(realm, id, expect).await;
    }
    answer
});

// During an outage, answers that settings were not sent, although they were written.
sibling_flaw!(WritesSettingsInAnOutage, put_settings, |inner, realm, expect, settings| {
    let answer = inner.put_settings(realm, expect, settings).await;
    if is_unavailable(&answer) {
        let _ = inner.siblings.put_settings(realm, expect, settings).await;
    }
    answer
});

// During an outage, answers that an attempt was not sent, although it was counted.
sibling_flaw!(CountsInAnOutage, reserve, |inner, key, now, window, limit| {
    let answer = inner.reserve(key, now, window, limit).await;
    if is_unavailable(&answer) {
        let _ = inner.siblings.reserve(key, now, window, limit).await;
    }
    answer
});

// During an outage, answers that the instant of the last upkeep was not sent, although it was written.
sibling_flaw!(NotesInAnOutage, note_upkeep, |inner, expect, at| {
    let answer = inner.note_upkeep(expect, at).await;
    if is_unavailable(&answer) {
        let _ = inner.siblings.note_upkeep(expect, at).await;
    }
    answer
});

// Fails on a page that contains a damaged registration.
sibling_flaw!(PageFailsAtDamage, clients, |inner, realm, after, limit| {
    let page = inner.clients(realm, after, limit).await?;
    if page.corrupt > 0 { Err(StoreError::corrupt(None, "damaged")) } else { Ok(page) }
});

// Ends a walk at a damaged registration.
sibling_flaw!(WalkEndsAtDamage, clients, |inner, realm, after, limit| {
    let mut page = inner.clients(realm, after, limit).await?;
    page.next = page.next.filter(|_| page.corrupt == 0);
    Ok(page)
});

// Overwrites damaged settings.
sibling_flaw!(ReplacesDamagedSettings, put_settings, |inner, realm, expect, settings| {
    let answer = inner.put_settings(realm, expect, settings).await;
    if is_corrupt(&answer) { Ok(SettingsPut::Done(Version::new(1 << 40))) } else { answer }
});

// Answers `UnderWay` to every attempt on a damaged counter, as if other attempts were in progress, instead of an error.
sibling_flaw!(WaitsForADamagedCounter, reserve, |inner, key, now, window, limit| {
    let answer = inner.reserve(key, now, window, limit).await;
    if is_corrupt(&answer) { Ok(Reserved::UnderWay) } else { answer }
});

// Reports that there is nothing to remove if the registration is damaged.
sibling_flaw!(NothingToRemoveOfADamagedClient, remove_client, |inner, realm, id, expect| {
    let damaged = is_corrupt(&inner.client(realm, id).await);
    if damaged { Ok(false) } else { inner.remove_client(realm, id, expect).await }
});

// When an attempt on a damaged counter fails, removes the counter. So the next attempt begins from zero.
sibling_flaw!(EmptiesADamagedCounter, failed, |inner, key, reserved_at, now, window| {
    let answer = inner.failed(key, reserved_at, now, window).await;
    if is_corrupt(&answer) { inner.remove_counter(key, reserved_at, now).await } else { answer }
});

// When an attempt on a damaged counter fails, removes the counter, and then returns `Corrupt`.
sibling_flaw!(RemovesADamagedCounter, failed, |inner, key, reserved_at, now, window| {
    let answer = inner.failed(key, reserved_at, now, window).await;
    if is_corrupt(&answer) {
        inner.remove_counter(key, reserved_at, now).await?;
    }
    answer
});

// When an attempt on a damaged counter is released, removes the counter.
sibling_flaw!(ReleasesADamagedCounter, release, |inner, key, reserved_at, now, window| {
    let answer = inner.release(key, reserved_at, now, window).await;
    if is_corrupt(&answer) { inner.remove_counter(key, reserved_at, now).await } else { answer }
});

// When an attempt on a damaged counter is released, changes nothing and reports success.
sibling_flaw!(SettlesNothingInADamagedCounter, release, |inner, key, reserved_at, now, window| {
    let answer = inner.release(key, reserved_at, now, window).await;
    if is_corrupt(&answer) { Ok(()) } else { answer }
});

// Never purges a damaged counter.
sibling_flaw!(KeepsADamagedCounter, purge_counters, |inner, now, limit| {
    inner.siblings.purge_counters(now, limit).await
});

// Purges damaged counters before their time.
sibling_flaw!(PurgesADamagedCounterTooEarly, purge_counters, |inner, now, limit| {
    Ok(inner.mend_counters() + inner.purge_counters(now, limit).await?)
});

// Purges damaged counters before their time, and does not count them.
sibling_flaw!(MendsADamagedCounter, purge_counters, |inner, now, limit| {
    inner.mend_counters();
    inner.purge_counters(now, limit).await
});
