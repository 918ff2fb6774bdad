//! The source of a request.

use counterfoil::types::Source;
use http::Extensions;

/// Returns the source of a request: the [`Source`] that the host put into the request's extensions, or
/// [`Source::Unknown`]. A credential with allowed sources is accepted only if they contain the source, so never from an
/// unknown one. The source is also written to events.
#[must_use]
pub fn source_of(extensions: &Extensions) -> Source {
    extensions.get::<Source>().cloned().unwrap_or(Source::Unknown)
}
