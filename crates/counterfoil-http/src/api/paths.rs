//! Reads ids from path segments. A segment can contain a text that is not a valid id.

use std::str::FromStr;

use counterfoil::client::ClientId;
use counterfoil::operations::Operation;
use counterfoil::service_account::ServiceAccountId;
use counterfoil::types::{FamilyId, RecordId};
use counterfoil::{Counterfoil, Presenter, SubjectId};

use crate::api::request::or_problem;
use crate::problem::Problem;

/// Returns the credential id in a segment. If the text is not a valid id, returns the zero id. Ids are random, so
/// practically no credential has the zero id. The operation then checks the caller's rights, and reports that the
/// credential does not exist.
pub(super) fn record(text: Option<&str>) -> RecordId {
    text.and_then(|text| text.parse().ok()).unwrap_or(RecordId::from_bytes([0; 16]))
}

/// Returns the id of a sign-in in a segment. If the text is not a valid id, returns the zero id. Ids are random, so
/// practically no sign-in has the zero id.
pub(super) fn family(text: Option<&str>) -> FamilyId {
    text.and_then(|text| text.parse().ok()).unwrap_or(FamilyId::from_bytes([0; 10]))
}

/// Returns the id of a service account in a segment. If the text is not a valid id, returns an id that no account has.
pub(super) fn service_account(text: Option<&str>) -> ServiceAccountId {
    text.and_then(|text| text.parse().ok()).unwrap_or(ServiceAccountId::from_bytes([0; 16]))
}

/// Whether the first segment is a valid id of a service account.
pub(super) fn names_service_account(segments: &[Option<String>]) -> bool {
    matches!(segments, [Some(text), ..] if ServiceAccountId::from_str(text).is_ok())
}

/// Returns the subject in a segment. If the text is not a valid subject, returns an error. The error is the refusal of
/// `operation` if the caller has no right to this operation, and 404 otherwise.
pub(super) async fn subject(
    counterfoil: &Counterfoil,
    by: &Presenter,
    text: Option<&str>,
    operation: Operation<'_>,
) -> Result<SubjectId, Problem> {
    found(counterfoil, by, text.and_then(|text| SubjectId::new(text).ok()), operation).await
}

/// Returns the client id in a segment. If the text is not a valid client id, returns an error. The error is the refusal
/// of `operation` if the caller has no right to this operation, and 404 otherwise.
pub(super) async fn client(
    counterfoil: &Counterfoil,
    by: &Presenter,
    text: Option<&str>,
    operation: Operation<'_>,
) -> Result<ClientId, Problem> {
    found(counterfoil, by, text.and_then(|text| ClientId::from_str(text).ok()), operation).await
}

/// Whether the first of the path segments is a valid subject.
pub(super) fn names_subject(segments: &[Option<String>]) -> bool {
    matches!(segments, [Some(text), ..] if SubjectId::new(text).is_ok())
}

/// Whether the first of the path segments is a valid client id.
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
