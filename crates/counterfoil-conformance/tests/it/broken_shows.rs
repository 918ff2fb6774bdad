//! Broken stores whose `try_read` passes something else to its callback than `get` returns. The check
//! `try_read_shows_what_get_returns` (clause 60 of `TokenStore`) must reject each of them. Checks that read with `get`
//! cannot find such a flaw. A test makes sure that three of them accept one of these stores.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil_conformance::{CHECKS, Checked, Fixture, ReferenceStore, Row, Scale, Store, Subject, Verdict};

use crate::broken::{Broken, Flaw, shows};
use crate::reference_store::damage;

/// A fixture for a broken store. It implements the hooks `damage` and `outage`.
struct Hooked(fn() -> Arc<dyn Flaw>);

#[async_trait]
impl Fixture for Hooked {
    type Database = Arc<ReferenceStore>;

    async fn create(&self) -> Arc<ReferenceStore> {
        Arc::new(ReferenceStore::new())
    }

    async fn open(&self, database: &Arc<ReferenceStore>) -> Store {
        Arc::new(Broken { inner: Arc::clone(database), flaw: (self.0)() })
    }

    async fn damage(&self, database: &Arc<ReferenceStore>, row: Row<'_>) -> bool {
        damage(database, row);
        true
    }

    async fn outage(&self, database: &Arc<ReferenceStore>, down: bool) -> bool {
        database.set_down(down);
        true
    }
}

fn checked(name: &str, make: fn() -> Arc<dyn Flaw>) -> Verdict {
    let check = CHECKS.iter().find(|check| check.name == name).unwrap();
    check.run(&Subject::new(Hooked(make)).with_scale(Scale::CI))
}

macro_rules! cases {
    ($($flaw:ident => $said:literal,)*) => {
        [$((stringify!($flaw), || Arc::<shows::$flaw>::default(), $said)),*]
    };
}

/// A broken store: its name, the function that makes its flaw, and a part of the message with which the check rejects
/// it.
type Case = (&'static str, fn() -> Arc<dyn Flaw>, &'static str);

#[test]
fn every_store_that_shows_something_else_is_rejected() {
    let cases: [Case; 11] = cases! {
        ShowsWithoutTheFamily => "if a record is family revoked",
        ShowsTwice => "returned true after 2 calls",
        ShowsNothingAndDeniesIt => "returned false after 1 calls",
        ShowsNothingAndClaimsIt => "returned true after 0 calls",
        ShowsItsFirstCopy => "after ",
        ShowsWhatWasRotated => "after Supersede",
        ShowsDamage => "damaged",
        ShowsDuringAnOutage => "during an outage",
        ShowsErrorsAsAbsent => "damaged",
        ShowsTornPairs => "beside a rotation or revocation",
        ShowsUnderItsLock => "must not be blocked",
    };
    for (name, make, said) in cases {
        let broken = checked("try_read_shows_what_get_returns", make).expect_err(name);
        assert!(broken.what().contains(said), "{name}: {broken}");
    }
}

/// A correct `try_read`, in two forms. If the argument is true, `try_read` passes what the reference store passes. If
/// the argument is false, `try_read` returns false and does not call its callback.
struct Shows(bool);

impl Flaw for Shows {
    fn shows(
        &self,
        inner: &ReferenceStore,
        id: &counterfoil::types::RecordId,
        look: &mut counterfoil::store::Look<'_>,
    ) -> bool {
        self.0 && counterfoil::store::TokenStore::try_read(inner, id, look)
    }
}

#[test]
fn a_store_that_shows_what_it_has_or_nothing_passes() {
    let makes: [fn() -> Arc<dyn Flaw>; 2] = [|| Arc::new(Shows(true)), || Arc::new(Shows(false))];
    for make in makes {
        let verdict = checked("try_read_shows_what_get_returns", make);
        assert_eq!(verdict.map_err(|broken| broken.to_string()), Ok(Checked::Held));
    }
}

/// Checks that three checks that read with `get` accept a store whose only incorrect method is `try_read`.
#[test]
fn no_other_read_finds_a_flaw_of_try_read() {
    for name in ["get_sees_the_family", "get_after_write", "every_state_has_its_answer"] {
        let verdict = checked(name, || Arc::<shows::ShowsWithoutTheFamily>::default());
        assert_eq!(verdict.map_err(|broken| broken.to_string()), Ok(Checked::Held), "{name}");
    }
}
