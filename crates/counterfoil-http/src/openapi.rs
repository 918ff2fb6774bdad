//! The OpenAPI document of a service.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

/// Makes an OpenAPI document without paths, into which a service merges descriptions. It defines the security schemes
/// that the endpoints of this crate use.
///
/// ```
/// # let service = counterfoil::testing::service();
/// # let counterfoil = service.counterfoil().clone();
/// let api = counterfoil_http::me_tokens(counterfoil).below("/api/v1");
/// let mut document = counterfoil_http::document("My service", "1.0.0");
/// document.merge(api.openapi().clone());
/// assert!(document.to_json().is_ok_and(|text| text.contains("/api/v1/me/tokens/{id}/rotate")));
/// ```
#[must_use]
pub fn document(title: &str, version: &str) -> OpenApi {
    let bearer = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("an access token, a personal access token or a security code"))
        .build();
    let client = Http::builder()
        .scheme(HttpAuthScheme::Basic)
        .description(Some("a client's id and secret (RFC 6749 §2.3.1)"))
        .build();
    let schemes = ComponentsBuilder::new()
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .security_scheme("client", SecurityScheme::Http(client));
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title(title).version(version))
        .components(Some(schemes.build()))
        .build()
}
