//! Reads ids from paths. The text may not be a valid id.

use std::str::FromStr;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use counterfoil::client::ClientId;
use counterfoil::{Counterfoil, Operation, Presenter, RecordId, SubjectId};

use crate::api::request::or_problem;
use crate::problem::{self, Problem};

/// One segment; an error where it is no text.
pub(super) type Segment = Result<Path<String>, PathRejection>;
/// Two segments.
pub(super) type Segments = Result<Path<(String, String)>, PathRejection>;

/// The id of a credential. A text that cannot be one becomes an id that nothing bears: who may ask is still looked at first, and the store
/// then says that it is not there. Ids are drawn, and this one comes up once in 2^120 draws.
pub(super) fn record(text: Option<&str>) -> RecordId {
    text.and_then(|text| text.parse().ok()).unwrap_or(RecordId::from_bytes([0; 16]))
}

/// The id of a person; where it cannot be one, what the verb would have said.
pub(super) async fn subject(
    counterfoil: &Counterfoil,
    by: &Presenter,
    text: Option<&str>,
    operation: Operation<'_>,
) -> Result<SubjectId, Problem> {
    found(counterfoil, by, text.and_then(|text| SubjectId::new(text).ok()), operation).await
}

/// The id of a client, likewise.
pub(super) async fn client(
    counterfoil: &Counterfoil,
    by: &Presenter,
    text: Option<&str>,
    operation: Operation<'_>,
) -> Result<ClientId, Problem> {
    found(counterfoil, by, text.and_then(|text| ClientId::from_str(text).ok()), operation).await
}

async fn found<T>(
    counterfoil: &Counterfoil,
    by: &Presenter,
    id: Option<T>,
    operation: Operation<'_>,
) -> Result<T, Problem> {
    match id {
        Some(id) => Ok(id),
        None => {
            or_problem(counterfoil, counterfoil.authorize(by, operation).await)?;
            Err(Problem::new(problem::NOT_FOUND))
        }
    }
}
