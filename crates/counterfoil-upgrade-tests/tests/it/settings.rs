//! Tests clients and settings in a database of an earlier version.

use counterfoil::client::{ClientId, ClientUpdate};
use counterfoil::settings::SettingsUpdate;
use counterfoil::{Presenter, Realm};
use counterfoil_upgrade_tests::compare::difference;
use counterfoil_upgrade_tests::database::Kind;
use counterfoil_upgrade_tests::host::{HOUR, by, end, subject};
use counterfoil_upgrade_tests::scene::{form, oauth};
use serde_json::Value;

use crate::support::{LIST, MANY, Upgraded};

pub(crate) async fn change_and_keep_unknown_fields(kind: Kind) {
    let all = Upgraded::new(kind).await;
    settings(&all).await;
    clients(&all).await;
}

async fn settings(all: &Upgraded) {
    let service = &all.host.service;
    let change = SettingsUpdate::default().with_access_lifetime_seconds(300);
    service.update_settings(&Presenter::host(), &change).await.expect("changed");
    service.set_token_login(&by("ada"), &subject("cap"), true).await.expect("changed");
    let found = all.store.settings().settings(&Realm::default()).await.expect("an answer").expect("settings");
    let found: Value = serde_json::from_str(&found.settings.to_document().expect("JSON")).expect("JSON");
    let mut expected = LIST["contents"]["settings"]["default"]["settings"].clone();
    expected["values"]["access_lifetime_seconds"] = "300".into();
    expected["switches"]["cap"] = true.into();
    assert_eq!(difference(&expected, &found), None);
    // Ten seconds before its end, the scene noted its last upkeep. A node that assumes that there was none must not
    // overwrite this time.
    assert!(!all.store.settings().note_upkeep(None, end()).await.expect("an answer"));
    let noted = all.store.settings().last_upkeep().await.expect("an answer");
    assert_eq!(noted.map(|at| end().since(at).as_secs()), Some(10));
    assert!(all.store.settings().note_upkeep(noted, end()).await.expect("an answer"));
}

async fn clients(all: &Upgraded) {
    let (service, sudo) = (&all.host.service, Presenter::host());
    let id = |text: &str| text.parse::<ClientId>().expect("an id");
    let change = ClientUpdate::default().with_display_name("another name");
    service.update_client(&sudo, &id("imported"), change).await.expect("changed");
    let page = all.store.clients().clients(&Realm::default(), None, MANY).await.expect("a page");
    let found = page.items.iter().find(|found| found.registration.client_id.as_str() == "imported").expect("a client");
    let found: Value = serde_json::from_str(&found.registration.to_document().expect("JSON")).expect("JSON");
    assert_eq!(found["display_name"], "another name");
    assert_eq!(found["of_a_newer_version"]["list"][1], 2.5);

    let body = form(&[("grant_type", "password"), ("username", "ann"), ("password", "ann")]);
    let old = all.texts.get("client epoch");
    let rotated = service.rotate_client_secret(&sudo, &id("epoch"), HOUR).await.expect("rotated");
    let new = format!("epoch:{}", rotated.secret.expect("a secret").expose_secret());
    for secret in [old, &new] {
        assert!(oauth(&all.host, secret, &body).await.is_ok(), "during the overlap");
    }
    all.host.clock.advance(HOUR);
    assert!(oauth(&all.host, old, &body).await.is_err() && oauth(&all.host, &new, &body).await.is_ok());
    service.delete_client(&sudo, &id("short")).await.expect("deleted");
    assert!(oauth(&all.host, all.texts.get("client short"), &body).await.is_err());
    let enable = ClientUpdate::default().with_disabled(false);
    service.update_client(&sudo, &id("stopped"), enable).await.expect("changed");
    assert!(all.refresh("stopped", all.texts.get("sign-in stopped, refresh")).await.is_some());
}
