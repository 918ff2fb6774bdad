//! Values that badly designed stores confuse or truncate: names that look alike, extreme instants and numbers, and
//! large batches. The checks of several clauses use them.

mod arguments;
mod ends;
mod joined;
mod kinds;
mod limits;
mod many;
mod names;
mod pages;
mod shrunk;
mod values;
mod widths;

pub(crate) use arguments::limits_are_reached_late;
pub(crate) use ends::{a_damaged_member_keeps_its_family, every_end_is_found, the_older_member_goes_last};
pub(crate) use joined::every_way_in_keeps_all_fields;
pub(crate) use kinds::every_kind_ends_with_its_owner;
pub(crate) use limits::{WIDE, wide_limits_let_in};
pub(crate) use many::{a_hundred_at_once, a_thousand_are_due, a_thousand_are_purged, more_than_a_hundred_families_end};
pub(crate) use names::{names_are_listed_apart, owners_are_counted_apart, owners_end_apart};
pub(crate) use pages::{
    a_cursor_outlives_its_place_in_the_list, a_cursor_outlives_its_record, a_due_cursor_outlives_its_record,
    pages_beyond_a_thousand,
};
pub(crate) use shrunk::{
    a_family_does_not_wait, a_shrunk_record_stays_shrunk, removals_and_shrinks_share_the_limit,
    shrinks_within_the_limit,
};
pub(crate) use values::values_come_back;
pub(crate) use widths::{generations_have_their_width, touches_beyond_a_thousand, versions_have_their_width};
