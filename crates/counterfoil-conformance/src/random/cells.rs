//! The cells in which the model test counts its coverage. A cell combines an operation, the state of the record on
//! which it runs, and a side. Most operations compare a value with a limit, such as `now` with `expires_at`. The side
//! says whether the value is before, at or after this limit.

use counterfoil::Timestamp;

use super::state::State;

/// An operation, which is the first part of a [`Cell`]. The second part is the state of a record that the operation
/// concerns. One call of the store can execute several operations on several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    /// An insert of a record whose id is taken.
    InsertTaken,
    /// An insert with a label that a family already has. It compares `now` with the `gone_at` of that family. The state
    /// in the cell is the state of the newest member of that family.
    FoundLabelled,
    /// An insert with a cap on the owner's live families. It compares `now` with the `live_until` of each family of the
    /// owner that the cap can count.
    FoundCapped,
    /// An insert with a limit on the rate of creations. Such a limit counts the records of the same realm, owner and
    /// kind that were created after the instant `since`. The operation compares the `created_at` of each of these
    /// records with `since`.
    FoundPaced,
    /// A join, which inserts a record into a family that exists. It compares the generation in the request with the
    /// family's generation. The state in the cell is the state of the new record's parent.
    Join,
    /// A join or a rotation with a cap on access tokens. It compares `now` with the `expires_at` of each access token
    /// of the family.
    AccessCapped,
    Edit,
    /// An edit that replaces or removes the details of the family.
    EditDetails,
    Relabel,
    Expiry,
    Rekey,
    End,
    Supersede,
    /// A rotation with a limit on the rate of rotations. Such a limit allows `limit` rotations of the family after the
    /// instant `since`. It is reached if each of the `limit` latest rotations was later than `since`. So the operation
    /// looks at the earliest of these rotations. It compares the time of this rotation, which is the `superseded.at` of
    /// a record, with `since`.
    SupersedePaced,
    /// A rotation that needs the label of the family. The state in the cell is the state of the parent.
    SupersedeLabelled,
    /// A rotation with a cap on the owner's live families. It compares `now` with the `live_until` of each family of
    /// the owner that the cap can count, which includes the rotated family.
    SupersedeCapped,
    Slide,
    RevokeOne,
    RevokeFamily,
    RevokeOwner,
    Touch,
    Claim,
    Settle,
    ListAll,
    /// A listing of standing records. It compares `now` with the `honoured_until` or the `gone_at` of each record,
    /// whichever is earlier.
    ListStanding,
    ListKind,
    /// A list of an owner's families. It has a cell for each record of the owner: the state in the cell is the state of
    /// this record.
    ListFamilies,
    Due,
    /// The part of a purge that removes records which have no notice. It compares `now` with `gone_at`.
    Purge,
    /// The part of a purge that removes records whose notice was not sent. It compares `unsent_before` with `gone_at`.
    PurgeUnsent,
    /// The part of a purge that shrinks superseded records. It compares `windows_before` with `honoured_until`.
    Shrink,
    Get,
}

impl Operation {
    pub(super) const ALL: [Self; 32] = [
        Self::InsertTaken,
        Self::FoundLabelled,
        Self::FoundCapped,
        Self::FoundPaced,
        Self::Join,
        Self::AccessCapped,
        Self::Edit,
        Self::EditDetails,
        Self::Relabel,
        Self::Expiry,
        Self::Rekey,
        Self::End,
        Self::Supersede,
        Self::SupersedePaced,
        Self::SupersedeLabelled,
        Self::SupersedeCapped,
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
        Self::ListFamilies,
        Self::Due,
        Self::Purge,
        Self::PurgeUnsent,
        Self::Shrink,
        Self::Get,
    ];

    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }

    /// Returns true if the operation compares no value with a limit. Every cell of such an operation has the side
    /// [`Boundary::At`].
    pub(super) const fn has_no_limit(self) -> bool {
        matches!(
            self,
            Self::InsertTaken
                | Self::RevokeOne
                | Self::RevokeFamily
                | Self::RevokeOwner
                | Self::ListAll
                | Self::ListKind
                | Self::ListFamilies
                | Self::SupersedeLabelled
                | Self::Get
        )
    }

    /// Returns true if values that are far from the limit are counted separately for this operation, as
    /// [`Boundary::Extreme`]. This is true for operations that compare a version, a generation, a mark of a notice, or
    /// the instant of a touch.
    pub(super) const fn has_far_sides(self) -> bool {
        matches!(
            self,
            Self::Join
                | Self::Edit
                | Self::EditDetails
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

    /// Returns true if a call of this operation names the id of a record or family. The store may have nothing with
    /// this id. So this operation also has cells with the state [`State::Absent`].
    pub(super) const fn names_an_id(self) -> bool {
        matches!(
            self,
            Self::Join
                | Self::Edit
                | Self::EditDetails
                | Self::Relabel
                | Self::Expiry
                | Self::Rekey
                | Self::End
                | Self::Supersede
                | Self::SupersedeLabelled
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

/// The third part of a [`Cell`]: the result of comparing a value with a limit. It is [`Self::Before`] if the value is
/// lower than the limit, and [`Self::After`] if the value is higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Boundary {
    Before,
    /// The value is equal to the limit. An operation that compares nothing also has this side.
    At,
    After,
    /// The value is far from the limit: an instant at an end of the range of instants, a number that differs by 256 or
    /// more, or a mark of a notice that is not the stored one.
    Extreme,
}

impl Boundary {
    pub(super) const ALL: [Self; 4] = [Self::Before, Self::At, Self::After, Self::Extreme];

    /// Compares `number`, a version or generation in a request, with `stands`, the stored one. If they differ by 256 or
    /// more, the result is [`Self::Extreme`].
    pub(super) fn of_number(number: u64, stands: u64) -> Self {
        if number.abs_diff(stands) >= 256 { Self::Extreme } else { Self::of(&number, &stands) }
    }

    /// Compares the instant with the limit. The result is never [`Self::Extreme`].
    pub(super) fn of_instant(instant: Timestamp, limit: Timestamp) -> Self {
        Self::of(&instant, &limit)
    }

    /// Compares the instant with the limit. If the instant is the first or last of the range of instants, and is not
    /// the limit itself, the result is [`Self::Extreme`].
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

/// Returns why no call of the store can reach this cell of the coverage, or `None` if a call can reach it. A cell
/// combines three things: an operation, the state of its record, and whether a compared value is before, at or after
/// its limit.
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
        (Op::FoundLabelled | Op::FoundCapped | Op::SupersedeCapped, _) if superseded => {
            "the newest member is not superseded"
        }
        (Op::FoundLabelled, In::RevokedWithFamily) => "a revoked family holds no label",
        (Op::FoundLabelled | Op::Purge | Op::ListStanding, In::Live | In::PastItsEnd | In::Overlapping) if ends => {
            "on its end it would be gone, or no longer honoured"
        }
        (Op::Purge, In::Superseded) if ends => "on its end it would be gone",
        (Op::FoundLabelled | Op::Purge, In::Gone) if side == Before => "it would not be gone",
        (Op::ListStanding, In::Gone | In::Superseded) if side == Before => "it would stand",
        (Op::FoundCapped | Op::SupersedeCapped | Op::AccessCapped | Op::Slide, In::Live) if ends => {
            "on its end it would be past it"
        }
        (Op::FoundCapped | Op::SupersedeCapped | Op::AccessCapped | Op::Slide, In::PastItsEnd) if side == Before => {
            "it would be live"
        }
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
