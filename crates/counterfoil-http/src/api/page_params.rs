//! The parameters of lists, for the OpenAPI document.

use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use crate::query::Query;

/// The parameter `limit` of a list.
pub(super) struct LimitParam;
/// The parameters of a list that has pages: `limit` and `cursor`.
pub(super) struct PageParams;

/// Returns a query parameter that a request can leave out.
fn optional(name: &str, schema: ObjectBuilder, description: String) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn limit() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1))
        .maximum(Some(Query::MAX_LIMIT.get()));
    optional("limit", schema, format!("{} if missing", Query::DEFAULT_LIMIT))
}

fn cursor() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    optional("cursor", schema, "the `next` of the previous page".into())
}

impl IntoParams for LimitParam {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![limit()]
    }
}

impl IntoParams for PageParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![limit(), cursor()]
    }
}
