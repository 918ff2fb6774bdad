//! The list of methods of each trait of the stores and of the directory.

/// Passes the list of methods of a trait of the stores or of the directory to another macro. A wrapper that is written
/// with this list cannot miss a method of the trait.
///
/// `methods_of!(TokenStore => wrap)` calls the macro `wrap!` with one line for each method: `fn name(&self, argument:
/// Kind) -> Answer;`. Each method is async. It returns `Result<Answer, StoreError>`, or `Result<Answer,
/// DirectoryError>` for a trait of the directory. To pass further tokens to `wrap!` before the methods, write them in
/// brackets, as in `methods_of!(TokenStore => wrap[S])`.
///
/// These are the traits: `TokenStore`, `ClientStore`, `SettingsStore`, `Throttle`, `AliasStore`, `NarrowingLog`, and
/// the directory's `Accounts`, `Logins` and `Search`.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use counterfoil::memory::MemoryStore;
/// use counterfoil::store::{StoreError, TokenStore};
///
/// /// A store that counts its calls.
/// struct Counted<S> {
///     inner: S,
///     calls: AtomicU64,
/// }
///
/// macro_rules! counted {
///     ($(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
///         #[async_trait::async_trait]
///         impl<S: TokenStore> TokenStore for Counted<S> {
///             $(async fn $name(&self $(, $argument: $kind)*) -> Result<$answer, StoreError> {
///                 self.calls.fetch_add(1, Ordering::Relaxed);
///                 self.inner.$name($($argument),*).await
///             })*
///         }
///     };
/// }
/// counterfoil::methods_of!(TokenStore => counted);
///
/// let store = Counted { inner: MemoryStore::default(), calls: AtomicU64::new(0) };
/// futures_executor::block_on(store.probe()).expect("memory is there");
/// assert_eq!(store.calls.into_inner(), 1);
/// ```
#[macro_export]
macro_rules! methods_of {
    (TokenStore => $to:ident $([$($first:tt)*])?) => {
        $to! {
            $($($first)*)?
            fn insert(
                &self, home: $crate::store::InsertInto<'_>, new: &[$crate::store::NewRecord], now: $crate::Timestamp
            ) -> $crate::store::Inserted;
            fn get(&self, id: &$crate::types::RecordId) -> Option<$crate::store::TokenRecord>;
            fn apply(
                &self, id: &$crate::types::RecordId, expect: $crate::types::Version, change: &$crate::store::Change,
                now: $crate::Timestamp
            ) -> $crate::store::Applied;
            fn rotate(
                &self, parent: &$crate::types::RecordId, step: &$crate::store::ParentUpdate,
                new: &[$crate::store::NewRecord], now: $crate::Timestamp
            ) -> $crate::store::Rotated;
            fn revoke(
                &self, what: $crate::store::Revoke<'_>, revoked: $crate::store::Revoked, gone_at: $crate::Timestamp,
                limit: ::core::num::NonZeroU32
            ) -> $crate::store::Progress;
            fn touch(&self, seen: &[($crate::types::RecordId, $crate::Timestamp)]) -> ();
            fn list(
                &self, of: $crate::store::Listing<'_>, after: Option<&$crate::store::Cursor>,
                limit: ::core::num::NonZeroU32
            ) -> $crate::store::Page<$crate::store::TokenRecord>;
            fn list_families(
                &self, realm: &$crate::Realm, owner: &$crate::types::OwnerId, after: Option<&$crate::types::FamilyId>,
                limit: ::core::num::NonZeroU32
            ) -> $crate::store::Page<$crate::store::FamilyParts, $crate::types::FamilyId>;
            fn due(
                &self, now: $crate::Timestamp, after: Option<&$crate::store::Cursor>, limit: ::core::num::NonZeroU32
            ) -> $crate::store::Page<$crate::store::TokenRecord>;
            fn claim(
                &self, id: &$crate::types::RecordId, held: $crate::store::NoticeMark, lease_until: $crate::Timestamp
            ) -> Option<$crate::store::TokenRecord>;
            fn settle(
                &self, id: &$crate::types::RecordId, held: $crate::store::NoticeMark,
                next: Option<$crate::store::NoticeMark>, sent: Option<($crate::Timestamp, u8)>
            ) -> bool;
            fn purge(
                &self, now: $crate::Timestamp, unsent_before: $crate::Timestamp, windows_before: $crate::Timestamp,
                limit: ::core::num::NonZeroU32
            ) -> $crate::store::Progress;
            fn census(&self) -> Vec<($crate::types::KeyId, u64)>;
            fn probe(&self) -> ();
        }
    };
    (ClientStore => $to:ident $([$($first:tt)*])?) => {
        $to! {
            $($($first)*)?
            fn client(
                &self, realm: &$crate::Realm, id: &$crate::client::ClientId
            ) -> Option<$crate::client::VersionedRegistration>;
            fn clients(
                &self, realm: &$crate::Realm, after: Option<&$crate::client::ClientId>, limit: ::core::num::NonZeroU32
            ) -> $crate::store::Page<$crate::client::VersionedRegistration, $crate::client::ClientId>;
            fn put_client(
                &self, realm: &$crate::Realm, expect: Option<$crate::types::Version>,
                registration: &$crate::client::Registration
            ) -> $crate::store::ClientPut;
            fn remove_client(
                &self, realm: &$crate::Realm, id: &$crate::client::ClientId, expect: $crate::types::Version
            ) -> bool;
        }
    };
    (SettingsStore => $to:ident $([$($first:tt)*])?) => {
        $to! {
            $($($first)*)?
            fn settings(&self, realm: &$crate::Realm) -> Option<$crate::settings::VersionedSettings>;
            fn put_settings(
                &self, realm: &$crate::Realm, expect: Option<$crate::types::Version>,
                settings: &$crate::settings::StoredSettings
            ) -> $crate::store::SettingsPut;
            fn last_upkeep(&self) -> Option<$crate::Timestamp>;
            fn note_upkeep(&self, expect: Option<$crate::Timestamp>, at: $crate::Timestamp) -> bool;
        }
    };
    (Throttle => $to:ident $([$($first:tt)*])?) => {
        $to! {
            $($($first)*)?
            fn reserve(
                &self, key: &$crate::store::ThrottleKey, now: $crate::Timestamp, window: std::time::Duration,
                limit: ::core::num::NonZeroU32
            ) -> $crate::store::Reserved;
            fn failed(
                &self, key: &$crate::store::ThrottleKey, reserved_at: $crate::Timestamp, now: $crate::Timestamp,
                window: std::time::Duration
            ) -> ();
            fn release(
                &self, key: &$crate::store::ThrottleKey, reserved_at: $crate::Timestamp, now: $crate::Timestamp,
                window: std::time::Duration
            ) -> ();
            fn purge_counters(&self, now: $crate::Timestamp, limit: ::core::num::NonZeroU32) -> u64;
        }
    };
    (AliasStore => $to:ident $([$($first:tt)*])?) => {
        $to! {
            $($($first)*)?
            fn alias(&self, alias: &$crate::store::Alias) -> Option<$crate::store::AliasEntry>;
            fn put_alias(
                &self, alias: &$crate::store::Alias, entry: &$crate::store::AliasEntry,
                expect: Option<&$crate::types::RecordId>
            ) -> $crate::store::AliasPut;
            fn remove_alias(&self, alias: &$crate::store::Alias, expect: &$crate::types::RecordId) -> bool;
            fn aliases(
                &self, after: Option<&$crate::store::Alias>, limit: ::core::num::NonZeroU32
            ) -> $crate::store::Page<($crate::store::Alias, $crate::store::AliasEntry), $crate::store::Alias>;
        }
    };
    (NarrowingLog => $to:ident $([$($first:tt)*])?) => {
        $to! {
            $($($first)*)?
            fn narrowings(
                &self, after: Option<&$crate::store::LogPosition>, limit: ::core::num::NonZeroU32
            ) -> $crate::store::Narrowings;
            fn narrow(&self, what: &$crate::store::Narrowed, now: $crate::Timestamp) -> ();
            fn trim_narrowings(&self, before: $crate::Timestamp, limit: ::core::num::NonZeroU32) -> u64;
        }
    };
    (Accounts => $to:ident $([$($first:tt)*])?) => {
        $to! {
            $($($first)*)?
            fn account(&self, subject: &$crate::SubjectId) -> Option<$crate::Account>;
            fn resolve(&self, name: &str) -> $crate::directory::ResolvedName;
        }
    };
    (Logins => $to:ident $([$($first:tt)*])?) => {
        $to! {
            $($($first)*)?
            fn authenticate(&self, login: &$crate::directory::Login<'_>) -> Option<$crate::Account>;
        }
    };
    (Search => $to:ident $([$($first:tt)*])?) => {
        $to! {
            $($($first)*)?
            fn find(&self, text: &str, limit: ::core::num::NonZeroU32) -> Vec<$crate::Account>;
        }
    };
}
