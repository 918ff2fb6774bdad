//! Calls of each operation on settings, for the table of operations.

use counterfoil::settings::SettingsUpdate;
use counterfoil::*;

use super::Operation;
use crate::support::*;

pub(super) const ALL: &[Operation] = &[
    Operation {
        name: "ReadSettings",
        scope: Scope::SETTINGS_MANAGE,
        run: |world, who| block_on(world.handle.settings(&who.by)).map(drop),
    },
    Operation {
        name: "UpdateSettings",
        scope: Scope::SETTINGS_MANAGE,
        run: |world, who| {
            let change = SettingsUpdate::default().with_pat_max_days(90);
            block_on(world.handle.update_settings(&who.by, &change)).map(drop)
        },
    },
];
