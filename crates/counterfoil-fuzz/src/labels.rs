//! The target for labels. It checks that an accepted label is in its normal form, and that its key is in the normal
//! form of keys. Equal labels have equal keys.

use counterfoil::Scope;
use counterfoil::types::{Description, Device, Label};

use crate::bytes::choice;

/// Parses a label. The first byte of `data` is the maximum length, and the rest is the text. The text is also parsed as
/// a description, as a scope and as the text of a device.
#[must_use]
pub fn labels(data: &[u8]) -> bool {
    let (most, text) = choice(data);
    let Ok(text) = std::str::from_utf8(text) else { return false };
    if let Ok(description) = Description::new(text) {
        let again = Description::new(description.as_str()).expect("in its last form");
        assert_eq!(again.as_str(), description.as_str());
    }
    if let Ok(scope) = text.parse::<Scope>() {
        assert_eq!(scope.as_str().parse::<Scope>().expect("in its last form").as_str(), scope.as_str());
    }
    let device = Device::of_user_agent(text, None);
    assert_eq!(Device::new(device.text(), None).as_ref(), Ok(&device), "any text becomes a valid one");
    if let Ok(device) = Device::new(Some(text), None) {
        assert_eq!(Device::new(device.text(), None), Ok(device), "in its last form");
    }
    let limit = u16::try_from(most).unwrap_or(u16::MAX);
    let Ok(label) = Label::new(text, limit) else { return false };
    let kept = label.as_str();
    assert!((1..=most).contains(&kept.chars().count()) && kept.trim() == kept, "{kept:?}");
    assert!(!kept.chars().any(char::is_control), "{kept:?}");
    let again = Label::new(kept, limit).expect("in its last form");
    assert_eq!((again.as_str(), again.key().as_str()), (kept, label.key().as_str()));
    let stored = Label::from_stored(kept).expect("what was kept");
    assert_eq!((stored.as_str(), stored.key().as_str()), (kept, label.key().as_str()));
    // A key is case-folded. Therefore a label whose text is the key has the same key.
    if let Ok(folded) = Label::new(label.key().as_str(), 255) {
        assert_eq!(folded.key().as_str(), label.key().as_str());
    }
    true
}
