//! The certificate of a server with TLS.

use std::path::Path;

use super::somebody::give_away;

/// Writes a certificate authority, a certificate of the server and its private key to files in `folder`. Returns the
/// lines of `postgresql.conf` that turn TLS on and name the files of this certificate and key.
pub(super) fn certificates(folder: &Path) -> [String; 3] {
    use std::os::unix::fs::PermissionsExt as _;

    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

    let key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("an authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let signed_itself = authority.self_signed(&key).expect("signed by itself");
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec!["localhost".to_owned()]).expect("a server").signed_by(&key, &issuer);
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a private file");
        give_away(&path);
        path.display().to_string()
    };
    write("authority.pem", &signed_itself.pem());
    let (certificate, key) =
        (write("server.pem", &server.expect("signed").pem()), write("key.pem", &key.serialize_pem()));
    ["ssl=on".to_owned(), format!("ssl_cert_file={certificate}"), format!("ssl_key_file={key}")]
}
