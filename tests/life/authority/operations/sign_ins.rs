//! Calls of each operation on the presenter's own sign-ins, and on all own credentials together, for the table of
//! operations.

use counterfoil::types::{FamilyId, TokenKind};
use counterfoil::*;

use super::{Operation, same, sign_in_of};
use crate::support::*;

pub(super) const ALL: &[Operation] = &[
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
];
