//! Reads ids from paths. A text in a path may not be a valid id.

use std::str::FromStr;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use counterfoil::client::ClientId;
use counterfoil::operations::Operation;
use counterfoil::types::RecordId;
use counterfoil::{Counterfoil, Presenter, SubjectId};

use crate::api::request::or_problem;
use crate::problem::Problem;

/// One path segment, or an error if it is not UTF-8.
pub(super) type Segment = Result<Path<String>, PathRejection>;
/// Two path segments.
pub(super) type Segments = Result<Path<(String, String)>, PathRejection>;

/// The id of a credential. An invalid text becomes an id that no credential has. The operation then checks rights first
/// and answers that the credential does not exist. Ids are random, so the zero id is practically never drawn.
pub(super) fn record(text: Option<&str>) -> RecordId {
    text.and_then(|text| text.parse().ok()).unwrap_or(RecordId::from_bytes([0; 16]))
}

/// The subject in a path. For an invalid text, checks the right to the operation first, then answers 404.
pub(super) async fn subject(
    counterfoil: &Counterfoil,
    by: &Presenter,
    text: Option<&str>,
    operation: Operation<'_>,
) -> Result<SubjectId, Problem> {
    found(counterfoil, by, text.and_then(|text| SubjectId::new(text).ok()), operation).await
}

/// The client id in a path, with the same order of checks.
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
            Err(Problem::not_found())
        }
    }
}
