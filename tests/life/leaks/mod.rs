//! Tests reports of leaked secrets (requirement LIFE 5).

mod bounds;
mod client_secrets;
mod codes;
mod corrupt;
mod crash;
mod generations;
mod intake;
mod kinds;
mod notices;
mod replaced;

use counterfoil::event::{EventKind, LeakState};
use counterfoil::notice::NoticeText;
use counterfoil::operations::{Granted, LeakOutcome, OpenedSession, SignIn};
use counterfoil::types::{RecordId, TokenKind};

use crate::support::*;

const ENDED: NoticeText = NoticeText::Leaked { ended: true };
const OLD_FOUND: NoticeText = NoticeText::ReplacedLeaked;

fn report(world: &World, texts: &[&str]) -> Vec<LeakOutcome> {
    block_on(world.handle.report_leaked(texts)).expect("looked up")
}

fn report_one(world: &World, text: &str) -> LeakOutcome {
    report(world, &[text])[0]
}

fn session(world: &World, id: &str) -> OpenedSession {
    block_on(world.handle.open_session_for(&world.account(id))).expect("opened")
}

fn granted(world: &World, id: &str) -> Granted {
    let (client, subject) = (client_id("rotating"), subject(id));
    block_on(world.handle.open_sign_in(&SignIn::new(&client, &subject).with_remember(true))).expect("opened")
}

fn refresh_of(granted: &Granted) -> &str {
    granted.refresh_token.as_ref().expect("given").expose_secret()
}

/// Returns the kind, the id and the state of an outcome. `None` for a text that is no credential.
fn parts(outcome: LeakOutcome) -> Option<(TokenKind, RecordId, LeakState)> {
    match outcome {
        LeakOutcome::Ended { kind, id } => Some((kind, id, LeakState::Ended)),
        LeakOutcome::AlreadyEnded { kind, id } => Some((kind, id, LeakState::AlreadyEnded)),
        LeakOutcome::LeftValid { kind, id } => Some((kind, id, LeakState::LeftValid)),
        LeakOutcome::Replaced { kind, id } => Some((kind, id, LeakState::Replaced)),
        _ => None,
    }
}

fn state(outcome: LeakOutcome) -> Option<LeakState> {
    parts(outcome).map(|(_, _, state)| state)
}

/// Returns the ids of all credentials that events report as leaked.
fn told(world: &World) -> Vec<(RecordId, LeakState)> {
    let leak = |event| match event {
        EventKind::LeakReported { id, state, .. } | EventKind::ClientSecretLeaked { id, state, .. } => {
            Some((id, state))
        }
        _ => None,
    };
    world.take_events().into_iter().filter_map(leak).collect()
}
