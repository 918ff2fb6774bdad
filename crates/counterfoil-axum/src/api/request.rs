//! Requests read in the order that holds for all of them: may you, is it there, is it called JSON, is it so, is it
//! too much, is it right.

use axum::extract::Request;
use counterfoil::{Counterfoil, ManageError, Operation, Presenter};
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use crate::body::{self, Unread};
use crate::json::{self, Body};
use crate::problem::{self, Problem};
use crate::query::Query;

/// The largest body.
const MOST: usize = 64 * 1024;

/// What a verb answered, or the problem it is or_problem as.
pub(super) fn or_problem<T>(counterfoil: &Counterfoil, outcome: Result<T, ManageError>) -> Result<T, Problem> {
    outcome.map_err(|error| Problem::of(error, counterfoil.realm(), counterfoil.now()))
}

/// Reads a body. Where it is faulty, whoever may not do that, or speaks of what is not there, learns so and nothing about the body; where
/// it is sound, the verb looks at these first.
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

/// That a request without a body has no parameters. Who may not do that, or speaks of what is not there, learns so first.
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
    // One that stands twice is none.
    let media_type = match (values.next(), values.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    };
    let announced = media_type.is_some_and(json::is_json);
    // A body that may be left out needs no media type while there is none.
    if !T::OPTIONAL && !announced {
        return Err(Problem::new(problem::MEDIA));
    }
    let read = match body::read(body, MOST).await {
        Ok(bytes) => json::read(media_type, &bytes)?,
        Err(Unread::TooSlow) => return Err(Problem::new(problem::TOO_SLOW)),
        Err(Unread::TooLarge | Unread::Broken) if !announced => return Err(Problem::new(problem::MEDIA)),
        Err(Unread::TooLarge) => return Err(Problem::new(problem::TOO_LARGE)),
        Err(Unread::Broken) => return Err(Problem::new(problem::NOT_JSON)),
    };
    Query::none(parts.uri.query())?;
    Ok(read)
}
