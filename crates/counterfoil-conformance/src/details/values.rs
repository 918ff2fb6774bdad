//! Checks that details of every form and of the largest size are stored and read back unchanged.

use counterfoil::store::{Access, Applied, FamilyBody, FamilyDetails, TokenStore};
use counterfoil::types::{Device, Metadata, Networks, SourceName, TokenKind, Version};
use counterfoil::{SubjectId, Timestamp};

use super::{details, edit_details, shown};
use crate::sample::{Draft, Person, at};
use crate::violation::{Violation, ensure_is};
use crate::walk::walk_families_of;

/// Returns details with only one or two parts, with extreme values, and of the largest size.
fn all() -> Vec<FamilyDetails> {
    let whole = details(1);
    let mut all = Vec::new();
    for parts in 1..8 {
        let mut some = FamilyDetails::new();
        some.allowed_sources = whole.allowed_sources.clone().filter(|_| parts & 1 != 0);
        some.metadata = whole.metadata.clone().filter(|_| parts & 2 != 0);
        some.device = whole.device.clone().filter(|_| parts & 4 != 0);
        all.push(some);
    }
    all.extend([one_text("{}"), one_text(TEXT), largest(false), largest(true)]);
    all
}

/// Metadata whose text a store must not change. It has names that are not in alphabetical order, a number with more
/// digits than an `f64` can hold, a trailing zero, an exponent, a negative zero, escapes, names that contain
/// separators, and characters of one to four bytes.
const TEXT: &str = concat!(
    r#"{"z":1,"a":12345678901234567890123456789,"m":1.50,"e":1E2,"":null,"body":{"details":"alone"},"#,
    r#""\u0041\n":"\\ \" / é я 漢 😀 {}[]:,'%$1","nested":[[[{"b":false}]]],"long":-0.0}"#
);

fn one_text(text: &str) -> FamilyDetails {
    FamilyDetails::new().with_metadata(text.parse::<Metadata>().expect("metadata"))
}

/// Makes details of the largest size: 16 networks, metadata of 1,024 bytes, and a device text of 200 characters. If
/// `wide` is true, the characters of the texts have four bytes each.
fn largest(wide: bool) -> FamilyDetails {
    let networks: Vec<String> = (0..Networks::MAX).map(|number| format!("2001:db8:{number:x}:ffff::/64")).collect();
    let networks = Networks::new(networks.iter().map(String::as_str)).expect("16 networks");
    let letter = if wide { "\u{1f600}" } else { "x" };
    let room = (Metadata::MAX - r#"{"a":""}"#.len()) / letter.len();
    let metadata: Metadata = format!(r#"{{"a":"{}"}}"#, letter.repeat(room)).parse().expect("1,024 bytes");
    let source = SourceName::new("[2001:db8::7]:41234").expect("an address");
    let device = Device::new(Some(&letter.repeat(Device::MAX)), Some(&source)).expect("200 characters");
    FamilyDetails::new().with_allowed_sources(networks).with_metadata(metadata).with_device(device)
}

/// Returns a draft of each kind of family.
fn kinds() -> Vec<Draft> {
    let of = |kind, body: FamilyBody| {
        let mut draft = Person::somebody().pat();
        (draft.family.kind, draft.records[0].kind, draft.family.body) = (kind, kind, body);
        draft
    };
    let created_by = SubjectId::new("root").expect("a subject");
    let named = Some("{\"body\":".into());
    let code = FamilyBody::Code { created_by, access: Access::SuperAdministrator, named };
    let session = FamilyBody::Session { authenticated_at: at(1), absolute_end: Timestamp::MAX };
    vec![
        Person::somebody().pat(),
        Person::somebody().refresh().with_access(),
        of(TokenKind::SecurityCode, code),
        of(TokenKind::ConsoleSession, session),
    ]
}

/// Inserts and edits details of every form. They must be read back unchanged, and so must the body of the family.
pub(super) async fn come_back(store: &dyn TokenStore) -> Result<(), Violation> {
    for draft in kinds() {
        same(store, &draft, None, "an insert without details").await?;
    }
    for wanted in all() {
        for draft in kinds() {
            let draft = draft.detailed(Some(Box::new(wanted.clone())));
            same(store, &draft, Some(&wanted), "an insert").await?;
        }
    }
    let draft = Person::somebody().refresh().with_access();
    let id = draft.found(store).await?;
    for (version, wanted) in all().into_iter().enumerate() {
        let change = edit_details(Some(Box::new(wanted.clone())));
        let answer = store.apply(&id, Version::new(version as u64), &change, at(1)).await?;
        ensure_is!(
            &answer,
            Applied::Done(written) if written.family().details.as_deref() == Some(&wanted),
            "an edit of the details must be written"
        );
        shown(store, &[id, draft.records[1].id], Some(&wanted), "an edit").await?;
    }
    Ok(())
}

/// Inserts the draft, and checks that `get` and `list_families` show its family with these details.
async fn same(
    store: &dyn TokenStore,
    draft: &Draft,
    wanted: Option<&FamilyDetails>,
    when: &str,
) -> Result<(), Violation> {
    draft.found(store).await?;
    let ids: Vec<_> = draft.records.iter().map(|record| record.id).collect();
    shown(store, &ids, wanted, when).await?;
    let read = crate::sample::must_get(store, &draft.id()).await?;
    ensure_is!(
        &read.family().body,
        body if *body == draft.family.body,
        "the body must come back beside the details as {:?}",
        draft.family.body
    );
    let owner = Person { realm: draft.family.realm.clone(), owner: draft.family.owner.clone() };
    let listed = walk_families_of(store, &owner, 5).await?;
    ensure_is!(
        &listed[..],
        [family] if family.details.as_deref() == wanted && family.body == draft.family.body,
        "a list of families must show the details and the body as {when} wrote them"
    );
    Ok(())
}
