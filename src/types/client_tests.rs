use super::*;

#[test]
fn a_client_id_is_1_to_100_unreserved_characters() {
    for fits in ["test.token", "public-app", "a", "x~_9", &"x".repeat(100)] {
        assert!(fits.parse::<ClientId>().is_ok());
    }
    for bad in ["", "a:b", "a b", "é", "a%", "a+b", &"x".repeat(101)] {
        assert_eq!(bad.parse::<ClientId>(), Err(InvalidClientId), "{bad}");
    }
}

#[test]
fn machine_2_a_client_names_its_account_and_a_version_without_the_grant_refuses_it() {
    /// The enum of grants as it was before this library had service accounts. It has no `client_credentials`.
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Older {
        Password,
        RefreshToken,
    }
    let id = ServiceAccountId::from_bytes([7; 16]);
    let plain = Registration::new("app".parse().expect("an id"), ClientKey([1; 16]), "App", Timestamp::EPOCH);
    assert!(!plain.to_document().expect("written").contains("service_account"), "as earlier versions wrote it");
    let named = plain.with_grants(vec![Grant::ClientCredentials]).with_service_account(id);
    let text = named.to_document().expect("written");
    let back = Registration::from_document(&text).expect("read");
    assert_eq!((back.grants, back.service_account), (named.grants, Some(id)));
    assert!(Registration::from_document(&text.replace(&id.to_string(), "billing")).is_err());
    for grant in Grant::ALL {
        let older = serde_json::from_str::<Older>(&serde_json::to_string(&grant).expect("JSON"));
        assert_eq!(older.is_err(), grant == Grant::ClientCredentials, "{grant:?}");
        assert_eq!(Grant::from_name(grant.as_str()), Some(grant));
    }
}

/// Every member except `service_account` is always written. So if another member is missing, the document is damaged.
/// If it were accepted, a document that has lost its `allowed_scope` would mean "any scope", and a secret that has lost
/// its `expires_at` would never expire.
#[test]
fn a_document_without_one_of_its_members_is_refused() {
    let secret = r#"{"id":[2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2],"form":"imported","digest":[3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3],"key_id":1,"created_at":7,"expires_at":null}"#;
    let whole = r#"{"client_id":"app","key":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"display_name":"App","secrets":[SECRET],"grants":["password"],"allowed_scope":null,"default_scope":null,"public":false,"refresh_mode":"rotate","resource_server":true,"disabled":false,"epoch":1,"created_at":7}"#;
    let whole = whole.replace("SECRET", secret);
    assert_eq!(Registration::from_document(&whole).expect("whole").to_document().expect("written"), whole);
    let members = whole.split('"').filter(|word| whole.contains(&format!("\"{word}\":")));
    for member in members {
        let damaged = whole.replacen(&format!("\"{member}\":"), &format!("\"{member}~\":"), 1);
        assert!(Registration::from_document(&damaged).is_err(), "{member}");
    }
}
