//! Implements the store contract for both dialects. Each method of the contract calls an inherent method that has a
//! similar name.

/// Implements `TokenStore` with the inherent methods of a type.
macro_rules! token_store {
    ($store:ty {
        $($method:ident = $inherent:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)*
    }) => {
        #[async_trait::async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl counterfoil::store::TokenStore for $store {
            /// Always returns false, because the store has no records in memory. The caller then uses `get`.
            fn try_read(
                &self,
                _: &counterfoil::types::RecordId,
                _: &mut counterfoil::store::Look<'_>,
            ) -> bool {
                false
            }

            $(async fn $method(&self $(, $arg: $kind)*) -> Result<$answer, counterfoil::store::StoreError> {
                self.$inherent($($arg),*).await
            })*
        }
    };
    ($store:ty) => {
        const _: () = {
            use std::num::NonZeroU32;

            use counterfoil::store::{
                Applied, Change, Cursor, FamilyParts, InsertInto, Inserted, Listing, NewRecord, NoticeMark, Page,
                ParentUpdate, Progress, Revoke, Revoked, Rotated, TokenRecord,
            };
            use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId, Version};
            use counterfoil::{Realm, Timestamp};

            $crate::port::token_store! { $store {
                insert = insert_all(home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Inserted;
                get = get_pair(id: &RecordId) -> Option<TokenRecord>;
                apply = apply_change(id: &RecordId, expect: Version, change: &Change, now: Timestamp) -> Applied;
                rotate = rotate_step(
                    parent: &RecordId, step: &ParentUpdate, new: &[NewRecord], now: Timestamp
                ) -> Rotated;
                revoke = revoke_what(
                    what: Revoke<'_>, revoked: Revoked, gone_at: Timestamp, limit: NonZeroU32
                ) -> Progress;
                touch = touch_all(seen: &[(RecordId, Timestamp)]) -> ();
                list = list_page(of: Listing<'_>, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord>;
                list_families = list_family_page(
                    realm: &Realm, owner: &OwnerId, after: Option<&FamilyId>, limit: NonZeroU32
                ) -> Page<FamilyParts, FamilyId>;
                due = due_page(now: Timestamp, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord>;
                claim = claim_notice(id: &RecordId, held: NoticeMark, lease_until: Timestamp) -> Option<TokenRecord>;
                settle = settle_notice(
                    id: &RecordId, held: NoticeMark, next: Option<NoticeMark>, sent: Option<(Timestamp, u8)>
                ) -> bool;
                purge = purge_batch(
                    now: Timestamp, unsent_before: Timestamp, windows_before: Timestamp, limit: NonZeroU32
                ) -> Progress;
                census = count_keys() -> Vec<(KeyId, u64)>;
                probe = try_both() -> ();
            }}
        };
    };
}
pub(crate) use token_store;

/// A point at which tests can pause a call. Builds without tests contain no code for it.
#[cfg(feature = "sqlite")]
macro_rules! backend_call {
    () => {
        #[cfg(feature = "test-util")]
        counterfoil::testing::backend_call().await;
    };
}
#[cfg(feature = "sqlite")]
pub(crate) use backend_call;
