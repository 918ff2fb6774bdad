//! The query parameters of the inventory, `GET /credentials`.

use std::num::NonZeroU32;

use counterfoil::operations::{CredentialCursor, CredentialFilter, Status};
use counterfoil::types::TokenKind;
use counterfoil::{SubjectId, Timestamp};
use form_urlencoded::Serializer;

use crate::cursor::List;
use crate::problem::Problem;
use crate::query::Query;
use crate::rfc3339;

/// The names of the parameters that select credentials, in the order in which a cursor contains them.
const FILTERS: [&str; 7] = ["kind", "state", "owner", "client", "expiring_before", "unused_since", "label"];

/// The query of a request for the inventory, after it was parsed and found valid.
pub(super) struct CredentialQuery {
    pub(super) filter: CredentialFilter,
    pub(super) limit: NonZeroU32,
    pub(super) after: Option<CredentialCursor>,
    /// The parameters that select credentials, as a query string. A cursor is valid only for the same parameters.
    filters: String,
}

impl CredentialQuery {
    pub(super) fn read(query: Option<&str>, realm: &str) -> Result<Self, Problem> {
        let known = [FILTERS.as_slice(), &["limit", "cursor"]].concat();
        let query = Query::strict(query, &known)?;
        let mut filters = Serializer::new(String::new());
        for name in FILTERS {
            if let Some(value) = query.one(name)? {
                filters.append_pair(name, value);
            }
        }
        let filters = filters.finish();
        let filter = CredentialFilter::default()
            .with_kind(parsed(&query, "kind", KINDS, kind)?)
            .with_status(parsed(&query, "state", STATES, state)?)
            .with_owner(parsed(&query, "owner", OWNER, |text| SubjectId::new(text).ok())?)
            .with_client(parsed(&query, "client", CLIENT, |text| text.parse().ok())?)
            .with_expiring_before(parsed(&query, "expiring_before", INSTANT, instant)?)
            .with_unused_since(parsed(&query, "unused_since", INSTANT, instant)?)
            .with_label(query.one("label")?);
        let after = list(realm, &filters).read(query.one("cursor")?, |key| key.parse().ok())?;
        Ok(Self { filter, limit: query.limit()?, after, filters })
    }

    /// Returns the cursor for the next page.
    pub(super) fn cursor(&self, realm: &str, next: &CredentialCursor) -> String {
        list(realm, &self.filters).cursor(&next.to_string())
    }

    /// Returns the query for the next page, which has the same filter and the same limit.
    pub(super) fn next(&self, cursor: &str) -> String {
        let mut next = Serializer::new(self.filters.clone());
        next.append_pair("limit", &self.limit.to_string()).append_pair("cursor", cursor);
        next.finish()
    }
}

/// Returns the list to which the cursors of a query belong. Its field `owner` contains the filters instead of an owner,
/// so a cursor is valid only for the same filters.
fn list<'a>(realm: &'a str, filters: &'a str) -> List<'a> {
    List { name: "credentials", realm, owner: filters }
}

const KINDS: &str = "personal_access_token, access_token, refresh_token, security_code or console_session";
const STATES: &str = "active, expiring, expired or suspended";
const OWNER: &str = "a subject id: 1 to 255 bytes without control characters";
const CLIENT: &str = "a client id";
const INSTANT: &str = "an instant in RFC 3339, such as 2026-01-31T00:00:00Z";

fn parsed<T>(
    query: &Query<'_>,
    name: &'static str,
    what: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(text) = query.one(name)? else { return Ok(None) };
    parse(text).map(Some).ok_or_else(|| Problem::field(name, format!("{name} must be {what}")))
}

/// Returns the kind with this name. Returns `None` if the name is unknown or is the name of client secrets. Client
/// secrets are not in the inventory, because they are listed with their clients.
fn kind(text: &str) -> Option<TokenKind> {
    TokenKind::ALL.into_iter().find(|kind| kind.as_str() == text && *kind != TokenKind::ClientSecret)
}

fn state(text: &str) -> Option<Status> {
    Status::ALL.iter().copied().find(|status| status.as_str() == text)
}

fn instant(text: &str) -> Option<Timestamp> {
    rfc3339::parse(text)
}
