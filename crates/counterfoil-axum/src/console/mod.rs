//! The console: pages for people, and the sessions behind them.

mod answer;
mod assets;
mod cookie;
mod csrf;
mod filled;
mod form;
mod language;
mod once;
mod pages;
mod paths;
mod posted;
mod profiles;
mod proof;
mod recent;
mod router;
mod session_layer;
mod shell;
mod state;
mod stop;
mod visitor;
mod when;
mod words;

pub use cookie::{CookieName, InvalidCookieName, Transport};
pub use profiles::{ImageFormat, Profile, Profiles, ProfilesError, Signature};
pub use recent::RecentEvents;
pub use router::Console;
pub use session_layer::SessionLayer;
