#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod back_off;
mod delivery;
mod digest;
mod limits;
mod log;
mod patience;
mod report;
mod round;
#[cfg(feature = "smtp")]
mod smtp;
mod templates;
mod transport;
mod upkeep;
mod walk;
mod worker;

pub use digest::Digest;
pub use limits::Limits;
pub use log::Log;
pub use report::Report;
#[cfg(feature = "smtp")]
pub use smtp::{Smtp, SmtpSetupError};
pub use templates::{BuiltIn, RenderError, Rendered, Templates};
pub use transport::{SendError, Transport};
pub use upkeep::Upkeep;
pub use worker::Worker;
