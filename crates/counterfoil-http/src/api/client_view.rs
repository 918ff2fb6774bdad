//! The response bodies of the client routes.

use counterfoil::client::{ClientView as Shown, NewClientSecret, RefreshMode, RegisteredClient};
use serde::Serialize;

use crate::rfc3339::Rfc3339;

/// A registered client, without the texts of its secrets.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct ClientView {
    /// The `client_id`.
    id: String,
    display_name: String,
    /// The grants that the client may use: `password`, `refresh_token` and `client_credentials` are possible.
    grants: Vec<&'static str>,
    public: bool,
    /// `rotate`: each refresh returns a new refresh token. `reuse`: the refresh token stays the same.
    refresh_mode: &'static str,
    /// The largest scope that the client may request. Null means that there is no limit.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    scopes: Option<Vec<String>>,
    /// The scope of a token for which the client requested no scope. Null means that the token gets the client's
    /// `scopes`.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    default_scopes: Option<Vec<String>>,
    resource_server: bool,
    disabled: bool,
    created_at: Rfc3339,
    /// The id of a service account. With the grant `client_credentials`, the client acts as this account. Null means
    /// that there is no such account.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    service_account: Option<String>,
    /// The client's secrets, the newest last. Their texts are not shown.
    secrets: Vec<SecretView>,
}

/// The times at which a client secret was created and expires.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct SecretView {
    created_at: Rfc3339,
    /// The time at which the secret expires. It is null unless a newer secret has replaced this one.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    expires_at: Option<Rfc3339>,
}

/// A client and its new secret. A public client has no secret.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct NewClientView<'a> {
    #[serde(flatten)]
    record: ClientView,
    /// The text of the secret. Only this response contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    /// The value for `Authorization: Basic`: Base64 of `id:secret`.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<&'a str>,
}

impl From<&Shown> for ClientView {
    fn from(shown: &Shown) -> Self {
        let tokens = |scope: &counterfoil::Scope| scope.tokens().map(str::to_owned).collect();
        Self {
            id: shown.id.to_string(),
            display_name: shown.display_name.clone(),
            grants: shown.grants.iter().map(|grant| grant.as_str()).collect(),
            public: shown.public,
            refresh_mode: match shown.refresh_mode {
                RefreshMode::Rotate => "rotate",
                RefreshMode::Reuse => "reuse",
            },
            scopes: shown.allowed_scope.as_ref().map(tokens),
            default_scopes: shown.default_scope.as_ref().map(tokens),
            resource_server: shown.resource_server,
            disabled: shown.disabled,
            created_at: Rfc3339(shown.created_at),
            service_account: shown.service_account.map(|id| id.to_string()),
            secrets: shown
                .secrets
                .iter()
                .map(|own| SecretView { created_at: Rfc3339(own.created_at), expires_at: own.expires_at.map(Rfc3339) })
                .collect(),
        }
    }
}

impl<'a> From<&'a RegisteredClient> for NewClientView<'a> {
    fn from(registered: &'a RegisteredClient) -> Self {
        let secret = registered.secret.as_ref();
        Self {
            record: (&registered.view).into(),
            secret: secret.map(NewClientSecret::expose_secret),
            api_key: secret.map(NewClientSecret::expose_api_key),
        }
    }
}
