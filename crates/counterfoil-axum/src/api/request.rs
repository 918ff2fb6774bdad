//! Reads requests. All requests are checked in one order: rights, existence, media type, syntax, size, fields.

use axum::extract::Request;
use counterfoil::operations::Operation;
use counterfoil::{Counterfoil, ManageError, Presenter};
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use crate::body::{self, Unread};
use crate::json::{self, Body};
use crate::problem::{self, Problem};
use crate::query::Query;

/// The maximum size of a body in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// The result of an operation, or the problem for its error.
pub(super) fn or_problem<T>(counterfoil: &Counterfoil, outcome: Result<T, ManageError>) -> Result<T, Problem> {
    outcome.map_err(|error| Problem::of(&error, counterfoil.realm(), counterfoil.now()))
}

/// Reads a body. An invalid body is reported only if the caller has the right and the resource exists. For a valid
/// body, the operation makes these two checks itself.
pub(super) async fn body<T: Body>(
    counterfoil: &Counterfoil,
    by: &Presenter,
    operation: Operation<'_>,
    request: Request,
) -> Result<T, Problem> {
    let read = parsed(request).await;
    if read.is_err() {
        or_problem(counterfoil, counterfoil.authorize(by, operation).await)?;
    }
    read
}

/// Checks that a request has no query. A missing right or resource is reported first.
pub(super) async fn no_query(
    counterfoil: &Counterfoil,
    by: &Presenter,
    operation: Operation<'_>,
    query: Option<&str>,
) -> Result<(), Problem> {
    let none = Query::none(query);
    if none.is_err() {
        or_problem(counterfoil, counterfoil.authorize(by, operation).await)?;
    }
    none
}

async fn parsed<T: Body>(request: Request) -> Result<T, Problem> {
    let (parts, body) = request.into_parts();
    let mut values = parts.headers.get_all(CONTENT_TYPE).iter().map(HeaderValue::as_bytes);
    // A repeated header is treated as missing.
    let media_type = match (values.next(), values.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    };
    let announced = media_type.is_some_and(json::is_json);
    // A missing optional body needs no media type.
    if !T::OPTIONAL && !announced {
        return Err(Problem::new(problem::MEDIA));
    }
    let read = match body::read(body, MAX_BYTES).await {
        Ok(bytes) => json::read(media_type, &bytes)?,
        Err(Unread::TooSlow) => return Err(Problem::new(problem::TOO_SLOW)),
        Err(Unread::TooLarge | Unread::Broken) if !announced => return Err(Problem::new(problem::MEDIA)),
        Err(Unread::TooLarge) => return Err(Problem::new(problem::TOO_LARGE)),
        Err(Unread::Broken) => return Err(Problem::new(problem::NOT_JSON)),
    };
    Query::none(parts.uri.query())?;
    Ok(read)
}
