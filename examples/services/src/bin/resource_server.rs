//! A resource server. It verifies tokens at the introspection endpoint of an authorization server in another process.
//!
//! Run `ENDPOINT=https://auth.example.com/introspect SECRET=… resource_server`. At the authorization server, register a
//! client for it with the id `reports` and `resource_server: true`. The resource server needs no directory and no
//! store. It uses each introspection response for one second.

use std::env::var;

use axum::{Router, routing::get};
use counterfoil_remote::{AuthenticateLayer, Introspection, Rejection, RemotePrincipal};
use tokio::net::TcpListener;
use tokio::signal::{ctrl_c, unix};

/// Returns the subject and the scope of the token. Every valid token is accepted.
async fn whoami(who: RemotePrincipal) -> String {
    let scope = who.scope().map_or_else(|| "everything".to_owned(), ToString::to_string);
    format!("subject {}, for {scope}\n", who.subject())
}

/// Requires the scope `projects:read`. If the token lacks it, the challenge of RFC 6750 names it.
async fn report(who: RemotePrincipal) -> Result<String, Rejection> {
    who.require("projects:read")?;
    Ok(format!("a report for subject {}\n", who.subject()))
}

/// Waits for Ctrl-C, or for SIGTERM, which systemd and containers send.
async fn stop() {
    let Ok(mut terminate) = unix::signal(unix::SignalKind::terminate()) else { return };
    tokio::select! { _ = ctrl_c() => {}, _ = terminate.recv() => {} }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let verifier = Introspection::builder(var("ENDPOINT")?, "reports", var("SECRET")?).of_counterfoil().build()?;
    let app = Router::new().route("/whoami", get(whoami)).route("/report", get(report));
    let app = app.layer(AuthenticateLayer::required(verifier));
    let listener = TcpListener::bind(var("LISTEN").unwrap_or("127.0.0.1:3001".to_owned())).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).with_graceful_shutdown(stop()).await?)
}
