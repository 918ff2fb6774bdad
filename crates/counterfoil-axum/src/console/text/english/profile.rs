//! The texts of the page of the viewer's time zone and signature.

use crate::console::text::profile::ProfileTexts;

pub(super) const PROFILE: ProfileTexts = ProfileTexts {
    title: "Profile settings",
    zone: "Time zone",
    zone_label: "Your time zone",
    zone_hint: "All tables and notices show times in this zone.",
    zone_unknown: "Choose a time zone from the list.",
    signature: "Signature",
    no_signature: "No signature yet. Type, draw or upload one below.",
    signature_image: "Your signature",
    new_signature: "New signature",
    one_way: "Choose one way and leave the other empty.",
    way_typed: "Type it",
    typed_label: "Your name",
    typed_wrong: "Enter 1 to 100 characters.",
    way_image: "Draw or upload it",
    image_label: "Image file",
    image_hint: "PNG or JPEG, at most 256 KiB.",
    image_wrong: "Choose a PNG or JPEG file of at most 256 KiB.",
    draw_label: "Draw with the mouse or a finger",
    undraw: "Start over",
    download: "Download",
    clear: "Clear",
    cleared: "The signature is cleared.",
};
