//! The text that the demo prints when it starts. The first line contains the address.

use std::io::Write;
use std::net::SocketAddr;

use crate::accounts::ACCOUNTS;
use crate::routes::API_PAGE;

/// Prints the text. Errors of the output are ignored.
pub fn print_banner(out: &mut impl Write, address: SocketAddr) {
    let _unread = print(out, address);
}

fn print(out: &mut impl Write, address: SocketAddr) -> std::io::Result<()> {
    let url = format!("http://{address}");
    writeln!(out, "listening on {url}")?;
    writeln!(out, "\nThe API: {url}{API_PAGE}\n\nAccounts (name / password, role):")?;
    for account in &ACCOUNTS {
        let note = if account.token_login { "" } else { ", token login not allowed" };
        writeln!(out, "  {} / {}, {}{note}", account.name, account.password, account.role)?;
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
