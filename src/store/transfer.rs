//! The trait [`Transfer`], which reads and writes whole families unchanged, to copy one store to another.

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

/// A family with all its members. These include [shrunk](crate::store::RecordParts::shrink) records, which a purge has
/// reduced to the fields that are needed to detect their reuse.
///
/// The constructor checks these invariants:
///
/// - There is at least one member, and each is consistent with the family ([`TokenRecord::from_parts`]).
/// - The members are ordered by id, and each id occurs once.
/// - At most one member has a nonce.
/// - The first byte of the family's id is the shard of the owner.
/// - A revoked family has a `gone_at` and no label.
#[derive(Clone, Debug)]
pub struct WholeFamily {
    family: FamilyParts,
    members: Vec<RecordParts>,
}

impl WholeFamily {
    /// Creates the value from a family and its members. The members can be in any order.
    ///
    /// # Errors
    ///
    /// [`Corrupt`] with the invariant of [`WholeFamily`] that the parts break.
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

    /// The members, ordered by id.
    #[must_use]
    pub fn members(&self) -> &[RecordParts] {
        &self.members
    }

    /// Returns the name of the first field in which two families differ, or `None` if they are equal. The name
    /// `members` means that the families have different numbers of members.
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

/// A check at compile time that no field is forgotten in the comparisons below. If a field is added, compilation fails
/// here: add the field to its comparison, and then correct the number.
const _: () = assert!(RecordParts::FIELDS.len() == 22 && FamilyParts::FIELDS.len() == 13, "a field is not compared");

fn family_difference(one: &FamilyParts, other: &FamilyParts) -> Option<&'static str> {
    compare!(one, other:
        id realm owner kind generation body details live_until gone_at label_key client used_at revoked
    );
    None
}

fn record_difference(one: &RecordParts, other: &RecordParts) -> Option<&'static str> {
    compare!(one, other:
        id realm owner kind parent generation created_at scope label description key_id version expires_at
        expiry_set_at gone_at superseded revoked last_used_at notice noticed shrunk
    );
    // Both stores belong to the operator, so the time of this comparison reveals nothing to an attacker.
    (one.digest.as_bytes() != other.digest.as_bytes()).then_some("digest")
}

/// The result of [`Transfer::restore`]. If several refusals apply, the result is the variant that is declared first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Restored {
    /// The family was written.
    Done,
    /// A stored record has the id of one of the members, or belongs to a family with the id of the family to write.
    /// Contains the id of that stored record. Nothing was written.
    IdTaken(RecordId),
    /// Another family already has the label. Contains the id of that family. Nothing was written.
    LabelTaken(FamilyId),
}

/// A store that can return and write whole families, for `counterfoil-copy`. [`TokenStore`](super::TokenStore) alone is
/// not enough for a copy: it does not list [shrunk](crate::store::RecordParts::shrink) records, and it can write a
/// rotated or revoked family only in several steps. If these steps are interrupted, a credential that is revoked in the
/// source stays valid in the target.
///
/// A host can also use a store without this trait, but cannot copy that store.
///
/// # Contract
///
/// 57. `families_are_walked`: a walk that follows `next` returns the ids of all families of every realm, revoked or
///     not, in ascending order. Each family that exists during the whole walk is returned once. A page may be short.
///     The walk ends when `next` is `None`.
/// 58. `a_family_comes_back_as_it_was`: [`family`](Self::family) returns the family and every member, including shrunk
///     ones, all read at one moment. A family that [`restore`](Self::restore) wrote is returned without a
///     [difference](WholeFamily::difference). Every method of the store treats a restored family as if its own steps
///     had made it. This applies to lists, notices, the census, caps, labels, rotations and purges.
/// 59. `restore_never_overwrites`: a restore writes the whole family, or nothing. It refuses a taken id or label. A
///     label counts as taken even if the family that has it may already be purged. If several callers restore one
///     family at the same time, exactly one gets `Done`. If the outcome of a restore is unknown, the caller can repeat
///     the call. If the first call succeeded, the repeated call gives `IdTaken`, and the stored family is the caller's
///     own.
///
/// Clauses 8, 25, 26 and 27 of [`TokenStore`](super::TokenStore) apply here too. If a row of a family cannot be
/// decoded, reading the family returns [`StoreError::Corrupt`]. If the id of the family is known,
/// [`families`](Self::families) still returns this id.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait Transfer: Send + Sync + 'static {
    /// Returns a page of the ids of families, in ascending order, starting after `after`.
    async fn families(
        &self,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyId, FamilyId>, StoreError>;

    /// Returns a family with all its members, or `None` if there is no such family.
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
