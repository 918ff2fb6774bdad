#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod aliases;
mod check;
mod clients;
mod copy;
mod error;
mod families;
mod report;
mod settings;
mod side;
mod verify;
mod walk;

pub use copy::Copy;
pub use error::{CopyError, Side};
pub use report::Report;
pub use side::Stores;
