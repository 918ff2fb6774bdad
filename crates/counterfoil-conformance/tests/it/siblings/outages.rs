//! Sibling stores that report outages and damaged rows as ordinary answers.

use counterfoil::store::{ClientPut, ClientStore, Reserved, SettingsStore, Throttle};
use counterfoil::types::Version;

use super::{is_corrupt, is_unavailable, sibling_flaw};

// Grants every attempt during an outage.
sibling_flaw!(GrantsInAnOutage, reserve, |inner, key, now, window, limit| {
    let answer = inner.reserve(key, now, window, limit).await;
    if is_unavailable(&answer) { Ok(Reserved::Granted(now)) } else { answer }
});

// Answers that a client is absent if the client cannot be read.
sibling_flaw!(NoClientInAnOutage, client, |inner, realm, id| {
    let answer = inner.client(realm, id).await;
    if is_unavailable(&answer) { Ok(None) } else { answer }
});

// Answers that settings are absent if the settings cannot be read.
sibling_flaw!(NoSettingsInAnOutage, settings, |inner, realm| {
    let answer = inner.settings(realm).await;
    if is_unavailable(&answer) { Ok(None) } else { answer }
});

// Answers that no upkeep was noted if the note cannot be read.
sibling_flaw!(NoUpkeepInAnOutage, last_upkeep, |inner| {
    let answer = inner.last_upkeep().await;
    if is_unavailable(&answer) { Ok(None) } else { answer }
});

// Answers that a write was not sent, although it was executed.
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
