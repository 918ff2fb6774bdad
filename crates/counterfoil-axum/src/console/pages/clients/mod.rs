//! The pages about registered clients. Administrators may use them.

mod create;
mod delete;
pub(crate) mod edit;
mod list;
mod revoke;
mod secret;
mod service_account;
mod switch;

use std::str::FromStr as _;

use counterfoil::client::ClientId;

use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::state::Console;
use crate::console::viewer::Viewer;

pub(crate) use create::create;
pub(crate) use delete::{ask_delete, delete};
pub(crate) use list::list;
pub(crate) use revoke::{ask_revoke, revoke};
pub(crate) use secret::{ask_secret, secret};
pub(crate) use switch::{disable, enable};

const SECTION: &str = "/clients";

/// Parses the client id in a path. If the text is not a valid id, the response is 404.
fn client(console: &Console, viewer: &Viewer, text: &str) -> Result<ClientId, Rejection> {
    ClientId::from_str(text).map_err(|_| Rejection::page(console, viewer, RejectionReason::NotFound))
}
