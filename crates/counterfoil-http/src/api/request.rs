//! Reads requests. Every request is checked in this order: rights, existence, media type, syntax, size, fields.

use bytes::Bytes;
use counterfoil::operations::Operation;
use counterfoil::{Counterfoil, ManageError, Presenter};
use http::HeaderValue;

use crate::json::{self, Body};
use crate::problem::{self, Problem};
use crate::query::Query;
use crate::read_body::Unread;

/// Converts the error of an operation to a problem.
pub(super) fn or_problem<T>(counterfoil: &Counterfoil, outcome: Result<T, ManageError>) -> Result<T, Problem> {
    outcome.map_err(|error| Problem::of(&error, counterfoil.realm(), counterfoil.now()))
}

/// The parts of a received request, except its path.
pub(crate) struct Received {
    pub(super) media_type: Option<HeaderValue>,
    pub(super) query: Option<String>,
    /// The body, or the reason why it could not be read. `None` if the body was not read, because the response does not
    /// depend on it.
    pub(super) body: Option<Result<Bytes, Unread>>,
}

/// The parsed body of a request, or the problem with the body.
pub(super) struct Sent<T>(Result<T, Problem>);

impl<T: Body> Sent<T> {
    pub(super) fn read(received: Received) -> Self {
        Self(parsed(received))
    }

    /// Returns the parsed body. If the body is invalid, returns the first problem that applies: the caller has no right
    /// to `operation`, the target of `operation` does not exist, or the body is invalid. If the body is valid, the
    /// operation itself checks the caller's rights and the target.
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

/// Checks that a request has no query. Without a query, nothing else is checked. If there is a query, returns the first
/// problem that applies:
///
/// - The caller has no right to `operation`.
/// - The target of `operation` does not exist.
/// - The request has a query.
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

/// Parses a JSON body. If there are several problems, returns the first of these: the media type, the syntax, the size,
/// the fields, a query in the URI.
pub(crate) fn parsed<T: Body>(received: Received) -> Result<T, Problem> {
    let media_type = received.media_type.as_ref().map(HeaderValue::as_bytes);
    let announced = media_type.is_some_and(json::is_json);
    // An optional body may be missing. A request without a body needs no media type.
    if !T::OPTIONAL && !announced {
        return Err(Problem::new(problem::MEDIA));
    }
    let read = match received.body {
        Some(Ok(bytes)) => json::read(media_type, &bytes)?,
        Some(Err(Unread::TooSlow)) => return Err(Problem::new(problem::TOO_SLOW)),
        Some(Err(Unread::TooLarge | Unread::Broken)) if !announced => return Err(Problem::new(problem::MEDIA)),
        Some(Err(Unread::TooLarge)) => return Err(Problem::new(problem::TOO_LARGE)),
        Some(Err(Unread::Broken)) => return Err(Problem::new(problem::NOT_JSON)),
        // The body was not read. The only reason for this is that no resource with the path can exist.
        None => return Err(Problem::not_found()),
    };
    Query::none(received.query.as_deref())?;
    Ok(read)
}
