//! The cells of the coverage: an operation, the state of a record that it meets, and the side of the limit that it
//! compares.

use counterfoil::Timestamp;

use super::state::State;

/// What is done to a record. One call may do several things, to several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    /// An insert whose id is taken.
    InsertTaken,
    /// An insert with a label: `now` beside the `gone_at` of the family that holds it. The state is that of its newest
    /// member.
    FoundLabelled,
    /// An insert under a cap: `now` beside the `live_until` of each family that it counts.
    FoundCapped,
    /// An insert with a pace: `created_at` beside `since`.
    FoundPaced,
    /// A join: its generation beside the family's. The state is that of the parent it names.
    Join,
    /// A join or a rotation with a cap of access tokens: `now` beside the `expires_at` of each.
    AccessCapped,
    Edit,
    Relabel,
    Expiry,
    Rekey,
    End,
    Supersede,
    /// `superseded.at` of the member that the pace looks at, beside `since`.
    SupersedePaced,
    Slide,
    RevokeOne,
    RevokeFamily,
    RevokeOwner,
    Touch,
    Claim,
    Settle,
    ListAll,
    /// `now` beside `honoured_until` of what is superseded, else beside `gone_at`.
    ListStanding,
    ListKind,
    Due,
    /// `now` beside `gone_at`.
    Purge,
    /// `unsent_before` beside `gone_at` of what has a notice.
    PurgeUnsent,
    /// `windows_before` beside `honoured_until`.
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

    /// Whether it compares nothing of the record.
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

    /// Whether what is far away is apart from what lies before or after: another mark, or a number that a narrow column
    /// takes for the right one.
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

    /// Whether it is given an id, which may be that of no record.
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

/// Where what is compared lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Boundary {
    Before,
    /// On the limit; also where there is no limit.
    At,
    After,
    /// At an end of its range, another in high bits only, or another mark than the one held.
    Extreme,
}

impl Boundary {
    pub(super) const ALL: [Self; 4] = [Self::Before, Self::At, Self::After, Self::Extreme];

    /// A number beside the one that is expected.
    pub(super) fn of_number(number: u64, stands: u64) -> Self {
        if number.abs_diff(stands) >= 256 { Self::Extreme } else { Self::of(&number, &stands) }
    }

    /// An instant beside a limit.
    pub(super) fn of_instant(instant: Timestamp, limit: Timestamp) -> Self {
        Self::of(&instant, &limit)
    }

    /// An instant beside a limit; the ends of its range count as extreme.
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

/// Why no call of the contract can meet that cell; `None`: one can.
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
