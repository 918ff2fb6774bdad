//! The OpenAPI document of the mounted routers.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

/// An empty OpenAPI document to start a service's router with. It defines the security schemes that this crate's
/// routers use.
///
/// ```
/// use counterfoil::Counterfoil;
/// use counterfoil_axum::Sources;
/// use utoipa_axum::router::OpenApiRouter;
///
/// fn service(counterfoil: &Counterfoil) -> axum::Router {
///     let (router, document) = OpenApiRouter::with_openapi(counterfoil_axum::document("My service", "1.0.0"))
///         .merge(counterfoil_axum::token(counterfoil.clone(), Sources::Extension).into())
///         .nest("/api/v1", counterfoil_axum::me_tokens(counterfoil.clone()).into())
///         .split_for_parts();
///     router.merge(counterfoil_axum::ui("/api-docs/ui", "/api-docs/openapi.json", &document))
/// }
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
