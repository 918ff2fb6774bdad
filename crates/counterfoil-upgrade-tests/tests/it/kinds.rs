//! Runs each test of the upgrade for each kind of store.

use counterfoil_upgrade_tests::database::Kind;

use crate::support::RUNTIME;
use crate::{details, ends, limits, notices, opened, personal_access_tokens, sessions_and_codes, settings, sign_ins};

macro_rules! kinds {
    ($($module:ident $kind:ident,)*) => {$(
        mod $module {
            use super::*;

            const KIND: Kind = Kind::$kind;

            #[test]
            fn compat_1_a_database_of_the_last_version_opens_and_every_field_reads_as_it_was_written() {
                RUNTIME.block_on(opened::every_field_is_as_written(KIND));
            }

            #[test]
            fn compat_1_the_library_answers_as_the_last_version_did_about_each_credential() {
                RUNTIME.block_on(opened::every_answer_is_as_before(KIND));
            }

            #[test]
            fn compat_3_opening_a_database_again_changes_nothing() {
                RUNTIME.block_on(opened::opening_again_changes_nothing(KIND));
            }

            #[test]
            fn compat_2_personal_access_tokens_of_the_last_version_are_rotated_renamed_and_deleted() {
                RUNTIME.block_on(personal_access_tokens::are_rotated_renamed_and_deleted(KIND));
            }

            #[test]
            fn compat_2_sign_ins_of_the_last_version_are_refreshed_repeated_and_revoked() {
                RUNTIME.block_on(sign_ins::are_refreshed_repeated_and_revoked(KIND));
            }

            #[test]
            fn compat_2_sessions_and_codes_of_the_last_version_are_used_changed_and_ended() {
                RUNTIME.block_on(sessions_and_codes::are_used_changed_and_ended(KIND));
            }

            #[test]
            fn compat_2_limits_count_what_the_last_version_wrote() {
                RUNTIME.block_on(limits::count(KIND));
            }

            #[test]
            fn compat_2_notices_of_the_last_version_are_sent_once() {
                RUNTIME.block_on(notices::are_sent_once(KIND));
            }

            #[test]
            fn compat_2_clients_and_settings_of_the_last_version_change_and_keep_unknown_fields() {
                RUNTIME.block_on(settings::change_and_keep_unknown_fields(KIND));
            }

            #[test]
            fn compat_2_details_are_kept_beside_what_the_last_version_wrote() {
                RUNTIME.block_on(details::are_kept_beside(KIND));
            }

            #[test]
            fn compat_2_everything_of_the_last_version_can_be_ended_and_purged() {
                RUNTIME.block_on(ends::all_can_be_ended_and_purged(KIND));
            }
        }
    )*};
}

kinds! {
    sqlite Sqlite,
    postgres Postgres,
    redis Redis,
    valkey Valkey,
    cluster Cluster,
    redb Redb,
    fjall Fjall,
}
