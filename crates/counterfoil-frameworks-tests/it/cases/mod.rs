//! The table of all test cases.

mod authentication;
mod leaks;
mod management;
mod oauth;
mod requests;

use crate::case::Case;

/// Returns all cases. Each case has a different name.
pub fn all() -> Vec<Case> {
    [authentication::cases(), leaks::cases(), oauth::cases(), management::cases(), requests::cases()].concat()
}
