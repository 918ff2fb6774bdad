//! The OpenAPI schemas of the settings. They are made from the table [`SettingName::ALL`].

use counterfoil::settings::{SettingName, SettingUnit};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::settings::NewSettings;

/// All current settings.
pub(super) struct SettingsView;

/// Returns the schema of a setting.
fn schema(name: SettingName) -> ObjectBuilder {
    let builder = ObjectBuilder::new();
    if name.unit() == SettingUnit::Switch {
        return builder.schema_type(Type::Boolean);
    }
    let (least, most) = name.range();
    let bound = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    builder
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(bound(least)))
        .maximum(Some(bound(most)))
}

impl PartialSchema for SettingsView {
    fn schema() -> RefOr<Schema> {
        let all = SettingName::ALL.iter().fold(ObjectBuilder::new(), |object, &name| {
            let about = (name.unit() == SettingUnit::Days).then_some("rounded up, where a policy has it in seconds");
            object.property(name.as_str(), schema(name).description(about)).required(name.as_str())
        });
        all.description(Some("The settings as they hold now")).into()
    }
}

impl ToSchema for SettingsView {}

impl PartialSchema for NewSettings {
    fn schema() -> RefOr<Schema> {
        let all = SettingName::ALL.iter();
        let all = all.fold(ObjectBuilder::new(), |object, &name| object.property(name.as_str(), schema(name)));
        all.description(Some("What is to be changed")).into()
    }
}

impl ToSchema for NewSettings {}
