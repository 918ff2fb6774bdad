//! Where a credential can be used from (requirement SIGHT 6): every way of use, from an allowed address, from another
//! one, and from an unknown source; and the changes of the list.

use std::sync::Barrier;
use std::time::Duration;

use counterfoil::client::{ClientId, Grant, NewClient, RefreshMode};
use counterfoil::event::{Action, EventKind};
use counterfoil::http_auth::Refusal;
use counterfoil::operations::{NewAccess, NewSecurityCode, Overlap, SignIn, TokenUpdate};
use counterfoil::service_account::NewServiceAccount;
use counterfoil::types::{InvalidNetworks, Networks, RecordId, Source};
use counterfoil::*;

use crate::support::*;

const INSIDE: &str = "192.0.2.7";
const OUTSIDE: &str = "198.51.100.7";

fn networks<'a>(blocks: impl IntoIterator<Item = &'a str>) -> Networks {
    Networks::new(blocks).expect("blocks")
}

fn office() -> Networks {
    networks(["192.0.2.0/24"])
}

fn at(source: &str) -> Source {
    source.parse().expect("a source")
}

/// Sources from which a credential with the list of [`office`] is refused.
fn elsewhere() -> [Source; 4] {
    [at(OUTSIDE), at("2001:db8::7"), at("gateway-7"), Source::Unknown]
}

fn restricted_pat(world: &World, label: &str) -> IssuedCredential {
    let new = NewPersonalAccessToken::new(label, Lifetime::Days(30)).with_allowed_sources(office());
    block_on(world.handle.create_personal_access_token(&world.presenter("ivan"), &new)).expect("a token")
}

fn refusal(world: &World, token: &str, source: &Source) -> Option<Refusal> {
    match block_on(world.handle.from_source(source).verify(token)) {
        Ok(_) => None,
        Err(Denied::Refused(refusal)) => Some(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

/// The changes of credentials that were told since the last call.
fn changes(world: &World) -> Vec<EventKind> {
    world.take_events().into_iter().filter(|event| matches!(event, EventKind::Changed { .. })).collect()
}

fn works_at(world: &World, token: &str, source: &str) -> bool {
    refusal(world, token, &at(source)).is_none()
}

fn set(
    world: &World,
    by: &Presenter,
    id: &RecordId,
    allowed: Option<&Networks>,
) -> Result<CredentialView, ManageError> {
    let change = TokenUpdate::default().with_allowed_sources(allowed.cloned());
    block_on(world.handle.update_personal_access_token(by, id, &change))
}

fn session(world: &World, id: &str) -> Presenter {
    let opened = block_on(world.handle.open_session_for(&world.account(id))).expect("opened");
    Presenter::from(&opened.principal)
}

/// An access token of a sign-in that can be used only from the office.
fn restricted_access(world: &World, id: &str) -> Presenter {
    let (client, subject) = (client_id("rotating"), subject(id));
    let sign_in = SignIn::new(&client, &subject).with_allowed_sources(office());
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    let inside = at(INSIDE);
    let principal = block_on(world.handle.from_source(&inside).verify(granted.access_token.expose_secret()));
    Presenter::from(&principal.expect("inside"))
}

#[test]
fn sight_6_every_bearer_token_is_refused_elsewhere_and_told_to_the_host_alone() {
    let world = world();
    let pat = restricted_pat(&world, "pat");
    let code = NewSecurityCode::new(NewAccess::SuperAdministrator).with_allowed_sources(office());
    let code = block_on(world.handle.create_security_code(&world.presenter("super"), &code)).expect("a code");
    let account = NewServiceAccount::new("build", Role::Member);
    let account = block_on(world.handle.create_service_account(&Presenter::host(), &account)).expect("an account");
    let new = NewPersonalAccessToken::new("machine", Lifetime::Days(1)).with_allowed_sources(office());
    let machine = block_on(world.handle.create_service_token(&Presenter::host(), &account.id, &new)).expect("a token");
    let (client, ivan) = (client_id("rotating"), subject("ivan"));
    let sign_in = SignIn::new(&client, &ivan).with_allowed_sources(office());
    let access = block_on(world.handle.open_sign_in(&sign_in)).expect("opened").access_token;
    for issued in [&pat, &code, &machine] {
        assert_eq!(issued.view.allowed_sources, Some(office()));
    }
    let tokens = [&pat, &code, &machine].map(|issued| issued.token.expose_secret());
    for token in tokens.into_iter().chain([access.expose_secret()]) {
        world.take_events();
        for source in elsewhere() {
            let refused = block_on(world.handle.from_source(&source).verify(token)).expect_err("elsewhere");
            let unknown = block_on(world.handle.from_source(&source).verify("cfp_none")).expect_err("no token");
            assert_eq!(refused.public(), unknown.public(), "the caller is not told why");
            let events: Vec<_> = world.sink.take();
            assert!(matches!(events[0].kind, EventKind::Refused { id: Some(_), reason: Refusal::SourceNotAllowed }));
            assert_eq!((events[0].source.as_ref(), events.len()), (source.name(), 2));
        }
        assert_eq!(world.reason(token), Refusal::SourceNotAllowed, "verify knows no source");
        for source in [INSIDE, "192.0.2.0", "192.0.2.255:443", "::ffff:192.0.2.7"] {
            assert!(works_at(&world, token, source), "{source}");
        }
    }
}

#[test]
fn sight_6_a_header_from_elsewhere_gets_the_bytes_of_any_refusal() {
    let world = world();
    let token = restricted_pat(&world, "pat");
    let header = format!("Bearer {}", token.token.expose_secret());
    let challenge = |header: &str, source: &Source| {
        let challenge = block_on(world.handle.authenticate([header.as_bytes()], source)).expect_err("refused");
        (challenge.status(), challenge.www_authenticate(), challenge.retry_after())
    };
    let unknown = challenge("Bearer cfp_none", &at(INSIDE));
    for source in elsewhere() {
        assert_eq!(challenge(&header, &source), unknown);
    }
    assert!(block_on(world.handle.authenticate([header.as_bytes()], &at(INSIDE))).is_ok());
}

#[test]
fn sight_6_a_policy_that_keeps_no_sources_still_checks_them() {
    let mut policy = open_policy();
    policy.events.sources = false;
    let world = bare_world(policy);
    let token = restricted_pat(&world, "pat");
    assert!(works_at(&world, token.token.expose_secret(), INSIDE));
    assert!(!works_at(&world, token.token.expose_secret(), OUTSIDE));
    let inside = at(INSIDE);
    let principal = block_on(world.handle.from_source(&inside).verify(token.token.expose_secret())).expect("inside");
    assert_eq!(principal.source(), None);
}

#[test]
fn sight_6_a_refused_use_counts_nowhere_and_ends_no_overlap() {
    let world = world();
    let old = restricted_pat(&world, "pat");
    let ivan = world.presenter("ivan");
    let new = block_on(world.handle.rotate_personal_access_token(&ivan, &old.view.id, Overlap::UntilFirstUse));
    let new = new.expect("rotated");
    assert_eq!(new.view.allowed_sources, Some(office()), "a rotation keeps the list");
    let (old, fresh) = (old.token.expose_secret(), new.token.expose_secret());
    assert_eq!(refusal(&world, fresh, &at(OUTSIDE)), Some(Refusal::SourceNotAllowed));
    assert_eq!(refusal(&world, old, &at(OUTSIDE)), Some(Refusal::SourceNotAllowed), "both halves have the list");
    let seen = block_on(world.handle.personal_access_token(&ivan, &new.view.id)).expect("listed");
    assert_eq!(seen.last_used_at, None);
    assert!(works_at(&world, old, INSIDE), "the overlap has not ended");
    assert!(works_at(&world, fresh, INSIDE) && !works_at(&world, old, INSIDE), "the first use ended it");
}

/// A sign-in with a refresh token that can be used only from the office, and what a refresh from a source gives.
struct Refreshing {
    world: World,
    client: ClientId,
    secret: String,
}

impl Refreshing {
    fn new(mode: RefreshMode) -> Self {
        let world = world();
        let new = NewClient::named("office app").with_id(client_id("office")).with_refresh_mode(mode);
        let new = new.with_grants(vec![Grant::RefreshToken]);
        let made = block_on(world.handle.create_client(&Presenter::host(), new)).expect("registered");
        let secret = made.secret.expect("confidential").expose_api_key().to_owned();
        Self { world, client: made.view.id, secret }
    }

    fn signed_in(&self) -> String {
        let bill = subject("bill");
        let sign_in = SignIn::new(&self.client, &bill).with_remember(true).with_allowed_sources(office());
        let granted = block_on(self.world.handle.open_sign_in(&sign_in)).expect("opened");
        granted.refresh_token.expect("refreshes").expose_secret().to_owned()
    }

    fn refresh(&self, token: &str, source: Option<&str>) -> Reply {
        let header = format!("Basic {}", self.secret);
        let body = format!("grant_type=refresh_token&refresh_token={token}");
        self.world.raw(Endpoint::Token, &[header.as_bytes()], FORM, body.as_bytes(), source)
    }
}

#[test]
fn sight_6_a_refresh_from_elsewhere_is_refused_and_consumes_nothing() {
    for mode in [RefreshMode::Rotate, RefreshMode::Reuse] {
        let host = Refreshing::new(mode);
        let token = host.signed_in();
        let garbage = host.refresh("cfr_none", Some(INSIDE));
        host.world.take_events();
        for source in [Some(OUTSIDE), Some("gateway-7"), None] {
            let reply = host.refresh(&token, source);
            assert_eq!((reply.status, &reply.body), (400, &garbage.body), "{source:?}");
            assert!(matches!(
                host.world.take_events()[..],
                [EventKind::Refused { id: Some(_), reason: Refusal::SourceNotAllowed }]
            ));
        }
        let reply = host.refresh(&token, Some(INSIDE));
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert!(works_at(&host.world, &reply.access(), INSIDE), "{mode:?}");
        assert!(!works_at(&host.world, &reply.access(), OUTSIDE), "the access token has the list of its sign-in");
    }
}

#[test]
fn sight_6_a_replay_or_a_retry_from_elsewhere_ends_no_family_and_gets_no_answer() {
    let host = Refreshing::new(RefreshMode::Rotate);
    let first = host.signed_in();
    let second = host.refresh(&first, Some(INSIDE));
    assert_eq!(host.refresh(&first, Some(OUTSIDE)).status, 400, "no retry from elsewhere");
    assert_eq!(host.refresh(&first, Some(INSIDE)).refresh(), second.refresh(), "a retry from inside");
    host.world.pass(minutes(5));
    assert_eq!(host.refresh(&first, Some(OUTSIDE)).status, 400);
    assert_eq!(host.refresh(&first, None).status, 400);
    let third = host.refresh(&second.refresh(), Some(INSIDE));
    assert_eq!(third.status, 200, "the replay from elsewhere has ended nothing");
    assert_eq!(host.refresh(&first, Some(INSIDE)).status, 400);
    assert_eq!(host.refresh(&third.refresh(), Some(INSIDE)).status, 400, "the replay from inside ended the family");
}

#[test]
fn sight_6_introspection_needs_the_source_that_the_resource_server_saw() {
    let world = world();
    let server = NewClient::named("server").with_id(client_id("server")).with_resource_server(true);
    let made = block_on(world.handle.create_client(&Presenter::host(), server)).expect("registered");
    let header = format!("Basic {}", made.secret.expect("confidential").expose_api_key());
    let (restricted, open) = (restricted_pat(&world, "office"), world.pat("ivan", "open"));
    let ask = |token: &IssuedCredential, source: Option<&str>| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("token", token.token.expose_secret());
        if let Some(source) = source {
            body.append_pair("source", source);
        }
        // The address of the resource server itself is allowed, and has no effect.
        world.raw(Endpoint::Introspect, &[header.as_bytes()], FORM, body.finish().as_bytes(), Some(INSIDE))
    };
    world.take_events();
    for source in [Some(INSIDE), Some("::ffff:192.0.2.7"), Some("192.0.2.7:443")] {
        assert!(ask(&restricted, source).body.contains(r#""active":true"#), "{source:?}");
    }
    for source in [None, Some(""), Some(OUTSIDE), Some("gateway-7")] {
        assert_eq!(ask(&restricted, source).body, r#"{"active":false}"#, "{source:?}");
        assert!(ask(&open, source).body.contains(r#""active":true"#), "{source:?}");
    }
    for token in [&restricted, &open] {
        let reply = ask(token, Some("192.0.2.7, 198.51.100.7"));
        assert_eq!(reply.error(), (400, "invalid_request".into()), "no list of a proxy");
        assert!(reply.body.contains("parameter source"), "{}", reply.body);
    }
    assert_eq!(world.take_events(), []);
}

#[test]
fn sight_6_a_list_has_at_most_16_blocks_and_errors_name_the_block() {
    let blocks: Vec<String> = (0..17).map(|number| format!("10.0.{number}.0/24")).collect();
    let sixteen = networks(blocks.iter().take(16).map(String::as_str));
    let world = world();
    let new = NewPersonalAccessToken::new("many", Lifetime::Days(1)).with_allowed_sources(sixteen.clone());
    let issued =
        block_on(world.handle.create_personal_access_token(&world.presenter("ivan"), &new)).expect("16 blocks");
    assert_eq!(issued.view.allowed_sources, Some(sixteen));
    assert!(works_at(&world, issued.token.expose_secret(), "10.0.15.255"));
    assert!(!works_at(&world, issued.token.expose_secret(), "10.0.16.0"));
    let seventeen = Networks::new(blocks.iter().map(String::as_str)).expect_err("17 blocks");
    assert_eq!(Invalid::from(seventeen).to_string(), "allowed_sources must have at most 16 blocks");
    let wrong = Networks::new(["10.0.0.0/8", "10.0.0.1", "10.0.0.0/33"]).expect_err("33 bits");
    let wrong = Invalid::from(wrong);
    let text = "allowed_sources[2] must have a length of at most 32";
    assert_eq!((wrong.field(), wrong.to_string().as_str()), ("allowed_sources", text));
    assert_eq!(Networks::new([]), Err(InvalidNetworks::Empty));
}

#[test]
fn sight_6_relaxing_the_list_needs_fresh_proof_and_narrowing_does_not() {
    let world = world();
    let token = restricted_pat(&world, "pat");
    let (id, text) = (token.view.id, token.token.expose_secret());
    let stale = session(&world, "ivan");
    world.pass(minutes(10));
    let fresh = session(&world, "ivan");
    let (wide, narrow) = (networks(["192.0.2.0/23"]), networks(["192.0.2.0/25"]));
    let other = networks(["192.0.2.0/25", "203.0.113.0/24"]);
    for wider in [None, Some(&wide), Some(&other)] {
        let refused = set(&world, &stale, &id, wider).expect_err("the password must be proved again");
        assert!(matches!(refused, ManageError::Forbidden(Forbidden::StaleSession)), "{refused:?}");
        assert!(!works_at(&world, text, "203.0.113.1"));
    }
    world.take_events();
    let view = set(&world, &stale, &id, Some(&narrow)).expect("narrower");
    assert_eq!(view.allowed_sources, Some(narrow.clone()));
    assert_eq!(changes(&world), [EventKind::Changed { id, action: Action::SourcesNarrowed }]);
    assert!(works_at(&world, text, "192.0.2.127") && !works_at(&world, text, "192.0.2.128"));
    set(&world, &stale, &id, Some(&narrow)).expect("the same list");
    assert_eq!(changes(&world), [], "nothing has changed");
    set(&world, &stale, &id, Some(&office())).expect_err("back again is wider");
    set(&world, &fresh, &id, Some(&other)).expect("proved");
    assert_eq!(changes(&world), [EventKind::Changed { id, action: Action::SourcesWidened }]);
    assert!(works_at(&world, text, "203.0.113.1"));
    assert_eq!(set(&world, &fresh, &id, None).expect("proved").allowed_sources, None);
    assert!(world.works(text), "from anywhere, and from an unknown source");
    set(&world, &stale, &id, Some(&office())).expect("a first list is narrower");
    let inside = at(INSIDE);
    let own = block_on(world.handle.from_source(&inside).verify(text)).expect("inside");
    let refused = set(&world, &Presenter::from(&own), &id, Some(&narrow)).expect_err("a token changes no list");
    assert!(matches!(refused, ManageError::Forbidden(Forbidden::CredentialKind)), "{refused:?}");
}

#[test]
fn sight_6_only_the_owners_newest_token_can_be_changed() {
    let world = world();
    let old = restricted_pat(&world, "pat");
    let ivan = world.presenter("ivan");
    let bills = set(&world, &world.presenter("bill"), &old.view.id, None);
    assert!(matches!(bills, Err(ManageError::NotFound)), "{bills:?}");
    let rotated = world.handle.rotate_personal_access_token(&ivan, &old.view.id, Overlap::For(hours(1)));
    let new = block_on(rotated).expect("rotated");
    let replaced = set(&world, &ivan, &old.view.id, None);
    assert!(matches!(replaced, Err(ManageError::Conflict(Conflict::Replaced))), "{replaced:?}");
    set(&world, &ivan, &new.view.id, None).expect("the newest");
    assert!(world.works(old.token.expose_secret()) && world.works(new.token.expose_secret()), "both halves");
    world.delete("ivan", &new.view.id).expect("deleted");
    let deleted = set(&world, &ivan, &new.view.id, Some(&office()));
    assert!(matches!(deleted, Err(ManageError::NotFound)), "{deleted:?}");
}

#[test]
fn sight_6_a_restricted_presenter_makes_and_renews_nothing_that_works_elsewhere() {
    let world = world();
    let open = world.pat("admin", "open");
    let by = restricted_access(&world, "admin");
    let create = |new: &NewPersonalAccessToken<'_>| block_on(world.handle.create_personal_access_token(&by, new));
    let plain = NewPersonalAccessToken::new("plain", Lifetime::Days(1));
    let made = create(&plain).expect("inherits");
    assert_eq!(made.view.allowed_sources, Some(office()));
    let narrow = networks(["192.0.2.0/25"]);
    let made = create(&plain.clone().with_label("narrow").with_allowed_sources(narrow.clone())).expect("narrower");
    assert_eq!(made.view.allowed_sources, Some(narrow));
    for wider in ["192.0.2.0/23", "203.0.113.0/24", "::/0"] {
        let refused = create(&plain.clone().with_label("wide").with_allowed_sources(networks([wider])));
        assert!(matches!(refused, Err(ManageError::Invalid(Invalid::SourcesBeyond))), "{wider}: {refused:?}");
    }
    let outranked = |error: ManageError| matches!(error, ManageError::Forbidden(Forbidden::Outranked));
    let rotated = world.handle.rotate_personal_access_token(&by, &open.view.id, Overlap::Immediate);
    assert!(outranked(block_on(rotated).expect_err("the new token would work everywhere")));
    let exists = operations::Operation::RotateToken(Some(&open.view.id));
    assert!(outranked(block_on(world.handle.authorize(&by, exists)).expect_err("and is told before the body")));
    assert!(outranked(set(&world, &by, &made.view.id, None).expect_err("wider than the presenter's")));
    set(&world, &by, &made.view.id, Some(&office())).expect("within the presenter's");
    set(&world, &by, &open.view.id, Some(&networks(["203.0.113.0/24"]))).expect("narrower than before");
    let client = world.handle.create_client(&by, NewClient::named("made"));
    assert!(outranked(block_on(client).expect_err("a client's secret works everywhere")));
    let rotating = client_id("rotating");
    let secret = world.handle.rotate_client_secret(&by, &rotating, Duration::ZERO);
    assert!(outranked(block_on(secret).expect_err("so does a new one")));
    let by = restricted_access(&world, "super");
    let code = NewSecurityCode::new(NewAccess::SuperAdministrator);
    let code = block_on(world.handle.create_security_code(&by, &code)).expect("inherits");
    assert_eq!(code.view.allowed_sources, Some(office()));
    let unbound = world.code(NewAccess::SuperAdministrator);
    let reset = world.handle.reset_security_code(&by, &unbound.view.id);
    assert!(outranked(block_on(reset).expect_err("a renewed code would work everywhere")));
}

#[test]
fn sight_6_the_presenters_list_is_the_one_of_now() {
    let world = world();
    let (client, ivan) = (client_id("rotating"), subject("ivan"));
    let sign_in = SignIn::new(&client, &ivan).with_allowed_sources(office());
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    let inside = at(INSIDE);
    let principal = block_on(world.handle.from_source(&inside).verify(granted.access_token.expose_secret()));
    let by = Presenter::from(&principal.expect("inside"));
    world.pass(days(100));
    let _purged = block_on(world.handle.purge(limit(1_000))).expect("purged");
    assert!(!world.is_stored(&granted.access_id));
    let made = block_on(world.handle.create_personal_access_token(&by, &NewPersonalAccessToken::for_days("late", 1)));
    assert!(matches!(made, Err(ManageError::Forbidden(Forbidden::Outranked))), "{made:?}");
}

#[test]
fn sight_6_an_edit_that_races_a_rotation_is_never_lost_or_half_done() {
    for round in 0..50 {
        let world = world();
        let token = world.pat("ivan", "pat");
        let (ivan, start) = (world.presenter("ivan"), Barrier::new(2));
        let (edited, rotated) = std::thread::scope(|threads| {
            let edit = threads.spawn(|| {
                start.wait();
                set(&world, &ivan, &token.view.id, Some(&office()))
            });
            let rotate = threads.spawn(|| {
                start.wait();
                block_on(world.handle.rotate_personal_access_token(&ivan, &token.view.id, Overlap::Immediate))
            });
            (edit.join().expect("no panic"), rotate.join().expect("no panic"))
        });
        let new = rotated.expect("rotated");
        let listed = block_on(world.handle.personal_access_token(&ivan, &new.view.id)).expect("listed");
        match edited {
            Ok(_) => assert_eq!(listed.allowed_sources, Some(office()), "round {round}"),
            Err(ManageError::Conflict(Conflict::Replaced)) => assert_eq!(listed.allowed_sources, None, "{round}"),
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(world.works(new.token.expose_secret()), listed.allowed_sources.is_none());
    }
}

#[test]
fn sight_6_a_stale_session_cannot_widen_by_racing_a_narrowing() {
    let world = world();
    let token = world.pat("ivan", "pat");
    let stale = session(&world, "ivan");
    world.pass(minutes(10));
    let (wide, narrow) = (networks(["192.0.2.0/24"]), networks(["192.0.2.0/28"]));
    for _ in 0..50 {
        set(&world, &world.presenter("ivan"), &token.view.id, None).expect("open");
        let start = Barrier::new(2);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                start.wait();
                set(&world, &world.presenter("ivan"), &token.view.id, Some(&narrow)).expect("narrower")
            });
            start.wait();
            // Narrower than no list, and wider than the other list.
            let _either = set(&world, &stale, &token.view.id, Some(&wide));
        });
        let ivan = world.presenter("ivan");
        let listed = block_on(world.handle.personal_access_token(&ivan, &token.view.id)).expect("listed");
        assert_eq!(listed.allowed_sources, Some(narrow.clone()), "the narrower list always stands");
    }
}

#[test]
fn sight_6_owners_and_administrators_see_the_list() {
    let world = world();
    let token = restricted_pat(&world, "pat");
    let ivan = world.presenter("ivan");
    let own = block_on(world.handle.list_personal_access_tokens(&ivan, None, limit(1))).expect("listed");
    let all = operations::CredentialFilter::default();
    let admin = world.presenter("admin");
    let inventory = block_on(world.handle.list_credentials(&admin, &all, None, limit(9))).expect("listed");
    let one = block_on(world.handle.credential(&admin, &token.view.id)).expect("shown");
    for view in [&own.items[0], &inventory.items[0], &one] {
        assert_eq!((view.id, &view.allowed_sources), (token.view.id, &Some(office())));
        assert_eq!(view.status, operations::Status::Active, "whoever looks at the list uses no credential");
    }
}
