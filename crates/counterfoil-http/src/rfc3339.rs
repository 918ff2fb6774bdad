//! Timestamps in requests and responses: RFC 3339, written in UTC with `Z`.

use counterfoil::Timestamp;
use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known;

/// A timestamp in the API's format: RFC 3339, in UTC with `Z`. A host can use it in its own responses.
///
/// ```
/// use counterfoil::Timestamp;
/// use counterfoil_http::Rfc3339;
///
/// assert_eq!(serde_json::to_string(&Rfc3339(Timestamp::EPOCH)).expect("JSON"), "\"1970-01-01T00:00:00Z\"");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rfc3339(pub Timestamp);

impl Rfc3339 {
    /// Returns the timestamp as a text, for formats other than JSON.
    pub(crate) fn text(self) -> String {
        // This cannot fail, because the year of a timestamp has four digits.
        OffsetDateTime::from(self.0).format(&well_known::Rfc3339).unwrap_or_default()
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = OffsetDateTime::from(self.0).format(&well_known::Rfc3339).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

/// Parses an RFC 3339 timestamp with any time zone offset. Returns `None` if the text is not such a timestamp, or if
/// the timestamp is out of range.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    OffsetDateTime::parse(text, &well_known::Rfc3339).ok().and_then(|at| Timestamp::try_from(at).ok())
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Rfc3339 {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339, in UTC with Z"))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Rfc3339 {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_with_z_and_read_in_any_offset() {
        let at = parse("2026-11-22T05:00:00+03:00").expect("an instant");
        assert_eq!(serde_json::to_string(&Rfc3339(at)).expect("JSON"), "\"2026-11-22T02:00:00Z\"");
        for bad in ["", "2026-11-22", "2026-11-22T05:00:00", "1969-12-31T23:59:59Z", "9999-12-31T00:00:00Z", "now"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
