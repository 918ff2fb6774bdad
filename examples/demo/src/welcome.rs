//! What is printed at the start: where it listens, first of all.

use std::io::Write;
use std::net::SocketAddr;

use crate::people::EVERYBODY;
use crate::routes::PAGE;

/// Prints it. A standard output that nobody reads is no reason to stop.
pub fn welcome(out: &mut impl Write, address: SocketAddr) {
    let _unread = print(out, address);
}

fn print(out: &mut impl Write, address: SocketAddr) -> std::io::Result<()> {
    let url = format!("http://{address}");
    writeln!(out, "listening on {url}")?;
    writeln!(out, "\nThe API: {url}{PAGE}\n\nAccounts (name / password, role):")?;
    for known in &EVERYBODY {
        let note = if known.token_login { "" } else { ", token login not allowed" };
        writeln!(out, "  {} / {}, {}{note}", known.name, known.password, known.role)?;
    }
    writeln!(out, "\nTry:")?;
    writeln!(
        out,
        r#"  curl -s {url}/token -u test.token:a7d849366d224f8eb521ccf696925627 -d grant_type=password -d remember=true \
    --data-urlencode 'username=AD\bill.posters' -d password=blabla"#
    )?;
    writeln!(
        out,
        r"  curl -s {url}/token -u test.token:a7d849366d224f8eb521ccf696925627 -d grant_type=refresh_token -d refresh_token=cfr_…"
    )?;
    writeln!(out, r"  curl -s {url}/api/v1/whoami -H 'Authorization: Bearer cfa_…'")?;
    writeln!(out, "\nThese passwords are public: keep this server to yourself. Stop it with Ctrl-C.")?;
    out.flush()
}
