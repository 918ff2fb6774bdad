//! Compares the report with what the new policy then does, over random credentials and policies.

use std::collections::BTreeMap;

use counterfoil::http_auth::Refusal;
use counterfoil::operations::{Overlap, Reach, SignIn, Status, TouchedCredential};
use counterfoil::policy::{Existing, Policy};
use counterfoil::settings::SettingName;
use counterfoil::types::RecordId;
use counterfoil::*;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::walk;
use crate::ceilings::{restarted, wide};
use crate::support::*;

/// A credential for the random tests: its owner, its lifetime in days, the day of its creation, and what happens to it.
#[derive(Clone, Debug)]
struct Step {
    owner: usize,
    lifetime: Option<u16>,
    made_on: u16,
    then: Then,
}

#[derive(Clone, Copy, Debug)]
enum Then {
    Nothing,
    Deleted,
    RotatedAtOnce,
    RotatedWithOverlap,
    SignIn { remember: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let then = prop_oneof![
        4 => Just(Then::Nothing),
        1 => Just(Then::Deleted),
        1 => Just(Then::RotatedAtOnce),
        1 => Just(Then::RotatedWithOverlap),
        2 => any::<bool>().prop_map(|remember| Then::SignIn { remember }),
    ];
    let lifetime = proptest::option::weighted(0.8, 1..=365_u16);
    (0..3_usize, lifetime, 0..=100_u16, then).prop_map(|(owner, lifetime, made_on, then)| Step {
        owner,
        lifetime,
        made_on,
        then,
    })
}

fn policy() -> impl Strategy<Value = Policy> {
    let existing = prop_oneof![Just(Existing::Grandfather), Just(Existing::RefuseAtUse), Just(Existing::Clamp)];
    (existing, any::<bool>(), 1..=365_u16, 1..=365_u16, 1..=100_u16, 1..=100_u16).prop_map(
        |(existing, permanent, ceiling, most, inactivity, absolute)| {
            let mut policy = wide();
            let tokens = &mut policy.personal_access_tokens;
            (tokens.existing, tokens.permanent) = (existing, permanent);
            (tokens.max_days_ceiling, tokens.max_days) = (ceiling, most.min(ceiling));
            let refresh = &mut policy.refresh_tokens;
            (refresh.inactivity, refresh.max_inactivity) = (days(inactivity), days(inactivity));
            (refresh.absolute, refresh.max_absolute) = (days(absolute), days(absolute));
            policy
        },
    )
}

/// Makes the credentials of the steps. Returns their ids, with the texts of the personal access tokens.
fn stock(world: &World, steps: &[Step]) -> Vec<(RecordId, Option<String>)> {
    let mut made = Vec::new();
    for (n, Step { owner, lifetime, made_on, then }) in steps.iter().enumerate() {
        let who = ["ivan", "bill", "helen"][*owner];
        world.clock.set(after_start(days(*made_on)));
        if let Then::SignIn { remember } = *then {
            let (client, person) = (client_id("rotating"), subject(who));
            let sign_in = SignIn::new(&client, &person).with_remember(remember);
            let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
            let text = granted.refresh_token.expect("a refresh token");
            made.push((text.expose_secret()[4..26].parse().expect("an id"), None));
            continue;
        }
        let lifetime = lifetime.map_or(Lifetime::Permanent, |days| Lifetime::Days(days.into()));
        let label = format!("token {n}");
        let new = NewPersonalAccessToken::new(&label, lifetime);
        let by = world.presenter(who);
        let token = block_on(world.handle.create_personal_access_token(&by, &new)).expect("a token");
        made.push((token.view.id, Some(token.token.expose_secret().to_owned())));
        world.pass(hours(12));
        let overlap = match then {
            Then::Deleted => {
                world.delete(who, &token.view.id).expect("deleted");
                continue;
            }
            Then::RotatedAtOnce => Overlap::Immediate,
            Then::RotatedWithOverlap => Overlap::For(days(7)),
            Then::Nothing | Then::SignIn { .. } => continue,
        };
        let token = block_on(world.handle.rotate_personal_access_token(&by, &token.view.id, overlap)).expect("rotated");
        made.push((token.view.id, Some(token.token.expose_secret().to_owned())));
    }
    made
}

/// What a node returns for a credential: the fields of the view, and the result of a verification of the token.
type Judged = (Option<(Status, bool, Option<Timestamp>)>, Option<Result<Option<Timestamp>, Refusal>>);

fn judged(world: &World, (id, text): &(RecordId, Option<String>)) -> Judged {
    let shown = block_on(world.handle.credential(&Presenter::host(), id)).ok();
    let used = text.as_ref().map(|text| match world.verify(text) {
        Ok(principal) => Ok(principal.expires_at()),
        Err(Denied::Refused(reason)) => Err(reason),
        Err(other) => panic!("{other:?}"),
    });
    (shown.map(|view| (view.status, view.over_ceiling, view.expires_at)), used)
}

/// Whether a node with the new policy does what the report says about one credential. `told` is what the report says,
/// or `None` if the credential is not in the report.
fn agrees(told: Option<&TouchedCredential>, before: &Judged, after: &Judged, now: Timestamp) -> bool {
    let (shown, used) = after;
    let expired = |judged: &Judged| matches!(judged.0, None | Some((Status::Expired, ..)));
    match told.map(|told| told.new) {
        None => before == after || (expired(before) && expired(after)),
        Some(Reach::Refused) => {
            matches!(shown, Some((Status::Suspended, true, _))) && *used == Some(Err(Refusal::OverCeiling))
        }
        Some(Reach::Until(end)) if now >= end => {
            matches!(shown, None | Some((Status::Expired, false, _)))
                && used.is_none_or(|used| used == Err(Refusal::Expired { at: end }))
        }
        Some(Reach::Until(end)) => {
            matches!(shown, Some((Status::Active | Status::Expiring, false, at)) if *at == Some(end))
                && used.is_none_or(|used| used == Ok(Some(end)))
        }
        Some(_) => matches!(shown, Some((_, false, None))) && *used == Some(Ok(None)),
    }
}

/// Compares the report with a node that runs under the new policy, over random credentials, policies, settings, page
/// sizes and instants. The instants include the ends that the report names, and the microsecond before each.
#[test]
fn life_4_what_the_report_says_is_what_the_new_policy_does() {
    let stored = proptest::option::of(1..=365_u64);
    let inputs = (proptest::collection::vec(step(), 1..10), policy(), policy(), stored, 0..=300_u16, 1..5_u32);
    let config =
        ProptestConfig { cases: crate::base::cases(200), failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let holds = |(steps, present, new, stored, later, most): (Vec<Step>, Policy, Policy, Option<u64>, u16, u32)| {
        let mut widest = wide();
        widest.personal_access_tokens.retention = days(366);
        (widest.refresh_tokens.inactivity, widest.refresh_tokens.absolute) = (days(300), days(366));
        let world = world_with(widest, |builder| builder);
        let made = stock(&world, &steps);
        if let Some(most) = stored {
            world.set_number(SettingName::PatMaxDays, most);
        }
        world.clock.set(after_start(days(101)).plus_capped(days(later)));
        let (before, after) = (restarted(&world, present), restarted(&world, new.clone()));
        let ends: Vec<_> = walk(&before, &new, most).0.iter().map(|touched| touched.new).collect();
        let ends = ends.into_iter().filter_map(|reach| if let Reach::Until(end) = reach { Some(end) } else { None });
        let instants = ends.flat_map(|end| [just_before(end), end]).filter(|at| *at > world.now()).take(6);
        for now in [world.now()].into_iter().chain(instants.collect::<Vec<_>>()) {
            world.clock.set(now);
            let (touched, owners, report) = walk(&before, &new, most);
            let by_id: BTreeMap<_, _> = touched.iter().map(|touched| (touched.id, touched)).collect();
            prop_assert_eq!((by_id.len() as u64, touched.len() as u64), (report.counts().all(), report.counts().all()));
            prop_assert_eq!(owners.iter().map(|owner| owner.counts.all()).sum::<u64>(), report.counts().all());
            for credential in &made {
                let (was, is) = (judged(&before, credential), judged(&after, credential));
                let told = by_id.get(&credential.0).copied();
                prop_assert!(agrees(told, &was, &is, now), "{told:?}: {was:?}, then {is:?}, at {now:?}");
            }
        }
        Ok(())
    };
    if let Err(failure) = runner.run(&inputs, holds) {
        panic!("{failure}");
    }
}
