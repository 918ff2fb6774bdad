//! Adds fields with unknown names to stored documents. Such a field stands for one that a newer version stores and that
//! the older version does not support.

use counterfoil::Realm;
use counterfoil::client::Registration;
use counterfoil::settings::StoredSettings;
use counterfoil_stores::AnyStore;
use serde_json::{Value, json};

use super::MANY;

fn with_unknown(document: &str) -> String {
    let mut value: Value = serde_json::from_str(document).expect("JSON");
    value["of_a_newer_version"] = json!({"list": [1, 2.5, "three", null, {"four": false}], "text": "ü"});
    value.to_string()
}

/// Adds unknown fields to the settings of the default realm and to one client.
pub(super) async fn add_unknown_fields(store: &AnyStore) {
    let realm = Realm::default();
    let found = store.settings().settings(&realm).await.expect("an answer").expect("settings");
    let text = with_unknown(&found.settings.to_document().expect("JSON"));
    let mut settings = StoredSettings::from_document(&text).expect("settings");
    settings.values.insert("setting_of_a_newer_version".to_owned(), "seven".to_owned());
    let put = store.settings().put_settings(&realm, Some(found.version), &settings).await.expect("an answer");
    assert!(matches!(put, counterfoil::store::SettingsPut::Done(_)));

    let page = store.clients().clients(&realm, None, MANY).await.expect("a page");
    let found = page.items.iter().find(|found| found.registration.client_id.as_str() == "imported").expect("a client");
    let text = with_unknown(&found.registration.to_document().expect("JSON"));
    let registration = Registration::from_document(&text).expect("a registration");
    let put = store.clients().put_client(&realm, Some(found.version), &registration).await.expect("an answer");
    assert!(matches!(put, counterfoil::store::ClientPut::Done(_)));
}
