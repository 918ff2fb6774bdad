//! The cells of the coverage. An operation on a record compares a value with a limit. A cell consists of the
//! operation, the state of the record, and the side of the limit on which the value is.

use counterfoil::Timestamp;

use super::state::State;

/// An operation on a record. One call may execute several operations on several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    /// An insert whose id is taken.
    InsertTaken,
    /// An insert with a label. It compares `now` with the `gone_at` of the family that has the label. The state of the
    /// cell is the state of this family's newest member.
    FoundLabelled,
    /// An insert under a cap. It compares `now` with the `live_until` of each family that counts.
    FoundCapped,
    /// An insert with a pace. It compares `created_at` with `since`.
    FoundPaced,
    /// A join. It compares its generation with the family's. The state of the cell is the state of the parent that the
    /// new record names.
    Join,
    /// A join or a rotation with a cap of access tokens. It compares `now` with the `expires_at` of each token.
    AccessCapped,
    Edit,
    Relabel,
    Expiry,
    Rekey,
    End,
    Supersede,
    /// A rotation with a pace. It compares `since` with the `superseded.at` of one record. This record determines
    /// whether the pace is reached.
    SupersedePaced,
    Slide,
    RevokeOne,
    RevokeFamily,
    RevokeOwner,
    Touch,
    Claim,
    Settle,
    ListAll,
    /// A listing of live records. It compares `now` with the earlier of `honoured_until` and `gone_at`.
    ListStanding,
    ListKind,
    Due,
    /// A purge that removes records. It compares `now` with `gone_at`.
    Purge,
    /// A purge that removes records with a notice. It compares `unsent_before` with `gone_at`.
    PurgeUnsent,
    /// A purge that shrinks records. It compares `windows_before` with `honoured_until`.
    Shrink,
    Get,
}

impl Operation {
    pub(super) const ALL: [Self; 28] = [
        Self::InsertTaken,
        Self::FoundLabelled,
        Self::FoundCapped,
        Self::FoundPaced,
        Self::Join,
        Self::AccessCapped,
        Self::Edit,
        Self::Relabel,
        Self::Expiry,
        Self::Rekey,
        Self::End,
        Self::Supersede,
        Self::SupersedePaced,
        Self::Slide,
        Self::RevokeOne,
        Self::RevokeFamily,
        Self::RevokeOwner,
        Self::Touch,
        Self::Claim,
        Self::Settle,
        Self::ListAll,
        Self::ListStanding,
        Self::ListKind,
        Self::Due,
        Self::Purge,
        Self::PurgeUnsent,
        Self::Shrink,
        Self::Get,
    ];

    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }

    /// Whether the operation compares no value of the record.
    pub(super) const fn has_no_limit(self) -> bool {
        matches!(
            self,
            Self::InsertTaken
                | Self::RevokeOne
                | Self::RevokeFamily
                | Self::RevokeOwner
                | Self::ListAll
                | Self::ListKind
                | Self::Get
        )
    }

    /// Whether [`Boundary::Extreme`] is a side for this operation. If true, the value on this side is another mark,
    /// or a number that a column with few bits confuses with the right number.
    pub(super) const fn has_far_sides(self) -> bool {
        matches!(
            self,
            Self::Join
                | Self::Edit
                | Self::Relabel
                | Self::Expiry
                | Self::Rekey
                | Self::End
                | Self::Supersede
                | Self::Touch
                | Self::Claim
                | Self::Settle
        )
    }

    /// Whether the call names an id, which may be absent.
    pub(super) const fn names_an_id(self) -> bool {
        matches!(
            self,
            Self::Join
                | Self::Edit
                | Self::Relabel
                | Self::Expiry
                | Self::Rekey
                | Self::End
                | Self::Supersede
                | Self::Slide
                | Self::RevokeOne
                | Self::RevokeFamily
                | Self::Touch
                | Self::Claim
                | Self::Settle
                | Self::Get
        )
    }
}

/// The side of the limit on which the compared value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Boundary {
    Before,
    /// The value equals the limit, or there is no limit.
    At,
    After,
    /// The value is at an end of the range, or is off by at least 256, or is a mark other than the stored mark.
    Extreme,
}

impl Boundary {
    pub(super) const ALL: [Self; 4] = [Self::Before, Self::At, Self::After, Self::Extreme];

    /// Compares a number with the expected number.
    pub(super) fn of_number(number: u64, stands: u64) -> Self {
        if number.abs_diff(stands) >= 256 { Self::Extreme } else { Self::of(&number, &stands) }
    }

    /// Compares an instant with a limit.
    pub(super) fn of_instant(instant: Timestamp, limit: Timestamp) -> Self {
        Self::of(&instant, &limit)
    }

    /// Compares an instant with a limit. The ends of the range of instants count as extreme.
    pub(super) fn of_far_instant(instant: Timestamp, limit: Timestamp) -> Self {
        let extreme = [Timestamp::EPOCH, Timestamp::MAX].contains(&instant) && instant != limit;
        if extreme { Self::Extreme } else { Self::of(&instant, &limit) }
    }

    fn of<T: Ord>(one: &T, limit: &T) -> Self {
        match one.cmp(limit) {
            std::cmp::Ordering::Less => Self::Before,
            std::cmp::Ordering::Equal => Self::At,
            std::cmp::Ordering::Greater => Self::After,
        }
    }
}

pub(super) type Cell = (Operation, State, Boundary);

/// Returns the reason why no call can reach the cell, or `None` if a call can.
pub(super) fn out_of_reach((operation, state, side): Cell) -> Option<&'static str> {
    use Boundary::{After, At, Before, Extreme};
    use Operation as Op;
    use State as In;
    let superseded = matches!(state, In::Overlapping | In::Superseded | In::Shrunk);
    let damaged = matches!(state, In::Damaged | In::BesideDamaged);
    let ends = matches!(side, At | After);
    Some(match (operation, state) {
        (_, In::Absent) if !operation.names_an_id() => "it goes by records that are there",
        (_, In::Absent) if side != At => "nothing is there to compare with",
        (_, In::Absent) => return None,
        _ if operation.has_no_limit() && side != At => "it compares nothing",
        _ if side == Extreme && !operation.has_far_sides() => "the ends of the range lie before or after",
        (Op::FoundLabelled | Op::FoundCapped, _) if superseded => "the newest member is not superseded",
        (Op::FoundLabelled, In::RevokedWithFamily) => "a revoked family holds no label",
        (Op::FoundLabelled | Op::Purge | Op::ListStanding, In::Live | In::PastItsEnd | In::Overlapping) if ends => {
            "on its end it would be gone, or no longer honoured"
        }
        (Op::Purge, In::Superseded) if ends => "on its end it would be gone",
        (Op::FoundLabelled | Op::Purge, In::Gone) if side == Before => "it would not be gone",
        (Op::ListStanding, In::Gone | In::Superseded) if side == Before => "it would stand",
        (Op::FoundCapped | Op::AccessCapped | Op::Slide, In::Live) if ends => "on its end it would be past it",
        (Op::FoundCapped | Op::AccessCapped | Op::Slide, In::PastItsEnd) if side == Before => "it would be live",
        (Op::Slide, In::Shrunk) if side != Before => "a shrunk record keeps no expiry",
        (Op::AccessCapped, _) if superseded => "an access token beside a chain is not superseded",
        (Op::AccessCapped | Op::FoundPaced | Op::SupersedePaced, _) if damaged => {
            "what a damaged record counts for is not promised"
        }
        (Op::SupersedePaced | Op::Shrink, In::Live | In::PastItsEnd) => "it would be superseded",
        (Op::RevokeOne, In::Damaged) => "what becomes of it is not promised",
        (Op::Touch, In::Shrunk) if side != After => "a shrunk record keeps no use",
        (Op::Claim | Op::Settle, In::Shrunk | In::RevokedAlone) if side != Extreme => "it keeps no mark",
        (Op::Due | Op::PurgeUnsent, In::Shrunk | In::RevokedAlone) => "it keeps no mark",
        _ => return None,
    })
}
