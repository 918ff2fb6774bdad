//! Implements the traits of the stores and of the directory for `Arc<T>` and `Box<T>`, and gives
//! [`Watched`](crate::service::watched::Watched) the same methods. All these methods are generated from one list for
//! each trait, so none can be missing.

use std::sync::Arc;

use async_trait::async_trait;

use crate::directory::{Accounts, DirectoryError, Logins, Search};
use crate::methods_of;
use crate::record::record_ref::Look;
use crate::service::measured::{Stopwatch, timed};
use crate::service::watched::Watched;
use crate::store::alias_store::AliasStore;
use crate::store::client_store::ClientStore;
use crate::store::error::StoreError;
use crate::store::narrowing_log::NarrowingLog;
use crate::store::settings_store::SettingsStore;
use crate::store::throttle::Throttle;
use crate::store::token_store::TokenStore;
use crate::types::account::Account;
use crate::types::ids::{RecordId, SubjectId};

/// With `only pointers` instead of the name of the port, `Watched` gets no methods: the core does not call the trait.
macro_rules! forward {
    ($trait:ident, only pointers, $error:ty; $(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        forward!(@one Arc<T>, $trait, $error {} { $(fn $name(&self $(, $arg: $kind)*) -> $answer;)* });
        forward!(@one Box<T>, $trait, $error {} { $(fn $name(&self $(, $arg: $kind)*) -> $answer;)* });
    };
    ($trait:ident, $port:literal, $error:ty, { $(fn $at_once:ident(&self $(, $given:ident: $what:ty)*);)* } $(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        forward!(@one Arc<T>, $trait, $error { $(fn $at_once(&self $(, $given: $what)*);)* } { $(fn $name(&self $(, $arg: $kind)*) -> $answer;)* });
        forward!(@one Box<T>, $trait, $error { $(fn $at_once(&self $(, $given: $what)*);)* } { $(fn $name(&self $(, $arg: $kind)*) -> $answer;)* });

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

            $(#[inline]
            pub(crate) fn $at_once(&self $(, $given: $what)*) -> bool {
                // After a failure, this returns false. The caller then calls the async method, which also reports the
                // recovery.
                !self.is_failing() && (*self.port).$at_once($($given),*)
            })*
        }
    };
    (@one $pointer:ty, $trait:ident, $error:ty { $(fn $at_once:ident(&self $(, $given:ident: $what:ty)*);)* } { $(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)* }) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: $trait + ?Sized> $trait for $pointer {
            $(async fn $name(&self $(, $arg: $kind)*) -> Result<$answer, $error> {
                (**self).$name($($arg),*).await
            })*

            $(#[inline]
            fn $at_once(&self $(, $given: $what)*) -> bool {
                (**self).$at_once($($given),*)
            })*
        }
    };
}

methods_of!(TokenStore => forward[TokenStore, "token_store", StoreError, {
    fn try_read(&self, id: &RecordId, look: &mut Look<'_>);
}]);
methods_of!(ClientStore => forward[ClientStore, "client_store", StoreError, {}]);
methods_of!(SettingsStore => forward[SettingsStore, "settings_store", StoreError, {}]);
methods_of!(Throttle => forward[Throttle, "throttle", StoreError, {}]);
methods_of!(AliasStore => forward[AliasStore, "alias_store", StoreError, {}]);
methods_of!(NarrowingLog => forward[NarrowingLog, only pointers, StoreError;]);
methods_of!(Accounts => forward[Accounts, "directory", DirectoryError, {
    fn try_account(&self, subject: &SubjectId, look: &mut dyn FnMut(Option<&Account>));
}]);
methods_of!(Logins => forward[Logins, "directory", DirectoryError, {}]);
methods_of!(Search => forward[Search, "directory", DirectoryError, {}]);
