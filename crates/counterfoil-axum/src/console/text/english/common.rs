//! The English texts of buttons, columns and notices that several pages have.

use crate::console::text::common::CommonTexts;

pub(super) const COMMON: CommonTexts = CommonTexts {
    save: "Save",
    saved: "Saved.",
    cancel: "Cancel",
    done: "Done",
    edit: "Edit",
    delete: "Delete",
    deleted: "Deleted.",
    unchanged: "Nothing was changed.",
    enable: "Enable",
    enabled: "Enabled",
    disable: "Disable",
    disabled: "Disabled",
    generate: "Generate",
    actions: "Actions",
    status: "Status",
    created: "Created",
    expires: "Expires",
    permanent: "Permanent",
    last_access: "Last access",
    never: "Never",
    label: "Label",
    description: "Description",
    rights: "Rights",
    all_rights: "Everything",
    made_by: "Made by",
    id_title: "Id",
};
