//! Reads requests. All requests are checked in one order: rights, existence, media type, syntax, size, fields.

use bytes::Bytes;
use counterfoil::operations::Operation;
use counterfoil::{Counterfoil, ManageError, Presenter};
use http::HeaderValue;

use crate::json::{self, Body};
use crate::problem::{self, Problem};
use crate::query::Query;
use crate::read_body::Unread;

/// The result of an operation, or the problem for its error.
pub(super) fn or_problem<T>(counterfoil: &Counterfoil, outcome: Result<T, ManageError>) -> Result<T, Problem> {
    outcome.map_err(|error| Problem::of(&error, counterfoil.realm(), counterfoil.now()))
}

/// What was received of a request, besides its path.
pub(super) struct Received {
    pub(super) media_type: Option<HeaderValue>,
    pub(super) query: Option<String>,
    /// The body. `None`: it was not read, because the answer does not depend on it.
    pub(super) body: Option<Result<Bytes, Unread>>,
}

/// The body of a request, or what is wrong with it.
pub(super) struct Sent<T>(Result<T, Problem>);

impl<T: Body> Sent<T> {
    pub(super) fn read(received: Received) -> Self {
        Self(parsed(received))
    }

    /// The body. If it is invalid, a missing right or resource is reported instead. If it is valid, the operation makes
    /// these checks itself.
    pub(super) async fn or_problem(
        self,
        counterfoil: &Counterfoil,
        by: &Presenter,
        operation: Operation<'_>,
    ) -> Result<T, Problem> {
        if self.0.is_err() {
            or_problem(counterfoil, counterfoil.authorize(by, operation).await)?;
        }
        self.0
    }
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

fn parsed<T: Body>(received: Received) -> Result<T, Problem> {
    let media_type = received.media_type.as_ref().map(HeaderValue::as_bytes);
    let announced = media_type.is_some_and(json::is_json);
    // A missing optional body needs no media type.
    if !T::OPTIONAL && !announced {
        return Err(Problem::new(problem::MEDIA));
    }
    let read = match received.body {
        Some(Ok(bytes)) => json::read(media_type, &bytes)?,
        Some(Err(Unread::TooSlow)) => return Err(Problem::new(problem::TOO_SLOW)),
        Some(Err(Unread::TooLarge | Unread::Broken)) if !announced => return Err(Problem::new(problem::MEDIA)),
        Some(Err(Unread::TooLarge)) => return Err(Problem::new(problem::TOO_LARGE)),
        Some(Err(Unread::Broken)) => return Err(Problem::new(problem::NOT_JSON)),
        // It is read but for a path that names nothing.
        None => return Err(Problem::not_found()),
    };
    Query::none(received.query.as_deref())?;
    Ok(read)
}
