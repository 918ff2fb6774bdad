//! Chooses the schedules under which a pair of operations runs. A schedule says which of the two operations makes the
//! next backend call. Schedules that interrupt an operation least often are tried first.

use std::collections::BTreeMap;

use super::schedule::Choice;
use crate::dice::Dice;

/// The schedules of a pair that are known and were not run yet.
pub(super) struct Schedules {
    /// The schedules, by the number of their interruptions. A schedule is a list of numbers: 0 if the first operation
    /// continues at a choice, and 1 if the second does. After the end of the list, the operation that ran last
    /// continues.
    open: BTreeMap<usize, Vec<Vec<usize>>>,
    dice: Dice,
    pub(super) tried: usize,
}

impl Schedules {
    pub(super) fn new(seed: u64) -> Self {
        Self { open: BTreeMap::from([(0, vec![Vec::new()])]), dice: Dice::new(seed), tried: 0 }
    }

    /// Removes and returns a random one of the schedules with the fewest interruptions. Returns `None` if no schedule
    /// is left. Because of the random choice, the schedules that are run interrupt the operations at different points,
    /// even if not all schedules can be run.
    pub(super) fn next(&mut self) -> Option<Vec<usize>> {
        let mut least = self.open.first_entry()?;
        let index = usize::try_from(self.dice.below(least.get().len() as u64)).unwrap_or(0);
        let wanted = least.get_mut().swap_remove(index);
        if least.get().is_empty() {
            least.remove();
        }
        self.tried += 1;
        Some(wanted)
    }

    /// Adds new schedules after a run, which began with the choices `wanted` and made the choices `choices` in total.
    /// For each choice after `wanted`, one schedule is added. This schedule repeats the earlier choices of the run, and
    /// ends with the opposite of that choice.
    pub(super) fn branch(&mut self, wanted: &[usize], choices: &[Choice]) {
        for (index, choice) in choices.iter().enumerate().skip(wanted.len()) {
            let other = Choice { chosen: 1 - choice.chosen, ..*choice };
            let begin = choices.iter().take(index).copied().chain([other]);
            let stops = begin.clone().filter(|choice| choice.stops_one()).count();
            self.open.entry(stops).or_default().push(begin.map(|choice| choice.chosen).collect());
        }
    }

    /// Returns the number of schedules (orders of backend calls) that are known and were not run yet.
    pub(super) fn left(&self) -> usize {
        self.open.values().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Simulates two operations that make `calls` backend calls each. `wanted` says which of the two continues at each
    /// choice. Returns the choices that occurred.
    fn run(calls: usize, wanted: &[usize]) -> Vec<Choice> {
        let (mut left, mut before, mut choices) = ([calls; 2], None, Vec::new());
        while left.iter().all(|left| *left > 0) {
            let chosen = wanted.get(choices.len()).copied().or(before).unwrap_or(0);
            choices.push(Choice { chosen, before });
            left[chosen] -= 1;
            before = Some(chosen);
        }
        choices
    }

    #[test]
    fn every_interleaving_is_tried_once() {
        let mut schedules = Schedules::new(1);
        let mut seen = std::collections::BTreeSet::new();
        while let Some(wanted) = schedules.next() {
            let choices = run(3, &wanted);
            assert!(seen.insert(choices.iter().map(|choice| choice.chosen).collect::<Vec<_>>()), "tried twice");
            schedules.branch(&wanted, &choices);
        }
        // 20 is the number of ways to choose 3 of 6 elements.
        assert_eq!((seen.len(), schedules.tried), (20, 20));
    }
}
