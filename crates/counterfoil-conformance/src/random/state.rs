//! The states of a record, as the coverage of the model test distinguishes them.

use counterfoil::Timestamp;
use counterfoil::store::RecordParts;
use counterfoil::types::RecordId;

use crate::reference::Model;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Live,
    /// The record is superseded, and its retry window has not ended.
    Overlapping,
    /// The record is superseded, and its retry window has ended.
    Superseded,
    Shrunk,
    /// Only the record was revoked. Its family is not revoked.
    RevokedAlone,
    RevokedWithFamily,
    /// The record has expired, and its `gone_at` is not reached.
    PastItsEnd,
    /// The `gone_at` of the record is reached, but no purge has removed it.
    Gone,
    Absent,
    Damaged,
    /// The record is not damaged, but another record of the same owner is damaged. The undamaged record counts twice in
    /// the coverage: in this state, and in the state that it would have without the damaged record.
    BesideDamaged,
}

impl State {
    pub(super) const ALL: [Self; 11] = [
        Self::Live,
        Self::Overlapping,
        Self::Superseded,
        Self::Shrunk,
        Self::RevokedAlone,
        Self::RevokedWithFamily,
        Self::PastItsEnd,
        Self::Gone,
        Self::Absent,
        Self::Damaged,
        Self::BesideDamaged,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Overlapping => "overlapping",
            Self::Superseded => "superseded",
            Self::Shrunk => "shrunk",
            Self::RevokedAlone => "revoked alone",
            Self::RevokedWithFamily => "revoked with family",
            Self::PastItsEnd => "past its end",
            Self::Gone => "gone",
            Self::Absent => "absent",
            Self::Damaged => "damaged",
            Self::BesideDamaged => "beside a damaged one",
        }
    }

    /// Returns the state that the record with this id has at the instant `now`, or `Absent` if there is no such record.
    pub(super) fn of(model: &Model, id: &RecordId, now: Timestamp) -> Self {
        model.record(id).map_or(Self::Absent, |record| Self::of_record(model, record, now))
    }

    pub(super) fn of_record(model: &Model, record: &RecordParts, now: Timestamp) -> Self {
        let honoured = |until: Option<Timestamp>| until.is_none_or(|until| !now.reached(until));
        let reached = |limit: Option<Timestamp>| limit.is_some_and(|limit| now.reached(limit));
        if model.damaged.contains(&record.id) {
            Self::Damaged
        } else if model.family(record.id.family()).is_some_and(|family| family.revoked.is_some()) {
            Self::RevokedWithFamily
        } else if record.revoked.is_some() {
            Self::RevokedAlone
        } else if record.shrunk {
            Self::Shrunk
        } else if reached(record.gone_at) {
            Self::Gone
        } else if let Some(superseded) = record.superseded {
            if honoured(superseded.honoured_until) { Self::Overlapping } else { Self::Superseded }
        } else if reached(record.expires_at) {
            Self::PastItsEnd
        } else {
            Self::Live
        }
    }

    /// Returns true if the record is not damaged, but another record of its owner is.
    pub(super) fn is_beside_damaged(model: &Model, record: &RecordParts) -> bool {
        let of_owner = |id: &RecordId| {
            model.record(id).is_some_and(|other| other.owner == record.owner && other.realm == record.realm)
        };
        !model.damaged.contains(&record.id) && model.damaged.iter().any(of_owner)
    }
}
