//! The checks of the siblings of `TokenStore`: the traits `ClientStore`, `SettingsStore`, `Throttle` and
//! `AliasStore`.

mod aliases;
mod client_model;
mod client_pages;
mod clients;
mod counter_model;
mod cut_off;
mod damage;
mod database;
mod fixture;
mod halted;
mod hostile;
mod outage;
mod races;
mod setting_model;
mod settings;
mod throttle;
mod upkeep;

pub use aliases::{aliases_are_walked, an_alias_has_one_record, an_alias_is_removed_by_its_record};
pub use client_model::client_answers_equal_the_model;
pub use client_pages::client_pages_have_an_end;
pub use clients::{put_client_needs_the_version, removed_internal_ids_never_return};
pub use counter_model::throttle_answers_equal_the_model;
pub use cut_off::sibling_cut_off_is_all_or_nothing;
pub use damage::sibling_garbage_is_corrupt;
pub use database::Siblings;
pub use fixture::{SiblingFixture, SiblingRow};
pub use outage::sibling_outage_is_unavailable;
pub use setting_model::settings_answers_equal_the_model;
pub use settings::put_settings_needs_the_version;
pub use throttle::{
    no_wait_beyond_the_window, refused_writes_nothing, reserve_never_passes_the_limit, under_way_is_told_from_failed,
    unsettled_counts_as_failed,
};
pub use upkeep::note_upkeep_needs_the_note;
