//! The list of operations. It has every method in every variant.

use crate::dice::Dice;

/// An operation on a [`Scene`](super::Scene). It is a method of the store with its arguments. Some operations use the
/// *chain*, which is the scene's family of refresh tokens, and the *tip*, which is the newest refresh token of the
/// chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// Calls `insert` for a new family.
    Found,
    /// Calls `insert` for a new family, with a cap that refuses. The cap allows one more family.
    FoundCapped,
    /// Calls `insert` for a new family, with a cap that ends an old family to make room.
    FoundMakesRoom,
    /// Calls `insert` for a new family, with a pace that allows one more creation.
    FoundPaced,
    /// Calls `insert` for a new family with a free label.
    FoundFreeLabel,
    /// Calls `insert` for a new family with the label of the chain.
    FoundHeldLabel,
    /// Calls `insert` for a new family with the label of the family that is past its `gone_at`.
    FoundGoneLabel,
    /// Calls `insert` for access tokens of the chain.
    Join,
    /// Calls `insert` for an access token of the chain, with a cap that allows one more access token.
    JoinCapped,
    /// Calls `apply` with a free label.
    EditLabel,
    /// Calls `apply` with a description.
    EditDescription,
    /// Calls `apply` with an expiry.
    Expiry,
    /// Calls `apply` with a digest under another key.
    Rekey,
    /// Calls `apply` with the end of a retry window.
    End,
    /// Calls `rotate` to supersede the tip.
    Supersede,
    /// Calls `rotate` to supersede the tip, with a pace that refuses every second actor.
    SupersedePaced,
    /// Calls `rotate` to supersede the tip, with a cap that allows one more access token.
    SupersedeCapped,
    /// Calls `rotate` to extend the expiry of the tip.
    Slide,
    /// Calls `rotate` to extend the expiry of the tip, with a cap that allows one more access token.
    SlideCapped,
    /// Calls `revoke` for the live access token.
    RevokeOne,
    /// Calls `revoke` for the chain.
    RevokeFamily,
    /// Calls `revoke` for all families of the owner.
    RevokeOwner,
    /// Calls `touch` for the tip.
    Touch,
    /// Calls `touch` for all records of the scene.
    TouchBatch,
    /// Calls `claim` for the notice of the tip.
    Claim,
    /// Calls `settle` for the notice of the tip.
    Settle,
    /// Calls `purge` for records that are past their `gone_at`.
    PurgeGone,
    /// Calls `purge` for retry windows that have ended.
    PurgeWindows,
    /// Calls `get` for the tip.
    Get,
    /// Calls `list` for the owner's refresh tokens.
    ListAll,
    /// Calls `list` for the owner's refresh tokens that are neither revoked, superseded nor gone.
    ListStanding,
    /// Calls `list` for the realm's access tokens.
    ListKind,
    /// Calls `due` with the instant of all operations.
    Due,
    /// Calls `census`.
    Census,
}

/// The number of rounds from which on all pairs are tried.
const ALL_PAIRS: u32 = 30;

impl Deed {
    /// The operations that race.
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

    /// The operations that are dropped before they are done.
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

    /// Returns the pairs of operations to try. These are all unordered pairs, including each operation with itself,
    /// except pairs of two reads, which cannot affect each other. The pairs are shuffled, so that a broken store
    /// fails early. With few rounds, only a part of the pairs is returned.
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

    /// Whether a store may execute the operation in several steps, one for each family or record.
    pub(crate) const fn is_piecemeal(self) -> bool {
        matches!(self, Self::RevokeOwner | Self::TouchBatch | Self::PurgeGone | Self::PurgeWindows)
    }

    /// Whether the operation inserts a new family.
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

    /// Whether the operation inserts a successor of the tip.
    pub(crate) const fn supersedes(self) -> bool {
        matches!(self, Self::Supersede | Self::SupersedePaced | Self::SupersedeCapped)
    }

    /// Whether the operation extends the expiry of the tip and inserts an access token.
    pub(crate) const fn slides(self) -> bool {
        matches!(self, Self::Slide | Self::SlideCapped)
    }

    /// Whether the operation inserts an access token into the chain at its present generation.
    pub(crate) const fn joins(self) -> bool {
        matches!(self, Self::Join | Self::JoinCapped | Self::Slide | Self::SlideCapped)
    }
}
