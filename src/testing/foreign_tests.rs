//! Tests that the same number of digests is computed for a text in the form of another system's token, whether the text
//! is refused or accepted. So the duration of a verification reveals nothing. Only code inside the crate can read the
//! number of digests, so these tests are not in the folder `tests`.

use futures_executor::block_on;

use crate::crypto::digest::counting;
use crate::import::{ForeignCredential, ImportOutcome, Knox, Sanctum};
use crate::policy::Policy;
use crate::testing::{SeededEntropy, TestService, service_with};
use crate::{KeyRing, Presenter};

const TEXT: &str = "1|VSwn9FCqLFivSUGJKMukhq7kcrnXDK8h6JQmleJX97994aca";
const ROW: &str = "dc47cfc2d4371e9477781b5b4a2fef7771750864cfb7bb22870f37a63f86b62a";

fn importing() -> TestService {
    let ring = KeyRing::generate(&SeededEntropy::new(3)).expect("seeded");
    service_with(Policy::open(), |builder| builder.key_ring(ring).import(Sanctum).import(Knox::new()))
}

fn digests(service: &TestService, text: &str) -> u64 {
    let before = counting::taken();
    let _verified = block_on(service.verify(text));
    counting::taken() - before
}

#[test]
fn life_6_an_unknown_text_costs_as_many_digests_as_a_known_one() {
    let service = importing();
    let owner = service.account("ivan").subject().clone();
    let unknown = digests(&service, TEXT);
    let row = [ForeignCredential::new("sanctum", ROW, &owner, "Telegram")];
    let outcomes = block_on(service.import_credentials(&Presenter::host(), &row)).expect("imported");
    assert!(matches!(outcomes[..], [ImportOutcome::Imported { .. }]));
    // Both texts cost three digests: one for the alias, and two for the record.
    assert_eq!([unknown, digests(&service, TEXT)], [3, 3]);
    let _flushed = block_on(service.flush());
    assert_eq!(digests(&service, TEXT), 3, "with the digest of the text");
    let id = match &outcomes[..] {
        [ImportOutcome::Imported { id, .. }] => *id,
        _ => unreachable!("imported"),
    };
    block_on(service.delete_personal_access_token(&service.presenter("ivan"), &id)).expect("deleted");
    assert_eq!(digests(&service, TEXT), 3, "a deleted token");
    let other = TEXT.replace("97994aca", "00000000");
    assert_eq!(digests(&service, &other), 3, "another text of that form");
    assert_eq!(digests(&service, "no token of any form"), 0);
}
