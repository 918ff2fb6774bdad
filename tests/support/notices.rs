//! A worker that sends notices.

use std::time::Duration;

use counterfoil::notice::{ClaimedNotice, DueNotice, NoticeText, Outcome};

use super::{World, block_on, limit, minutes};

/// The duration of a claim on a notice. It is longer than any transport needs.
pub const LEASE: Duration = minutes(5);

/// Reads all due notices, page by page.
pub fn due(world: &World) -> Vec<DueNotice> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = block_on(world.handle.due_notices(after.as_ref(), limit(2))).expect("a page");
        found.extend(page.items);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

pub fn claim(world: &World, due: &DueNotice) -> Option<ClaimedNotice> {
    block_on(world.handle.claim_notice(due, LEASE)).expect("a claim").won()
}

/// Runs a worker once, with a transport that accepts every notice. Returns the notices that it sent.
pub fn run(world: &World) -> Vec<NoticeText> {
    let mut sent = Vec::new();
    for due in due(world) {
        if let Some(claimed) = claim(world, &due) {
            sent.push(claimed.text());
            assert!(block_on(world.handle.settle_notice(claimed, Outcome::Sent)).expect("settled"));
        }
    }
    sent
}
