//! The target for key files. It checks that each key ring has exactly one written form. Reading a key file must give
//! the same result as parsing its text.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::atomic::{AtomicU64, Ordering};

use counterfoil::crypto::KeyFile;
use counterfoil::types::KeyId;
use counterfoil::{KeyRing, Secret};

static FILES: AtomicU64 = AtomicU64::new(0);

/// Parses `data` as the text of a key ring. If this succeeds, also reads `data` as a key file. Only some of the other
/// inputs are read as a key file, because reading a file is slow.
#[must_use]
pub fn key_files(data: &[u8]) -> bool {
    let text = std::str::from_utf8(data).ok();
    let ring = text.and_then(|text| KeyRing::from_text(&Secret::from(text.to_owned())).ok());
    if let (Some(text), Some(ring)) = (text, &ring) {
        let ids: Vec<u32> = ring.ids().map(KeyId::number).collect();
        assert!(!ids.is_empty() && ids.is_sorted_by(|one, next| one > next) && !ids.contains(&0), "{ids:?}");
        assert_eq!(ring.newest().number(), ids[0]);
        let written = ring.to_text();
        let again = KeyRing::from_text(&written).expect("our own text");
        assert_eq!(again.to_text().expose_secret(), written.expose_secret());
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(text), sorted(written.expose_secret()), "one spelling");
        assert!(!format!("{ring:?}").contains(&written.expose_secret()[2..]), "shown");
    }
    if data.len() % 16 == 1 || ring.is_some() {
        let read = in_file(data);
        assert_eq!(
            read,
            ring.filter(|_| data.len() <= 64 * 1024).map(|ring| ring.to_text().expose_secret().to_owned())
        );
        return read.is_some();
    }
    false
}

fn in_file(data: &[u8]) -> Option<String> {
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("counterfoil-fuzz-{}-{number}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).expect("a file");
    file.write_all(data).expect("written");
    let ring = KeyFile::new(&path).open();
    std::fs::remove_file(&path).expect("removed");
    ring.ok().flatten().map(|ring| ring.to_text().expose_secret().to_owned())
}
