//! Tests that the maximum lengths in templates and texts, which are literal numbers there, equal those of the core.

use counterfoil::Scope;
use counterfoil::client::{ClientId, Registration};
use counterfoil::types::{Description, Label};

use crate::console::text::{ENGLISH, RUSSIAN};

macro_rules! template {
    ($name:literal) => {
        (include_str!(concat!("../../templates/console/", $name)), $name)
    };
}

#[test]
fn a_field_takes_as_many_characters_as_the_core() {
    let label = usize::from(Label::MAX);
    let name = Registration::DISPLAY_NAME_MAX;
    for ((template, file), field, most) in [
        (template!("personal_access_tokens.html"), "(values, \"label\",", label),
        (template!("token_edit.html"), "(values, \"label\",", label),
        (template!("token_edit.html"), "(values, \"description\",", Description::MAX),
        (template!("security_codes.html"), "(values, \"description\",", Description::MAX),
        (template!("security_code_edit.html"), "(values, \"description\",", Description::MAX),
        (template!("client_edit.html"), "(values, \"display_name\",", name),
        (template!("clients.html"), "(values, \"display_name\",", name),
        (template!("clients.html"), "(values, \"id\",", ClientId::MAX),
        (template!("macros.html"), "name=\"{{ choice.field }}\" value=\"{{ choice.typed }}\"", Scope::MAX),
    ] {
        let line = template.lines().find(|line| line.contains(field));
        let bounds = [format!("maxlength=\\\"{most}\\\""), format!("maxlength=\"{most}\"")];
        let fits = line.is_some_and(|line| bounds.iter().any(|bound| line.contains(bound)));
        assert!(fits, "{file}, {field} is not at most {most}");
    }
}

#[test]
fn an_error_names_as_many_characters_as_the_core() {
    for text in [&ENGLISH, &RUSSIAN] {
        for (error, most) in [
            (text.errors.description_wrong, Description::MAX),
            (text.clients.client_id_wrong, ClientId::MAX),
            (text.clients.display_name_wrong, Registration::DISPLAY_NAME_MAX),
        ] {
            assert!(error.contains(&format!(" {most} ")), "{error} does not name {most}");
        }
    }
}
