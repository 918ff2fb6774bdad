//! The operations of a scene. Each method of `TokenStore` is one or more operations, depending on its arguments.

use crate::dice::Dice;

/// An operation on a [`Scene`](super::Scene), which is a call of a method of the store with certain arguments. The
/// *chain* is the scene's family of refresh tokens, and the *tip* is the newest refresh token of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// Calls `insert` for a new family without a label. Neither the number of live families nor the rate of new ones is
    /// limited.
    Found,
    /// Calls `insert` for a new family, with a cap on the live families of the owner. The cap leaves room for one more
    /// family and refuses further ones.
    FoundCapped,
    /// Calls `insert` for a new family, with a cap on the live families of the owner. The cap is already reached, so
    /// the store revokes an old family to make room.
    FoundMakesRoom,
    /// Calls `insert` for a new family, with a limit on the rate at which the owner creates families. The limit allows
    /// one more new family.
    FoundPaced,
    /// Calls `insert` for a new family with a label that no family has.
    FoundFreeLabel,
    /// Calls `insert` for a new family with the label that the scene's family of refresh tokens has.
    FoundHeldLabel,
    /// Calls `insert` for a new family with a label that an old family has. The old family is past its `gone_at`, so
    /// the new family may take the label.
    FoundGoneLabel,
    /// Calls `insert` for access tokens that join the scene's family of refresh tokens.
    Join,
    /// Calls `insert` for an access token that joins the scene's family that is past its `gone_at`. A join changes at
    /// most one field of the family: it sets `used_at` to the instant of the call. This family has that `used_at`
    /// already, so the join does not change the row of the family.
    JoinGone,
    /// Calls `insert` for an access token that joins the scene's family of refresh tokens, with a cap on the live
    /// access tokens of the family. The cap leaves room for one more access token.
    JoinCapped,
    /// Calls `apply` to change the label of a record to one that no family has.
    EditLabel,
    /// Calls `apply` to change the label of a record to the one that the scene's family past its `gone_at` has.
    EditGoneLabel,
    /// Calls `apply` to change the description of a record.
    EditDescription,
    /// Calls `apply` to change the details of the family of the scene's newest refresh token.
    EditDetails,
    /// Calls `apply` to change the description of a record. The call expects the version that follows the version at
    /// the beginning of the scene. So it succeeds only if another call has changed the record once. Otherwise it is
    /// refused as stale.
    EditStale,
    /// Calls `apply` to change the expiry of a record.
    Expiry,
    /// Calls `apply` to replace the digest of a record by one that was made with another key.
    Rekey,
    /// Calls `apply` to set the end of the retry window of a superseded record.
    End,
    /// Calls `rotate` to replace the scene's newest refresh token by a new one.
    Supersede,
    /// Calls `rotate` to replace the scene's newest refresh token by a new one, with a limit on the rate of rotations.
    /// The limit allows the rotation for every second actor and refuses it for the others.
    SupersedePaced,
    /// Calls `rotate` to replace the scene's newest refresh token by a new one, with a cap on the live access tokens of
    /// the family. The cap leaves room for one more access token.
    SupersedeCapped,
    /// Calls `rotate` to renew the scene's family that is past its `gone_at`. The family must still have its label, and
    /// the cap on the live families of the owner leaves room for one more.
    Renew,
    /// Calls `rotate` to extend the expiry of the scene's newest refresh token and to insert access tokens.
    Slide,
    /// Calls `rotate` to extend the expiry of the scene's newest refresh token and to insert access tokens, with a cap
    /// on the live access tokens of the family. The cap leaves room for one more access token.
    SlideCapped,
    /// Calls `revoke` for the scene's live access token alone.
    RevokeOne,
    /// Calls `revoke` for the scene's family of refresh tokens.
    RevokeFamily,
    /// Calls `revoke` for all families of the scene's owner.
    RevokeOwner,
    /// Calls `touch` for the scene's newest refresh token.
    Touch,
    /// Calls `touch` with one batch that contains all records of the scene.
    TouchBatch,
    /// Calls `claim` for the notice of the scene's newest refresh token.
    Claim,
    /// Calls `settle` for the notice of the scene's newest refresh token.
    Settle,
    /// Calls `purge` to remove the records that are past their `gone_at`.
    PurgeGone,
    /// Calls `purge` to shrink the superseded records whose retry windows have ended.
    PurgeWindows,
    /// Calls `get` for the scene's newest refresh token.
    Get,
    /// Calls `list` for all refresh tokens of the scene's owner.
    ListAll,
    /// Calls `list` for the standing refresh tokens of the scene's owner. These are not revoked, their `gone_at` is not
    /// reached, and if they are superseded, their retry window has not ended.
    ListStanding,
    /// Calls `list` for all access tokens of the scene's realm.
    ListKind,
    /// Calls `list_families` for the scene's owner.
    ListFamilies,
    /// Calls `due` with the instant at which all operations of the scene run.
    Due,
    /// Calls `census`.
    Census,
}

/// Determines which part of the pairs of operations is tried: one pair in `n`, where `n` is this number divided by the
/// number of rounds, rounded down. If `n` is 0 or 1, all pairs are tried.
const ALL_PAIRS: u32 = 30;

impl Deed {
    /// The operations from which tests form pairs. The two operations of a pair run concurrently.
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

    /// Pairs that [`ALL`](Self::ALL) does not yield. The first operation of each pair is not in `ALL`. It is paired
    /// only with operations that can change its result, or that write the same row.
    const FURTHER: [[Self; 2]; 30] = [
        [Self::JoinGone, Self::PurgeGone],
        [Self::EditStale, Self::EditDescription],
        [Self::EditGoneLabel, Self::EditGoneLabel],
        [Self::Renew, Self::Renew],
        [Self::Renew, Self::EditGoneLabel],
        [Self::Renew, Self::FoundGoneLabel],
        [Self::Renew, Self::FoundCapped],
        [Self::Renew, Self::FoundMakesRoom],
        [Self::Renew, Self::Expiry],
        [Self::Renew, Self::JoinGone],
        [Self::Renew, Self::PurgeGone],
        [Self::Renew, Self::RevokeOwner],
        [Self::EditDetails, Self::EditDetails],
        [Self::EditDetails, Self::EditDescription],
        [Self::EditDetails, Self::EditLabel],
        [Self::EditDetails, Self::Expiry],
        [Self::EditDetails, Self::Supersede],
        [Self::EditDetails, Self::Slide],
        [Self::EditDetails, Self::Join],
        [Self::EditDetails, Self::RevokeFamily],
        [Self::EditDetails, Self::Touch],
        [Self::EditDetails, Self::ListStanding],
        [Self::ListFamilies, Self::Found],
        [Self::ListFamilies, Self::FoundGoneLabel],
        [Self::ListFamilies, Self::FoundMakesRoom],
        [Self::ListFamilies, Self::EditDetails],
        [Self::ListFamilies, Self::Renew],
        [Self::ListFamilies, Self::Supersede],
        [Self::ListFamilies, Self::RevokeOwner],
        [Self::ListFamilies, Self::PurgeGone],
    ];

    /// The operations that the check of dropped calls (clause 25 of `TokenStore`) drops before they are done.
    pub(crate) const WRITES: [Self; 16] = [
        Self::FoundGoneLabel,
        Self::FoundMakesRoom,
        Self::Join,
        Self::EditLabel,
        Self::EditDetails,
        Self::Expiry,
        Self::Supersede,
        Self::Renew,
        Self::Slide,
        Self::RevokeOne,
        Self::RevokeFamily,
        Self::RevokeOwner,
        Self::TouchBatch,
        Self::Claim,
        Self::Settle,
        Self::PurgeGone,
    ];

    /// Returns the pairs of operations to run concurrently, in random order, so that a broken store fails early. They
    /// are all pairs of [`ALL`](Self::ALL) in which at least one operation writes, including each operation with
    /// itself. If `rounds` is low, only a part of these pairs is returned. The pairs of [`FURTHER`](Self::FURTHER) are
    /// always returned.
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
        all.extend(Self::FURTHER);
        all
    }

    /// Returns all operations: those of [`ALL`](Self::ALL), and those that are only in [`FURTHER`](Self::FURTHER).
    pub(crate) fn every() -> impl Iterator<Item = Self> {
        let further =
            [Self::JoinGone, Self::EditStale, Self::EditGoneLabel, Self::EditDetails, Self::Renew, Self::ListFamilies];
        Self::ALL.into_iter().chain(further)
    }

    pub(crate) const fn reads(self) -> bool {
        matches!(
            self,
            Self::Get
                | Self::ListAll
                | Self::ListStanding
                | Self::ListKind
                | Self::ListFamilies
                | Self::Due
                | Self::Census
        )
    }

    /// Returns true if a store may execute the operation in several steps, one for each family or record. These are the
    /// revocation of an owner, a touch of several records, and a purge.
    pub(crate) const fn is_piecemeal(self) -> bool {
        matches!(self, Self::RevokeOwner | Self::TouchBatch | Self::PurgeGone | Self::PurgeWindows)
    }

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

    /// Whether the operation replaces the scene's newest refresh token by a new one.
    pub(crate) const fn supersedes(self) -> bool {
        matches!(self, Self::Supersede | Self::SupersedePaced | Self::SupersedeCapped)
    }

    /// Whether the operation extends the expiry of the scene's newest refresh token and inserts access tokens.
    pub(crate) const fn slides(self) -> bool {
        matches!(self, Self::Slide | Self::SlideCapped)
    }

    /// Whether the operation inserts access tokens into the scene's family of refresh tokens without rotating it.
    /// Slides do so too.
    pub(crate) const fn joins(self) -> bool {
        matches!(self, Self::Join | Self::JoinCapped | Self::Slide | Self::SlideCapped)
    }
}
