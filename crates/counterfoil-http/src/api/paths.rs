//! Reads ids from paths. The text may not be a valid id.

use std::str::FromStr;

use counterfoil::client::ClientId;
use counterfoil::operations::Operation;
use counterfoil::types::RecordId;
use counterfoil::{Counterfoil, Presenter, SubjectId};

use crate::api::request::or_problem;
use crate::problem::Problem;

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

/// The client id in a path, with the same checks.
pub(super) async fn client(
    counterfoil: &Counterfoil,
    by: &Presenter,
    text: Option<&str>,
    operation: Operation<'_>,
) -> Result<ClientId, Problem> {
    found(counterfoil, by, text.and_then(|text| ClientId::from_str(text).ok()), operation).await
}

/// Whether the first segment is a valid subject.
pub(super) fn names_subject(segments: &[Option<String>]) -> bool {
    matches!(segments, [Some(text), ..] if SubjectId::new(text).is_ok())
}

/// Whether the first segment is a valid client id.
pub(super) fn names_client(segments: &[Option<String>]) -> bool {
    matches!(segments, [Some(text), ..] if ClientId::from_str(text).is_ok())
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
