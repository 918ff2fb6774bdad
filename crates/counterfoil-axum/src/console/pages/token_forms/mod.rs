//! The forms that replace, renew, extend and edit a personal access token, of the viewer or of a service account.

pub(super) mod edit;
pub(super) mod extend;
mod owner;
pub(super) mod renew;
mod renewal_page;

pub(super) use owner::TokenOwner;
pub(super) use renewal_page::limits;
