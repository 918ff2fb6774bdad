//! The page that shows a secret, once.

use askama::Template;
use axum::response::Response;
use counterfoil::IssuedToken;
use counterfoil::client::RegisteredClient;
use http::StatusCode;

use crate::console::answer;
use crate::console::shell::Shell;
use crate::console::words::Words;

#[derive(Template)]
#[template(path = "console/secret.html")]
struct Page<'a> {
    shell: Shell,
    title: &'a str,
    name: Option<&'a str>,
    secrets: Vec<Shown<'a>>,
    done: &'a str,
}

/// One secret on the page, borrowed from where it lives.
struct Shown<'a> {
    id: &'static str,
    /// What the ids of its buttons end with.
    suffix: &'static str,
    caption: &'a str,
    copy: &'a str,
    text: &'a str,
}

/// A token or a code just made.
pub(super) fn token(shell: Shell, token: &IssuedToken, caption: &str, name: Option<&str>, done: &str) -> Response {
    let words = shell.words;
    let shown = Shown { id: "secret", suffix: "", caption, copy: words.copy, text: token.expose_secret() };
    answer::page(StatusCode::OK, &Page { shell, title: words.new_secret, name, secrets: vec![shown], done })
}

/// A client that was just given a secret, or needs none.
pub(super) fn client(shell: Shell, registered: &RegisteredClient, done: &str) -> Response {
    let words: &Words = shell.words;
    let secrets = registered.secret.as_ref().map_or_else(Vec::new, |secret| {
        vec![
            Shown {
                id: "api-key",
                suffix: "-api-key",
                caption: words.api_key_caption,
                copy: words.copy_api_key,
                text: secret.expose_api_key(),
            },
            Shown {
                id: "secret",
                suffix: "",
                caption: words.secret_caption,
                copy: words.copy,
                text: secret.expose_secret(),
            },
        ]
    });
    let title = if secrets.is_empty() { registered.view.display_name.as_str() } else { words.new_secret };
    let name = Some(registered.view.id.as_str());
    answer::page(StatusCode::OK, &Page { shell, title, name, secrets, done })
}
