//! The table of operations: every method, every variant.

use crate::dice::Dice;

/// An operation on a [`Scene`](super::Scene).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// `insert` of a family.
    Found,
    /// The same under a cap that refuses: one place is free.
    FoundCapped,
    /// The same under a cap that makes room.
    FoundMakesRoom,
    /// The same under a pace that has room for one.
    FoundPaced,
    /// The same with a label that is free.
    FoundFreeLabel,
    /// The same with the chain's label.
    FoundHeldLabel,
    /// The same with the label of the family that is gone.
    FoundGoneLabel,
    /// `insert` into the chain.
    Join,
    /// The same under a cap of access tokens that has room for one.
    JoinCapped,
    /// `apply` of a label that is free.
    EditLabel,
    /// `apply` of a description.
    EditDescription,
    /// `apply` of an expiry.
    Expiry,
    /// `apply` of a digest under another key.
    Rekey,
    /// `apply` of a hand-over's end.
    End,
    /// `rotate` of the tip.
    Supersede,
    /// The same under a pace: every second actor's refuses.
    SupersedePaced,
    /// The same under a cap of access tokens that has room for one.
    SupersedeCapped,
    /// `rotate` of the tip, which goes on.
    Slide,
    /// The same under a cap of access tokens that has room for one.
    SlideCapped,
    /// `revoke` of the living access token.
    RevokeOne,
    /// `revoke` of the chain.
    RevokeFamily,
    /// `revoke` of all families.
    RevokeOwner,
    /// `touch` of the tip.
    Touch,
    /// `touch` of all records.
    TouchBatch,
    /// `claim` of the tip's notice.
    Claim,
    /// `settle` of it.
    Settle,
    /// `purge` of what is gone.
    PurgeGone,
    /// `purge` of ended windows.
    PurgeWindows,
    /// `get` of the tip.
    Get,
    /// `list` of the owner's refresh tokens.
    ListAll,
    /// The same of those that stand.
    ListStanding,
    /// `list` of the realm's access tokens.
    ListKind,
    /// `due`.
    Due,
    /// `census`.
    Census,
}

/// From so many rounds on all pairs are tried.
const ALL_PAIRS: u32 = 30;

impl Deed {
    /// Those that are raced.
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

    /// Those that are cut off.
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

    /// Every unordered pair, an operation with itself too, but for two reads: these change nothing that the other could
    /// see. Shuffled, so that what is broken shows soon. At few rounds, only some of them.
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

    /// Whether it changes nothing.
    pub(crate) const fn reads(self) -> bool {
        matches!(self, Self::Get | Self::ListAll | Self::ListStanding | Self::ListKind | Self::Due | Self::Census)
    }

    /// Whether a store may do it in several steps, one for each family or record.
    pub(crate) const fn is_piecemeal(self) -> bool {
        matches!(self, Self::RevokeOwner | Self::TouchBatch | Self::PurgeGone | Self::PurgeWindows)
    }

    /// Whether it founds a family.
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

    /// Whether it brings a successor of the tip.
    pub(crate) const fn supersedes(self) -> bool {
        matches!(self, Self::Supersede | Self::SupersedePaced | Self::SupersedeCapped)
    }

    /// Whether it prolongs the tip, and brings an access token along.
    pub(crate) const fn slides(self) -> bool {
        matches!(self, Self::Slide | Self::SlideCapped)
    }

    /// Whether it brings an access token into the chain as it is.
    pub(crate) const fn joins(self) -> bool {
        matches!(self, Self::Join | Self::JoinCapped | Self::Slide | Self::SlideCapped)
    }
}
