//! `Arc<T>` and `Box<T>` are stores, or a directory, where `T` is one, and a watched one has its methods: made from one list of methods a
//! trait, so that none is forgotten.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;

use crate::counterfoil::record::{NewRecord, TokenRecord};
use crate::counterfoil::state::{NoticeMark, Revoked};
use crate::ports::change::{Applied, Change, Home, Inserted, Listing, Progress, Revoke, Rotated, Step};
use crate::ports::client_store::{ClientPut, ClientStore};
use crate::ports::directory::{Directory, DirectoryError, Login, ResolvedName};
use crate::ports::measured::{Stopwatch, timed};
use crate::ports::page::{Cursor, Page};
use crate::ports::settings_store::{SettingsPut, SettingsStore};
use crate::ports::store::TokenStore;
use crate::ports::store_error::StoreError;
use crate::ports::throttle::{Reserved, Throttle, ThrottleKey};
use crate::ports::watched::Watched;
use crate::words::account::Account;
use crate::words::client::{ClientId, Registration, VersionedRegistration};
use crate::words::ids::{KeyId, RecordId, SubjectId, Version};
use crate::words::realm::Realm;
use crate::words::settings::{StoredSettings, VersionedSettings};
use crate::words::time::{Span, Ts};

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
    fn insert(&self, home: Home<'_>, new: &[NewRecord], now: Ts) -> Inserted;
    fn get(&self, id: &RecordId) -> Option<TokenRecord>;
    fn apply(&self, id: &RecordId, expect: Version, change: &Change, now: Ts) -> Applied;
    fn rotate(&self, parent: &RecordId, step: &Step, new: &[NewRecord], now: Ts) -> Rotated;
    fn revoke(&self, what: Revoke<'_>, revoked: Revoked, gone_at: Ts, limit: NonZeroU32) -> Progress;
    fn touch(&self, seen: &[(RecordId, Ts)]) -> ();
    fn list(&self, of: Listing<'_>, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord>;
    fn due(&self, now: Ts, after: Option<&Cursor>, limit: NonZeroU32) -> Page<TokenRecord>;
    fn claim(&self, id: &RecordId, held: NoticeMark, lease_until: Ts) -> Option<TokenRecord>;
    fn settle(&self, id: &RecordId, held: NoticeMark, next: Option<NoticeMark>, sent: Option<(Ts, u8)>) -> bool;
    fn purge(&self, now: Ts, unsent_before: Ts, windows_before: Ts, limit: NonZeroU32) -> Progress;
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
    fn last_upkeep(&self) -> Option<Ts>;
    fn note_upkeep(&self, expect: Option<Ts>, at: Ts) -> bool;
});

forward!(Throttle, "throttle", StoreError {
    fn reserve(&self, key: &ThrottleKey, now: Ts, window: Span, limit: NonZeroU32) -> Reserved;
    fn failed(&self, key: &ThrottleKey, reserved_at: Ts, now: Ts, window: Span) -> ();
    fn release(&self, key: &ThrottleKey, reserved_at: Ts, now: Ts, window: Span) -> ();
    fn purge_counters(&self, now: Ts, limit: NonZeroU32) -> u64;
});

forward!(Directory, "directory", DirectoryError {
    fn authenticate(&self, login: &Login<'_>) -> Option<Account>;
    fn account(&self, subject: &SubjectId) -> Option<Account>;
    fn resolve(&self, name: &str) -> ResolvedName;
    fn find(&self, text: &str, limit: NonZeroU32) -> Vec<Account>;
});
