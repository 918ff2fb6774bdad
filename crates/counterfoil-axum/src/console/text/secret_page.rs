//! The texts of the page that shows a new secret.

pub(crate) struct SecretPageTexts {
    pub(crate) title: &'static str,
    pub(crate) shown_once: &'static str,
    pub(crate) no_secret: &'static str,
    pub(crate) token_caption: &'static str,
    pub(crate) code_caption: &'static str,
    pub(crate) secret_caption: &'static str,
    pub(crate) api_key_caption: &'static str,
    pub(crate) reveal: &'static str,
    pub(crate) hide: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) copy_api_key: &'static str,
    pub(crate) copied: &'static str,
}
