//! The pages, one room for each section.

mod asking;
pub(crate) mod clients;
pub(crate) mod code_edit;
pub(crate) mod codes;
mod confirm;
mod emptiness;
pub(crate) mod events;
pub(crate) mod languages;
pub(crate) mod profile;
mod rows;
mod secret;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod signature;
pub(crate) mod tokens;
pub(crate) mod users;

use std::num::NonZeroU32;

use crate::cursor::List;
use crate::query::Query;

/// Rows of a page.
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);

/// Where a list goes on, as its page's query says it; from its beginning where that is no place in it.
fn after<T>(query: Option<&str>, list: List<'_>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let query = Query::parse(query);
    let cursor = query.one("cursor").ok().flatten();
    list.read(cursor, parse).ok().flatten()
}
