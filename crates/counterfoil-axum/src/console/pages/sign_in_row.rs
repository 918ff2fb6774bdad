//! The rows of the tables of sign-ins.

use counterfoil::operations::{SignInView, Status};
use counterfoil::types::Device;

use crate::console::clock::Clock;
use crate::console::text::Texts;
use crate::console::time::Moment;

pub(super) struct SignInRow {
    pub(super) id: String,
    /// The display name of the client, or the id of the client if it was deleted. For a session of the console, the
    /// name of this kind of sign-in.
    pub(super) name: String,
    pub(super) device: Option<String>,
    pub(super) source: Option<String>,
    pub(super) last_used_at: Moment,
    pub(super) created_at: Moment,
    pub(super) expires_at: Moment,
    pub(super) is_suspended: bool,
    pub(super) is_current: bool,
    pub(super) end: String,
}

impl SignInRow {
    /// Makes the row of a sign-in. `below` is the beginning of the path of the row's action.
    pub(super) fn new(seen: &SignInView, clock: &Clock, below: &str) -> Self {
        let device = seen.device.as_ref();
        Self {
            id: seen.id.to_string(),
            name: name_of(clock.texts, seen),
            device: device.and_then(Device::text).map(str::to_owned),
            source: device.and_then(Device::source).map(str::to_owned),
            last_used_at: clock.moment(seen.last_used_at),
            created_at: clock.moment(seen.created_at),
            expires_at: clock.moment(seen.expires_at),
            is_suspended: seen.status == Status::Suspended,
            is_current: seen.is_current,
            end: format!("{below}/{}/end", seen.id),
        }
    }
}

/// Returns the display name of the client, or the id of the client if it was deleted. For a session of the console,
/// returns the name of this kind of sign-in.
fn name_of(texts: &Texts, seen: &SignInView) -> String {
    match (&seen.client_name, &seen.client) {
        (Some(name), _) => name.clone(),
        (None, Some(client)) => client.to_string(),
        (None, None) => texts.credentials.kind_session.to_owned(),
    }
}
