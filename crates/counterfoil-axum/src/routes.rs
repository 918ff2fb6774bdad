//! Routes and, with the feature `openapi`, their description.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::{self, MethodRouter};
use tower_layer::Layer;
use tower_service::Service;
#[cfg(feature = "openapi")]
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

#[cfg(feature = "openapi")]
type Inner<S> = OpenApiRouter<S>;
#[cfg(not(feature = "openapi"))]
type Inner<S> = Router<S>;

/// A router of this crate. `Router::merge` accepts it directly, and [`Router::from`] turns it into an axum router. With
/// the feature `openapi` it also turns into an `OpenApiRouter`, which contains the description of its routes.
///
/// ```
/// use axum::Router;
/// use counterfoil::Counterfoil;
/// use counterfoil_axum::Sources;
///
/// fn service(counterfoil: &Counterfoil) -> Router {
///     let api = counterfoil_axum::me_tokens(counterfoil.clone());
///     let api = api.merge(counterfoil_axum::settings(counterfoil.clone()));
///     Router::new()
///         .merge(counterfoil_axum::token(counterfoil.clone(), Sources::Unknown))
///         .nest("/api/v1", api.into())
/// }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Routes(Inner<()>);

impl Routes {
    /// Adds the routes of another router.
    pub fn merge(self, other: Self) -> Self {
        Self(self.0.merge(other.0))
    }

    /// Adds the routes of another router below a path.
    pub fn nest(self, path: &str, below: Self) -> Self {
        Self(self.0.nest(path, below.0))
    }

    /// Puts a layer in front of the routes.
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<routing::Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self(self.0.layer(layer))
    }

    /// Mounts routes that share a state.
    pub(crate) fn of<S, const N: usize>(routes: [Route<S>; N], state: S) -> Self
    where
        S: Clone + Send + Sync + 'static,
    {
        let router = routes.into_iter().fold(Inner::new(), |router, route| route.mount(router));
        Self(router.with_state(state))
    }
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes").finish_non_exhaustive()
    }
}

impl From<Routes> for Router {
    #[cfg_attr(
        not(feature = "openapi"),
        expect(clippy::useless_conversion, reason = "only with `openapi` is the inner router of another type")
    )]
    fn from(routes: Routes) -> Self {
        routes.0.into()
    }
}

#[cfg(feature = "openapi")]
impl From<Routes> for OpenApiRouter {
    fn from(routes: Routes) -> Self {
        routes.0
    }
}

/// A path with its handlers. Made by [`route!`].
pub(crate) struct Route<S> {
    path: String,
    methods: MethodRouter<S>,
    /// The descriptions of the handlers, from their `utoipa::path`.
    #[cfg(feature = "openapi")]
    described: UtoipaMethodRouter<S>,
}

/// A path with a handler for each method: `route!("/me/tokens", get: list, post: create)`. With the feature `openapi`
/// each handler has a `utoipa::path` with the same path and method.
#[cfg(feature = "openapi")]
macro_rules! route {
    ($path:literal, $($method:ident: $handler:ident),+) => {
        $crate::routes::Route::described(
            $path,
            axum::routing::MethodRouter::new()$(.$method($handler))+,
            &[$(stringify!($method)),+],
            utoipa_axum::routes!($($handler),+),
        )
    };
}
#[cfg(not(feature = "openapi"))]
macro_rules! route {
    ($path:literal, $($method:ident: $handler:ident),+) => {
        $crate::routes::Route::plain($path, axum::routing::MethodRouter::new()$(.$method($handler))+)
    };
}
pub(crate) use route;

impl<S: Clone + Send + Sync + 'static> Route<S> {
    #[cfg(not(feature = "openapi"))]
    pub(crate) fn plain(path: &str, methods: MethodRouter<S>) -> Self {
        Self { path: path.to_owned(), methods }
    }

    #[cfg(feature = "openapi")]
    pub(crate) fn described(
        path: &str,
        methods: MethodRouter<S>,
        names: &[&str],
        described: UtoipaMethodRouter<S>,
    ) -> Self {
        let mut names = names.to_vec();
        names.sort_unstable();
        debug_assert_eq!(operations(&described.1), [(path.to_owned(), names)], "the description differs");
        Self { path: path.to_owned(), methods, described }
    }

    /// The same at another path.
    pub(crate) fn at(mut self, path: String) -> Self {
        #[cfg(feature = "openapi")]
        {
            let paths = &mut self.described.1.paths;
            *paths = std::mem::take(paths).into_values().map(|item| (path.clone(), item)).collect();
        }
        self.path = path;
        self
    }

    /// The same with changed methods.
    pub(crate) fn map(self, change: impl FnOnce(MethodRouter<S>) -> MethodRouter<S>) -> Self {
        Self { methods: change(self.methods), ..self }
    }

    #[cfg(not(feature = "openapi"))]
    fn mount(self, router: Inner<S>) -> Inner<S> {
        router.route(&self.path, self.methods)
    }

    #[cfg(feature = "openapi")]
    fn mount(self, router: Inner<S>) -> Inner<S> {
        let (schemas, paths, _) = self.described;
        debug_assert!(paths.paths.keys().eq([&self.path]));
        router.routes((schemas, paths, self.methods))
    }
}

/// The paths of a description, each with its methods in alphabetical order.
#[cfg(feature = "openapi")]
fn operations(paths: &utoipa::openapi::path::Paths) -> Vec<(String, Vec<&'static str>)> {
    let of = |item: &utoipa::openapi::path::PathItem| {
        let operations = [
            ("delete", &item.delete),
            ("get", &item.get),
            ("patch", &item.patch),
            ("post", &item.post),
            ("put", &item.put),
        ];
        operations.into_iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| name).collect()
    };
    paths.paths.iter().map(|(path, item)| (path.clone(), of(item))).collect()
}
