//! Reads ids from path segments. The text of a segment may not be a valid id.

use std::str::FromStr;

use counterfoil::client::ClientId;
use counterfoil::operations::Operation;
use counterfoil::types::RecordId;
use counterfoil::{Counterfoil, Presenter, SubjectId};

use crate::api::request::or_problem;
use crate::problem::Problem;

/// Returns the credential id of a segment. An invalid text becomes the zero id. Ids are random, so practically no
/// credential has the zero id. The operation then checks rights first, and answers that the credential does not exist.
pub(super) fn record(text: Option<&str>) -> RecordId {
    text.and_then(|text| text.parse().ok()).unwrap_or(RecordId::from_bytes([0; 16]))
}

/// Returns the subject of a segment. If the text is invalid, checks the right to the operation first, then fails with
/// 404.
pub(super) async fn subject(
    counterfoil: &Counterfoil,
    by: &Presenter,
    text: Option<&str>,
    operation: Operation<'_>,
) -> Result<SubjectId, Problem> {
    found(counterfoil, by, text.and_then(|text| SubjectId::new(text).ok()), operation).await
}

/// Returns the client id of a segment. If the text is invalid, checks the right to the operation first, then fails with
/// 404.
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
