//! The contract of a token store, and the traits of the other stores, for authors of stores.

pub(crate) mod alias_store;
#[cfg(any(test, feature = "test-util"))]
pub(crate) mod backend_call;
pub(crate) mod change;
pub(crate) mod client_store;
pub(crate) mod counter;
pub(crate) mod error;
pub(crate) mod insert;
pub(crate) mod listing;
pub(crate) mod narrowing_log;
pub(crate) mod page;
pub(crate) mod request;
pub(crate) mod settings_store;
pub(crate) mod throttle;
pub(crate) mod token_store;
pub(crate) mod transfer;
pub mod transition;
pub(crate) mod verification_reads;

pub use crate::crypto::digest::Digest;
pub use crate::record::family::{FamilyParts, NewFamily};
pub use crate::record::family_body::{Access, FamilyBody};
pub use crate::record::family_details::FamilyDetails;
pub use crate::record::record_parts::{NOTICED_MAX, NewRecord, RecordParts};
pub use crate::record::record_ref::{Look, RecordRef};
pub use crate::record::state::{Nonce, NoticeMark, Revoked, Superseded};
pub use crate::record::token_record::{Corrupt, TokenRecord};
pub use alias_store::{Alias, AliasEntry, AliasPut, AliasStore};
pub use change::{Applied, Change, ParentUpdate, Relabel, Revoke, Rotated};
pub use client_store::{ClientPut, ClientStore};
pub use counter::{Counter, UNSETTLED};
pub use error::{StoreError, StoreSource};
pub use insert::{Cap, InsertInto, Inserted, Pace, WhenFull};
pub use listing::{Listing, Progress, Show};
pub use narrowing_log::{LogEpoch, LogPosition, Narrowed, NarrowingLog, Narrowings};
pub use page::{Cursor, InvalidCursor, Page};
pub use request::{check_insert, check_members, check_rotate};
pub use settings_store::{SettingsPut, SettingsStore};
pub use throttle::{Reserved, Throttle, ThrottleKey};
pub use token_store::TokenStore;
pub use transfer::{Restored, Transfer, WholeFamily};
pub use verification_reads::{Ticket, VerificationReads};
