//! Makes details of families.

use counterfoil::store::{Change, FamilyDetails};
use counterfoil::types::{Device, Metadata, Networks, SourceName};

/// Makes details in which every part has a value. Different numbers give different values in each part.
#[must_use]
pub fn details(number: u32) -> Box<FamilyDetails> {
    let network = format!("10.{}.{}.0/24", number >> 8 & 0xff, number & 0xff);
    let source = SourceName::new(&format!("192.0.2.{}", number % 250 + 1)).expect("an address");
    let metadata: Metadata = format!(r#"{{"ticket":{number},"a":"b"}}"#).parse().expect("metadata");
    let details = FamilyDetails::new()
        .with_allowed_sources(Networks::new([network.as_str()]).expect("a network"))
        .with_metadata(metadata)
        .with_device(Device::new(Some(&format!("Firefox {number}")), Some(&source)).expect("a device"));
    Box::new(details)
}

/// Makes a change of a record that replaces only the details of its family. If `details` is `None`, the change removes
/// the details.
#[must_use]
pub const fn edit_details(details: Option<Box<FamilyDetails>>) -> Change {
    Change::Edit { label: None, description: None, scope: None, details: Some(details) }
}
