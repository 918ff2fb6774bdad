//! The source of a request.

use counterfoil::types::Source;
use http::Extensions;

/// Returns the source of a request. It decides whether a credential with allowed sources is accepted, and it is written
/// to events. It is the [`Source`] that the host put into the request's extensions, or [`Source::Unknown`].
#[must_use]
pub fn source_of(extensions: &Extensions) -> Source {
    extensions.get::<Source>().cloned().unwrap_or(Source::Unknown)
}
