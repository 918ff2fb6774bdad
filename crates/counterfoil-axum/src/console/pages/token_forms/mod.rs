//! The forms that create, replace, renew, extend, edit and revoke a personal access token, of the viewer or of a
//! service account.

mod create;
mod delete;
mod edit;
mod extend;
mod owner;
mod path;
mod renew;
mod renewal_page;
mod sources;

pub(super) use create::{FIELDS, try_create};
pub(crate) use delete::{ask_delete, delete};
pub(crate) use edit::{ask_edit, edit};
pub(crate) use extend::{ask_extend, extend};
pub(super) use owner::TokenOwner;
use path::TokenPath;
pub(crate) use renew::{ask_renew, ask_rotate, renew, rotate};
pub(super) use renewal_page::limits;
pub(crate) use sources::{ask_sources, sources};
