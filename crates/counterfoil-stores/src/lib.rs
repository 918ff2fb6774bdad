#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod any;
mod open;
mod url;

pub use any::AnyStore;
pub use open::{Migrated, OpenError, Opening};
pub use url::{InvalidStoreUrl, StoreUrl, holds_password};
