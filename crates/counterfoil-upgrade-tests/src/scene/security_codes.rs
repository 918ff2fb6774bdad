//! Creates security codes and puts them into every state.

use counterfoil::IssuedCredential;
use counterfoil::operations::{CodeUpdate, NewAccess, NewSecurityCode};

use super::Texts;
use crate::host::{DAY, Host, by, end};

async fn create(host: &Host, access: NewAccess<'_>, description: Option<&str>) -> IssuedCredential {
    let mut new = NewSecurityCode::new(access);
    new.description = description;
    host.service.create_security_code(&by("sue"), &new).await.expect("created")
}

/// Creates a code and makes it permanent.
pub(super) async fn under_the_first_key(host: &Host, texts: &mut Texts) {
    let issued = create(host, NewAccess::SuperAdministrator, Some("permanent")).await;
    texts.put("code permanent", issued.token.expose_secret());
    host.service.make_security_code_permanent(&by("sue"), &issued.view.id).await.expect("permanent");
}

/// Creates a code that expires before the end of the scene. It can then still be reactivated.
pub(super) async fn expired(host: &Host, texts: &mut Texts) {
    let issued = create(host, NewAccess::SameAsUser("ann"), Some("expired")).await;
    texts.put("code expired", issued.token.expose_secret());
}

/// Creates codes for both kinds of access. Deletes one of them, resets the expiry of another one, and changes the
/// expiry and description of a third one.
pub(super) async fn in_every_state(host: &Host, texts: &mut Texts) {
    let (service, sue) = (&host.service, by("sue"));
    let user = create(host, NewAccess::SameAsUser("bob"), Some("printer \u{2603}")).await;
    texts.put("code user", user.token.expose_secret());
    let plain = create(host, NewAccess::SuperAdministrator, None).await;
    texts.put("code plain", plain.token.expose_secret());
    let deleted = create(host, NewAccess::SuperAdministrator, Some("deleted")).await;
    texts.put("code deleted", deleted.token.expose_secret());
    service.delete_security_code(&sue, &deleted.view.id).await.expect("deleted");
    let reset = create(host, NewAccess::SameAsUser("ann"), Some("reset")).await;
    texts.put("code reset", reset.token.expose_secret());
    service.reset_security_code(&sue, &reset.view.id).await.expect("reset");
    let dated = create(host, NewAccess::SuperAdministrator, Some("before")).await;
    texts.put("code dated", dated.token.expose_secret());
    let until = Some(end().plus_capped(50 * DAY));
    service
        .update_security_code(
            &sue,
            &dated.view.id,
            &CodeUpdate::default().with_expires_at(until).with_description("after"),
        )
        .await
        .expect("changed");
}
