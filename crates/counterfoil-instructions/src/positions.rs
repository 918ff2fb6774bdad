//! Counts the instructions of comparisons of digests: of equal digests, and of digests that differ in one byte. The
//! number must not depend on which byte differs.
//!
//! Each counted call has a name, such as `comparison of digests: byte 5 differs by 11111111`. Calls whose names have
//! the same text before the colon are a group. `.ci/instructions` asserts that all calls of a group take the same
//! number of instructions.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;

use counterfoil::memory::MemoryStore;
use counterfoil::store::{Digest, Restored, Transfer as _, WholeFamily};

use crate::host::{self, Tokens, ready};
use crate::{count, count_verify, service};

/// The number of bytes of a digest.
const BYTES: usize = 32;

pub(crate) fn count_all() {
    count_comparisons();
    count_refusals();
}

/// Counts the instructions of [`Digest::ct_eq`] for equal digests, and for pairs of digests that differ in one byte.
/// For each byte there are three pairs: they differ in its first bit, in its last bit, or in all its bits.
fn count_comparisons() {
    let digest: [u8; BYTES] = std::array::from_fn(|at| (at * 37 + 11) as u8);
    let stored = Digest::from_bytes(digest);
    let compare = |at: Option<(usize, u8)>| {
        let mut other = digest;
        let name = match at {
            None => "comparison of digests: equal".to_owned(),
            Some((at, bits)) => {
                other[at] ^= bits;
                format!("comparison of digests: byte {at} differs by {bits:08b}")
            }
        };
        let other = Digest::from_bytes(other);
        assert_eq!(is_same(&other, &stored), at.is_none());
        count(&name, &|| {
            black_box(is_same(black_box(&other), black_box(&stored)));
        });
    };
    compare(None);
    for at in 0..BYTES {
        [0x80, 0x01, 0xFF].into_iter().for_each(|bits| compare(Some((at, bits))));
    }
}

/// Calls only the comparison of digests, without the rest of a verification.
#[inline(never)]
fn is_same(one: &Digest, other: &Digest) -> bool {
    one.ct_eq(other)
}

/// Counts the instructions of `verify` for one token in several stores. In each store, a different byte of the token's
/// stored digest is changed, so `verify` refuses the token. These counts include the comparison in the form in which
/// the compiler built it into `verify`.
fn count_refusals() {
    let store = Arc::<MemoryStore>::default();
    let counterfoil = service(Arc::clone(&store)).build().expect("a handle");
    let mut tokens = Tokens::with_room_for(1);
    host::issue(&counterfoil, 1, &mut tokens);
    let family = only_family(&store);
    for at in 0..BYTES {
        let changed = Arc::<MemoryStore>::default();
        assert_eq!(ready(changed.restore(&with_byte_changed(&family, at))).expect("restored"), Restored::Done);
        let counterfoil = service(changed).build().expect("a handle");
        count_verify(
            &format!("refused in a store of one record: byte {at} of the digest differs"),
            &counterfoil,
            tokens.get(0),
            false,
        );
    }
}

fn only_family(store: &MemoryStore) -> WholeFamily {
    let page = ready(store.families(None, NonZeroU32::MIN)).expect("a page");
    ready(store.family(&page.items[0])).expect("read").expect("a family")
}

fn with_byte_changed(family: &WholeFamily, at: usize) -> WholeFamily {
    let mut members = family.members().to_vec();
    let mut digest = *members[0].digest.as_bytes();
    digest[at] ^= 0x01;
    members[0].digest = Digest::from_bytes(digest);
    WholeFamily::new(family.family().clone(), members).expect("a family")
}
