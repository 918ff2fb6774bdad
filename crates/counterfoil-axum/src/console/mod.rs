//! The console: pages for people, and the sessions behind them.

mod cookie;
mod csrf;
mod profiles;

pub use cookie::Transport;
pub use profiles::{ImageFormat, Profile, Profiles, ProfilesError, Signature};
