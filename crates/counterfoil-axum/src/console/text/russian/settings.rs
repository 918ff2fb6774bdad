//! The texts of the page of system settings.

use crate::console::text::settings::{SettingLabels, SettingsTexts};
use crate::console::time::Unit;

pub(super) const SETTINGS: SettingsTexts = SettingsTexts {
    title: "Системные настройки",
    labels: SettingLabels {
        personal_access_tokens_enabled: "Создание персональных токенов и вход по ним",
        access_lifetime_seconds: "Срок действия токена доступа",
        refresh_inactivity_seconds: "Срок действия токена обновления без использования",
        refresh_absolute_seconds: "Наибольшая длительность входа в систему",
        pat_max_days: "Наибольший срок действия персонального токена, в днях",
        code_lifetime_seconds: "Срок действия кода безопасности",
        notice_lead_days: "За сколько дней до истечения отправлять уведомление",
    },
    unit,
    unit_label: "Единица",
    exactly,
};

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "секунды",
        Unit::Minutes => "минуты",
        Unit::Hours => "часы",
        Unit::Days => "дни",
        Unit::Months => "месяцы",
        Unit::Years => "годы",
    }
}

fn exactly(duration: &str) -> String {
    format!("Служба применяет ровно {duration}.")
}
