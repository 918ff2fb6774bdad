//! Calls of each operation on the presenter's own personal access tokens, for the table of operations.

use counterfoil::operations::{Overlap, TokenUpdate};
use counterfoil::service_account::ServiceAccountId;
use counterfoil::types::RecordId;
use counterfoil::*;

use super::{Operation, renewal, restrict, restricted, same, token, unused_label};
use crate::authority::presenters::Presented;
use crate::support::*;

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
];

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
