//! Tests the settings of the issuer (fault C5) and of trusted proxies, and the issuer in the metadata. Also tests the
//! log line of a refused request (fault C4).

use std::process::Command;

use crate::support::tempfile::TempDir;
use crate::support::{SEED_CLIENT, Server, refused, text};

fn with<'a>(name: &'a str, value: &'a str) -> impl FnOnce(&mut Command) + 'a {
    move |command| {
        command.env("COUNTERFOIL_STORE", "memory:").env(name, value);
    }
}

fn started(name: &str, value: &str) -> Server {
    Server::start_in(TempDir::new().expect("a folder"), with(name, value))
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_c5_the_metadata_has_the_issuer_as_given_and_its_path_follows_the_well_known_one() {
    let server = started("COUNTERFOIL_ISSUER", "https://auth.example.com/tenant/");
    let place = "/.well-known/oauth-authorization-server";
    let (status, metadata) = server.call("GET", &format!("{place}/tenant"), "", None).await;
    assert_eq!((status, text(&metadata, "issuer").as_str()), (200, "https://auth.example.com/tenant/"));
    assert_eq!(metadata["token_endpoint"], "https://auth.example.com/tenant/token");
    assert_eq!(server.call("GET", place, "", None).await.0, 404);
    let members = metadata.as_object().expect("an object");
    assert!(members.values().all(|value| value.as_array().is_none_or(|list| !list.is_empty())), "{metadata}");
}

#[test]
fn fault_c5_what_is_no_issuer_stops_the_start_and_says_why() {
    for (issuer, why) in [
        ("not a url", "must be a URL"),
        ("http://auth.example.com", "must begin with https://"),
        ("https://auth.example.com?x=1", "neither a query nor a fragment"),
        ("https://auth.example.com#x", "neither a query nor a fragment"),
    ] {
        let said = refused(with("COUNTERFOIL_ISSUER", issuer));
        assert!(said.contains("COUNTERFOIL_ISSUER") && said.contains(why), "{issuer}: {said}");
        assert!(
            !said.contains("auth.example.com?") && !said.contains("not a url"),
            "nothing of it is said back: {said}"
        );
    }
    let said = refused(with("COUNTERFOIL_TRUSTED_PROXIES", "10.0.0.0/33"));
    assert!(said.contains("COUNTERFOIL_TRUSTED_PROXIES") && said.contains("10.0.0.0/8"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unspecified_address_is_shown_as_the_loopback_one() {
    let server = started("COUNTERFOIL_LISTEN", "0.0.0.0:0");
    let (_, metadata) = server.call("GET", "/.well-known/oauth-authorization-server", "", None).await;
    assert_eq!(text(&metadata, "issuer"), server.url(""));
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_c4_the_reason_of_a_refused_request_is_in_the_log_and_nothing_of_the_request() {
    let server = started("RUST_LOG", "counterfoil=debug");
    for (authorization, form, reason) in [
        (SEED_CLIENT, &[("grant_type", "password"), ("username", "zqxcanary")][..], "parameter password is missing"),
        (SEED_CLIENT, &[("grant_type", "zqxcanary")], "grant type is not supported"),
        ("Basic !zqxcanary", &[("grant_type", "password")], "the Basic credentials are malformed"),
        ("Basic enF4OmNhbmFyeQ==", &[("grant_type", "password")], "client is unknown"),
        (SEED_CLIENT, &[("grant_type", "refresh_token"), ("refresh_token", "zqxcanary")], "credential is malformed"),
    ] {
        let (status, answer) = server.form("/token", authorization, form).await;
        assert!(status == 400 || status == 401, "{status} {answer}");
        let log = server.log();
        let line = log.lines().find(|line| line.contains("OAuth request refused") && line.contains(reason));
        assert!(line.is_some_and(|line| line.contains("\"endpoint\":\"token\"")), "{reason}: {log}");
    }
    assert!(!server.log().contains("zqxcanary"));
}
