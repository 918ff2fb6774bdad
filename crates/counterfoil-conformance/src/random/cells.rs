//! The cells of the coverage. A cell is an operation, the state of a record that it meets, and the side of the limit
//! that the operation compares.

use counterfoil::Timestamp;

use super::state::State;

/// An operation on a record. One call may do several of them, on several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    /// An insert whose id is taken.
    InsertTaken,
    /// An insert with a label. It compares `now` with the `gone_at` of the family that holds the label. The state is
    /// that of the family's newest member.
    FoundLabelled,
    /// An insert under a cap. It compares `now` with the `live_until` of each family that counts.
    FoundCapped,
    /// An insert with a pace. It compares `created_at` with `since`.
    FoundPaced,
    /// A join. It compares its generation with the family's. The state is that of the parent that the new record names.
    Join,
    /// A join or a rotation with a cap of access tokens. It compares `now` with the `expires_at` of each token.
    AccessCapped,
    Edit,
    Relabel,
    Expiry,
    Rekey,
    End,
    Supersede,
    /// A rotation with a pace. It compares the `superseded.at` of the record that decides the pace with `since`.
    SupersedePaced,
    Slide,
    RevokeOne,
    RevokeFamily,
    RevokeOwner,
    Touch,
    Claim,
    Settle,
    ListAll,
    /// Compares `now` with the earlier of `honoured_until` and `gone_at`.
    ListStanding,
    ListKind,
    Due,
    /// Compares `now` with `gone_at`.
    Purge,
    /// Compares `unsent_before` with the `gone_at` of records with a notice.
    PurgeUnsent,
    /// Compares `windows_before` with `honoured_until`.
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

    /// Whether [`Boundary::Extreme`] is a side for this operation: another mark, or a number that a narrow column
    /// confuses with the right one.
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

    /// Whether the operation is given an id, which may be absent.
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

/// On which side of the limit the compared value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Boundary {
    Before,
    /// Equal to the limit, or there is no limit.
    At,
    After,
    /// At an end of the range, a number that is off by at least 256, or another mark than the stored one.
    Extreme,
}

impl Boundary {
    pub(super) const ALL: [Self; 4] = [Self::Before, Self::At, Self::After, Self::Extreme];

    /// Compares a number with the expected one.
    pub(super) fn of_number(number: u64, stands: u64) -> Self {
        if number.abs_diff(stands) >= 256 { Self::Extreme } else { Self::of(&number, &stands) }
    }

    /// Compares an instant with a limit.
    pub(super) fn of_instant(instant: Timestamp, limit: Timestamp) -> Self {
        Self::of(&instant, &limit)
    }

    /// Compares an instant with a limit. The ends of the range count as extreme.
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

/// The reason why no call can meet that cell, or `None` if one can.
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
