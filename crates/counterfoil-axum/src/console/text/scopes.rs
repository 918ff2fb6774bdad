//! The texts of the fields for the scope of a token.

pub(crate) struct ScopeTexts {
    pub(crate) legend: &'static str,
    pub(crate) all: &'static str,
    pub(crate) limited: &'static str,
    pub(crate) tokens: &'static str,
    /// Describes the rights that a scope token of this library grants. Returns an empty text for any other scope token.
    pub(crate) about: fn(&str) -> &'static str,
    pub(crate) needed: &'static str,
    pub(crate) both: &'static str,
    pub(crate) too_long: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) beyond: &'static str,
}
