//! The commands of a random sequence. Most of them are calls of the store with all their arguments.

use std::num::NonZeroU32;

use counterfoil::store::{
    Cap, Change, InsertInto, Listing, NewFamily, NewRecord, NoticeMark, Pace, ParentUpdate, Revoke, Revoked, Show,
};
use counterfoil::types::{FamilyId, OwnerId, RecordId, TokenKind, Version};
use counterfoil::{Realm, Timestamp};

/// The arguments of a purge: three instants, and the largest number of records that one call may change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purge {
    pub(super) now: Timestamp,
    pub(super) unsent_before: Timestamp,
    pub(super) windows_before: Timestamp,
    pub(super) limit: u32,
}

/// A command with its arguments.
#[derive(Clone, Debug)]
pub(super) enum Command {
    Found {
        family: NewFamily,
        cap: Option<Cap>,
        pace: Option<Pace>,
        new: Vec<NewRecord>,
        now: Timestamp,
    },
    Join {
        family: FamilyId,
        generation: u64,
        access_cap: Option<NonZeroU32>,
        new: Vec<NewRecord>,
        now: Timestamp,
    },
    Apply {
        id: RecordId,
        expect: Version,
        change: Change,
        now: Timestamp,
    },
    Rotate {
        parent: RecordId,
        step: ParentUpdate,
        new: Vec<NewRecord>,
        now: Timestamp,
    },
    RevokeOne {
        id: RecordId,
        revoked: Revoked,
        gone_at: Timestamp,
    },
    RevokeFamily {
        realm: Realm,
        owner: OwnerId,
        family: FamilyId,
        revoked: Revoked,
        gone_at: Timestamp,
    },
    RevokeOwner {
        realm: Realm,
        owner: OwnerId,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: u32,
    },
    Touch {
        seen: Vec<(RecordId, Timestamp)>,
    },
    Claim {
        id: RecordId,
        held: NoticeMark,
        until: Timestamp,
    },
    Settle {
        id: RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    },
    Purge(Purge),
    Get {
        id: RecordId,
    },
    List {
        of: Listed,
        limit: u32,
    },
    /// Reads the first page of a listing, then purges, and then reads the pages after the first page.
    ListWhilePurged {
        of: Listed,
        limit: u32,
        purge: Purge,
    },
    ListFamilies {
        realm: Realm,
        owner: OwnerId,
        limit: u32,
    },
    Due {
        now: Timestamp,
        limit: u32,
    },
    Census,
    /// Damages a stored row through the fixture. This is not a call of the store.
    Damage {
        id: RecordId,
    },
}

/// A [`Listing`] with owned instead of borrowed values.
#[derive(Clone, Debug)]
pub(super) enum Listed {
    Owner { realm: Realm, owner: OwnerId, kind: TokenKind, show: Show },
    Kind { realm: Realm, kind: TokenKind },
}

impl Listed {
    pub(super) const fn as_listing(&self) -> Listing<'_> {
        match self {
            Self::Owner { realm, owner, kind, show } => Listing::Owner { realm, owner, kind: *kind, show: *show },
            Self::Kind { realm, kind } => Listing::Kind { realm, kind: *kind },
        }
    }
}

impl Command {
    /// Returns the arguments of [`TokenStore::insert`](counterfoil::store::TokenStore::insert): the target, the new
    /// records and `now`. Returns `None` if the command is not an insert.
    pub(super) fn insert(&self) -> Option<(InsertInto<'_>, &[NewRecord], Timestamp)> {
        match self {
            Self::Found { family, cap, pace, new, now } => {
                Some((InsertInto::Found { family, cap: *cap, pace: *pace }, new, *now))
            }
            Self::Join { family, generation, access_cap, new, now } => {
                let (family, generation, access_cap) = (*family, *generation, *access_cap);
                Some((InsertInto::Join { family, generation, access_cap }, new, *now))
            }
            _ => None,
        }
    }

    /// Returns the arguments of [`TokenStore::revoke`](counterfoil::store::TokenStore::revoke): the target, the
    /// revocation, the `gone_at` and the limit. Returns `None` if the command is not a revocation.
    pub(super) const fn revoke(&self) -> Option<(Revoke<'_>, Revoked, Timestamp, u32)> {
        match self {
            Self::RevokeOne { id, revoked, gone_at } => Some((Revoke::One(id), *revoked, *gone_at, 1)),
            Self::RevokeFamily { realm, owner, family, revoked, gone_at } => {
                Some((Revoke::Family { realm, owner, family: *family }, *revoked, *gone_at, 1))
            }
            Self::RevokeOwner { realm, owner, revoked, gone_at, limit } => {
                Some((Revoke::Owner { realm, owner }, *revoked, *gone_at, *limit))
            }
            _ => None,
        }
    }

    /// Returns the argument `now` of the call, or `None` if the call has no such argument.
    pub(super) const fn now(&self) -> Option<Timestamp> {
        match self {
            Self::Found { now, .. } | Self::Join { now, .. } | Self::Apply { now, .. } | Self::Rotate { now, .. } => {
                Some(*now)
            }
            Self::Due { now, .. } => Some(*now),
            Self::Purge(purge) => Some(purge.now),
            Self::List { of: Listed::Owner { show: Show::Standing { now }, .. }, .. } => Some(*now),
            _ => None,
        }
    }

    /// Returns the command with a `now` that is earlier than [`Timestamp::MAX`]. No caller passes that instant as
    /// `now`, because a store may use it for "no end".
    pub(super) fn before_the_end(mut self) -> Self {
        let last = Timestamp::from_micros(Timestamp::MAX.micros() - 1).unwrap_or(Timestamp::MAX);
        match &mut self {
            Self::Found { now, .. }
            | Self::Join { now, .. }
            | Self::Apply { now, .. }
            | Self::Rotate { now, .. }
            | Self::List { of: Listed::Owner { show: Show::Standing { now }, .. }, .. }
            | Self::ListWhilePurged { of: Listed::Owner { show: Show::Standing { now }, .. }, .. } => {
                *now = (*now).min(last);
            }
            _ => {}
        }
        self
    }

    /// Returns the ids of all records that the command names.
    pub(super) fn ids(&self) -> Vec<RecordId> {
        match self {
            Self::Found { new, .. } | Self::Join { new, .. } => new.iter().map(|new| new.id).collect(),
            Self::Rotate { parent, new, .. } => std::iter::once(*parent).chain(new.iter().map(|new| new.id)).collect(),
            Self::Apply { id, .. }
            | Self::RevokeOne { id, .. }
            | Self::Claim { id, .. }
            | Self::Settle { id, .. }
            | Self::Get { id }
            | Self::Damage { id } => vec![*id],
            Self::Touch { seen } => seen.iter().map(|(id, _)| *id).collect(),
            _ => Vec::new(),
        }
    }
}
