//! `Arc<T>` and `Box<T>` are stores, or a directory, where `T` is one, and a watched one has its methods: made from one list of methods a
//! trait, so that none is forgotten.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;

use crate::directory::{Directory, DirectoryError, Login, ResolvedName};
use crate::record::state::{NoticeMark, Revoked};
use crate::record::token_record::{NewRecord, TokenRecord};
use crate::service::measured::{Stopwatch, timed};
use crate::service::watched::Watched;
use crate::store::change::{Applied, Change, InsertInto, Inserted, Listing, ParentUpdate, Progress, Revoke, Rotated};
use crate::store::client_store::{ClientPut, ClientStore};
use crate::store::error::StoreError;
use crate::store::page::{Cursor, Page};
use crate::store::settings_store::{SettingsPut, SettingsStore};
use crate::store::throttle::{Reserved, Throttle, ThrottleKey};
use crate::store::token_store::TokenStore;
use crate::types::account::Account;
use crate::types::client::{ClientId, Registration, VersionedRegistration};
use crate::types::ids::{KeyId, RecordId, SubjectId, Version};
use crate::types::realm::Realm;
use crate::types::settings::{StoredSettings, VersionedSettings};
use crate::types::time::{Span, Timestamp};

macro_rules! forward {
    ($trait:ident, $port:literal, $error:ty { $(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)* }) => {
        forward!(@one Arc<T>, $trait, $error { $(fn $name(&self $(, $arg: $kind)*) -> $answer;)* });
        forward!(@one Box<T>, $trait, $error { $(fn $name(&self $(, $arg: $kind)*) -> $answer;)* });

        impl Watched<dyn $trait> {
            $(pub(crate) async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, $error> {
                let watch = Stopwatch::start();
                let answer = (*self.port).$name($($arg),*).await;
                match &answer {
                    Ok(_) => timed!(watch, "counterfoil_port_seconds", "port" => $port, "operation" => stringify!($name), "outcome" => "answered"),
                    Err(_) => timed!(watch, "counterfoil_port_seconds", "port" => $port, "operation" => stringify!($name), "outcome" => "failed"),
                }
                self.heard(stringify!($name), &answer);
                answer
            })*
        }
    };
    (@one $pointer:ty, $trait:ident, $error:ty { $(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)* }) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: $trait + ?Sized> $trait for $pointer {
            $(async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, $error> {
                (**self).$name($($arg),*).await
            })*
        }
    };
}

forward!(TokenStore, "token_store", StoreError {
    fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Inserted;
    fn get(&self, id: &RecordId) -> Option<TokenRecord>;
    fn apply(&self, id: &RecordId, expect: Version, change: &Change, now: Timestamp) -> Applied;
    fn rotate(&self, parent: &RecordId, step: &ParentUpdate, new: &[NewRecord], now: Timestamp) -> Rotated;
    fn revoke(&self, what: Revoke<'_>, revoked: Revoked, gone_at: Timestamp, limit: NonZeroU32) -> Progress;
    fn touch(&self, seen: &[(RecordId, Timestamp)]) -> ();
    fn list(&self, of: Listing<'_>, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord>;
    fn due(&self, now: Timestamp, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord>;
    fn claim(&self, id: &RecordId, held: NoticeMark, lease_until: Timestamp) -> Option<TokenRecord>;
    fn settle(&self, id: &RecordId, held: NoticeMark, next: Option<NoticeMark>, sent: Option<(Timestamp, u8)>) -> bool;
    fn purge(&self, now: Timestamp, unsent_before: Timestamp, windows_before: Timestamp, limit: NonZeroU32) -> Progress;
    fn census(&self) -> Vec<(KeyId, u64)>;
    fn probe(&self) -> ();
});

forward!(ClientStore, "client_store", StoreError {
    fn client(&self, realm: &Realm, id: &ClientId) -> Option<VersionedRegistration>;
    fn clients(&self, realm: &Realm, after: Option<&ClientId>, limit: NonZeroU32) -> Page<VersionedRegistration, ClientId>;
    fn put_client(&self, realm: &Realm, expect: Option<Version>, registration: &Registration) -> ClientPut;
    fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> bool;
});

forward!(SettingsStore, "settings_store", StoreError {
    fn settings(&self, realm: &Realm) -> Option<VersionedSettings>;
    fn put_settings(&self, realm: &Realm, expect: Option<Version>, settings: &StoredSettings) -> SettingsPut;
    fn last_upkeep(&self) -> Option<Timestamp>;
    fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> bool;
});

forward!(Throttle, "throttle", StoreError {
    fn reserve(&self, key: &ThrottleKey, now: Timestamp, window: Span, limit: NonZeroU32) -> Reserved;
    fn failed(&self, key: &ThrottleKey, reserved_at: Timestamp, now: Timestamp, window: Span) -> ();
    fn release(&self, key: &ThrottleKey, reserved_at: Timestamp, now: Timestamp, window: Span) -> ();
    fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> u64;
});

forward!(Directory, "directory", DirectoryError {
    fn authenticate(&self, login: &Login<'_>) -> Option<Account>;
    fn account(&self, subject: &SubjectId) -> Option<Account>;
    fn resolve(&self, name: &str) -> ResolvedName;
    fn find(&self, text: &str, limit: NonZeroU32) -> Vec<Account>;
});
