//! Tests what a host must configure to import tokens.

use std::sync::Arc;

use counterfoil::import::{ForeignDigest, ForeignScheme, Sanctum};
use counterfoil::testing::SeededEntropy;
use counterfoil::*;

use crate::support::*;

#[test]
fn life_6_import_is_refused_without_a_key_ring_a_store_and_a_name() {
    let store = Arc::new(Base::default());
    let ring = || KeyRing::generate(&SeededEntropy::new(1)).expect("seeded");
    let builder = || {
        let policy = policy::Policy::open();
        Counterfoil::builder().policy(policy).store(store.clone()).directory(people()).import(Sanctum)
    };
    assert_eq!(builder().alias_store(store.clone()).build().err(), Some(BuildError::ImportWithoutKeyRing));
    assert_eq!(builder().key_ring(ring()).build().err(), Some(BuildError::Missing { part: "alias_store" }));
    let twice = builder().key_ring(ring()).alias_store(store.clone()).import(Sanctum);
    assert_eq!(twice.build().err(), Some(BuildError::ImportScheme), "two of one name");
    assert_eq!(builder().key_ring(ring()).import(Nameless).build().err(), Some(BuildError::ImportScheme));
    let world = world();
    let none = block_on(world.handle.import_credentials(&Presenter::host(), &[]));
    assert!(matches!(none, Err(ManageError::Unavailable(Unavailable::NotGiven { part: "import" }))));
}

/// A scheme without a name, for texts that begin with `acme-`. Its digest is the text itself.
struct Nameless;

impl ForeignScheme for Nameless {
    fn name(&self) -> &'static str {
        ""
    }

    fn digest_of(&self, _: &str) -> Option<ForeignDigest> {
        None
    }

    fn digest_from_row(&self, _: &str) -> Option<ForeignDigest> {
        None
    }
}
