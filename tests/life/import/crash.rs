//! Tests an import that stops halfway.

use counterfoil::import::{ForeignCredential, ImportOutcome};
use counterfoil::testing::{Failure, Faults};
use counterfoil::*;

use super::{aliases, faulty, import, importing, live_tokens, tokens};
use crate::support::*;

#[test]
fn life_6_a_crash_at_any_call_of_an_import_is_healed_by_a_second_import() {
    for failure in [Failure::NotExecuted, Failure::AnswerLost] {
        for nth in 1..12 {
            for pause in [minutes(5), days(2)] {
                let (world, bill) = (importing(), subject("bill"));
                let [scheme, text, row] = tokens()[0];
                let one = ForeignCredential::new(scheme, row, &bill, "Telegram").with_last_used_at(world.now());
                let faults = Faults::default();
                let node = faulty(&world, &faults);
                faults.nth(nth, failure);
                let first = block_on(node.handle.import_credentials(&Presenter::host(), std::slice::from_ref(&one)));
                faults.heal();
                world.pass(pause);
                let again = import(&world.handle, &[one]);
                let is_there =
                    matches!(again[..], [ImportOutcome::Imported { .. } | ImportOutcome::AlreadyImported { .. }]);
                assert!(is_there, "{first:?} {again:?}");
                assert!(world.works(text), "{failure:?} {nth}");
                assert_eq!(live_tokens(&world, "bill"), 1, "{failure:?} {nth}");
                assert_eq!(aliases(&world.store).len(), 1);
            }
        }
    }
}
