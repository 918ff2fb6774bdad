//! Opens console sessions and puts them into every state.

use counterfoil::Secret;
use counterfoil::directory::Login;
use counterfoil::operations::OpenedSession;

use super::{Texts, source};
use crate::host::{Host, MINUTE, account};

async fn open(host: &Host, name: &str, text: &str, texts: &mut Texts) -> OpenedSession {
    let password = Secret::from(name.to_owned());
    let opened = host.service.open_session(&Login::new(name, &password), &source()).await.expect("opened");
    texts.put(text, opened.token.expose_secret());
    opened
}

/// Opens a session and never uses it. At the end of the scene it has been idle for longer than the policy allows.
pub(super) async fn opened_early(host: &Host, texts: &mut Texts) {
    open(host, "bob", "session idle", texts).await;
}

/// Opens four sessions. Later uses one of them and ends another one.
pub(super) async fn in_every_state(host: &Host, texts: &mut Texts) {
    open(host, "ann", "session open", texts).await;
    let ended = open(host, "ann", "session ended", texts).await;
    let opened = host.service.open_session_for(&account("ada")).await.expect("opened");
    texts.put("session of the host", opened.token.expose_secret());
    open(host, "ann", "session, old proof", texts).await;
    host.at(20 * MINUTE);
    host.service.end_session(&ended.principal).await.expect("ended");
    host.service.verify_session(texts.get("session open")).await.expect("it slides");
}

/// Lets the owner of a session enter the password again. This replaces the session by a new one.
pub(super) async fn proved_again(host: &Host, texts: &mut Texts) {
    let principal = host.service.verify_session(texts.get("session, old proof")).await.expect("accepted");
    let password = Secret::from("ann".to_owned());
    let again = host.service.reauthenticate(&principal, &Login::new("ann", &password), &source()).await;
    texts.put("session, new proof", again.expect("opened").token.expose_secret());
}
