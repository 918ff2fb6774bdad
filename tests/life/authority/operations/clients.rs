//! Calls each operation on clients, for the test that compares the results with the table of operations.

use std::time::Duration;

use counterfoil::client::{ClientId, ClientUpdate, NewClient};
use counterfoil::*;

use super::{Operation, same};
use crate::support::*;

pub(super) const ALL: &[Operation] = &[
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
];

fn client(world: &World) -> ClientId {
    let scope = Scope::CLIENTS_MANAGE.parse::<Scope>().expect("a scope");
    let new = NewClient::named("target").with_allowed_scope(scope);
    block_on(world.handle.create_client(&Presenter::host(), new)).expect("registered").view.id
}
