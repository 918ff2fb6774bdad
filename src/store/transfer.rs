//! Whole families, read and written as they are: for a copy from one store to another.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;

use crate::record::family::FamilyParts;
use crate::record::record_parts::RecordParts;
use crate::record::token_record::{Corrupt, TokenRecord};
use crate::store::error::StoreError;
use crate::store::page::Page;
use crate::token::draw::shard;
use crate::types::ids::{FamilyId, RecordId};

/// A family with all its members, shrunk ones too.
///
/// Invariants, checked by the only constructor: there is a member; each member is consistent with the family
/// ([`TokenRecord::from_parts`]); members are ordered by id and each occurs once; at most one holds a nonce; the id's
/// first byte is the owner's shard; a revoked family has a `gone_at` and no label.
#[derive(Clone, Debug)]
pub struct WholeFamily {
    family: FamilyParts,
    members: Vec<RecordParts>,
}

impl WholeFamily {
    /// Joins a family with its members, in any order.
    ///
    /// # Errors
    ///
    /// [`Corrupt`] with the broken invariant.
    pub fn new(family: FamilyParts, mut members: Vec<RecordParts>) -> Result<Self, Corrupt> {
        let holds = |holds: bool, rule| if holds { Ok(()) } else { Err(Corrupt::States { rule }) };
        members.sort_unstable_by_key(|member| member.id);
        holds(!members.is_empty(), "a family has a member")?;
        holds(members.windows(2).all(|two| two[0].id != two[1].id), "a member occurs once")?;
        holds(family.id.shard() == shard(&family.realm, &family.owner), "an id begins with its owner's shard")?;
        let nonces =
            members.iter().filter(|member| member.superseded.is_some_and(|superseded| superseded.nonce.is_some()));
        holds(nonces.count() <= 1, "a family holds one nonce")?;
        let ended = family.revoked.is_none() || (family.gone_at.is_some() && family.label_key.is_none());
        holds(ended, "a revoked family has an end and no label")?;
        for member in &members {
            TokenRecord::from_parts(member.clone(), family.clone())?;
        }
        Ok(Self { family, members })
    }

    /// The family's row.
    #[must_use]
    pub fn family(&self) -> &FamilyParts {
        &self.family
    }

    /// The members, by id.
    #[must_use]
    pub fn members(&self) -> &[RecordParts] {
        &self.members
    }

    /// The first field in which two families differ, or `None` if they are equal. `members` means that one has a
    /// member that the other lacks.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<&'static str> {
        if let Some(field) = family_difference(&self.family, &other.family) {
            return Some(field);
        }
        if self.members.len() != other.members.len() {
            return Some("members");
        }
        self.members.iter().zip(&other.members).find_map(|(own, other)| record_difference(own, other))
    }
}

macro_rules! compare {
    ($one:ident, $other:ident: $($field:ident)+) => {
        $(if $one.$field != $other.$field {
            return Some(stringify!($field));
        })+
    };
}

/// A field that is added does not compile here until it is compared.
const _: () = assert!(RecordParts::FIELDS.len() == 22 && FamilyParts::FIELDS.len() == 12, "a field is not compared");

fn family_difference(one: &FamilyParts, other: &FamilyParts) -> Option<&'static str> {
    compare!(one, other:
        id realm owner kind generation body live_until gone_at label_key client used_at revoked
    );
    None
}

fn record_difference(one: &RecordParts, other: &RecordParts) -> Option<&'static str> {
    compare!(one, other:
        id realm owner kind parent generation created_at scope label description key_id version expires_at
        expiry_set_at gone_at superseded revoked last_used_at notice noticed shrunk
    );
    // Both sides are the operator's own stores: the time of this comparison tells nobody anything.
    (one.digest.as_bytes() != other.digest.as_bytes()).then_some("digest")
}

/// The result of [`Transfer::restore`]. If several refusals apply, the first in this list is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Restored {
    /// The family is written.
    Done,
    /// The id is taken: a member's, or that of some member of a family with this id. Nothing was written.
    IdTaken(RecordId),
    /// The named family holds the label. Nothing was written.
    LabelTaken(FamilyId),
}

/// Reads and writes whole families, as `counterfoil-copy` needs it. [`TokenStore`](super::TokenStore) has no way to
/// do either: it lists no shrunk record, and only a sequence of steps makes a family that is rotated or revoked,
/// which, cut off, would leave a credential alive that the source has ended.
///
/// A store without this trait serves a host as well. It cannot be copied.
///
/// # Contract
///
/// 57. `families_are_walked`: a walk by `next` returns the id of every family that existed throughout, once, in
///     ascending order, of every realm, revoked or not. A page may be short. The end is `next == None`.
/// 58. `a_family_comes_back_as_it_was`: [`family`](Self::family) returns the family and every member, shrunk ones too,
///     all read at one moment, and what [`restore`](Self::restore) wrote comes back without a
///     [difference](WholeFamily::difference). Every method of the store treats a restored family as one that came
///     about by its own steps: it is listed, due, counted, held to caps and labels, rotated and purged.
/// 59. `restore_never_overwrites`: all of the family is written, or nothing. A taken id or label is a refusal, also
///     for a label whose holder is gone: nothing is displaced. Of any number of racers with one family, one gets
///     `Done`. Repeating a restore whose outcome is unknown gives `IdTaken`, and the stored family is the caller's own.
///
/// Clauses 8, 25, 26 and 27 of [`TokenStore`](super::TokenStore) apply here too. A family with a row that does not
/// decode is listed by its id if that is known, and reading it is `Corrupt`.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait Transfer: Send + Sync + 'static {
    /// A page of the ids of families, ascending, starting after `after`.
    async fn families(
        &self,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyId, FamilyId>, StoreError>;

    /// A family with all its members. `None` if there is no such family.
    async fn family(&self, id: &FamilyId) -> Result<Option<WholeFamily>, StoreError>;

    /// Writes a family that does not exist yet, in one step.
    async fn restore(&self, family: &WholeFamily) -> Result<Restored, StoreError>;
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        #[async_trait]
        impl<T: Transfer + ?Sized> Transfer for $pointer {
            async fn families(
                &self,
                after: Option<&FamilyId>,
                limit: NonZeroU32,
            ) -> Result<Page<FamilyId, FamilyId>, StoreError> {
                (**self).families(after, limit).await
            }

            async fn family(&self, id: &FamilyId) -> Result<Option<WholeFamily>, StoreError> {
                (**self).family(id).await
            }

            async fn restore(&self, family: &WholeFamily) -> Result<Restored, StoreError> {
                (**self).restore(family).await
            }
        }
    )*};
}

forward!(Arc<T>, Box<T>);
