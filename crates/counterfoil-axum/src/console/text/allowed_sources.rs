//! The texts of the networks from which a credential may be used.

pub(crate) struct AllowedSourceTexts {
    pub(crate) title: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) networks: &'static str,
    pub(crate) only_from: &'static str,
    pub(crate) too_many: &'static str,
    /// The error message for a text that is not an address or a network. The argument counts the texts from 1.
    pub(crate) malformed: fn(usize) -> String,
    /// The error message for an address that is not the first of its network. The second argument is the network.
    pub(crate) host_bits: fn(usize, &str) -> String,
}
