//! The list of operations: every method in every variant.

use crate::dice::Dice;

/// An operation on a [`Scene`](super::Scene).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// `insert` of a family.
    Found,
    /// `Found` with a cap that refuses and has one free place.
    FoundCapped,
    /// `Found` with a cap that makes room.
    FoundMakesRoom,
    /// `Found` with a pace that has room for one.
    FoundPaced,
    /// `Found` with a free label.
    FoundFreeLabel,
    /// `Found` with the label of the chain.
    FoundHeldLabel,
    /// `Found` with the label of the family that is gone.
    FoundGoneLabel,
    /// `insert` into the chain.
    Join,
    /// `Join` with a cap of access tokens that has room for one.
    JoinCapped,
    /// `apply` of a free label.
    EditLabel,
    /// `apply` of a description.
    EditDescription,
    /// `apply` of an expiry.
    Expiry,
    /// `apply` of a digest under another key.
    Rekey,
    /// `apply` of the end of a hand-over.
    End,
    /// `rotate` that supersedes the tip.
    Supersede,
    /// `Supersede` with a pace that refuses every second actor.
    SupersedePaced,
    /// `Supersede` with a cap of access tokens that has room for one.
    SupersedeCapped,
    /// `rotate` that slides the tip.
    Slide,
    /// `Slide` with a cap of access tokens that has room for one.
    SlideCapped,
    /// `revoke` of the live access token.
    RevokeOne,
    /// `revoke` of the chain.
    RevokeFamily,
    /// `revoke` of all families of the owner.
    RevokeOwner,
    /// `touch` of the tip.
    Touch,
    /// `touch` of all records of the scene.
    TouchBatch,
    /// `claim` of the tip's notice.
    Claim,
    /// `settle` of the tip's notice.
    Settle,
    /// `purge` of the records that are gone.
    PurgeGone,
    /// `purge` of windows that have ended.
    PurgeWindows,
    /// `get` of the tip.
    Get,
    /// `list` of the owner's refresh tokens.
    ListAll,
    /// `list` of the owner's refresh tokens that are standing.
    ListStanding,
    /// `list` of the realm's access tokens.
    ListKind,
    /// `due`.
    Due,
    /// `census`.
    Census,
}

/// From this many rounds on, all pairs are tried.
const ALL_PAIRS: u32 = 30;

impl Deed {
    /// The operations that are raced.
    pub(crate) const ALL: [Self; 33] = [
        Self::Found,
        Self::FoundCapped,
        Self::FoundMakesRoom,
        Self::FoundPaced,
        Self::FoundFreeLabel,
        Self::FoundHeldLabel,
        Self::FoundGoneLabel,
        Self::Join,
        Self::JoinCapped,
        Self::EditLabel,
        Self::EditDescription,
        Self::Expiry,
        Self::Rekey,
        Self::End,
        Self::Supersede,
        Self::SupersedePaced,
        Self::SupersedeCapped,
        Self::Slide,
        Self::SlideCapped,
        Self::RevokeOne,
        Self::RevokeFamily,
        Self::RevokeOwner,
        Self::Touch,
        Self::Claim,
        Self::Settle,
        Self::PurgeGone,
        Self::PurgeWindows,
        Self::Get,
        Self::ListAll,
        Self::ListStanding,
        Self::ListKind,
        Self::Due,
        Self::Census,
    ];

    /// The operations that are cut off.
    pub(crate) const WRITES: [Self; 14] = [
        Self::FoundGoneLabel,
        Self::FoundMakesRoom,
        Self::Join,
        Self::EditLabel,
        Self::Expiry,
        Self::Supersede,
        Self::Slide,
        Self::RevokeOne,
        Self::RevokeFamily,
        Self::RevokeOwner,
        Self::TouchBatch,
        Self::Claim,
        Self::Settle,
        Self::PurgeGone,
    ];

    /// Every unordered pair, including each operation with itself, except for two reads, which cannot disturb each
    /// other. Shuffled, so that a broken store fails early. With few rounds, only a part of the pairs.
    pub(crate) fn pairs(rounds: u32) -> Vec<[Self; 2]> {
        let with_later = |(index, one): (usize, &Self)| {
            let one = *one;
            Self::ALL[index..].iter().map(move |other| [one, *other]).collect::<Vec<_>>()
        };
        let all = Self::ALL.iter().enumerate().flat_map(with_later);
        let mut all: Vec<[Self; 2]> = all.filter(|pair| pair.iter().any(|deed| !deed.reads())).collect();
        let mut dice = Dice::new(1);
        all.sort_by_cached_key(|_| dice.bits());
        let part = (ALL_PAIRS / rounds.max(1)).max(1);
        all.truncate(all.len() / usize::try_from(part).unwrap_or(1));
        all
    }

    /// Whether the operation only reads.
    pub(crate) const fn reads(self) -> bool {
        matches!(self, Self::Get | Self::ListAll | Self::ListStanding | Self::ListKind | Self::Due | Self::Census)
    }

    /// Whether a store may carry it out in several steps, one per family or record.
    pub(crate) const fn is_piecemeal(self) -> bool {
        matches!(self, Self::RevokeOwner | Self::TouchBatch | Self::PurgeGone | Self::PurgeWindows)
    }

    /// Whether it inserts a new family.
    pub(crate) const fn founds(self) -> bool {
        matches!(
            self,
            Self::Found
                | Self::FoundCapped
                | Self::FoundMakesRoom
                | Self::FoundPaced
                | Self::FoundFreeLabel
                | Self::FoundHeldLabel
                | Self::FoundGoneLabel
        )
    }

    /// Whether it inserts a successor of the tip.
    pub(crate) const fn supersedes(self) -> bool {
        matches!(self, Self::Supersede | Self::SupersedePaced | Self::SupersedeCapped)
    }

    /// Whether it slides the tip and inserts an access token.
    pub(crate) const fn slides(self) -> bool {
        matches!(self, Self::Slide | Self::SlideCapped)
    }

    /// Whether it inserts an access token into the chain at its present generation.
    pub(crate) const fn joins(self) -> bool {
        matches!(self, Self::Join | Self::JoinCapped | Self::Slide | Self::SlideCapped)
    }
}
