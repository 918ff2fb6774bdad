//! The texts of the page that shows a new secret.

use crate::console::text::secret_page::SecretPageTexts;

pub(super) const SECRET_PAGE: SecretPageTexts = SecretPageTexts {
    title: "Copy it now",
    shown_once: "Copy it now and keep it safe. It will not be shown again.",
    no_secret: "This client has no secret.",
    token_caption: "Token",
    code_caption: "Security code",
    secret_caption: "Client secret",
    api_key_caption: "API key string",
    reveal: "Reveal",
    hide: "Hide",
    copy: "Copy",
    copy_api_key: "Copy API key string",
    copied: "Copied, and removed from this page.",
};
