//! All operations of the table `testdata/authority/operations.txt`. Each is called as a host calls it, with a target
//! that exists.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use counterfoil::client::{ClientId, ClientUpdate, NewClient};
use counterfoil::operations::{CredentialFilter, NewAccess, NewSecurityCode, Overlap, Rotation, TokenUpdate};
use counterfoil::service_account::{NewServiceAccount, ServiceAccountId, ServiceAccountUpdate};
use counterfoil::settings::SettingsUpdate;
use counterfoil::types::{FamilyId, Networks, RecordId, TokenKind};
use counterfoil::*;

use super::presenters::Presented;
use crate::support::*;

/// An operation. The table of operations has a group of rows for it, one for each kind of presenter.
pub(super) struct Operation {
    pub(super) name: &'static str,
    /// The scope that the operation needs.
    pub(super) scope: &'static str,
    pub(super) run: fn(&World, &Presented) -> Result<(), ManageError>,
}

pub(super) const ALL: &[Operation] = &[
    Operation {
        name: "ListTokens",
        scope: Scope::CREDENTIALS_READ,
        run: |world, who| block_on(world.handle.list_personal_access_tokens(&who.by, None, limit(1))).map(drop),
    },
    Operation {
        name: "CreateToken",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let label = unused_label();
            let new = NewPersonalAccessToken::new(&label, Lifetime::Days(1));
            block_on(world.handle.create_personal_access_token(&who.by, &new)).map(drop)
        },
    },
    Operation {
        name: "UpdateToken",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let id = own_token(world, who);
            same(
                [relabelled(&unused_label()), restricted()]
                    .map(|change| block_on(world.handle.update_personal_access_token(&who.by, &id, &change)).map(drop)),
            )
        },
    },
    Operation {
        name: "WidenToken",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let id = own_token(world, who);
            restrict(world, &id);
            let wider = TokenUpdate::default().with_allowed_sources(None);
            block_on(world.handle.update_personal_access_token(&who.by, &id, &wider)).map(drop)
        },
    },
    Operation {
        name: "RotateToken",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let id = own_token(world, who);
            block_on(world.handle.rotate_personal_access_token(&who.by, &id, Overlap::Immediate)).map(drop)
        },
    },
    Operation {
        name: "RotateToken of itself",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let id = who.credential.unwrap_or(RecordId::from_bytes([1; 16]));
            block_on(world.handle.rotate_personal_access_token(&who.by, &id, Overlap::Immediate)).map(drop)
        },
    },
    Operation {
        name: "RenewToken",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let id = own_token(world, who);
            block_on(world.handle.rotate_personal_access_token(&who.by, &id, renewal())).map(drop)
        },
    },
    Operation {
        name: "RenewToken of itself",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let id = who.credential.unwrap_or(RecordId::from_bytes([1; 16]));
            block_on(world.handle.rotate_personal_access_token(&who.by, &id, renewal())).map(drop)
        },
    },
    Operation {
        name: "ExtendToken",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let id = own_token(world, who);
            block_on(world.handle.extend_personal_access_token(&who.by, &id, Lifetime::Days(2))).map(drop)
        },
    },
    Operation {
        name: "DeleteToken",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let id = own_token(world, who);
            block_on(world.handle.delete_personal_access_token(&who.by, &id))
        },
    },
    Operation {
        name: "ListSignIns",
        scope: Scope::CREDENTIALS_READ,
        run: |world, who| block_on(world.handle.list_sign_ins(&who.by, None, limit(1))).map(drop),
    },
    Operation {
        name: "EndSignIn",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            let id = who.by.subject().map_or(FamilyId::from_bytes([1; 10]), |owner| sign_in_of(world, owner.as_str()));
            same([
                block_on(world.handle.end_sign_in(&who.by, &id)),
                block_on(world.handle.end_other_sign_ins(&who.by)).map(drop),
            ])
        },
    },
    Operation {
        name: "RevokeAllOwn",
        scope: Scope::CREDENTIALS_WRITE,
        run: |world, who| {
            same([
                block_on(world.handle.revoke_own_kinds(&who.by, &[TokenKind::PersonalAccessToken])).map(drop),
                block_on(world.handle.revoke_all_own(&who.by)).map(drop),
            ])
        },
    },
    Operation {
        name: "SeeUsers",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            same([
                block_on(world.handle.list_users(&who.by, "", limit(1))).map(drop),
                block_on(world.handle.user(&who.by, &subject("bill"))).map(drop),
            ])
        },
    },
    Operation {
        name: "AllowTokenLogin",
        scope: Scope::USERS_MANAGE,
        run: |world, who| block_on(world.handle.set_token_login(&who.by, &subject("bill"), true)).map(drop),
    },
    Operation {
        name: "ForbidTokenLogin",
        scope: Scope::USERS_MANAGE,
        run: |world, who| block_on(world.handle.set_token_login(&who.by, &subject("bill"), false)).map(drop),
    },
    Operation {
        name: "ListTokensOf",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            block_on(world.handle.list_personal_access_tokens_of(&who.by, &subject("bill"), None, limit(1))).map(drop)
        },
    },
    Operation {
        name: "DeleteTokenOf",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            let id = token(world, "ivan", None);
            block_on(world.handle.delete_personal_access_token_of(&who.by, &subject("ivan"), &id))
        },
    },
    Operation {
        name: "ListCredentials",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            let filter = CredentialFilter::default();
            block_on(world.handle.list_credentials(&who.by, &filter, None, limit(1))).map(drop)
        },
    },
    Operation {
        name: "SeeCredential",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            let id = token(world, "ivan", None);
            block_on(world.handle.credential(&who.by, &id)).map(drop)
        },
    },
    Operation {
        name: "SetMetadata",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            let id = token(world, "ivan", None);
            let metadata = r#"{"ticket":4711}"#.parse().expect("metadata");
            block_on(world.handle.update_metadata(&who.by, &id, Some(&metadata))).map(drop)
        },
    },
    Operation {
        name: "ReportPolicy",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            let new = policy::Policy::default();
            block_on(world.handle.policy_report(&who.by, &new, None, limit(1))).map(drop)
        },
    },
    Operation {
        name: "ListSignInsOf",
        scope: Scope::USERS_MANAGE,
        run: |world, who| block_on(world.handle.list_sign_ins_of(&who.by, &subject("bill"), None, limit(1))).map(drop),
    },
    Operation {
        name: "EndSignInOf",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            let id = sign_in_of(world, "bill");
            block_on(world.handle.end_sign_in_of(&who.by, &subject("bill"), &id))
        },
    },
    Operation {
        name: "RevokeAllOf",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            same([
                block_on(world.handle.revoke_all_of(&who.by, &subject("bill"))).map(drop),
                block_on(world.handle.revoke_kinds_of(&who.by, &subject("bill"), &[TokenKind::RefreshToken])).map(drop),
            ])
        },
    },
    Operation {
        name: "ImportCredentials",
        scope: Scope::USERS_MANAGE,
        run: |world, who| block_on(world.handle.import_credentials(&who.by, &[])).map(drop),
    },
    Operation {
        name: "CreateTokenFor",
        scope: Scope::USERS_MANAGE,
        run: |world, who| {
            let label = unused_label();
            let new = NewPersonalAccessToken::new(&label, Lifetime::Days(1));
            block_on(world.handle.create_personal_access_token_for(&who.by, &subject("ivan"), &new)).map(drop)
        },
    },
    Operation {
        name: "ListServiceAccounts",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let id = service_account(world);
            same([
                block_on(world.handle.list_service_accounts(&who.by, None, limit(1))).map(drop),
                block_on(world.handle.service_account(&who.by, &id)).map(drop),
                block_on(world.handle.service_accounts_made_by(&who.by, &subject("admin"))).map(drop),
            ])
        },
    },
    Operation {
        name: "CreateServiceAccount",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let label = unused_label();
            let new = NewServiceAccount::new(&label, Role::Member);
            block_on(world.handle.create_service_account(&who.by, &new)).map(drop)
        },
    },
    Operation {
        name: "UpdateServiceAccount",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let id = service_account(world);
            let described = ServiceAccountUpdate::default().with_description("text");
            let enabled = ServiceAccountUpdate::default().with_disabled(false);
            let adopted = ServiceAccountUpdate::default().with_disabled(true).with_adopt(true);
            let changes = [described, enabled, adopted];
            same(changes.map(|change| block_on(world.handle.update_service_account(&who.by, &id, &change)).map(drop)))
        },
    },
    Operation {
        name: "DisableServiceAccount",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let id = service_account(world);
            let disabled = ServiceAccountUpdate::default().with_disabled(true);
            same([
                block_on(world.handle.update_service_account(&who.by, &id, &disabled)).map(drop),
                block_on(world.handle.disable_service_accounts_made_by(&who.by, &subject("admin"))).map(drop),
            ])
        },
    },
    Operation {
        name: "DeleteServiceAccount",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let id = service_account(world);
            block_on(world.handle.delete_service_account(&who.by, &id))
        },
    },
    Operation {
        name: "ListServiceTokens",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let account = service_account(world);
            let id = service_token(world, &account);
            same([
                block_on(world.handle.list_service_tokens(&who.by, &account, None, limit(1))).map(drop),
                block_on(world.handle.service_token(&who.by, &account, &id)).map(drop),
            ])
        },
    },
    Operation {
        name: "CreateServiceToken",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let account = service_account(world);
            let new = NewPersonalAccessToken::new("made", Lifetime::Days(1));
            block_on(world.handle.create_service_token(&who.by, &account, &new)).map(drop)
        },
    },
    Operation {
        name: "UpdateServiceToken",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let changes = [relabelled("renamed").with_description("text"), restricted()];
            same(changes.map(|change| {
                let account = service_account(world);
                let id = service_token(world, &account);
                block_on(world.handle.update_service_token(&who.by, &account, &id, &change)).map(drop)
            }))
        },
    },
    Operation {
        name: "WidenServiceToken",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let account = service_account(world);
            let id = service_token(world, &account);
            restrict(world, &id);
            let wider = TokenUpdate::default().with_allowed_sources(None);
            block_on(world.handle.update_service_token(&who.by, &account, &id, &wider)).map(drop)
        },
    },
    Operation {
        name: "RotateServiceToken",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            same([Overlap::Immediate.into(), renewal()].map(|rotation: Rotation| {
                let account = service_account(world);
                let id = service_token(world, &account);
                block_on(world.handle.rotate_service_token(&who.by, &account, &id, rotation)).map(drop)
            }))
        },
    },
    Operation {
        name: "ExtendServiceToken",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let account = service_account(world);
            let id = service_token(world, &account);
            block_on(world.handle.extend_service_token(&who.by, &account, &id, Lifetime::Days(2))).map(drop)
        },
    },
    Operation {
        name: "DeleteServiceToken",
        scope: Scope::SERVICE_ACCOUNTS_MANAGE,
        run: |world, who| {
            let account = service_account(world);
            let id = service_token(world, &account);
            block_on(world.handle.delete_service_token(&who.by, &account, &id))
        },
    },
    Operation {
        name: "ListCodes",
        scope: Scope::CODES_MANAGE,
        run: |world, who| block_on(world.handle.list_security_codes(&who.by, true, None, limit(1))).map(drop),
    },
    Operation {
        name: "CreateCode",
        scope: Scope::CODES_MANAGE,
        run: |world, who| {
            let new = NewSecurityCode::new(NewAccess::SameAsUser("ivan"));
            block_on(world.handle.create_security_code(&who.by, &new)).map(drop)
        },
    },
    Operation {
        name: "DescribeCode",
        scope: Scope::CODES_MANAGE,
        run: |world, who| {
            let id = code(world);
            same([
                block_on(world.handle.update_security_code(&who.by, &id, None, Some("text"))).map(drop),
                block_on(world.handle.update_security_code_sources(&who.by, &id, Some(&office()))).map(drop),
            ])
        },
    },
    Operation {
        name: "RenewCode",
        scope: Scope::CODES_MANAGE,
        run: |world, who| {
            let id = code(world);
            let later = world.now().plus_capped(days(1));
            same([
                block_on(world.handle.update_security_code(&who.by, &id, Some(later), None)).map(drop),
                block_on(world.handle.update_security_code(&who.by, &id, Some(later), Some("text"))).map(drop),
                block_on(world.handle.make_security_code_permanent(&who.by, &id)).map(drop),
                block_on(world.handle.reset_security_code(&who.by, &id)).map(drop),
                {
                    let host = Presenter::host();
                    block_on(world.handle.update_security_code_sources(&host, &id, Some(&office()))).expect("set");
                    block_on(world.handle.update_security_code_sources(&who.by, &id, None)).map(drop)
                },
                match block_on(world.handle.reactivate_security_code(&who.by, &id)).map(drop) {
                    Err(ManageError::Conflict(Conflict::NotExpired)) => Ok(()),
                    other => other,
                },
            ])
        },
    },
    Operation {
        name: "DeleteCode",
        scope: Scope::CODES_MANAGE,
        run: |world, who| {
            let id = code(world);
            block_on(world.handle.delete_security_code(&who.by, &id))
        },
    },
    Operation {
        name: "ListClients",
        scope: Scope::CLIENTS_MANAGE,
        run: |world, who| block_on(world.handle.list_clients(&who.by, None, limit(1))).map(drop),
    },
    Operation {
        name: "CreateClient",
        scope: Scope::CLIENTS_MANAGE,
        run: |world, who| {
            let secret = Secret::from("a-secret-of-32-letters-brought-by".to_owned());
            same([
                block_on(world.handle.create_client(&who.by, NewClient::named("new"))).map(drop),
                block_on(world.handle.import_client(&who.by, NewClient::named("imported"), &secret, false)).map(drop),
            ])
        },
    },
    Operation {
        name: "UpdateClient",
        scope: Scope::CLIENTS_MANAGE,
        run: |world, who| {
            let id = client(world);
            let named = ClientUpdate::default().with_display_name("named");
            let enabled = ClientUpdate::default().with_disabled(false);
            same([named, enabled].map(|change| block_on(world.handle.update_client(&who.by, &id, change)).map(drop)))
        },
    },
    Operation {
        name: "DisableClient",
        scope: Scope::CLIENTS_MANAGE,
        run: |world, who| {
            let id = client(world);
            let disabled = ClientUpdate::default().with_disabled(true);
            block_on(world.handle.update_client(&who.by, &id, disabled)).map(drop)
        },
    },
    Operation {
        name: "RotateClientSecret",
        scope: Scope::CLIENTS_MANAGE,
        run: |world, who| {
            let id = client(world);
            block_on(world.handle.rotate_client_secret(&who.by, &id, Duration::ZERO)).map(drop)
        },
    },
    Operation {
        name: "RevokeClientTokens",
        scope: Scope::CLIENTS_MANAGE,
        run: |world, who| {
            let id = client(world);
            block_on(world.handle.revoke_client_tokens(&who.by, &id))
        },
    },
    Operation {
        name: "DeleteClient",
        scope: Scope::CLIENTS_MANAGE,
        run: |world, who| {
            let id = client(world);
            block_on(world.handle.delete_client(&who.by, &id))
        },
    },
    Operation {
        name: "ReadSettings",
        scope: Scope::SETTINGS_MANAGE,
        run: |world, who| block_on(world.handle.settings(&who.by)).map(drop),
    },
    Operation {
        name: "UpdateSettings",
        scope: Scope::SETTINGS_MANAGE,
        run: |world, who| {
            let change = SettingsUpdate::default().with_pat_max_days(90);
            block_on(world.handle.update_settings(&who.by, &change)).map(drop)
        },
    },
];

/// Checks that several calls of one operation had the same outcome, and returns this outcome.
fn same<const N: usize>(outcomes: [Result<(), ManageError>; N]) -> Result<(), ManageError> {
    let text_of = |outcome: &Result<(), ManageError>| format!("{outcome:?}");
    assert!(outcomes.iter().all(|outcome| text_of(outcome) == text_of(&outcomes[0])), "{outcomes:?}");
    outcomes.into_iter().next().expect("at least one")
}

/// A rotation with a new lifetime.
fn renewal() -> Rotation {
    Rotation::new(Overlap::Immediate).with_lifetime(Lifetime::Days(2))
}

fn unused_label() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("made {}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Creates a token of the presenter's own account, which an operation then changes. An operation refuses to change a
/// token that has more rights than the presenter. To avoid this refusal, the token has only the scope that every
/// presenter needs to change credentials. If the presenter has no account, the token belongs to Ivan.
fn own_token(world: &World, who: &Presented) -> RecordId {
    if let Some(account) = who.by.subject().and_then(ServiceAccountId::of_subject) {
        let (label, scope) = (unused_label(), Scope::CREDENTIALS_WRITE.parse::<Scope>().expect("a scope"));
        let new = NewPersonalAccessToken::new(&label, Lifetime::Days(1)).with_scope(scope);
        return block_on(world.handle.create_service_token(&Presenter::host(), &account, &new)).expect("made").view.id;
    }
    let owner = who.by.subject().map_or("ivan", SubjectId::as_str).to_owned();
    token(world, &owner, Some(Scope::CREDENTIALS_WRITE))
}

fn token(world: &World, owner: &str, scope: Option<&str>) -> RecordId {
    let account = world.account(owner);
    // A collaborator cannot create a token, so the owner has the role of a member while the token is created.
    world.people.set_role(&subject(owner), account.role().max(Role::Member));
    let label = unused_label();
    let scope = scope.map(|scope| scope.parse().expect("a scope"));
    let new = NewPersonalAccessToken::new(&label, Lifetime::Days(1)).with_scope(scope);
    let issued = block_on(world.handle.create_personal_access_token(&Presenter::signed_in(&account), &new));
    world.people.set_role(&subject(owner), account.role());
    issued.expect("made").view.id
}

fn office() -> Networks {
    Networks::new(["192.0.2.0/24"]).expect("a block")
}

/// Lets a token be used only from one network.
fn restricted() -> TokenUpdate<'static> {
    TokenUpdate::default().with_allowed_sources(office())
}

/// Lets a person's token be used only from the office. The operation to test then widens it.
fn restrict(world: &World, id: &RecordId) {
    let owner = world.stored(id).expect("stored").record().owner.subject().expect("a person's");
    if let Some(account) = ServiceAccountId::of_subject(&owner) {
        let host = Presenter::host();
        block_on(world.handle.update_service_token(&host, &account, id, &restricted())).expect("set");
    } else {
        let by = world.presenter(owner.as_str());
        block_on(world.handle.update_personal_access_token(&by, id, &restricted())).expect("set");
    }
}

/// Opens a session of this person, and returns its id. A service account opens none: it gets the id of no session.
fn sign_in_of(world: &World, owner: &str) -> FamilyId {
    if subject(owner).is_reserved() {
        return FamilyId::from_bytes([1; 10]);
    }
    let opened = block_on(world.handle.open_session_for(&world.account(owner))).expect("opened");
    opened.principal.credential_id().family()
}

fn code(world: &World) -> RecordId {
    // The code has the scope that the operation needs, so a refusal is not caused by the code's scope.
    let by = super::presenters::access(world, "super", Some(Scope::CODES_MANAGE)).by;
    let new = NewSecurityCode::new(NewAccess::SuperAdministrator);
    block_on(world.handle.create_security_code(&by, &new)).expect("made").view.id
}

fn client(world: &World) -> ClientId {
    let scope = Scope::CLIENTS_MANAGE.parse::<Scope>().expect("a scope");
    let new = NewClient::named("target").with_allowed_scope(scope);
    block_on(world.handle.create_client(&Presenter::host(), new)).expect("registered").view.id
}

/// Creates a service account of the host. It has the scope that the operation needs, so a refusal is not caused by the
/// account's scope.
fn service_account(world: &World) -> ServiceAccountId {
    let label = unused_label();
    let scope = Scope::SERVICE_ACCOUNTS_MANAGE.parse::<Scope>().expect("a scope");
    let new = NewServiceAccount::new(&label, Role::Member).with_scope(scope);
    block_on(world.handle.create_service_account(&Presenter::host(), &new)).expect("made").id
}

fn service_token(world: &World, account: &ServiceAccountId) -> RecordId {
    let scope = Scope::SERVICE_ACCOUNTS_MANAGE.parse::<Scope>().expect("a scope");
    let new = NewPersonalAccessToken::new("target", Lifetime::Days(1)).with_scope(scope);
    block_on(world.handle.create_service_token(&Presenter::host(), account, &new)).expect("made").view.id
}
