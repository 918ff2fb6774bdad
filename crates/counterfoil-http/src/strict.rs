//! The OpenAPI schema of a body that must not have unknown fields.

use std::borrow::Cow;
use std::marker::PhantomData;

use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The OpenAPI schema of `T`, with the rule that unknown fields are not allowed. The API refuses such fields in bodies.
pub(crate) struct Strict<T>(PhantomData<T>);

impl<T: ToSchema> PartialSchema for Strict<T> {
    fn schema() -> RefOr<Schema> {
        let mut schema = T::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
        schema
    }
}

impl<T: ToSchema> ToSchema for Strict<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}
