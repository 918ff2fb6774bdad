//! The selection of listed records, and the progress of a call that handles only a limited number of items.

use crate::record::state::Superseded;
use crate::record::token_record::TokenRecord;
use crate::types::ids::OwnerId;
use crate::types::kind::TokenKind;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// Which records a call of [`TokenStore::list`](crate::store::TokenStore::list) returns.
#[derive(Clone, Copy, Debug)]
pub enum Listing<'a> {
    /// The records of one owner and one kind, in descending order of (`created_at`, `id`).
    Owner {
        /// The realm to which the records belong.
        realm: &'a Realm,
        /// The owner of the records.
        owner: &'a OwnerId,
        /// The kind of the records.
        kind: TokenKind,
        /// Which of the owner's records are listed.
        show: Show,
    },
    /// The records of one kind in a realm, in ascending order of id.
    Kind {
        /// The realm to which the records belong.
        realm: &'a Realm,
        /// The kind of the records.
        kind: TokenKind,
    },
}

/// Which records of an owner are listed. Shrunk records are never listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// All records, including revoked and superseded ones.
    All,
    /// The records that are current at `now`. A record is left out if it or its family is revoked, or if its `gone_at`
    /// is reached. It is also left out if a successor has replaced it and `honoured_until` is reached.
    Standing {
        /// The instant at which a listed record must be current.
        now: Timestamp,
    },
}

impl Show {
    /// Whether a listing with this selection contains the record.
    #[must_use]
    pub fn shows(self, record: &TokenRecord) -> bool {
        let own = record.record();
        let stands = |now: Timestamp| {
            let honoured = |superseded: &Superseded| superseded.honoured_until.is_none_or(|until| !now.reached(until));
            record.revoked().is_none()
                && own.superseded.as_ref().is_none_or(honoured)
                && record.gone_at().is_none_or(|gone_at| !now.reached(gone_at))
        };
        !own.shrunk
            && match self {
                Self::All => true,
                Self::Standing { now } => stands(now),
            }
    }
}

/// The progress of a call that handles only a limited number of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Progress {
    /// The number of items that were changed. A revoked family counts as one item, even if it has several members.
    pub changed: u64,
    /// Whether another call is needed to finish the work.
    pub more: bool,
}
