use std::sync::Arc;

use super::*;
use crate::crypto::digest::{Unkeyed, counting};
use crate::crypto::key_ring::KeyRing;
use crate::http_auth::basic::client_header;
use crate::token::draw::draw_secret;
use crate::types::client::ClientKey;
use crate::types::realm::Realm;

fn ring(keys: &[u32]) -> Option<Arc<KeyRing>> {
    let keys = keys.iter().map(|&id| (KeyId::new(id), SecretBytes::new([id as u8; 32])));
    Some(Arc::new(KeyRing::new(keys).expect("a ring")))
}

fn digester(keys: &[u32]) -> Digester {
    Digester::new(&Realm::default(), if keys.is_empty() { None } else { ring(keys) }, Unkeyed::Accepted)
}

fn slot(id: u8, form: SecretForm, (digest, key_id): (Digest, KeyId)) -> StoredSecret {
    StoredSecret {
        id: [id; 16],
        form,
        digest: *digest.as_bytes(),
        key_id,
        created_at: Timestamp::EPOCH,
        expires_at: None,
        unknown: crate::types::unknown::UnknownFields::default(),
    }
}

fn client(secrets: Vec<StoredSecret>) -> Registration {
    Registration {
        client_id: "test.token".parse().expect("an id"),
        key: ClientKey::from_bytes([1; 16]),
        display_name: "angularApp".into(),
        secrets,
        grants: Vec::new(),
        allowed_scope: None,
        default_scope: None,
        public: false,
        refresh_mode: Default::default(),
        resource_server: false,
        disabled: false,
        epoch: 0,
        created_at: Timestamp::EPOCH,
        service_account: None,
        unknown: crate::types::unknown::UnknownFields::default(),
    }
}

const SEED: &str = "a7d849366d224f8eb521ccf696925627";

fn generated(digester: &Digester, id: u8, seed: u64) -> (StoredSecret, String) {
    let secret = draw_secret(&crate::crypto::entropy::SeededEntropy::new(seed)).expect("seeded");
    let record = RecordId::from_bytes([id; 16]);
    let stored = slot(id, SecretForm::Generated, digester.token(TokenKind::ClientSecret, &record, &secret));
    let text = Prefixes::default().render(TokenKind::ClientSecret, &record, &secret).expose_secret().to_owned();
    (stored, text)
}

fn judged(
    digester: &Digester,
    client: Option<&Registration>,
    text: Option<&str>,
    now: Timestamp,
) -> Result<(), ClientFault> {
    let secret = text.map(|text| Secret::from(text.to_owned()));
    let proof = prove(digester, &Prefixes::default(), client, secret.as_ref(), now);
    verdict(client, secret.as_ref(), &proof)
}

#[test]
fn syn_token_2_both_live_secrets_and_both_forms_prove_a_client_and_nothing_else_does() {
    for keys in [&[][..], &[1]] {
        let digester = digester(keys);
        let (stored, text) = generated(&digester, 1, 1);
        let imported = slot(2, SecretForm::Imported, digester.imported(&[2; 16], SEED.as_bytes()));
        let client = client(vec![stored, imported]);
        let judge = |text: Option<&str>| judged(&digester, Some(&client), text, Timestamp::EPOCH);
        assert_eq!(judge(Some(&text)), Ok(()));
        assert_eq!(judge(Some(SEED)), Ok(()));
        let (_, other) = generated(&digester, 1, 2);
        for wrong in ["", "x", &SEED[1..], &format!("{SEED} "), &SEED.to_uppercase(), &other, &text[..70]] {
            assert_eq!(judge(Some(wrong)), Err(ClientFault::Secret), "{wrong}");
        }
        assert_eq!(judge(None), Err(ClientFault::Secret));
    }
}

#[test]
fn syn_token_2_a_secret_fits_its_own_slot_form_and_realm_only() {
    let digester = digester(&[1]);
    let (mut moved, text) = generated(&digester, 1, 1);
    moved.id = [9; 16];
    assert_eq!(judged(&digester, Some(&client(vec![moved])), Some(&text), Timestamp::EPOCH), Err(ClientFault::Secret));
    let (mut reread, _) = generated(&digester, 1, 1);
    reread.form = SecretForm::Imported;
    assert_eq!(judged(&digester, Some(&client(vec![reread])), Some(&text), Timestamp::EPOCH), Err(ClientFault::Secret));
    let elsewhere = Digester::new(&Realm::new("other").expect("a realm"), ring(&[1]), Unkeyed::Accepted);
    let (stored, _) = generated(&elsewhere, 1, 1);
    assert_eq!(judged(&digester, Some(&client(vec![stored])), Some(&text), Timestamp::EPOCH), Err(ClientFault::Secret));
}

#[test]
fn syn_token_2_a_replaced_secret_ends_at_its_instant() {
    let digester = digester(&[]);
    let (mut stored, text) = generated(&digester, 1, 1);
    let end = Timestamp::from_micros(10).expect("small");
    stored.expires_at = Some(end);
    let client = client(vec![stored]);
    let judge = |micros| judged(&digester, Some(&client), Some(&text), Timestamp::from_micros(micros).expect("small"));
    assert_eq!(judge(9), Ok(()));
    assert_eq!(judge(10), Err(ClientFault::Secret));
    assert_eq!(judge(11), Err(ClientFault::Secret));
}

#[test]
fn syn_token_2_an_older_key_proves_and_yields_the_digest_under_the_newest() {
    let (old, new) = (digester(&[1]), digester(&[1, 2]));
    let (stored, text) = generated(&old, 1, 1);
    let client = client(vec![stored]);
    let secret = Secret::from(text);
    let proof = prove(&new, &Prefixes::default(), Some(&client), Some(&secret), Timestamp::EPOCH);
    assert_eq!(proof.matches, [true, false]);
    let (digest, key) = proof.fresher[0].expect("an older key");
    assert_eq!(key, KeyId::new(2));
    assert!(digest.same_bytes(&Digest::from_bytes(generated(&new, 1, 1).0.digest)));
    let gone = digester(&[2]);
    let proof = prove(&gone, &Prefixes::default(), Some(&client), Some(&secret), Timestamp::EPOCH);
    assert_eq!(proof.matches, [false, false], "the key has left the ring");
}

#[test]
fn syn_token_2_public_clients_name_themselves_and_prove_nothing() {
    let digester = digester(&[]);
    let public = Registration { public: true, ..client(Vec::new()) };
    assert_eq!(judged(&digester, Some(&public), None, Timestamp::EPOCH), Ok(()));
    assert_eq!(judged(&digester, Some(&public), Some(SEED), Timestamp::EPOCH), Err(ClientFault::PublicSecret));
}

#[test]
fn c3_every_attempt_takes_the_same_number_of_digests() {
    for keys in [&[][..], &[1]] {
        let digester = digester(keys);
        let (stored, text) = generated(&digester, 1, 1);
        let imported = slot(2, SecretForm::Imported, digester.imported(&[2; 16], SEED.as_bytes()));
        let lost = StoredSecret { key_id: KeyId::new(9), ..stored.clone() };
        let expired = StoredSecret { expires_at: Some(Timestamp::EPOCH), ..stored.clone() };
        let full = client(vec![stored.clone(), imported]);
        let clients = [
            None,
            Some(Registration { disabled: true, ..full.clone() }),
            Some(Registration { public: true, ..client(Vec::new()) }),
            Some(client(vec![stored])),
            Some(client(vec![lost])),
            Some(client(vec![expired])),
            Some(full),
        ];
        let texts =
            [None, Some(String::new()), Some("x".repeat(4_096)), Some("x".repeat(73)), Some(text), Some(SEED.into())];
        for client in &clients {
            for text in &texts {
                let before = counting::taken();
                let _ = judged(&digester, client.as_ref(), text.as_deref(), Timestamp::EPOCH);
                assert_eq!(counting::taken() - before, 4, "{client:?} {:?}", text.as_ref().map(String::len));
            }
        }
    }
}

#[test]
fn i4_a_client_authenticates_once_in_a_request() {
    let basic = || client_header([b"Basic dGVzdC50b2tlbjp4".as_slice()]);
    let text = |text: &str| Some(Secret::from(text.to_owned()));
    let halves = |header: &ClientHeader, client_id: Option<Secret>, client_secret: Option<Secret>| {
        let presented =
            PresentedClient { header, client_id: client_id.as_ref(), client_secret: client_secret.as_ref() };
        presented.halves().map(|(id, secret)| (id.to_owned(), secret.is_some()))
    };
    let clash = |fault| Err(ClientRefusal::InvalidRequest { fault });
    let challenged = |fault| Err(ClientRefusal::InvalidClient { fault, by_form: false });
    let unusable = |fault| ClientHeader::Unusable(fault);
    assert_eq!(halves(&basic(), None, None), Ok(("test.token".into(), true)));
    assert_eq!(halves(&basic(), text("test.token"), None), Ok(("test.token".into(), true)), "the same client");
    assert_eq!(halves(&basic(), text("other"), None), clash(ClientFault::OtherId));
    assert_eq!(halves(&basic(), text("test.token"), text("x")), clash(ClientFault::HeaderAndForm));
    let twice = unusable(ClientFault::HeaderTwice);
    assert_eq!(halves(&twice, None, text("x")), clash(ClientFault::HeaderTwice));
    let malformed = unusable(ClientFault::Malformed);
    assert_eq!(halves(&malformed, None, text("x")), clash(ClientFault::HeaderAndForm));
    assert_eq!(halves(&malformed, text("test.token"), None), challenged(ClientFault::Malformed));
    assert_eq!(halves(&ClientHeader::Absent, None, text("x")), challenged(ClientFault::Missing));
    assert_eq!(halves(&ClientHeader::Absent, None, None), challenged(ClientFault::Missing));
    let nobody = client_header([b"Basic Og==".as_slice()]);
    assert_eq!(halves(&nobody, None, None), challenged(ClientFault::Missing), "a pair of nothing");
    let open = client_header([b"Basic cHVibGljLWFwcDo=".as_slice()]);
    assert_eq!(halves(&open, text("public-app"), None), Ok(("public-app".into(), false)), "an empty secret is none");
    assert_eq!(halves(&ClientHeader::Absent, text("public-app"), None), Ok(("public-app".into(), false)));
    assert_eq!(halves(&ClientHeader::Absent, text("test.token"), text("x")), Ok(("test.token".into(), true)));
}

#[test]
fn fault_c1_a_challenge_follows_basic_or_nobody_and_no_client_that_is_named_in_the_form() {
    let id = Secret::from("test.token".to_owned());
    let by_form = |header: &ClientHeader, client_id| {
        let presented = PresentedClient { header, client_id, client_secret: None };
        match presented.invalid(ClientFault::Secret) {
            ClientRefusal::InvalidClient { by_form, .. } => by_form,
            other => panic!("{other:?}"),
        }
    };
    let basic = client_header([b"Basic dGVzdC50b2tlbjp4".as_slice()]);
    assert!(by_form(&ClientHeader::Absent, Some(&id)));
    assert!(!by_form(&ClientHeader::Absent, None));
    for header in [basic, ClientHeader::Unusable(ClientFault::Malformed)] {
        assert!(!by_form(&header, None) && !by_form(&header, Some(&id)), "{header:?}");
    }
}
