//! The fuzz target for stored documents. Every member that is read must be written back, including members that only a
//! newer version knows.

use std::error::Error;

use counterfoil::Scope;
use counterfoil::client::Registration;
use counterfoil::settings::{Reading, SettingName, StoredSettings};
use counterfoil::store::FamilyBody;
use counterfoil::types::Metadata;
use serde_json::{Map, Value};

use crate::bytes::choice;

/// The registration of a client in its stored form.
pub(crate) const REGISTRATION: &str = include_str!("registration.json");

type Read = Result<String, Box<dyn Error>>;

/// A kind of document. The function decodes a document and encodes it again. The list has the names of the members that
/// contain a scope.
type Kind = (fn(&str) -> Read, &'static [&'static str]);

/// The kinds of documents, each with the names of the members that contain a scope. When a document is encoded again,
/// these scopes are in their normal form, and all other texts are unchanged.
const KINDS: [Kind; 3] = [(registration, &["allowed_scope", "default_scope"]), (family, &[]), (settings, &[])];

/// Runs the fuzz target. The first byte of `data` chooses the kind of document, and the rest is its text. The text is
/// also read as metadata. Returns whether the text is a valid document of the kind.
#[must_use]
pub fn documents(data: &[u8]) -> bool {
    let (which, text) = choice(data);
    let Ok(text) = std::str::from_utf8(text) else { return false };
    metadata(text);
    let (read, scopes) = KINDS[which % 3];
    let Ok(written) = read(text) else { return false };
    assert_eq!(read(&written).expect("our own document"), written, "one spelling");
    // The written text may be longer than the read text, because of escapes and default values.
    assert!(written.len() < 512 + 8 * text.len(), "{} bytes of {}", written.len(), text.len());
    kept(&serde_json::from_str(text).expect("JSON"), &serde_json::from_str(&written).expect("JSON"), scopes);
    true
}

/// Reads a text as metadata. If the metadata are valid, asserts that they are the same JSON value as the text, and that
/// their stored text is decoded to the same metadata.
fn metadata(text: &str) {
    let Ok(metadata) = text.parse::<Metadata>() else { return };
    let value: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(Value::Object(metadata.get()), value, "the same value");
    assert!(metadata.as_str().len() <= Metadata::MAX.min(text.len()));
    assert_eq!(Metadata::from_stored(metadata.as_str()).as_ref(), Ok(&metadata), "one spelling");
    assert_eq!(Metadata::from_stored(text).is_ok(), metadata.as_str() == text);
    if let Ok(written) = Metadata::new(&value) {
        assert_eq!(written.get(), metadata.get(), "numbers and texts as `serde_json` writes them");
    }
}

/// Asserts that every member of the object `read` is in `written`. Empty members can be missing from `written`. The
/// member `format` can be missing too, because its only value is 0.
fn kept(read: &Value, written: &Value, scopes: &[&str]) {
    let (Value::Object(read), Value::Object(written)) = (read, written) else { return };
    for (name, value) in read.iter().filter(|(name, value)| *name != "format" && !is_nothing(value)) {
        let again = written.get(name).unwrap_or_else(|| panic!("{name} is lost"));
        if !value.is_object() && !value.is_array() {
            let expected = if scopes.contains(&name.as_str()) { one_spelling(value) } else { value.clone() };
            assert_eq!(*again, expected, "{name}");
        }
    }
}

/// Converts a scope to its normal form: without repeated tokens, and with the tokens in a fixed order.
fn one_spelling(value: &Value) -> Value {
    let scope = value.as_str().expect("was read").parse::<Scope>().expect("was read");
    Value::from(scope.as_str())
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

fn registration(text: &str) -> Read {
    Ok(Registration::from_document(text)?.to_document()?)
}

fn family(text: &str) -> Read {
    let (body, details) = FamilyBody::from_document(text)?;
    let written = body.to_document(details.as_deref())?;
    assert_eq!(details_in(&written), details_in(text), "details are lost");
    Ok(written)
}

/// Returns the details in the document of a family, without members that are null. A restriction that is read but not
/// written back would be lost, so all details are compared.
fn details_in(text: &str) -> Value {
    let mut document: Value = serde_json::from_str(text).expect("JSON");
    let details = document.get_mut("details").map(Value::take).unwrap_or_default();
    let Value::Object(mut details) = details else { return Value::Object(Map::new()) };
    details.retain(|_, value| !value.is_null());
    if let Some(Value::Object(device)) = details.get_mut("device") {
        device.retain(|_, value| !value.is_null());
    }
    Value::Object(details)
}

fn settings(text: &str) -> Read {
    let settings = StoredSettings::from_document(text)?;
    for &name in SettingName::ALL {
        let (least, most) = name.range();
        if let Reading::Value(number) = settings.number(name) {
            assert!((least..=most).contains(&number), "{number}");
        }
    }
    // Only the stored text `true` turns the setting on. Any other text, valid or not, does not.
    let name = SettingName::PersonalAccessTokensEnabled;
    let on = settings.number(name) == Reading::Value(1);
    assert_eq!(on, settings.values.get(name.as_str()).is_some_and(|text| text == "true"));
    Ok(settings.to_document()?)
}
