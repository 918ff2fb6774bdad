//! The macros that generate tests, and the two macros that contain the names of all checks.

/// Calls the given macro with the names of all checks of a token store. This is the only list of these names.
#[doc(hidden)]
#[macro_export]
macro_rules! __every_clause {
    ($call:ident { $($with:tt)* }) => {
        $crate::$call! { { $($with)* }
            no_clock_no_dice
            equality_is_reached
            insert_all_or_nothing
            cap_holds_under_races
            own_write_is_recognised
            get_is_exact
            get_sees_the_family
            get_after_write
            apply_needs_the_version
            rotate_has_one_winner
            no_parent_without_successor
            rotate_wipes_one_back
            revoke_is_final
            revoke_twice
            owner_revoke_covers
            touch_is_forward
            touch_disturbs_nobody
            label_has_one_holder
            label_is_given_back
            pages_are_stable
            due_is_complete
            claim_has_one_winner
            purge_keeps_the_living
            shrinking_keeps_the_proof
            cut_off_is_all_or_nothing
            garbage_is_corrupt
            outage_is_unavailable
            no_replica_answers
            realms_are_apart
            generations_stay
            rotations_are_paced
            access_tokens_are_capped
            creations_are_paced
            room_is_made
            list_shows_what_stands
            methods_race_methods
            interleavings_are_steps
            requests_are_checked
            every_state_has_its_answer
            try_read_shows_what_get_returns
            families_are_listed
            renewal_needs_its_label
            renewals_are_capped
            details_follow_the_newest
            refusals_come_in_order
            slide_is_forward
            census_counts_every_record
            answers_equal_the_model
        }
    };
}

/// Calls the given macro with the names of all checks of `ClientStore`, `SettingsStore`, `Throttle` and `AliasStore`.
/// This is the only list of these names.
#[doc(hidden)]
#[macro_export]
macro_rules! __every_sibling_clause {
    ($call:ident { $($with:tt)* }) => {
        $crate::$call! { { $($with)* }
            put_client_needs_the_version
            put_settings_needs_the_version
            note_upkeep_needs_the_note
            removed_internal_ids_never_return
            reserve_never_passes_the_limit
            under_way_is_told_from_failed
            unsettled_counts_as_failed
            refused_writes_nothing
            no_wait_beyond_the_window
            throttle_answers_equal_the_model
            client_answers_equal_the_model
            settings_answers_equal_the_model
            client_pages_have_an_end
            an_alias_has_one_record
            an_alias_is_removed_by_its_record
            aliases_are_walked
            sibling_outage_is_unavailable
            sibling_garbage_is_corrupt
            sibling_cut_off_is_all_or_nothing
        }
    };
}

/// Generates one `#[test]` for each check of a token store, in a module with the given name. The tests use the stores
/// of a [`Fixture`](crate::Fixture).
///
/// ```ignore
/// counterfoil_conformance::conformance!(my_store, MyFixture);
/// // A store on a runtime: a function that drives a future to completion on the calling thread.
/// counterfoil_conformance::conformance!(my_store, MyFixture, block_on = |task| RUNTIME.block_on(task));
/// // With this [`Scale`](crate::Scale) instead of the one from the environment.
/// counterfoil_conformance::conformance!(my_store, MyFixture, scale = Scale { rounds: 60, ..Scale::CI });
/// ```
#[macro_export]
macro_rules! conformance {
    ($name:ident, $fixture:expr $(,)?) => {
        $crate::__every_clause! { __tests { $name, $crate::Subject::new($fixture) } }
    };
    ($name:ident, $fixture:expr, scale = $scale:expr $(,)?) => {
        $crate::__every_clause! { __tests { $name, $crate::Subject::new($fixture).with_scale($scale) } }
    };
    ($name:ident, $fixture:expr, block_on = $block_on:expr $(,)?) => {
        $crate::__every_clause! { __tests { $name, $crate::Subject::new($crate::Driven::new($fixture, $block_on)) } }
    };
}

/// Generates one `#[test]` for each check of `ClientStore`, `SettingsStore`, `Throttle` and `AliasStore`, in a module
/// with the given name. The tests use the stores of a [`SiblingFixture`](crate::SiblingFixture).
#[macro_export]
macro_rules! sibling_conformance {
    ($name:ident, $fixture:expr $(,)?) => {
        $crate::__every_sibling_clause! { __sibling_tests { $name, $crate::Siblings::new($fixture) } }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tests {
    ({ $name:ident, $subject:expr } $($clause:ident)*) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            $(#[test]
            fn $clause() {
                $crate::hold(stringify!($clause), &$subject);
            })*
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __sibling_tests {
    ({ $name:ident, $siblings:expr } $($clause:ident)*) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            $(#[test]
            fn $clause() {
                $crate::hold_sibling(stringify!($clause), &$siblings);
            })*
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __checks {
    ({ $check:ident, $room:ident } $($clause:ident)*) => {
        &[$($check { name: stringify!($clause), run: |subject| Box::pin($crate::$room::$clause(subject)) }),*]
    };
}

/// Generates a `#[test]` for each check of the methods of `Transfer` that needs a fixture. These checks drop calls,
/// damage rows and cause outages (clauses 25 to 27 of `TokenStore`). The fixture implements
/// [`TransferFixture`](crate::transfer_clauses::TransferFixture).
#[macro_export]
macro_rules! transfer_conformance {
    ($name:ident, $fixture:expr) => {
        $crate::transfer_conformance! { @ $name, $fixture,
            transfer_cut_off_is_all_or_nothing transfer_garbage_is_corrupt transfer_outage_is_unavailable
        }
    };
    (@ $name:ident, $fixture:expr, $($check:ident)*) => {
        mod $name {
            #[allow(unused_imports, reason = "the fixture may be named by a path of its own")]
            use super::*;

            $(#[test]
            fn $check() {
                $crate::transfer_clauses::hold_transfer(stringify!($check), $fixture);
            })*
        }
    };
}

/// Generates a `#[test]` for each clause of `NarrowingLog` (72 to 75), in a module with the given name. The fixture
/// implements [`LogFixture`](crate::log_clauses::LogFixture).
#[macro_export]
macro_rules! log_conformance {
    ($name:ident, $fixture:expr) => {
        $crate::log_conformance! { @ $name, $fixture,
            narrowings_are_logged log_order_is_commit_order lost_steps_show narrowing_is_one_step
        }
    };
    (@ $name:ident, $fixture:expr, $($check:ident)*) => {
        mod $name {
            #[allow(unused_imports, reason = "the fixture may be named by a path of its own")]
            use super::*;

            $(#[test]
            fn $check() {
                $crate::log_clauses::hold_log(stringify!($check), $fixture);
            })*
        }
    };
}
