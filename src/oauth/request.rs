//! A request to an OAuth endpoint. It consists of plain bytes, so any framework can create it.

use crate::event::{Actor, By, EventKind};
use crate::http_auth::basic::client_header;
use crate::http_auth::client_fault::ClientFault;
use crate::oauth::error::{OAuthError, OAuthErrorCode, Reason};
use crate::oauth::form::Form;
use crate::record::family_details::FamilyDetails;
use crate::service::Service;
use crate::service::client_auth::{ClientRefusal, PresentedClient};
use crate::types::client::Registration;
use crate::types::device::Device;
use crate::types::secret::Secret;
use crate::types::source::Source;
use crate::types::time::Timestamp;

/// The content of a POST request to an OAuth endpoint.
///
/// The type deliberately has no `Debug`, because header and body contain secrets.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct OAuthRequest<'a> {
    /// All values of the `Authorization` header, in order. Only `Basic` authenticates a client. Any other scheme is
    /// treated as absent.
    pub authorization: &'a [&'a [u8]],
    /// The value of `Content-Type`. `None` if the request has no such header.
    pub content_type: Option<&'a [u8]>,
    /// The whole body of the request: the form, still encoded.
    pub body: &'a [u8],
    /// The source of the request (an address, as the host's proxies report it). Failures are counted per source.
    pub source: &'a Source,
    /// The value of `User-Agent`. If the policy remembers devices, a sign-in that the request opens stores a text made
    /// from this value ([`Device::of_user_agent`]). The owner then recognises the sign-in in the list of sign-ins.
    pub user_agent: Option<&'a [u8]>,
}

impl<'a> OAuthRequest<'a> {
    /// A request without headers.
    #[must_use]
    pub const fn new(body: &'a [u8], source: &'a Source) -> Self {
        Self { authorization: &[], content_type: None, body, source, user_agent: None }
    }
}

crate::types::setters::setters!(OAuthRequest<'a> {
    with_authorization authorization = &'a [&'a [u8]];
    with_content_type content_type = Option<&'a [u8]>;
    with_user_agent user_agent = Option<&'a [u8]>;
});

/// A request with a parsed form and an authenticated client.
pub(crate) struct Proved<'a> {
    pub(crate) source: &'a Source,
    user_agent: Option<&'a [u8]>,
    pub(crate) form: Form,
    pub(crate) client: Registration,
    /// The refusal that an endpoint for confidential clients returns if this client is public.
    public: ClientRefusal,
}

impl<'a> OAuthRequest<'a> {
    /// Parses the form, then authenticates the client. The endpoint makes all other checks later.
    pub(crate) async fn proved(&self, service: &Service, now: Timestamp) -> Result<Proved<'a>, OAuthError> {
        let mut form = Form::parse(self.content_type, self.body)?;
        let header = client_header(self.authorization.iter().copied());
        let (client_id, client_secret) = (form.take("client_id"), form.take("client_secret"));
        let presented =
            PresentedClient { header: &header, client_id: client_id.as_ref(), client_secret: client_secret.as_ref() };
        match service.authenticate_client(presented, self.source, now).await? {
            Ok(client) => {
                let public = presented.invalid(ClientFault::Public);
                Ok(Proved {
                    source: self.source,
                    user_agent: self.user_agent,
                    form,
                    client: client.registration,
                    public,
                })
            }
            Err(refusal) => Err(OAuthError::of_client(refusal, &service.realm, now)),
        }
    }
}

impl Proved<'_> {
    /// Refuses a public client, because it cannot authenticate.
    pub(crate) fn confidential(self, service: &Service, now: Timestamp) -> Result<Self, OAuthError> {
        if !self.client.public {
            return Ok(self);
        }
        let refusal = service.client_refused(Some(self.client.client_id), self.public, self.source, now);
        Err(OAuthError::of_client(refusal, &service.realm, now))
    }

    /// Emits an event if an authenticated client requested a grant or a scope that it is not allowed to have, or if the
    /// client's service account may not act. Refused logins and tokens have their own events.
    pub(crate) fn tell_of_refused_grant(&self, service: &Service, error: &OAuthError, now: Timestamp) {
        use OAuthErrorCode::{InvalidScope, UnauthorizedClient, UnsupportedGrantType};
        let stopped = matches!(error.reason(), Some(Reason::ServiceAccount));
        if stopped || matches!(error.code(), InvalidScope | UnauthorizedClient | UnsupportedGrantType) {
            let client = self.client.client_id.clone();
            let by = Actor::Client { client: client.clone(), subject: None };
            service.tell(
                now,
                By::from(by, self.source.name()),
                EventKind::GrantRefused { client, error: error.code().as_str() },
            );
        }
    }

    /// The details with the device and the source, for a sign-in that this request opens. `None` if the policy does not
    /// remember devices.
    pub(crate) fn details(&self, service: &Service) -> Option<Box<FamilyDetails>> {
        let text = self.user_agent.map(String::from_utf8_lossy);
        let device = text.map(|text| Device::of_user_agent(&text, None));
        service.details_of(device.as_ref(), self.source.name())
    }

    /// Removes a required parameter and returns its value. Returns an error if the parameter is missing or has no
    /// value.
    pub(crate) fn required(&mut self, name: &'static str) -> Result<Secret, OAuthError> {
        self.form.take(name).ok_or_else(|| OAuthError::missing(name))
    }
}
