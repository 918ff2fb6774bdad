//! Calls of each operation on users and on their credentials, for the table of operations.

use counterfoil::operations::CredentialFilter;
use counterfoil::types::TokenKind;
use counterfoil::*;

use super::{Operation, same, sign_in_of, token, unused_label};
use crate::support::*;

pub(super) const ALL: &[Operation] = &[
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
];
