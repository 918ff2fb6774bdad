//! The English texts of the form field for the networks from which a credential may be used, and of the page that
//! changes these networks.

use crate::console::text::allowed_sources::AllowedSourceTexts;

pub(super) const ALLOWED_SOURCES: AllowedSourceTexts = AllowedSourceTexts {
    title: "Allowed networks",
    hint: "Addresses or networks such as 192.0.2.0/24 or 2001:db8::/32, one a line, at most 16. Leave it empty to \
           allow every address.",
    networks: "Networks",
    only_from: "Only from",
    too_many: "At most 16 networks.",
    malformed,
    host_bits,
};

fn malformed(number: usize) -> String {
    format!("Number {number} is not an address or a network such as 192.0.2.0/24 or 2001:db8::/32.")
}

fn host_bits(number: usize, network: &str) -> String {
    format!("Number {number} is not the first address of its network: enter {network}.")
}
