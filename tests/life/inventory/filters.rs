//! Tests the filter of the inventory: each field, and all fields together. Also tests which credentials and realms the
//! inventory leaves out.

use counterfoil::operations::{CredentialFilter, NewAccess, NewSecurityCode, Overlap, Status};
use counterfoil::types::TokenKind::{self, *};
use counterfoil::{Invalid, Lifetime, ManageError, NewPersonalAccessToken, Presenter, Timestamp};

use super::*;

fn all() -> CredentialFilter {
    CredentialFilter::default()
}

#[test]
fn sight_2_the_inventory_has_all_kinds_and_owners_and_tells_owner_and_client() {
    let world = stocked();
    let found = walk(&world, &all(), 100);
    let kinds: Vec<TokenKind> = found.iter().map(|found| found.kind).collect();
    let expected = [PersonalAccessToken, PersonalAccessToken, PersonalAccessToken];
    assert_eq!(kinds, [&expected[..], &[AccessToken, RefreshToken, SecurityCode, ConsoleSession]].concat());
    for found in &found {
        let owner = found.owner.as_ref().map(|owner| owner.as_str());
        let client = found.client.as_ref().map(|client| client.as_str());
        match found.kind {
            SecurityCode => assert_eq!((owner, client, &found.created_by), (None, None, &Some(subject("super")))),
            AccessToken | RefreshToken => assert_eq!((owner, client), (Some("ivan"), Some("tool"))),
            _ => assert!(client.is_none() && (owner == Some("ivan") || found.label == "nightly tests"), "{found:?}"),
        }
    }
}

#[test]
fn sight_2_kind_selects_one_kind_and_a_client_secret_is_no_credential_of_the_inventory() {
    let world = stocked();
    for kind in TokenKind::ALL {
        let expected = match kind {
            PersonalAccessToken => vec![kind; 3],
            ClientSecret => Vec::new(),
            _ => vec![kind],
        };
        assert_eq!(kinds(&world, &all().with_kind(kind)), expected, "{kind}");
    }
}

#[test]
fn sight_2_what_is_deleted_or_replaced_is_not_in_the_inventory() {
    let world = stocked();
    let gone = world.pat("ivan", "gone");
    world.delete("ivan", &gone.view.id).expect("deleted");
    let old = world.pat("ivan", "rotated").view.id;
    let new = block_on(world.handle.rotate_personal_access_token(&world.presenter("ivan"), &old, Overlap::Immediate));
    let found = walk(&world, &all().with_kind(PersonalAccessToken), 2);
    assert_eq!(found.len(), 4);
    assert!(ids(&found).contains(&new.expect("rotated").view.id) && !ids(&found).contains(&old));
}

#[test]
fn sight_2_status_selects_by_what_a_list_would_show() {
    let world = unlimited();
    for (owner, label, days) in [("ivan", "live", 60), ("ivan", "soon", 2), ("ivan", "dead", 1), ("bill", "paused", 60)]
    {
        world.create(owner, label, days).expect("a token");
    }
    world.pass(days(1));
    let bill = world.account("bill").with_disabled(true);
    world.people.insert(bill, &["bill"], "blabla");
    for (status, expected) in
        [(Status::Active, "live"), (Status::Expiring, "soon"), (Status::Expired, "dead"), (Status::Suspended, "paused")]
    {
        let found = walk(&world, &all().with_status(status), 100);
        let found: Vec<_> = found.iter().map(|found| (found.label.as_str(), found.status)).collect();
        assert_eq!(found, [(expected, status)]);
    }
    assert_eq!(Status::ALL.len(), 4);
}

#[test]
fn sight_2_owner_selects_a_persons_own_and_the_codes_that_the_person_made_or_lends_rights_to() {
    let world = stocked();
    world.code(NewAccess::SameAsUser("helen"));
    let ivans = all().with_owner(subject("ivan"));
    let found = walk(&world, &ivans, 100);
    let kinds: Vec<TokenKind> = found.iter().map(|found| found.kind).collect();
    assert_eq!(
        kinds,
        [PersonalAccessToken, PersonalAccessToken, AccessToken, RefreshToken, SecurityCode, ConsoleSession]
    );
    assert_eq!((found[0].label.as_str(), found[1].label.as_str()), ("deploy", "Nightly build"), "newest first");
    assert_eq!(kinds_of(&world, "super"), [SecurityCode, SecurityCode], "made both");
    assert_eq!(kinds_of(&world, "helen"), [SecurityCode]);
    assert_eq!(kinds_of(&world, "nobody"), []);
}

fn kinds_of(world: &World, owner: &str) -> Vec<TokenKind> {
    kinds(world, &all().with_owner(subject(owner)))
}

#[test]
fn sight_2_client_selects_the_tokens_of_sign_ins_through_it() {
    let world = stocked();
    sign_in(&world, "bill", "other");
    assert_eq!(kinds(&world, &all().with_client(client_id("tool"))), [AccessToken, RefreshToken]);
    let bills = all().with_client(client_id("other")).with_owner(subject("bill"));
    assert_eq!(kinds(&world, &bills), [AccessToken, RefreshToken]);
    assert_eq!(kinds(&world, &bills.with_client(client_id("tool"))), []);
    assert_eq!(kinds(&world, &all().with_client(client_id("tool")).with_kind(PersonalAccessToken)), []);
}

#[test]
fn sight_2_expiring_before_ends_just_before_the_instant_and_leaves_permanent_ones_out() {
    let world = unlimited();
    world.create("ivan", "one", 1).expect("a token");
    world.create("ivan", "two", 2).expect("a token");
    let before = |at| labels(&world, &all().with_expiring_before(at).with_kind(PersonalAccessToken));
    let (one, two) = (after_start(days(1)), after_start(days(2)));
    assert_eq!((before(one), before(just_before(two))), (vec![], vec!["one".into()]), "not at equality");
    assert_eq!(before(two.plus_capped(micro())), ["one", "two"]);
    world.pass(days(1));
    assert_eq!(before(one.plus_capped(micro())), ["one"], "expired, and still listed");
    let code = world.code(NewAccess::SuperAdministrator).view.id;
    let codes = all().with_kind(SecurityCode).with_expiring_before(Timestamp::MAX);
    assert_eq!(walk(&world, &codes, 9).len(), 1);
    block_on(world.handle.make_security_code_permanent(&world.presenter("super"), &code)).expect("permanent");
    assert_eq!(walk(&world, &codes, 9).len(), 0, "permanent");
}

#[test]
fn sight_2_the_expiry_of_a_refresh_token_is_the_one_under_the_present_settings() {
    let world = unlimited();
    sign_in(&world, "ivan", "tool");
    let stored = walk(&world, &all().with_kind(RefreshToken), 9)[0].expires_at.expect("an expiry");
    world.set_number(counterfoil::settings::SettingName::RefreshInactivitySeconds, 3_600);
    let found = walk(&world, &all().with_kind(RefreshToken), 9);
    assert_eq!(found[0].expires_at, Some(after_start(hours(1))));
    assert!(stored > after_start(hours(1)));
    let before = |at| walk(&world, &all().with_kind(RefreshToken).with_expiring_before(at), 9).len();
    assert_eq!((before(after_start(hours(1))), before(just_over_start())), (0, 1));
}

fn just_over_start() -> Timestamp {
    after_start(just_over(hours(1)))
}

#[test]
fn sight_2_unused_since_counts_written_and_unwritten_uses_and_the_creation() {
    let world = unlimited();
    let (written, waiting) = (world.pat("ivan", "written"), world.pat("ivan", "waiting"));
    world.pat("ivan", "never");
    let unused = |at| labels(&world, &all().with_unused_since(at).with_kind(PersonalAccessToken));
    assert!(unused(start()).is_empty(), "created at this instant");
    assert_eq!(unused(after_start(micro())), ["never", "waiting", "written"]);

    world.pass(hours(1));
    assert!(world.works(written.token.expose_secret()));
    let _flushed = block_on(world.handle.flush());
    assert_eq!(world.stored(&written.view.id).expect("stored").record().last_used_at, Some(after_start(hours(1))));
    assert_eq!(unused(after_start(hours(1))), ["never", "waiting"], "used at this instant");
    assert_eq!(unused(after_start(just_over(hours(1)))), ["never", "waiting", "written"]);

    world.pass(hours(1));
    assert!(world.works(waiting.token.expose_secret()));
    assert_eq!(world.stored(&waiting.view.id).expect("stored").record().last_used_at, None, "not written");
    assert_eq!(unused(after_start(just_over(hours(1)))), ["never", "written"]);
    assert_eq!(unused(after_start(hours(2))), ["never", "written"], "used at this instant");
    assert_eq!(unused(after_start(just_over(hours(2)))), ["never", "waiting", "written"]);
}

#[test]
fn sight_2_the_beginning_of_a_label_is_compared_by_its_folded_key() {
    let world = unlimited();
    for label in ["Straße 1", "STRASSE 2", "ﬁle", "FILE two", "a  b", "é"] {
        world.pat("ivan", label);
    }
    let begins = |text: &str| labels(&world, &all().with_label(text));
    assert_eq!(begins("stras"), ["STRASSE 2", "Straße 1"]);
    assert_eq!(begins("STRASSE\u{A0}1"), ["Straße 1"]);
    assert_eq!(begins("fi"), ["FILE two", "ﬁle"]);
    assert_eq!(begins("A\u{2003}B"), ["a  b"]);
    assert_eq!(begins("e"), Vec::<String>::new(), "an accented letter is another letter");
    assert_eq!(begins("E\u{301}"), ["é"]);
    assert_eq!(begins("ile"), Vec::<String>::new(), "not in the middle");
    for bad in ["", "  ", "a\nb", &"x".repeat(256)] {
        let refused = page(&world, &all().with_label(bad), None, 1);
        assert!(matches!(&refused, Err(ManageError::Invalid(Invalid::Label(_)))), "{bad:?}: {refused:?}");
    }
}

#[test]
fn sight_2_all_fields_together_select_what_fits_each_of_them() {
    let world = stocked();
    let filter = all()
        .with_kind(PersonalAccessToken)
        .with_status(Status::Active)
        .with_owner(subject("ivan"))
        .with_expiring_before(after_start(days(31)))
        .with_unused_since(after_start(minutes(2)))
        .with_label("NIGHTLY");
    assert_eq!(labels(&world, &filter), ["Nightly build"]);
    assert_eq!(labels(&world, &filter.with_status(Status::Suspended)), Vec::<String>::new());
}

#[test]
fn sight_2_the_realms_are_apart() {
    let world = stocked();
    let other = counterfoil::Realm::new("other").expect("a realm");
    let there = world.elsewhere(|builder| builder.realm(other));
    assert_eq!(walk(&there, &all(), 100).len(), 0);
    let new = NewPersonalAccessToken::new("there", Lifetime::Days(1));
    let ivan = world.presenter("ivan").in_realm(there.handle.realm());
    let made = block_on(there.handle.create_personal_access_token(&ivan, &new)).expect("made").view.id;
    assert_eq!(ids(&walk(&there, &all(), 100)), [made]);
    assert!(!ids(&walk(&world, &all(), 100)).contains(&made));
    let code = NewSecurityCode::new(NewAccess::SuperAdministrator);
    let by = Presenter::host();
    assert!(block_on(there.handle.create_security_code(&by, &code)).is_err(), "the host must sign a person in");
}
