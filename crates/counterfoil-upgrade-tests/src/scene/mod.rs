//! The scene: the calls that fill a store with credentials in every state.

mod clients;
mod documents;
mod form;
mod personal_access_tokens;
mod security_codes;
mod sessions;
mod sign_ins;
mod texts;

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::Presenter;
use counterfoil::settings::SettingsUpdate;
use counterfoil::types::Source;
use counterfoil_stores::AnyStore;

use crate::host::{DAY, HOUR, Host, MINUTE, SECOND, by, other_realm, start, subject};

pub use form::{form, introspect, oauth, revoke};
pub use texts::Texts;

pub(crate) const MANY: NonZeroU32 = NonZeroU32::new(1_000).expect("above zero");

/// The address from which all requests of the scene come.
#[must_use]
pub fn source() -> Source {
    Source::new("192.0.2.9").expect("an address")
}

/// Fills an empty store. Returns the texts of all credentials that were issued, with a name for each.
pub async fn act(store: &AnyStore) -> Texts {
    let mut texts = Texts::default();
    under_the_first_key(store, &mut texts).await;
    // A second key is added to the ring, and the service starts again.
    let host = Host::seeded(store, start().plus_capped(30 * DAY), 2, 20);
    for handle in [&host.service, &host.other] {
        handle.start().await.expect("started");
    }
    while host.service.rearm_notices(MANY).await.expect("an answer").more {}
    personal_access_tokens::with_notices(&host, &mut texts).await;
    last_day(store, &host, &mut texts).await;
    documents::add_unknown_fields(store).await;
    texts
}

/// Makes clients, settings and credentials with a key ring that has only the first key.
async fn under_the_first_key(store: &AnyStore, texts: &mut Texts) {
    let host = Host::seeded(store, start(), 1, 10);
    let sudo = Presenter::host();
    for handle in [&host.service, &host.other] {
        handle.start().await.expect("started");
        let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true).with_notice_lead_days(7);
        handle.update_settings(&sudo, &on).await.expect("changed");
        for name in ["ann", "bob", "gus", "pat", "dis"] {
            handle.set_token_login(&sudo, &subject(name), true).await.expect("changed");
        }
    }
    for allowed in [true, false] {
        host.service.set_token_login(&sudo, &subject("cap"), allowed).await.expect("changed");
    }
    clients::register(&host, texts).await;
    personal_access_tokens::under_the_first_key(&host, texts).await;
    security_codes::under_the_first_key(&host, texts).await;
}

/// Makes all calls of the last three days, in the order of time. The argument of `at` is the time until the end of the
/// scene.
async fn last_day(store: &AnyStore, host: &Host, texts: &mut Texts) {
    host.at(3 * DAY);
    security_codes::expired(host, texts).await;
    host.at(20 * HOUR);
    sign_ins::rotated(host, texts).await;
    host.at(10 * HOUR);
    sign_ins::replayed(host, texts).await;
    host.at(6 * HOUR);
    sign_ins::room_is_made(host, texts).await;
    host.at(2 * HOUR);
    while host.service.purge(MANY).await.expect("purged").more {}
    while host.other.purge(MANY).await.expect("purged").more {}
    host.at(90 * MINUTE);
    security_codes::in_every_state(host, texts).await;
    host.at(HOUR);
    sign_ins::open_for_the_retry_window(host, texts).await;
    host.at(50 * MINUTE);
    sessions::opened_early(host, texts).await;
    sign_ins::reused(host, texts).await;
    host.at(25 * MINUTE);
    sessions::in_every_state(host, texts).await;
    host.at(9 * MINUTE);
    sign_ins::in_other_states(host, texts).await;
    sign_ins::ended(host, texts).await;
    host.at(7 * MINUTE);
    personal_access_tokens::in_every_state(host, texts).await;
    host.at(3 * MINUTE);
    sessions::proved_again(host, texts).await;
    host.at(MINUTE);
    personal_access_tokens::claimed(host).await;
    host.at(30 * SECOND);
    failures(host).await;
    host.at(20 * SECOND);
    assert!(host.service.flush().await.error.is_none());
    host.at(10 * SECOND);
    sign_ins::refresh_in_the_retry_window(host, texts).await;
    let noted = host.service.now();
    assert!(store.settings().note_upkeep(None, noted).await.expect("an answer"), "the first note");
    host.at(Duration::ZERO);
}

/// Signs in as Ann with a wrong password twice, and sends a wrong secret of the client `app` once.
async fn failures(host: &Host) {
    for _ in 0..2 {
        let wrong = counterfoil::Secret::from("wrong".to_owned());
        let login = counterfoil::directory::Login::new("ann", &wrong);
        assert!(host.service.open_session(&login, &source()).await.is_err());
    }
    let answer = oauth(host, "app:wrong", &form(&[("grant_type", "password")])).await;
    assert!(answer.is_err());
}

/// The presenter of a person in the other realm.
#[must_use]
pub fn by_in_other_realm(name: &str) -> Presenter {
    by(name).in_realm(&other_realm())
}
