//! Calls of each operation on security codes, for the table of operations.

use counterfoil::operations::{CodeUpdate, NewAccess, NewSecurityCode};
use counterfoil::types::RecordId;
use counterfoil::*;

use super::{Operation, office, same};
use crate::support::*;

pub(super) const ALL: &[Operation] = &[
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
            let update = |change: CodeUpdate<'_>| block_on(world.handle.update_security_code(&who.by, &id, &change));
            let changes = CodeUpdate::default();
            same([
                update(changes.clone().with_description("text")).map(drop),
                update(changes.with_allowed_sources(office())).map(drop),
            ])
        },
    },
    Operation {
        name: "RenewCode",
        scope: Scope::CODES_MANAGE,
        run: |world, who| {
            let id = code(world);
            let expiry = CodeUpdate::default().with_expires_at(world.now().plus_capped(days(1)));
            let update =
                |by: &Presenter, change: CodeUpdate<'_>| block_on(world.handle.update_security_code(by, &id, &change));
            same([
                update(&who.by, expiry.clone()).map(drop),
                update(&who.by, expiry.with_description("text")).map(drop),
                block_on(world.handle.make_security_code_permanent(&who.by, &id)).map(drop),
                block_on(world.handle.reset_security_code(&who.by, &id)).map(drop),
                {
                    let sources = |allowed| CodeUpdate::default().with_allowed_sources(allowed);
                    update(&Presenter::host(), sources(Some(office()))).expect("set");
                    update(&who.by, sources(None)).map(drop)
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
];

fn code(world: &World) -> RecordId {
    // The code gets the scope of its creator, and this scope is the one that the operation needs. So a refusal is not
    // caused by the code's scope.
    let by = crate::authority::presenters::access(world, "super", Some(Scope::CODES_MANAGE)).by;
    let new = NewSecurityCode::new(NewAccess::SuperAdministrator);
    block_on(world.handle.create_security_code(&by, &new)).expect("made").view.id
}
