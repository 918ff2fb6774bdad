//! The selection of listed records, and the progress of a call that works in batches.

use crate::record::state::Superseded;
use crate::record::token_record::TokenRecord;
use crate::types::ids::OwnerId;
use crate::types::kind::TokenKind;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// The records that a call lists.
#[derive(Clone, Copy, Debug)]
pub enum Listing<'a> {
    /// The records of one owner and one kind, in descending order of (`created_at`, `id`).
    Owner {
        /// The realm.
        realm: &'a Realm,
        /// The owner.
        owner: &'a OwnerId,
        /// The kind.
        kind: TokenKind,
        /// Which of the owner's records are listed.
        show: Show,
    },
    /// The records of one kind in a realm, in ascending order of id.
    Kind {
        /// The realm.
        realm: &'a Realm,
        /// The kind.
        kind: TokenKind,
    },
}

/// Which records of an owner are listed. Shrunk records are never listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// All records, including deleted and replaced ones.
    All,
    /// The records that are current at `now`. Neither the record nor its family is revoked. The record is not
    /// superseded, or its overlap has not ended (`honoured_until` is `None` or later than `now`). Its `gone_at` is
    /// `None` or later than `now`.
    Standing {
        /// The instant.
        now: Timestamp,
    },
}

impl Show {
    /// Whether the record is listed.
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

/// The progress of a call that works in batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Progress {
    /// The number of items that were changed.
    pub changed: u64,
    /// Whether another call is needed to finish the work.
    pub more: bool,
}
