//! Searches depth-first for a sequential order of the operations. An order is given up at the first answer that differs
//! from the model's.

use counterfoil::types::RecordId;

use super::compare::differing_options;
use super::reads::Read;
use super::steps::{Batch, Step, looked_at, piece, steps, whole};
use super::{Call, Left};
use crate::reference::Model;
use crate::scene::{Outcome, Scene};

pub(super) struct Search<'a> {
    scene: &'a Scene,
    calls: &'a [Call],
    ids: &'a [RecordId],
    left: &'a Left,
    steps: Vec<Step>,
    batches: Vec<Batch>,
    /// The number of sequential orders of the operations that were tried, including those that were given up.
    pub(super) orders: u32,
    /// A description of the sequential order of the operations that came nearest to the store's results, with the
    /// differences that remained.
    pub(super) nearest: String,
    /// Says how well the order in `nearest` agrees with the store. The first number counts the steps of this order
    /// whose answers were equal, and a higher number is better. The second number counts the differences that remained,
    /// and a lower number is better.
    nearness: (usize, std::cmp::Reverse<usize>),
}

/// The beginning of a sequential order of the operations: the steps so far, and the state of the model after them.
#[derive(Clone)]
struct Node<'a> {
    model: Model,
    /// The indexes of the steps that ran so far, in the order in which they ran.
    done: Vec<usize>,
    changed: Vec<u64>,
    reads: Vec<Read<'a>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(scene: &'a Scene, calls: &'a [Call], ids: &'a [RecordId], left: &'a Left) -> Self {
        let (steps, batches) = steps(scene, calls);
        let nearness = (0, std::cmp::Reverse(usize::MAX));
        Self { scene, calls, ids, left, steps, batches, orders: 0, nearest: String::new(), nearness }
    }

    pub(super) fn finds_an_order(&mut self) -> bool {
        let mut first = Node {
            model: self.scene.model.clone(),
            done: Vec::new(),
            changed: vec![0; self.batches.len()],
            reads: Read::all(self.calls, self.scene, self.ids),
        };
        self.look(&mut first) && self.goes_on(&first)
    }

    fn look(&self, node: &mut Node<'_>) -> bool {
        let Node { model, reads, .. } = node;
        reads.iter_mut().all(|read| read.look(self.scene, model).is_ok())
    }

    fn goes_on(&mut self, node: &Node<'_>) -> bool {
        if node.done.len() == self.steps.len() {
            return self.ends_so(node);
        }
        for number in 0..self.steps.len() {
            if node.done.contains(&number) || self.commutes(node, number) {
                continue;
            }
            let mut next = node.clone();
            next.done.push(number);
            if self.steps_so(&mut next, number) && self.look(&mut next) && self.goes_on(&next) {
                return true;
            }
        }
        false
    }

    /// Returns true if the step `number` need not be tried as the next one. This is so if it belongs to the same batch
    /// as the last step and has a lower index. The steps of one batch have the same result in any order, so only their
    /// ascending order is tried.
    fn commutes(&self, node: &Node<'_>, number: usize) -> bool {
        let last = node.done.last().filter(|last| **last > number);
        let batch = self.steps[number].batch();
        batch.is_some() && last.is_some_and(|last| self.steps[*last].batch() == batch)
    }

    /// Runs the step on the model. Returns true if the model's answer equals the store's answer, or if the step is a
    /// piece of a batch and so has no answer of its own.
    fn steps_so(&mut self, node: &mut Node<'_>, number: usize) -> bool {
        let step = self.steps[number];
        let Step::Whole(call) = step else {
            let batch = step.batch().unwrap_or_default();
            node.changed[batch] += u64::from(piece(self.scene, &mut node.model, self.batches[batch].deed, step));
            return true;
        };
        let name = self.name(step);
        let call = &self.calls[call];
        let lines = match whole(self.scene, &node.model, call.deed, call.actor) {
            Ok((must, model)) => {
                node.model = model;
                answers_differ(&name, &call.outcome, &must)
            }
            Err(broken) => vec![broken.what().to_owned()],
        };
        if lines.is_empty() {
            return true;
        }
        self.orders += 1;
        self.note(node, node.done.len() - 1, &lines);
        false
    }

    /// Checks an order after all its steps were run on the model. Returns true if three conditions hold. The model must
    /// have the store's final state. Each result of a read must agree with the model at some point of the order. Each
    /// batch must have changed as many records or families as its answers report.
    fn ends_so(&mut self, node: &Node<'_>) -> bool {
        self.orders += 1;
        let mut lines = Vec::new();
        for (batch, changed) in self.batches.iter().zip(&node.changed) {
            if batch.reported != *changed {
                lines.push(format!("{:?} changed {changed}, but reported {}", batch.deed, batch.reported));
            }
        }
        lines.extend(node.reads.iter().flat_map(|read| read.unexplained(self.scene, &node.model)));
        let (scene, ids, notices) = (self.scene, self.ids, self.left.notices());
        match looked_at(&node.model, async |store| Left::of(store, scene, ids, notices).await) {
            Ok(must) => lines.extend(self.left.differing(&must, self.ids)),
            Err(broken) => lines.push(broken.what().to_owned()),
        }
        if !lines.is_empty() {
            self.note(node, self.steps.len(), &lines);
        }
        lines.is_empty()
    }

    fn note(&mut self, node: &Node<'_>, fitted: usize, lines: &[String]) {
        let nearness = (fitted, std::cmp::Reverse(lines.len()));
        if nearness <= self.nearness && !self.nearest.is_empty() {
            return;
        }
        let order: Vec<String> = node.done.iter().map(|number| self.name(self.steps[*number])).collect();
        self.nearness = nearness;
        self.nearest = format!("{}:\n  {}", order.join(", then "), lines.join("\n  "));
    }

    fn name(&self, step: Step) -> String {
        match step {
            Step::Whole(call) => format!("{:?} {}", self.calls[call].deed, self.calls[call].actor),
            Step::Family(batch, id) => format!("{:?} of {id:?}", self.batches[batch].deed),
            Step::Record(batch, id) => format!("{:?} of {id:?}", self.batches[batch].deed),
        }
    }
}

/// Returns one line for each difference between `found`, the store's answer, and `must`, the model's.
fn answers_differ(name: &str, found: &Outcome, must: &Outcome) -> Vec<String> {
    match (found, must) {
        (Outcome::Step(found, is), Outcome::Step(must, record)) if found == must => {
            let fields = differing_options(is.as_deref(), record.as_deref());
            fields.into_iter().map(|line| format!("{name} answered {found} with a record whose {line}")).collect()
        }
        _ => vec![format!("{name} answered {}, must answer {}", found.brief(), must.brief())],
    }
}
