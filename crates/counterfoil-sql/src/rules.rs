//! Functions that both dialects call before a write. They use only their arguments and read nothing from the database.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::NewRecord;
use counterfoil::types::TokenKind;

/// Returns the realm and the owner of the new records. Both are empty if there are no new records, as in some
/// rotations.
#[cfg(feature = "postgres")]
pub(crate) fn owned_by(new: &[NewRecord]) -> (&str, &str) {
    new.first().map_or(("", ""), |first| (first.realm.as_str(), first.owner.as_str()))
}

/// Returns `cap`, the limit on live access tokens of a family, minus the number of live access tokens in `new`. The new
/// ones fit if at most this many are live already. Returns `None` if there is no cap, or if `new` has no live access
/// token. The number is negative if the new tokens alone exceed the cap.
pub(crate) fn room_beside(cap: Option<NonZeroU32>, new: &[NewRecord], now: Timestamp) -> Option<i64> {
    let lives = |new: &&NewRecord| {
        new.kind == TokenKind::AccessToken && new.expires_at.is_none_or(|expires_at| !now.reached(expires_at))
    };
    let more = i64::try_from(new.iter().filter(lives).count()).unwrap_or(i64::MAX);
    cap.filter(|_| more > 0).map(|cap| i64::from(cap.get()) - more)
}

/// Returns the kinds that the family of a record of this kind can have, as a range with a first and a last kind. An
/// access token can be in a family of any kind. Every other record has the kind of its family.
pub(crate) fn families_of(kind: TokenKind) -> (i64, i64) {
    match kind {
        TokenKind::AccessToken => (0, i64::from(u8::MAX)),
        kind => (i64::from(kind.byte()), i64::from(kind.byte())),
    }
}
