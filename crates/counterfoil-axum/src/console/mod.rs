//! The console: pages for people, and the sessions behind them.

mod cookie;
mod csrf;
mod profiles;
mod recent;
mod session_layer;

pub use cookie::Transport;
pub use profiles::{ImageFormat, Profile, Profiles, ProfilesError, Signature};
pub use recent::RecentEvents;
pub use session_layer::{Session, SessionLayer};
