//! The result for a form that was submitted before.

use crate::service::error::Conflict;

/// The conflict to report if the key of a form was already used. `is_alike` says whether all fields of the form have
/// the same values as in the earlier submission.
pub(crate) const fn repeated(is_alike: bool) -> Conflict {
    if is_alike { Conflict::DoneAlready } else { Conflict::FormUsed }
}
