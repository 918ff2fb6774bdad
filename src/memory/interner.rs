//! Values that many records share: realm and scope.

use std::collections::HashSet;
use std::sync::Arc;

use crate::record::packed::Shared;

/// The shared values. Only writers use this set. A reader follows the pointer in a record to its value.
#[derive(Default)]
pub(super) struct Interner {
    values: HashSet<Arc<Shared>>,
    /// The number of values at which unused values are removed.
    sweep_at: usize,
}

/// The smallest number of values at which unused values are removed.
const SWEEP_LEAST: usize = 64;

impl Interner {
    /// Returns the shared value that equals `value`. Removes the unused values when the number of values has doubled
    /// since the last removal, so that unused values do not accumulate.
    pub(super) fn share(&mut self, value: Shared) -> Arc<Shared> {
        if let Some(known) = self.values.get(&value) {
            return Arc::clone(known);
        }
        if self.values.len() >= self.sweep_at {
            // A count above 1 means that a record still points to the value: a record in the table, or a replaced
            // record that is not freed yet because a reader may use it.
            self.values.retain(|value| Arc::strong_count(value) > 1);
            self.sweep_at = SWEEP_LEAST.max(2 * self.values.len());
        }
        let value = Arc::new(value);
        self.values.insert(Arc::clone(&value));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::realm::Realm;

    fn shared(number: usize) -> Shared {
        Shared { realm: Realm::default(), scope: format!("scope:{number}").parse().ok() }
    }

    #[test]
    fn equal_values_are_one_and_unused_ones_go() {
        let mut interner = Interner::default();
        let kept = interner.share(shared(0));
        for number in 1..=10_000 {
            drop(interner.share(shared(number)));
            assert!(interner.values.len() <= SWEEP_LEAST, "{} after {number}", interner.values.len());
        }
        assert!(Arc::ptr_eq(&kept, &interner.share(shared(0))), "a value in use stays");
        let used: Vec<_> = (0..1_000).map(|number| interner.share(shared(number))).collect();
        assert!((used.len()..=2 * used.len()).contains(&interner.values.len()));
        assert!(Arc::ptr_eq(&kept, &used[0]));
    }
}
