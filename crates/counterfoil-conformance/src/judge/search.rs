//! The search for an order, depth first; an answer that does not fit ends a branch.

use counterfoil::types::RecordId;

use super::compare::differing_options;
use super::reads::Read;
use super::steps::{Batch, Step, looked_at, piece, steps, whole};
use super::{Call, Left};
use crate::reference::Model;
use crate::scene::{Scene, Told};

pub(super) struct Search<'a> {
    scene: &'a Scene,
    calls: &'a [Call],
    ids: &'a [RecordId],
    left: &'a Left,
    steps: Vec<Step>,
    batches: Vec<Batch>,
    /// How many orders were looked at, as far as their answers went.
    pub(super) orders: u32,
    /// The order that came nearest, and what differs there.
    pub(super) nearest: String,
    /// How many steps fitted in it, and how many lines differ.
    nearness: (usize, std::cmp::Reverse<usize>),
}

/// A place in the search.
#[derive(Clone)]
struct Place<'a> {
    model: Model,
    /// The steps done, in their order.
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
        let mut first = Place {
            model: self.scene.model.clone(),
            done: Vec::new(),
            changed: vec![0; self.batches.len()],
            reads: Read::all(self.calls, self.scene, self.ids),
        };
        self.look(&mut first) && self.goes_on(&first)
    }

    fn look(&self, place: &mut Place<'_>) -> bool {
        let Place { model, reads, .. } = place;
        reads.iter_mut().all(|read| read.look(self.scene, model).is_ok())
    }

    fn goes_on(&mut self, place: &Place<'_>) -> bool {
        if place.done.len() == self.steps.len() {
            return self.ends_so(place);
        }
        for number in 0..self.steps.len() {
            if place.done.contains(&number) || self.commutes(place, number) {
                continue;
            }
            let mut next = place.clone();
            next.done.push(number);
            if self.steps_so(&mut next, number) && self.look(&mut next) && self.goes_on(&next) {
                return true;
            }
        }
        false
    }

    /// Pieces of one batch that follow each other may be done in any order: one is enough.
    fn commutes(&self, place: &Place<'_>, number: usize) -> bool {
        let last = place.done.last().filter(|last| **last > number);
        let batch = self.steps[number].batch();
        batch.is_some() && last.is_some_and(|last| self.steps[*last].batch() == batch)
    }

    /// Makes the step; whether its answer is the one that was given.
    fn steps_so(&mut self, place: &mut Place<'_>, number: usize) -> bool {
        let step = self.steps[number];
        let Step::Whole(call) = step else {
            let batch = step.batch().unwrap_or_default();
            place.changed[batch] += u64::from(piece(self.scene, &mut place.model, self.batches[batch].deed, step));
            return true;
        };
        let name = self.name(step);
        let call = &self.calls[call];
        let lines = match whole(self.scene, &place.model, call.deed, call.actor) {
            Ok((must, model)) => {
                place.model = model;
                answers_differ(&name, &call.told, &must)
            }
            Err(broken) => vec![broken.what().to_owned()],
        };
        if lines.is_empty() {
            return true;
        }
        self.orders += 1;
        self.note(place, place.done.len() - 1, &lines);
        false
    }

    /// Whether what stands in the end, and what was seen and counted, is what this order leaves.
    fn ends_so(&mut self, place: &Place<'_>) -> bool {
        self.orders += 1;
        let mut lines = Vec::new();
        for (batch, changed) in self.batches.iter().zip(&place.changed) {
            if batch.told != *changed {
                lines.push(format!("{:?} changed {changed}, but told {}", batch.deed, batch.told));
            }
        }
        lines.extend(place.reads.iter().flat_map(|read| read.unexplained(self.scene, &place.model)));
        let (scene, ids) = (self.scene, self.ids);
        match looked_at(&place.model, async |store| Left::of(store, scene, ids).await) {
            Ok(must) => lines.extend(self.left.differing(&must, self.ids)),
            Err(broken) => lines.push(broken.what().to_owned()),
        }
        if !lines.is_empty() {
            self.note(place, self.steps.len(), &lines);
        }
        lines.is_empty()
    }

    fn note(&mut self, place: &Place<'_>, fitted: usize, lines: &[String]) {
        let nearness = (fitted, std::cmp::Reverse(lines.len()));
        if nearness <= self.nearness && !self.nearest.is_empty() {
            return;
        }
        let order: Vec<String> = place.done.iter().map(|number| self.name(self.steps[*number])).collect();
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

/// A line for each difference of two answers.
fn answers_differ(name: &str, told: &Told, must: &Told) -> Vec<String> {
    match (told, must) {
        (Told::Step(told, is), Told::Step(must, record)) if told == must => {
            let fields = differing_options(is.as_deref(), record.as_deref());
            fields.into_iter().map(|line| format!("{name} answered {told} with a record whose {line}")).collect()
        }
        _ => vec![format!("{name} answered {}, must answer {}", told.brief(), must.brief())],
    }
}
