//! Reported texts that wait in this process to be looked up. Their number is bounded. The texts are wiped when they are
//! dropped.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::types::secret::Secret;
use crate::types::source::SourceName;

/// A text that was reported as leaked, and the source of the request that reported it.
pub(crate) struct ReportedText {
    pub(crate) text: Secret,
    pub(crate) source: Option<SourceName>,
    /// The number of lookups that failed for a reason that concerns only this text, and not because of an outage.
    pub(crate) failures: u8,
}

/// The texts that wait, the oldest first.
#[derive(Default)]
pub(crate) struct LeakQueue(Mutex<VecDeque<ReportedText>>);

/// The queue has no room for a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QueueFull;

/// Texts that were taken from the queue. When this value is dropped, the texts that are left return to the front of the
/// queue. So a call that fails or is dropped loses no text.
pub(crate) struct Taken<'a> {
    queue: &'a LeakQueue,
    pub(crate) texts: Vec<ReportedText>,
}

impl LeakQueue {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<ReportedText>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds all texts of a report. If more than `most` texts would then wait, adds none of them and returns
    /// [`QueueFull`].
    pub(crate) fn add(&self, texts: Vec<ReportedText>, most: u32) -> Result<(), QueueFull> {
        let mut waiting = self.waiting();
        if waiting.len().saturating_add(texts.len()) > usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(QueueFull);
        }
        waiting.extend(texts);
        Ok(())
    }

    /// Takes at most `limit` texts, the oldest first.
    pub(crate) fn take(&self, limit: u32) -> Taken<'_> {
        let mut waiting = self.waiting();
        let count = waiting.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
        Taken { queue: self, texts: waiting.drain(..count).collect() }
    }

    /// The number of texts in the queue, without those that [`LeakQueue::take`] has taken.
    pub(crate) fn len(&self) -> usize {
        self.waiting().len()
    }
}

impl Taken<'_> {
    /// Puts texts whose lookup failed behind all other texts, so that they never block the queue.
    pub(crate) fn put_last(&self, texts: Vec<ReportedText>) {
        self.queue.waiting().extend(texts);
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.texts.is_empty() {
            return;
        }
        let mut waiting = self.queue.waiting();
        for text in self.texts.drain(..).rev() {
            waiting.push_front(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(names: &[&str]) -> Vec<ReportedText> {
        names
            .iter()
            .map(|name| ReportedText { text: Secret::from((*name).to_owned()), source: None, failures: 0 })
            .collect()
    }

    fn all(queue: &LeakQueue) -> Vec<String> {
        queue.waiting().iter().map(|own| own.text.expose_secret().to_owned()).collect()
    }

    #[test]
    fn life_5_a_report_is_added_whole_or_not_at_all() {
        let queue = LeakQueue::default();
        assert_eq!(queue.add(texts(&["a", "b"]), 3), Ok(()));
        assert_eq!(queue.add(texts(&["c", "d"]), 3), Err(QueueFull));
        assert_eq!(queue.add(texts(&["c"]), 3), Ok(()));
        assert_eq!(all(&queue), ["a", "b", "c"]);
    }

    #[test]
    fn life_5_texts_that_were_taken_and_not_done_go_back_in_their_order() {
        let queue = LeakQueue::default();
        queue.add(texts(&["a", "b", "c", "d"]), 9).expect("room");
        let mut taken = queue.take(3);
        drop(taken.texts.remove(0));
        drop(taken);
        assert_eq!(all(&queue), ["b", "c", "d"]);
        queue.take(9).texts.clear();
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn life_5_a_text_whose_lookup_failed_waits_behind_all_others() {
        let queue = LeakQueue::default();
        queue.add(texts(&["a", "b", "c", "d"]), 9).expect("room");
        let mut taken = queue.take(2);
        let failed = vec![taken.texts.remove(0)];
        taken.put_last(failed);
        drop(taken);
        assert_eq!(all(&queue), ["b", "c", "d", "a"]);
    }
}
