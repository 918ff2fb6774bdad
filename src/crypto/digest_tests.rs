//! Tests of the digest: its layout, what it covers, verification under old keys and without a key, imported secrets,
//! and comparison.

use super::*;
use crate::types::secret::SecretBytes;

const ID: RecordId = RecordId::from_bytes([0xA5; 16]);

fn secret() -> TokenSecret {
    SecretBytes::new(*b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg")
}

fn ring(keys: &[u32]) -> Option<Arc<KeyRing>> {
    let keys = keys.iter().map(|&id| (KeyId::new(id), SecretBytes::new([id as u8; 32])));
    Some(Arc::new(KeyRing::new(keys).expect("a ring")))
}

fn same(a: &Digest, b: &Digest) -> bool {
    assert_eq!(a.ct_eq(b), a.same_bytes(b));
    a.ct_eq(b)
}

#[test]
fn all_kinds_2_a_digest_is_bound_to_realm_kind_id_and_secret() {
    for keys in [None, ring(&[1])] {
        let digester = Digester::new(&Realm::default(), keys.clone(), Unkeyed::Accepted);
        let kind = TokenKind::PersonalAccessToken;
        let (digest, key) = digester.token(kind, &ID, &secret());
        assert_eq!(key, digester.current_key());
        let mut others: Vec<_> =
            TokenKind::ALL[1..].iter().map(|&kind| digester.token(kind, &ID, &secret()).0).collect();
        for bit in 0..128 {
            let id = RecordId::from_bytes((u128::from_be_bytes(*ID.as_bytes()) ^ (1 << bit)).to_be_bytes());
            others.push(digester.token(kind, &id, &secret()).0);
        }
        for at in 0..43 {
            let mut letters = *secret().expose_secret();
            letters[at] = b'z';
            others.push(digester.token(kind, &ID, &SecretBytes::new(letters)).0);
        }
        let elsewhere = Digester::new(&Realm::new("defaulu").expect("a realm"), keys, Unkeyed::Accepted);
        others.push(elsewhere.token(kind, &ID, &secret()).0);
        assert!(others.iter().all(|other| !same(&digest, other)));
        assert!(same(&digest, &digester.token(kind, &ID, &secret()).0));
    }
}

#[test]
fn all_kinds_2_an_old_key_and_no_key_still_verify_under_a_new_one() {
    let before = Digester::new(&Realm::default(), None, Unkeyed::Accepted);
    let old = Digester::new(&Realm::default(), ring(&[1]), Unkeyed::Accepted);
    let new = Digester::new(&Realm::default(), ring(&[2, 7, 1]), Unkeyed::Accepted);
    let kind = TokenKind::RefreshToken;
    let (plain, none) = before.token(kind, &ID, &secret());
    let (first, one) = old.token(kind, &ID, &secret());
    let (newest, seven) = new.token(kind, &ID, &secret());
    assert_eq!([none, one, seven], [KeyId::NONE, KeyId::new(1), KeyId::new(7)]);
    assert_eq!(new.current_key(), seven);
    for (digest, key) in [(plain, none), (first, one), (newest, seven)] {
        assert!(same(&new.token_under(key, kind, &ID, &secret()).expect("a key of the ring"), &digest));
    }
    assert!(!same(&plain, &first) && !same(&first, &newest) && !same(&plain, &newest));
    assert!(new.token_under(KeyId::new(3), kind, &ID, &secret()).is_none());
    assert!(before.token_under(one, kind, &ID, &secret()).is_none());
}

#[test]
fn all_kinds_2_the_digest_is_the_hash_of_block_id_and_packed_secret() {
    let packed = {
        let bits: String = secret().expose_secret().iter().map(|&l| format!("{:06b}", base62::raw_value(l))).collect();
        let bits = format!("{bits}000000");
        let byte = |at: usize| u8::from_str_radix(&bits[8 * at..8 * at + 8], 2).expect("bits");
        (0..33).map(byte).collect::<Vec<_>>()
    };
    let name = sha256::hash(&[b"default"]);
    let parts: [&[u8]; 6] = [b"counterfoil/v1\0", &[4], &name, &[0; 16], ID.as_bytes(), &packed];
    let plain =
        Digester::new(&Realm::default(), None, Unkeyed::Accepted).token(TokenKind::SecurityCode, &ID, &secret()).0;
    assert_eq!(*plain.as_bytes(), sha256::hash(&parts));
    let keys = ring(&[1]).expect("a ring");
    let sub = keys.digest_keys().next().expect("a key").1;
    let keyed = Digester::new(&Realm::default(), Some(keys), Unkeyed::Accepted)
        .token(TokenKind::SecurityCode, &ID, &secret())
        .0;
    assert_eq!(keyed.as_bytes(), sha256::hmac(sub.expose_secret(), &parts).expose_secret());
}

#[test]
fn syn_token_2_an_imported_secret_of_any_length_counts_to_its_last_byte() {
    let digester = Digester::new(&Realm::default(), ring(&[1]), Unkeyed::Accepted);
    for len in [1, 22, 32, 72, 73, 1024] {
        let (mut text, id) = (vec![b'x'; len], [1; 16]);
        let (digest, key) = digester.imported(&id, &text);
        assert!(same(&digest, &digester.imported_under(key, &id, &text).expect("the key")));
        assert!(!same(&digest, &digester.imported_under(KeyId::NONE, &id, &text).expect("no key")));
        assert!(!same(&digest, &digester.imported(&[2; 16], &text).0));
        text[len - 1] = b'y';
        assert!(!same(&digest, &digester.imported(&id, &text).0));
    }
    assert!(digester.imported_under(KeyId::new(2), &[1; 16], b"x").is_none());
}

#[test]
fn digests_compare_to_the_last_bit_and_do_not_show_themselves() {
    let digest = Digest::from_bytes([0x5A; 32]);
    for bit in 0..256 {
        let mut bytes = [0x5A; 32];
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(!same(&digest, &Digest::from_bytes(bytes)));
    }
    assert_eq!(format!("{digest:?}"), "Digest([redacted])");
}

#[test]
fn a_letter_that_is_none_packs_without_a_panic_and_unlike_every_letter() {
    let packed = |letter| {
        let mut bytes = [0; 33];
        pack(&[letter; 43], &mut bytes);
        bytes
    };
    for letter in base62::ALPHABET {
        assert!((0..=255u8).filter(|byte| !byte.is_ascii_alphanumeric()).all(|byte| packed(byte) != packed(*letter)));
    }
}
