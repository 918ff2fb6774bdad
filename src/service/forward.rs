//! Implements the traits of the stores and of the directory for `Arc<T>` and `Box<T>`, and gives
//! [`Watched`](crate::service::watched::Watched) the same methods. All these methods are generated from one list for
//! each trait, so none can be missing.

use std::sync::Arc;

use async_trait::async_trait;

use crate::directory::{Accounts, DirectoryError, Logins, Search};
use crate::methods_of;
use crate::service::measured::{Stopwatch, timed};
use crate::service::watched::Watched;
use crate::store::alias_store::AliasStore;
use crate::store::client_store::ClientStore;
use crate::store::error::StoreError;
use crate::store::settings_store::SettingsStore;
use crate::store::throttle::Throttle;
use crate::store::token_store::TokenStore;

macro_rules! forward {
    ($trait:ident, $port:literal, $error:ty, $(fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
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

methods_of!(TokenStore => forward[TokenStore, "token_store", StoreError,]);
methods_of!(ClientStore => forward[ClientStore, "client_store", StoreError,]);
methods_of!(SettingsStore => forward[SettingsStore, "settings_store", StoreError,]);
methods_of!(Throttle => forward[Throttle, "throttle", StoreError,]);
methods_of!(AliasStore => forward[AliasStore, "alias_store", StoreError,]);
methods_of!(Accounts => forward[Accounts, "directory", DirectoryError,]);
methods_of!(Logins => forward[Logins, "directory", DirectoryError,]);
methods_of!(Search => forward[Search, "directory", DirectoryError,]);
