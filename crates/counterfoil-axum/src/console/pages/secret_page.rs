//! The page that shows a new secret once.

use askama::Template;
use axum::response::Response;
use counterfoil::IssuedToken;
use counterfoil::client::RegisteredClient;
use http::StatusCode;

use crate::console::layout::Layout;
use crate::console::response;
use crate::console::text::Texts;

#[derive(Template)]
#[template(path = "console/secret.html")]
struct Page<'a> {
    layout: Layout,
    title: &'a str,
    name: Option<&'a str>,
    secrets: Vec<ShownSecret<'a>>,
    done: &'a str,
}

/// A secret that the page shows. It is borrowed, so that no copy of it stays in memory.
struct ShownSecret<'a> {
    id: &'static str,
    /// The suffix of the HTML ids of this secret's buttons.
    suffix: &'static str,
    caption: &'a str,
    copy: &'a str,
    text: &'a str,
}

/// Makes the page for a new token or a new security code.
pub(super) fn token(layout: Layout, token: &IssuedToken, caption: &str, name: Option<&str>, done: &str) -> Response {
    let texts = layout.texts;
    let shown =
        ShownSecret { id: "secret", suffix: "", caption, copy: texts.secret_page.copy, text: token.expose_secret() };
    response::page(StatusCode::OK, &Page { layout, title: texts.secret_page.title, name, secrets: vec![shown], done })
}

/// Makes the page for a client with a new secret, or for a new public client.
pub(super) fn client(layout: Layout, registered: &RegisteredClient, done: &str) -> Response {
    let texts: &Texts = layout.texts;
    let secrets = registered.secret.as_ref().map_or_else(Vec::new, |secret| {
        vec![
            ShownSecret {
                id: "api-key",
                suffix: "-api-key",
                caption: texts.secret_page.api_key_caption,
                copy: texts.secret_page.copy_api_key,
                text: secret.expose_api_key(),
            },
            ShownSecret {
                id: "secret",
                suffix: "",
                caption: texts.secret_page.secret_caption,
                copy: texts.secret_page.copy,
                text: secret.expose_secret(),
            },
        ]
    });
    let title = if secrets.is_empty() { registered.view.display_name.as_str() } else { texts.secret_page.title };
    let name = Some(registered.view.id.as_str());
    response::page(StatusCode::OK, &Page { layout, title, name, secrets, done })
}
