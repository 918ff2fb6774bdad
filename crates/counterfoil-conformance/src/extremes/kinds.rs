//! Checks the revocation of an owner who has credentials of every kind.

use counterfoil::store::{Access, FamilyBody, TokenStore};
use counterfoil::types::TokenKind;

use crate::sample::{Draft, GONE, Person, at, most, must_get, revoked};
use crate::violation::{Violation, ensure};

fn of_kind(person: &Person, kind: TokenKind) -> Draft {
    let mut draft = if kind == TokenKind::RefreshToken { person.refresh().with_access() } else { person.pat() };
    (draft.family.kind, draft.records[0].kind) = (kind, kind);
    match kind {
        TokenKind::AccessToken => draft.family.body = person.refresh().family.body,
        TokenKind::SecurityCode => {
            let (created_by, access) =
                (counterfoil::SubjectId::new("root").expect("a subject"), Access::SuperAdministrator);
            draft.family.body = FamilyBody::Code { created_by, access, named: None };
        }
        TokenKind::ConsoleSession => {
            draft.family.body = FamilyBody::Session { authenticated_at: at(0), absolute_end: at(GONE) };
        }
        _ => {}
    }
    draft
}

/// Checks that the revocation of an owner ends every credential of the owner: those of all kinds, expired ones,
/// superseded ones, and ones without an expiry.
pub(crate) async fn every_kind_ends_with_its_owner(store: &dyn TokenStore) -> Result<(), Violation> {
    let person = Person::somebody();
    let mut own = Vec::new();
    for kind in TokenKind::ALL {
        for (expires, gone) in [(Some(at(10)), Some(at(20))), (None, None), (Some(at(900)), None)] {
            let draft = of_kind(&person, kind).ending(expires, gone);
            draft.found(store).await?;
            own.extend(draft.records.iter().map(|record| (kind, record.id)));
        }
    }
    for _ in 0..50 {
        if !store.revoke(person.all(), revoked(at(50)), at(GONE), most(4)).await?.more {
            break;
        }
    }
    for (kind, id) in own {
        let ended = must_get(store, &id).await?.revoked();
        ensure!(ended == Some(revoked(at(50))), "a {kind} of the owner must be revoked, but reads {ended:?}");
    }
    Ok(())
}
