//! The table.

mod authentication;
mod management;
mod oauth;
mod requests;

use crate::case::Case;

/// All cases. No two have the same name.
pub fn all() -> Vec<Case> {
    [authentication::cases(), oauth::cases(), management::cases(), requests::cases()].concat()
}
