//! The texts of the form field for the networks from which a credential may be used, and of the page that changes these
//! networks.

pub(crate) struct AllowedSourceTexts {
    pub(crate) title: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) networks: &'static str,
    pub(crate) only_from: &'static str,
    pub(crate) too_many: &'static str,
    /// The error message for an entry of the field that is neither an address nor a network. The argument is the number
    /// of the entry, counted from 1.
    pub(crate) malformed: fn(usize) -> String,
    /// The error message for a network that is written with an address other than its first one, such as
    /// `192.0.2.7/24`. The first argument is the number of the entry, counted from 1. The second is the network with
    /// its first address.
    pub(crate) host_bits: fn(usize, &str) -> String,
}
