//! Tests the store contract on Valkey. By default it runs every clause about clients, settings and counters, and the
//! clauses about tokens in [`CLAUSES`]. With `COUNTERFOIL_SCALE=soak` it runs all clauses.

use crate::support::backend::Backend;
use crate::support::fixture::Spaces;
use counterfoil_conformance::{CHECKS, Scale, Subject, hold, log_conformance, scale, sibling_conformance};

/// The clauses about tokens that run by default. Together they run every script in every state.
const CLAUSES: [&str; 9] = [
    "insert_all_or_nothing",
    "own_write_is_recognised",
    "get_after_write",
    "revoke_is_final",
    "label_is_given_back",
    "claim_has_one_winner",
    "purge_keeps_the_living",
    "outage_is_unavailable",
    "every_state_has_its_answer",
];

sibling_conformance!(beside_valkey, Spaces(Backend::Valkey));

#[test]
fn the_tokens_clauses_hold_on_valkey() {
    for clause in CLAUSES {
        assert!(CHECKS.iter().any(|check| check.name == clause), "{clause} is a clause");
    }
    for check in CHECKS {
        if scale() == Scale::SOAK || CLAUSES.contains(&check.name) {
            hold(check.name, &Subject::new(Spaces(Backend::Valkey)));
        }
    }
}
log_conformance!(valkey_log, Spaces(Backend::Valkey));
