//! Tests what the ceilings of a policy do to tokens that already exist: `grandfather`, `refuse at use` and `clamp`
//! (requirement LIFE 4).

use counterfoil::event::EventKind;
use counterfoil::http_auth::{PublicRefusal, Refusal};
use counterfoil::notice::NoticeText;
use counterfoil::operations::{CredentialFilter, Overlap, Status};
use counterfoil::policy::{Existing, Policy};
use counterfoil::service_account::NewServiceAccount;
use counterfoil::settings::SettingName;
use counterfoil::store::NoticeMark;
use counterfoil::types::RecordId;
use counterfoil::*;

use crate::support::*;

/// A policy under which tokens live up to 365 days or for ever. Each call reads the settings.
pub(crate) fn wide() -> Policy {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.max_days_ceiling = 3_660;
    policy.personal_access_tokens.max_days = 365;
    policy.personal_access_tokens.permanent = true;
    policy.personal_access_tokens.creations_per_hour = None;
    policy.personal_access_tokens.max_live_per_owner = None;
    policy
}

/// A policy under which tokens live up to 90 days, with a rule for those that live longer.
pub(crate) fn ninety(existing: Existing) -> Policy {
    let mut policy = wide();
    policy.personal_access_tokens.max_days = 90;
    policy.personal_access_tokens.permanent = false;
    policy.personal_access_tokens.existing = existing;
    policy
}

/// The same host after a restart with another policy.
pub(crate) fn restarted(world: &World, policy: Policy) -> World {
    world.elsewhere(|builder| builder.policy(policy))
}

pub(crate) fn permanent(world: &World, who: &str, label: &str) -> IssuedCredential {
    let new = NewPersonalAccessToken::new(label, Lifetime::Permanent);
    block_on(world.handle.create_personal_access_token(&world.presenter(who), &new)).expect("a token")
}

fn seen(world: &World, id: &RecordId) -> CredentialView {
    block_on(world.handle.credential(&Presenter::host(), id)).expect("shown")
}

fn rotate(world: &World, who: &str, id: &RecordId) -> Result<IssuedCredential, ManageError> {
    block_on(world.handle.rotate_personal_access_token(&world.presenter(who), id, Overlap::UntilFirstUse))
}

fn rearm(world: &World) -> u64 {
    let mut changed = 0;
    loop {
        let batch = block_on(world.handle.rearm_notices(limit(2))).expect("walked");
        changed += batch.changed;
        if !batch.more {
            return changed;
        }
    }
}

/// Computes the notice times of all tokens again, twice. The second time is after every process has read the new
/// policy, and must find nothing to change.
fn rearm_twice(world: &World) -> u64 {
    let changed = rearm(world);
    world.pass(minutes(2));
    assert_eq!(rearm(world), 0);
    changed
}

fn mark(world: &World, id: &RecordId) -> Option<NoticeMark> {
    world.stored(id).and_then(|record| record.record().notice)
}

#[test]
fn life_4_by_default_a_lower_ceiling_touches_new_tokens_only() {
    assert_eq!(Policy::default().personal_access_tokens.existing, Existing::Grandfather);
    let world = bare_world(wide());
    let (long, forever) = (world.create("ivan", "long", 365).expect("a token"), permanent(&world, "ivan", "ever"));
    let after = restarted(&world, ninety(Existing::Grandfather));
    assert!(after.works(long.token.expose_secret()) && after.works(forever.token.expose_secret()));
    assert_eq!(seen(&after, &long.view.id).expires_at, long.view.expires_at);
    assert!(matches!(after.create("ivan", "new", 91), Err(ManageError::Invalid(Invalid::Days { most: 90 }))));
}

#[test]
fn life_4_refuse_at_use_suspends_what_is_longer_keeps_it_and_takes_it_back_with_the_policy() {
    let world = bare_world(wide());
    let (exact, longer) =
        (world.create("ivan", "90", 90).expect("a token"), world.create("ivan", "91", 91).expect("a"));
    let forever = permanent(&world, "ivan", "ever");
    let after = restarted(&world, ninety(Existing::RefuseAtUse));
    assert!(after.works(exact.token.expose_secret()), "exactly at the ceiling");
    for (token, expires_at) in [(&longer, longer.view.expires_at), (&forever, None)] {
        after.take_events();
        let denied = after.verify(token.token.expose_secret()).expect_err("refused");
        assert!(matches!(denied, Denied::Refused(Refusal::OverCeiling)), "{denied:?}");
        assert_eq!(denied.public(), Some(PublicRefusal::InvalidToken), "the caller is not told why");
        let refused = EventKind::Refused { id: Some(token.view.id), reason: Refusal::OverCeiling };
        assert_eq!(after.take_events(), [refused]);
        let view = seen(&after, &token.view.id);
        assert_eq!((view.status, view.over_ceiling, view.expires_at), (Status::Suspended, true, expires_at));
    }
    assert!(!seen(&after, &exact.view.id).over_ceiling);
    let suspended = CredentialFilter::default().with_status(Status::Suspended);
    let listed =
        block_on(after.handle.list_credentials(&Presenter::host(), &suspended, None, limit(10))).expect("a page");
    assert_eq!(listed.items.len(), 2);
    assert!(matches!(after.create("ivan", "91", 1), Err(ManageError::Conflict(Conflict::LabelTaken))), "it is kept");
    assert!(
        world.works(longer.token.expose_secret()) && world.works(forever.token.expose_secret()),
        "the policy returns"
    );
    assert!(!seen(&world, &longer.view.id).over_ceiling);
    after.delete("ivan", &longer.view.id).expect("its owner may delete it");
    assert!(matches!(world.reason(longer.token.expose_secret()), Refusal::Revoked { .. }));
}

#[test]
fn life_4_clamp_ends_a_longer_life_at_the_ceiling_and_writes_nothing() {
    let world = bare_world(wide());
    let (long, forever) = (world.create("ivan", "long", 365).expect("a token"), permanent(&world, "ivan", "ever"));
    let exact = world.create("ivan", "exact", 90).expect("a token");
    let after = restarted(&world, ninety(Existing::Clamp));
    let end = after_start(days(90));
    world.clock.set(just_before(end));
    for token in [&long, &forever, &exact] {
        assert_eq!(after.verify(token.token.expose_secret()).expect("works").expires_at(), Some(end));
        let view = seen(&after, &token.view.id);
        assert_eq!((view.status, view.expires_at, view.over_ceiling), (Status::Expiring, Some(end), false));
    }
    world.clock.set(end);
    for token in [&long, &forever, &exact] {
        assert_eq!(after.reason(token.token.expose_secret()), Refusal::Expired { at: end });
        assert_eq!(seen(&after, &token.view.id).status, Status::Expired);
    }
    let expired = CredentialFilter::default().with_expiring_before(end.plus(micro()));
    let listed =
        block_on(after.handle.list_credentials(&Presenter::host(), &expired, None, limit(10))).expect("a page");
    assert_eq!(listed.items.len(), 3);
    assert_eq!(world.stored(&long.view.id).expect("kept").record().expires_at, long.view.expires_at);
    assert!(
        world.works(long.token.expose_secret()) && world.works(forever.token.expose_secret()),
        "the policy returns"
    );
    assert!(matches!(world.reason(exact.token.expose_secret()), Refusal::Expired { .. }));
}

/// The new ceiling changes no stored instant, so that the old policy can be restored. Therefore the stored expiry, and
/// not the clamped one, decides how long the token is kept, keeps its label, and counts for the cap.
#[test]
fn life_4_a_shortened_token_is_kept_with_its_label_and_its_place_until_its_stored_end_or_its_deletion() {
    let mut policy = ninety(Existing::Clamp);
    policy.personal_access_tokens.max_live_per_owner = Some(limit(1));
    let world = bare_world(wide());
    let long = world.create("ivan", "long", 200).expect("a token");
    let after = restarted(&world, policy);
    world.pass(days(90 + 30));
    assert_eq!(block_on(after.handle.purge(limit(100))).expect("purged").changed, 0);
    assert_eq!(seen(&after, &long.view.id).status, Status::Expired, "the retention begins at the stored expiry");
    assert!(matches!(after.create("ivan", "long", 1), Err(ManageError::Conflict(Conflict::LabelTaken))));
    assert!(matches!(after.create("ivan", "other", 1), Err(ManageError::Conflict(Conflict::QuotaReached))));
    world.clock.set(just_before(after_start(days(200 + 30))));
    assert_eq!(seen(&after, &long.view.id).status, Status::Expired);
    world.pass(micro());
    assert!(block_on(after.handle.credential(&Presenter::host(), &long.view.id)).is_err());
    let next = after.create("ivan", "long", 1).expect("label and place are free");
    after.delete("ivan", &next.view.id).expect("deleted");
    after.create("ivan", "long", 1).expect("a deletion frees both");
}

#[test]
fn life_4_the_setting_is_the_ceiling_and_holds_from_the_next_call() {
    let mut policy = wide();
    policy.personal_access_tokens.existing = Existing::RefuseAtUse;
    let world = bare_world(policy);
    let token = world.create("ivan", "hundred", 100).expect("a token");
    for (most, works) in [(100, true), (99, false), (100, true), (3_660, true), (1, false)] {
        world.set_number(SettingName::PatMaxDays, most);
        assert_eq!(world.works(token.token.expose_secret()), works, "{most} days");
    }
    world.set(|settings| drop(settings.values.insert("pat_max_days".into(), "many".into())));
    assert!(world.works(token.token.expose_secret()), "the policy's own number counts instead: 365 days");
}

#[test]
fn life_4_a_rotation_of_a_shortened_token_does_not_lengthen_it() {
    let world = bare_world(wide());
    let tokens = [world.create("ivan", "long", 365).expect("a token"), permanent(&world, "ivan", "ever")];
    let after = restarted(&world, ninety(Existing::Clamp));
    world.pass(days(80));
    let end = after_start(days(90));
    for old in &tokens {
        let new = rotate(&after, "ivan", &old.view.id).expect("rotated");
        assert_eq!(new.view.expires_at, Some(end), "not 90 days from now");
        let stored = world.stored(&new.view.id).expect("stored");
        assert_eq!((stored.record().expires_at, stored.gone_at()), (Some(end), end.plus(days(30))));
        let half = world.stored(&old.view.id).expect("kept");
        assert_eq!(half.gone_at(), end.plus(days(30)), "the old half ends with it");
    }
    world.pass(days(10));
    for old in &tokens {
        assert!(matches!(rotate(&after, "ivan", &old.view.id), Err(ManageError::Conflict(Conflict::Replaced))));
    }
    let ended = world.create("ivan", "third", 365).expect("a token");
    world.pass(days(90));
    let missing = Invalid::LifetimeMissing { most: 90 };
    assert!(matches!(rotate(&after, "ivan", &ended.view.id), Err(ManageError::Invalid(invalid)) if invalid == missing));
}

#[test]
fn life_4_a_refused_token_can_be_rotated_once_its_rest_is_within_the_ceiling() {
    let world = bare_world(wide());
    let long = world.create("ivan", "long", 100).expect("a token");
    let forever = permanent(&world, "ivan", "ever");
    let after = restarted(&world, ninety(Existing::RefuseAtUse));
    world.clock.set(just_before(after_start(days(10))));
    assert!(matches!(rotate(&after, "ivan", &long.view.id), Err(ManageError::Conflict(Conflict::Suspended))));
    world.pass(micro());
    let new = rotate(&after, "ivan", &long.view.id).expect("90 days are left");
    assert!(after.works(new.token.expose_secret()) && !after.works(long.token.expose_secret()));
    assert_eq!(new.view.expires_at, long.view.expires_at);
    assert!(matches!(rotate(&after, "ivan", &forever.view.id), Err(ManageError::Conflict(Conflict::Suspended))));
}

#[test]
fn life_4_tokens_of_service_accounts_follow_the_same_rule() {
    let world = bare_world(wide());
    let by = world.presenter("admin");
    let account = block_on(world.handle.create_service_account(&by, &NewServiceAccount::new("ci", Role::Member)));
    let account = account.expect("made").id;
    let new = NewPersonalAccessToken::new("runner", Lifetime::Days(365));
    let token = block_on(world.handle.create_service_token(&by, &account, &new)).expect("a token");
    let refusing = restarted(&world, ninety(Existing::RefuseAtUse));
    assert_eq!(refusing.reason(token.token.expose_secret()), Refusal::OverCeiling);
    let clamping = restarted(&world, ninety(Existing::Clamp));
    let principal = clamping.verify(token.token.expose_secret()).expect("works");
    assert_eq!(principal.expires_at(), Some(after_start(days(90))));
}

#[test]
fn life_4_a_shortened_token_gets_its_notices_for_the_shortened_end() {
    let world = bare_world(wide());
    let (long, forever) = (world.create("ivan", "long", 365).expect("a token"), permanent(&world, "bill", "ever"));
    let exact = world.create("ivan", "exact", 90).expect("a token");
    rearm_twice(&world);
    let (before, never) = (mark(&world, &exact.view.id), mark(&world, &forever.view.id));
    assert_eq!(never, None);
    let after = restarted(&world, ninety(Existing::Clamp));
    assert_eq!(rearm_twice(&after), 2);
    let end = after_start(days(90));
    let due_at = Some(NoticeMark { at: end.minus(days(7)), stage: 0 });
    assert_eq!([mark(&world, &long.view.id), mark(&world, &forever.view.id), before], [due_at; 3]);
    let stored = world.stored(&forever.view.id).expect("stored");
    assert_eq!(
        (stored.record().expires_at, stored.record().expiry_set_at),
        (None, start()),
        "only the mark is written"
    );
    world.clock.set(just_before(end.minus(days(7))));
    assert!(run(&after).is_empty());
    world.pass(micro());
    assert_eq!(run(&after), [NoticeText::ExpiresIn(days(7)); 3]);
    assert!(run(&after).is_empty(), "once");
    world.clock.set(end);
    assert_eq!(run(&after), [NoticeText::Expired; 3]);
    assert!(run(&after).is_empty(), "once");
    // `world` still has the old policy, under which the token `long` is valid until its own expiry. So upkeep through
    // `world` sets its notice again, for that expiry.
    assert_eq!(rearm_twice(&world), 1);
    let own_end = long.view.expires_at.expect("an end");
    assert_eq!(mark(&world, &long.view.id), Some(NoticeMark { at: own_end.minus(days(7)), stage: 0 }));
    world.clock.set(own_end.minus(days(7)));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(7))], "permanent ones have no notice");
}

#[test]
fn life_4_a_token_that_a_clamp_ends_at_once_is_told_of_once() {
    let world = bare_world(wide());
    let long = world.create("ivan", "long", 365).expect("a token");
    let short = world.create("ivan", "short", 30).expect("a token");
    rearm(&world);
    world.pass(days(31));
    assert_eq!(run(&world), [NoticeText::Expired], "the short one");
    world.pass(days(69));
    let after = restarted(&world, ninety(Existing::Clamp));
    assert_eq!(rearm_twice(&after), 1);
    let told = due(&after);
    assert_eq!(told.iter().map(|due| due.id()).collect::<Vec<_>>(), [long.view.id]);
    assert_eq!(run(&after), [NoticeText::Expired]);
    world.pass(minutes(5));
    assert_eq!(rearm(&after), 0);
    assert!(run(&after).is_empty());
    assert_eq!(mark(&world, &short.view.id), None);
}

#[test]
fn life_4_a_notice_that_no_walk_has_reached_is_told_for_the_shortened_end_when_it_is_due() {
    let world = bare_world(wide());
    world.create("ivan", "long", 91).expect("a token");
    let after = restarted(&world, ninety(Existing::Clamp));
    world.pass(days(84));
    assert_eq!(run(&after), [NoticeText::ExpiresIn(days(6))]);
    assert!(run(&world).is_empty(), "under the old policy it is told for another expiry, when that is due");
}

#[test]
fn life_4_a_refused_token_gets_the_notice_on_expiry_only() {
    let world = bare_world(wide());
    world.create("ivan", "long", 100).expect("a token");
    let after = restarted(&world, ninety(Existing::RefuseAtUse));
    world.pass(days(93));
    assert!(run(&after).is_empty(), "suspended");
    world.pass(days(7));
    assert_eq!(run(&after), [NoticeText::Expired]);
}

#[test]
fn life_4_a_changed_setting_plans_the_notices_of_shortened_tokens_anew() {
    let world = bare_world(ninety(Existing::Clamp));
    let token = world.create("ivan", "sixty", 60).expect("a token");
    rearm(&world);
    for (most, end) in [(30, 30), (40, 40), (90, 60)] {
        world.set_number(SettingName::PatMaxDays, most);
        assert_eq!(rearm(&world), 1);
        let at = after_start(days(end)).minus(days(7));
        assert_eq!(mark(&world, &token.view.id), Some(NoticeMark { at, stage: 0 }), "{most} days");
    }
    world.set_number(SettingName::PatMaxDays, 80);
    assert_eq!(rearm(&world), 0, "the token is within");
}
