//! Operations of security codes.

use counterfoil::operations::{NewAccess, NewSecurityCode};
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
];

fn code(world: &World) -> RecordId {
    // The code has the scope that the operation needs, so a refusal is not caused by the code's scope.
    let by = crate::authority::presenters::access(world, "super", Some(Scope::CODES_MANAGE)).by;
    let new = NewSecurityCode::new(NewAccess::SuperAdministrator);
    block_on(world.handle.create_security_code(&by, &new)).expect("made").view.id
}
