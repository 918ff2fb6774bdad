//! Tests which introspection responses are accepted: their JSON, media type, size and members. Also tests which active
//! tokens are refused, for example because of their audience or issuer, and what a token without a scope permits.

use counterfoil_remote::{AnswerFault, Introspection, MOST_ANSWER, Outage, RemoteRefusal, VerifyError};

use crate::support::{clock, foreign, serve_answer};

async fn verifier(media_type: &'static str, body: impl Into<String>) -> Introspection {
    let (endpoint, _) = serve_answer(200, media_type, body).await;
    foreign(&endpoint, &clock()).build().expect("a verifier")
}

async fn fault(media_type: &'static str, body: impl Into<String>) -> Option<AnswerFault> {
    match verifier(media_type, body).await.verify("t").await {
        Err(VerifyError::Unavailable(outage)) => match &*outage {
            Outage::Answer(fault) => Some(*fault),
            other => panic!("{other:?}"),
        },
        _ => None,
    }
}

#[tokio::test]
async fn host_25_a_malformed_answer_is_an_outage_and_neither_active_nor_not() {
    let member = |member| Some(AnswerFault::Member { member });
    for (body, expected) in [
        ("", Some(AnswerFault::NotAnObject)),
        ("active", Some(AnswerFault::NotAnObject)),
        ("null", Some(AnswerFault::NotAnObject)),
        ("true", Some(AnswerFault::NotAnObject)),
        ("[true]", Some(AnswerFault::NotAnObject)),
        (r#"{"active":true"#, Some(AnswerFault::NotAnObject)),
        (r#"{"active":true,"sub":"7"} {"active":false}"#, Some(AnswerFault::NotAnObject)),
        (r#"{"active":false,"active":true,"sub":"7"}"#, Some(AnswerFault::NotAnObject)),
        (r#"{"active":true,"sub":"7","exp":1,"exp":9999999999}"#, Some(AnswerFault::NotAnObject)),
        ("{}", member("active")),
        (r#"{"active":null}"#, member("active")),
        (r#"{"active":"true","sub":"7"}"#, member("active")),
        (r#"{"active":"false"}"#, member("active")),
        (r#"{"active":1,"sub":"7"}"#, member("active")),
        (r#"{"Active":true,"sub":"7"}"#, member("active")),
        (r#"{"active":true,"sub":7}"#, member("sub")),
        (r#"{"active":true,"sub":""}"#, member("sub")),
        (r#"{"active":true,"sub":"a\u0000b"}"#, member("sub")),
        (r#"{"active":true,"sub":"7","exp":"9999999999"}"#, member("exp")),
        (r#"{"active":true,"sub":"7","exp":9999999999.5}"#, member("exp")),
        (r#"{"active":true,"sub":"7","exp":-1}"#, member("exp")),
        (r#"{"active":true,"sub":"7","nbf":[]}"#, member("nbf")),
        (r#"{"active":true,"sub":"7","iat":true}"#, member("iat")),
        (r#"{"active":true,"sub":"7","scope":["a","b"]}"#, member("scope")),
        (r#"{"active":true,"sub":"7","scope":"a\"b"}"#, member("scope")),
        (r#"{"active":true,"sub":"7","client_id":7}"#, member("client_id")),
        (r#"{"active":true,"sub":"7","aud":7}"#, member("aud")),
        (r#"{"active":true,"sub":"7","aud":["a",7]}"#, member("aud")),
        (r#"{"active":true,"sub":"7","iss":{}}"#, member("iss")),
        (r#"{"active":true,"sub":"7","act":"8"}"#, member("act")),
        (r#"{"active":false,"exp":"soon"}"#, member("exp")),
        (r#"{"active":true,"sub":"7"}"#, None),
        (r#" {"active":false} "#, None),
        (r#"{"active":true,"sub":"7","exp":null,"new":{"members":["are","ignored"]}}"#, None),
    ] {
        assert_eq!(fault("application/json", body).await, expected, "{body}");
    }
    let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
    let deep = |member: &str| format!(r#"{{"active":true,"sub":"7","{member}":{open}{close}}}"#);
    assert_eq!(fault("application/json", deep("aud")).await, Some(AnswerFault::NotAnObject));
    assert_eq!(fault("application/json", deep("new")).await, None);
}

#[tokio::test]
async fn host_25_an_answer_of_counterfoil_has_kind_and_role() {
    for (body, member) in [
        (r#"{"active":true,"sub":"7","role":"member"}"#, "kind"),
        (r#"{"active":true,"sub":"7","kind":"another","role":"member"}"#, "kind"),
        (r#"{"active":true,"sub":"7","kind":"access_token"}"#, "role"),
        (r#"{"active":true,"sub":"7","kind":"access_token","role":"root"}"#, "role"),
    ] {
        let (endpoint, _) = serve_answer(200, "application/json", body).await;
        let verifier = foreign(&endpoint, &clock()).of_counterfoil().build().expect("a verifier");
        let Err(VerifyError::Unavailable(outage)) = verifier.verify("t").await else { panic!("{body}") };
        assert!(matches!(*outage, Outage::Answer(AnswerFault::Member { member: at }) if at == member), "{outage:?}");
    }
}

#[tokio::test]
async fn host_25_only_json_is_read() {
    let active = r#"{"active":true,"sub":"7"}"#;
    for media_type in ["text/html", "application/token-introspection+jwt", "application/jsonp", ""] {
        assert_eq!(fault(media_type, active).await, Some(AnswerFault::MediaType), "{media_type}");
    }
    for media_type in ["application/json", "Application/JSON; charset=utf-8"] {
        assert_eq!(fault(media_type, active).await, None, "{media_type}");
    }
}

#[tokio::test]
async fn host_25_an_answer_is_read_up_to_its_limit() {
    let body = |length: usize| {
        let around = r#"{"active":true,"sub":"7","x":""}"#.len();
        format!(r#"{{"active":true,"sub":"7","x":"{}"}}"#, "x".repeat(length - around))
    };
    let fits = verifier("application/json", body(MOST_ANSWER)).await;
    fits.verify("t").await.expect("active");
    for length in [MOST_ANSWER + 1, 8 * 1024 * 1024] {
        let refused = verifier("application/json", body(length)).await.verify("t").await.expect_err("too large");
        let VerifyError::Unavailable(outage) = refused else { panic!("{refused:?}") };
        assert!(matches!(*outage, Outage::Transport(_)), "{outage:?}");
    }
}

#[tokio::test]
async fn host_29_an_active_answer_that_does_not_fit_here_is_refused() {
    let refusals = [
        (r#"{"active":true}"#, RemoteRefusal::NoSubject),
        (r#"{"active":true,"sub":"7","token_type":"DPoP"}"#, RemoteRefusal::NotBearer),
        (r#"{"active":true,"sub":"7","token_type":"Bearer","cnf":{"jkt":"x"}}"#, RemoteRefusal::NotBearer),
        (r#"{"active":false,"sub":"7"}"#, RemoteRefusal::Inactive),
    ];
    for (body, expected) in refusals {
        match verifier("application/json", body).await.verify("t").await {
            Err(VerifyError::Refused(refusal)) => assert_eq!(refusal, expected, "{body}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn host_29_audience_and_issuer_are_checked_where_they_are_configured() {
    let (audience, issuer) = ("https://reports.example", "https://auth.example");
    for (more, expected) in [
        (r#""aud":"https://reports.example","iss":"https://auth.example""#, None),
        (r#""aud":["https://other.example","https://reports.example"],"iss":"https://auth.example""#, None),
        (r#""aud":"https://reports.example/","iss":"https://auth.example""#, Some(RemoteRefusal::WrongAudience)),
        (r#""aud":[],"iss":"https://auth.example""#, Some(RemoteRefusal::WrongAudience)),
        (r#""iss":"https://auth.example""#, Some(RemoteRefusal::WrongAudience)),
        (r#""aud":"https://reports.example","iss":"https://auth.example.evil""#, Some(RemoteRefusal::WrongIssuer)),
        (r#""aud":"https://reports.example""#, Some(RemoteRefusal::WrongIssuer)),
    ] {
        let (endpoint, _) =
            serve_answer(200, "application/json", format!(r#"{{"active":true,"sub":"7",{more}}}"#)).await;
        let both = foreign(&endpoint, &clock()).audience(audience).issuer(issuer).build().expect("a verifier");
        let refusal = match both.verify("t").await {
            Ok(_) => None,
            Err(VerifyError::Refused(refusal)) => Some(refusal),
            Err(error) => panic!("{error:?}"),
        };
        assert_eq!(refusal, expected, "{more}");
        foreign(&endpoint, &clock()).build().expect("a verifier").verify("t").await.expect("nothing is configured");
    }
}

#[tokio::test]
async fn host_29_a_token_without_scope_permits_nothing_unless_counterfoil_says_so() {
    for scope in ["", r#","scope":"""#, r#","scope":"  ""#] {
        let body = format!(r#"{{"active":true,"sub":"7","kind":"access_token","role":"administrator"{scope}}}"#);
        let who = verifier("application/json", body).await.verify("t").await.expect("active");
        assert!(!who.may("demo:read") && !who.is_unrestricted());
        assert_eq!((who.kind(), who.role()), (None, None), "another server's words");
        let challenge = who.require("demo:read").expect_err("nothing is permitted");
        let expected = r#"Bearer realm="default", error="insufficient_scope", scope="demo:read""#;
        assert_eq!(challenge.www_authenticate().as_deref(), Some(expected));
        assert_eq!(who.require_role(counterfoil::Role::Collaborator).expect_err("no role").status(), 403);
    }
    let acting = r#"{"active":true,"sub":"7","scope":"b a","act":{"sub":"8","act":{"sub":"9"}}}"#;
    let who = verifier("application/json", acting).await.verify("t").await.expect("active");
    assert_eq!(who.actor().map(|actor| actor.as_str()), Some("8"));
    assert!(who.may("a") && who.may("b"));
}
