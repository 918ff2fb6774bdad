#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod apply;
mod bounds;
mod cut;
mod cut_off;
mod damage;
mod database;
mod demotion;
mod details;
mod driver;
mod extremes;
mod families;
mod fixture;
mod generations;
mod get;
mod insert;
mod interleavings;
mod judge;
mod label;
mod limits;
mod macros;
mod narrowings;
mod notices;
mod outage;
mod outcomes;
mod pages;
mod pool;
mod purge;
mod races;
mod realms;
mod renewal;
mod requests;
mod revoke;
mod rotate;
mod run;
mod scale;
mod scene;
mod siblings;
mod slow;
mod standing;
mod steps;
mod subject;
mod together;
mod touch;
mod transfer;
mod try_read;
mod violation;

/// How to write a store: in which order to work, which designs are known to fail, and how to verify the result.
#[doc = include_str!("../WRITING-A-STORE.md")]
pub mod guide {}

pub mod dice;
pub mod random;
pub mod reference;
pub mod sample;
pub mod walk;

pub use counterfoil::testing::backend_call;
pub use database::Database;
pub use driver::Driver;
pub use fixture::{Driven, Fixture, Row, Store, Task};
pub use futures_executor::block_on;
pub use pool::Pool;
pub use reference::{ReferenceSiblings, ReferenceStore};
pub use run::{CHECKS, Check, SIBLING_CHECKS, SiblingCheck, hold, hold_sibling};
pub use scale::{Scale, scale};
pub use siblings::{SiblingFixture, SiblingRow, Siblings};
pub use slow::{SlowStore, pause};
pub use subject::Subject;
pub use violation::{Checked, Verdict, Violation};

/// The checks of a token store. For each clause in the docs of [`TokenStore`](counterfoil::store::TokenStore), there is
/// a public function with the clause's name.
pub mod clauses {
    pub use crate::apply::apply_needs_the_version;
    pub use crate::bounds::{
        access_tokens_are_capped, creations_are_paced, refusals_come_in_order, room_is_made, rotations_are_paced,
    };
    pub use crate::cut_off::cut_off_is_all_or_nothing;
    pub use crate::damage::garbage_is_corrupt;
    pub use crate::demotion::no_replica_answers;
    pub use crate::details::details_follow_the_newest;
    pub use crate::families::families_are_listed;
    pub use crate::generations::generations_stay;
    pub use crate::get::{get_after_write, get_is_exact, get_sees_the_family};
    pub use crate::insert::{insert_all_or_nothing, own_write_is_recognised};
    pub use crate::interleavings::interleavings_are_steps;
    pub use crate::label::label_is_given_back;
    pub use crate::limits::{equality_is_reached, no_clock_no_dice};
    pub use crate::notices::{claim_has_one_winner, due_is_complete};
    pub use crate::outage::outage_is_unavailable;
    pub use crate::outcomes::every_state_has_its_answer;
    pub use crate::pages::{census_counts_every_record, pages_are_stable};
    pub use crate::purge::{purge_keeps_the_living, shrinking_keeps_the_proof};
    pub use crate::races::{
        cap_holds_under_races, label_has_one_holder, methods_race_methods, rotate_has_one_winner, touch_disturbs_nobody,
    };
    pub use crate::random::answers_equal_the_model;
    pub use crate::realms::realms_are_apart;
    pub use crate::renewal::{renewal_needs_its_label, renewals_are_capped};
    pub use crate::requests::requests_are_checked;
    pub use crate::revoke::{owner_revoke_covers, revoke_is_final, revoke_twice};
    pub use crate::rotate::{no_parent_without_successor, rotate_wipes_one_back, slide_is_forward};
    pub use crate::standing::list_shows_what_stands;
    pub use crate::touch::touch_is_forward;
    pub use crate::try_read::try_read_shows_what_get_returns;
}

/// The checks of the sibling traits `ClientStore`, `SettingsStore`, `Throttle` and `AliasStore`. For each clause in the
/// docs of these traits (29 to 35, 47, 51 to 53, 56 and 69 to 71) there are one or more functions.
pub mod sibling_clauses {
    pub use crate::siblings::{
        aliases_are_walked, an_alias_has_one_record, an_alias_is_removed_by_its_record, client_answers_equal_the_model,
        client_pages_have_an_end, no_wait_beyond_the_window, note_upkeep_needs_the_note, put_client_needs_the_version,
        put_settings_needs_the_version, refused_writes_nothing, removed_internal_ids_never_return,
        reserve_never_passes_the_limit, settings_answers_equal_the_model, sibling_cut_off_is_all_or_nothing,
        sibling_garbage_is_corrupt, sibling_outage_is_unavailable, throttle_answers_equal_the_model,
        under_way_is_told_from_failed, unsettled_counts_as_failed,
    };
}

/// The checks of stores that implement [`NarrowingLog`](counterfoil::store::NarrowingLog), from which a cache learns
/// what it must read again. For each clause in the docs of this trait (72 to 75) there is a function with the clause's
/// name.
pub mod log_clauses {
    pub use crate::narrowings::{
        LogFixture, Logged, hold_log, log_order_is_commit_order, lost_steps_show, narrowing_is_one_step,
        narrowings_are_logged,
    };
}

/// The checks of stores that implement [`Transfer`](counterfoil::store::Transfer), so that their families can be
/// copied. They check that all families are walked, that a restored family equals the original, and that a restore
/// overwrites nothing (clauses 57 to 59 of `Transfer`). They also check dropped calls, damaged rows and outages
/// (clauses 25 to 27 of `TokenStore`) for the methods of `Transfer`. The module also has functions that fill a store
/// with families and read them.
pub mod transfer_clauses {
    pub use crate::transfer::{
        TransferFixture, Whole, a_family_comes_back_as_it_was, every_state, families_are_walked, hold_transfer,
        restore_never_overwrites, transfer_cut_off_is_all_or_nothing, transfer_garbage_is_corrupt,
        transfer_outage_is_unavailable, walk_families,
    };
}
