//! The console: web pages, and the sessions of the accounts that use them.

mod assets;
mod clock;
mod cookie;
mod csrf;
mod form;
mod form_error;
mod form_number;
mod form_values;
mod language;
mod layout;
#[cfg(test)]
mod lengths_tests;
mod pages;
mod paths;
mod profiles;
mod reauthentication;
mod recent_events;
mod rejection;
mod response;
mod router;
mod session;
mod session_layer;
mod state;
mod submitted_form;
mod text;
mod time;
mod viewer;
mod zones;

pub use cookie::{CookieName, InvalidCookieName, Transport};
pub use profiles::{ImageFormat, Profile, Profiles, ProfilesError, Signature};
pub use recent_events::RecentEvents;
pub use router::Console;
pub use session_layer::SessionLayer;
