//! The endpoints of the inventory, which lists the credentials of all owners for administrators.

use counterfoil::Counterfoil;
use counterfoil::operations::Operation;
use http::header::{CONTENT_TYPE, LINK};
use http::{HeaderValue, Method, StatusCode};

use super::call::Call;
use super::credential_query::CredentialQuery;
use super::credential_row::CredentialRow;
use super::handler::{Api, on};
#[cfg(feature = "openapi")]
use super::page_params::PageParams;
use super::paths;
use super::request::or_problem;
#[cfg(feature = "openapi")]
use super::schema::ReadProblems;
use super::view::PageView;
use crate::body::Response;
use crate::csv::{self, csv_line};
use crate::endpoints::{Endpoints, described};
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;

/// Serves the credentials of all owners, for administrators, at `/credentials` and the paths below it.
pub fn credentials(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil)
        .at("/credentials", [on(Method::GET, list)])
        .at("/credentials/{id}", [on(Method::GET, see)]);
    described!(api.endpoints(), list, see)
}

/// Lists the credentials of all owners
///
/// Ordered by kind, then by id. If the request names an owner, the newest credential of each kind comes first. A page
/// reads at most 1,000 records, so it may be short or empty although more pages follow. Only `next`, or with CSV the
/// header `Link`, says whether there is a next page. A cursor is valid only for the same filter.
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/credentials",
    operation_id = "list_credentials",
    tag = "credentials",
    params(
        ("kind" = inline(Option<String>), Query,
            description = "`personal_access_token`, `access_token`, `refresh_token`, `security_code` or \
                `console_session`"),
        ("state" = inline(Option<String>), Query, description = "`active`, `expiring`, `expired` or `suspended`"),
        ("owner" = inline(Option<String>), Query,
            description = "a subject; of security codes, those that it created or whose rights they have"),
        ("client" = inline(Option<String>), Query, description = "the client id of a sign-in"),
        ("expiring_before" = inline(Option<String>), Query, description = "RFC 3339; the expiry is earlier"),
        ("unused_since" = inline(Option<String>), Query,
            description = "RFC 3339; neither created nor used then or later"),
        ("label" = inline(Option<String>), Query,
            description = "the beginning of the label, compared without regard to case"),
        PageParams,
    ),
    responses(
        (status = 200, description = "a page; as CSV if `Accept` is `text/csv`",
            headers(("Link" = String, description = "of CSV: the next page, `rel=\"next\"`, if there is one")),
            content((PageView<CredentialRow> = "application/json"), (String = "text/csv"))),
        ReadProblems,
    ),
    security(("bearer" = [])),
))]
async fn list(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by, realm) = (&call.counterfoil, call.by(), call.counterfoil.realm().as_str());
    let asked = CredentialQuery::read(call.query(), realm);
    if asked.is_err() {
        // Report a missing right before an error in the query.
        or_problem(counterfoil, counterfoil.authorize(&by, Operation::ListCredentials).await)?;
    }
    let asked = asked?;
    let found = counterfoil.list_credentials(&by, &asked.filter, asked.after.as_ref(), asked.limit).await;
    let found = or_problem(counterfoil, found)?;
    let items: Vec<CredentialRow> = found.items.iter().map(CredentialRow::from).collect();
    let next = found.next.as_ref().map(|next| asked.cursor(realm, next));
    if call.prefers_csv {
        let next = next.map(|next| format!("<{}?{}>; rel=\"next\"", call.location.path(), asked.next(&next)));
        return Ok(as_csv(&items, next));
    }
    Ok(secret_body::json(StatusCode::OK, &PageView { items, next }))
}

fn as_csv(items: &[CredentialRow], link: Option<String>) -> Response {
    let lines: String = items.iter().map(CredentialRow::line).collect();
    let mut response = secret_body::text(csv_line(CredentialRow::COLUMNS) + &lines);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(csv::MEDIA_TYPE));
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(LINK, link);
    }
    response
}

/// Shows one credential of any owner
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/credentials/{id}",
    operation_id = "read_credential",
    tag = "credentials",
    params(("id" = String, Path)),
    responses((status = 200, description = "the same as in the list", body = CredentialRow), ReadProblems),
    security(("bearer" = [])),
))]
async fn see(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let found = or_problem(counterfoil, counterfoil.credential(&by, &paths::record(call.first())).await)?;
    Query::none(call.query())?;
    Ok(secret_body::json(StatusCode::OK, &CredentialRow::from(&found)))
}
