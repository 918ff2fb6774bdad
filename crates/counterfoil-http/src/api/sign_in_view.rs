//! Sign-ins and console sessions, as they appear in response bodies.

use counterfoil::operations::SignInView as Shown;
use counterfoil::store::Page;
use counterfoil::types::{Device, FamilyId};
use http::StatusCode;
use serde::Serialize;

use super::view::PageView;
use crate::body::Response;
use crate::cursor::List;
use crate::rfc3339::Rfc3339;
use crate::secret_body;

/// A sign-in through a client, or a console session.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct SignInView {
    /// The id of the sign-in or session. A refresh does not change the id.
    id: String,
    /// `console_session` for a session. `refresh_token` for a sign-in, or `access_token` for a sign-in without a
    /// refresh token.
    kind: &'static str,
    /// The id of the client. Null for a session.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    client: Option<String>,
    /// The display name of the client. Null for a session, or if the client was deleted.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    client_name: Option<String>,
    created_at: Rfc3339,
    /// When the sign-in ends if it is not used again.
    expires_at: Rfc3339,
    /// When the sign-in last got tokens, or when the session was last extended. Before the first of these events, the
    /// time at which the sign-in or session was opened.
    last_used_at: Rfc3339,
    /// `active`, `expiring` or `suspended`.
    status: &'static str,
    /// The text that names the device on which the sign-in was opened. Null if no such text is stored.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    device: Option<String>,
    /// The source of the request that opened the sign-in or session. Null unless the service remembers sources.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    source: Option<String>,
    /// Whether the caller uses this sign-in or session.
    current: bool,
}

/// A page of a user's sign-ins.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct UserSignIns {
    /// The name of the user. Null if the directory no longer has this user.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    name: Option<String>,
    #[serde(flatten)]
    page: PageView<SignInView>,
}

/// How many sign-ins were ended.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct Ended {
    pub(super) ended: u64,
}

impl From<&Shown> for SignInView {
    fn from(shown: &Shown) -> Self {
        let device = shown.device.as_ref();
        Self {
            id: shown.id.to_string(),
            kind: shown.kind.as_str(),
            client: shown.client.as_ref().map(|id| id.as_str().to_owned()),
            client_name: shown.client_name.clone(),
            created_at: Rfc3339(shown.created_at),
            expires_at: Rfc3339(shown.expires_at),
            last_used_at: Rfc3339(shown.last_used_at),
            status: shown.status.as_str(),
            device: device.and_then(Device::text).map(str::to_owned),
            source: device.and_then(Device::source).map(str::to_owned),
            current: shown.is_current,
        }
    }
}

fn view(page: &Page<Shown, FamilyId>, list: List<'_>) -> PageView<SignInView> {
    let items = page.items.iter().map(SignInView::from).collect();
    PageView { items, next: page.next.as_ref().map(|next| list.cursor(&next.to_string())) }
}

/// Makes the response that contains a page of the caller's sign-ins.
pub(super) fn own_page(page: &Page<Shown, FamilyId>, list: List<'_>) -> Response {
    secret_body::json(StatusCode::OK, &view(page, list))
}

/// Makes the response that contains a page of a user's sign-ins.
pub(super) fn user_page(page: &Page<Shown, FamilyId>, list: List<'_>, name: Option<String>) -> Response {
    secret_body::json(StatusCode::OK, &UserSignIns { name, page: view(page, list) })
}
