//! The Russian texts of the form field for the networks from which a credential may be used, and of the page that
//! changes these networks.

use crate::console::text::allowed_sources::AllowedSourceTexts;

pub(super) const ALLOWED_SOURCES: AllowedSourceTexts = AllowedSourceTexts {
    title: "Разрешённые сети",
    hint: "Адреса или сети, например 192.0.2.0/24 или 2001:db8::/32, по одной в строке, не больше 16. Пустое поле \
           разрешает все адреса.",
    networks: "Сети",
    only_from: "Только из",
    too_many: "Не больше 16 сетей.",
    malformed,
    host_bits,
};

fn malformed(number: usize) -> String {
    format!("Запись {number}: не адрес и не сеть вроде 192.0.2.0/24 или 2001:db8::/32.")
}

fn host_bits(number: usize, network: &str) -> String {
    format!("Запись {number}: это не первый адрес сети, введите {network}.")
}
