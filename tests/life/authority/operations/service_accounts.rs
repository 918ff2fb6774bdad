//! Calls of each operation on service accounts and on their tokens, for the table of operations.

use counterfoil::operations::{Overlap, Rotation, TokenUpdate};
use counterfoil::service_account::{NewServiceAccount, ServiceAccountId, ServiceAccountUpdate};
use counterfoil::types::RecordId;
use counterfoil::*;

use super::{Operation, renewal, restrict, restricted, same, unused_label};
use crate::support::*;

pub(super) const ALL: &[Operation] = &[
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
];

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
