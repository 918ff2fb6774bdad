//! The first files of the corpus. They are made from real records, tokens and documents.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::store::{Digest, FamilyBody, Nonce, NoticeMark, RecordParts, Revoked, Superseded, TokenRecord};
use counterfoil::types::{Description, KeyId, RevocationReason};
use counterfoil_conformance::sample::{Person, at, details};
use counterfoil_sql::fuzzing::{ColumnValue, Row};

use crate::documents::REGISTRATION;
use crate::world::SECRET;
use crate::{kv_rows, redis_rows, sql_rows};

/// The name of a target, the name of a file in its corpus, and the contents of the file.
pub type Seed = (&'static str, String, Vec<u8>);

/// Makes the first files of every target's corpus.
#[must_use]
pub fn all() -> Vec<Seed> {
    let mut all = texts();
    for (at, record) in records().iter().enumerate() {
        all.push(("sql_rows", format!("good-record-{at}"), [&[0], &sql(&sql_rows::written(record))[..]].concat()));
        let fields = redis_rows::written(record);
        let id = record.record().id;
        let field = |field: &Option<Vec<u8>>| {
            field.as_ref().map_or(vec![0], |field| [&[1], &length(field)[..], field].concat())
        };
        let row: Vec<u8> = fields.iter().flat_map(field).collect();
        all.push(("redis_rows", format!("good-record-{at}"), [id.as_bytes(), &row[..]].concat()));
    }
    let pages: Vec<u8> =
        records().iter().flat_map(|record| [sql(&sql_rows::written(record)), vec![4]].concat()).collect();
    all.push(("sql_rows", "good-page".to_owned(), [&[4], &pages[..]].concat()));
    let families: Vec<u8> =
        records().iter().flat_map(|record| [sql(&sql_rows::family_row(record)), vec![4]].concat()).collect();
    all.push(("sql_rows", "good-families".to_owned(), [&[6], &families[..]].concat()));
    let client = sql(&Row(vec![
        ColumnValue::Number(1),
        ColumnValue::Text(REGISTRATION.to_owned()),
        ColumnValue::Text("app".to_owned()),
    ]));
    all.push(("sql_rows", "good-client".to_owned(), [&[1], &client[..]].concat()));
    all.push(("sql_rows", "good-clients".to_owned(), [&[5], &client[..], &[4], &client[..]].concat()));
    let settings = sql(&Row(vec![ColumnValue::Number(3), ColumnValue::Text(SETTINGS.to_owned())]));
    all.push(("sql_rows", "good-settings".to_owned(), [&[2], &settings[..]].concat()));
    let instant = at(0).micros().to_be_bytes().to_vec();
    let end = i64::try_from(at(1).micros()).unwrap_or_default();
    let counter = Row(vec![
        ColumnValue::Number(2),
        ColumnValue::Number(end),
        ColumnValue::Bytes(instant),
        ColumnValue::Number(end),
    ]);
    all.push(("sql_rows", "good-counter".to_owned(), [&[3], &sql(&counter)[..]].concat()));
    all.extend(kv_rows::rows().into_iter().enumerate().map(|(at, row)| ("kv_rows", format!("good-row-{at}"), row)));
    all
}

const SETTINGS: &str = r#"{"values":{"personal_access_tokens_enabled":"true","pat_max_days":"90","later":"?"},"switches":{"7":true},"key_checks":{},"newer":[1]}"#;
const TOKEN: &str = "cfp_0aZ0aZ0aZ0aZ0aZ0aZ0aZ00123456789012345678901234567890123456789012";

/// Makes sample records: a refresh token with every field set, and records with few fields.
fn records() -> Vec<TokenRecord> {
    let person = Person::new("default", "7");
    let draft = person.refresh().labelled("Телеграм").noticed(at(5), 2);
    let mut full = RecordParts::from(draft.records[0].clone());
    full.parent = Some(full.id);
    full.description = Description::new("what for").ok();
    full.superseded = Some(
        Superseded::new(at(1), full.id)
            .with_nonce(Some(Nonce { bytes: [9; 32], key_id: KeyId::new(u32::MAX) }))
            .with_honoured_until(Some(at(2))),
    );
    full.revoked = Some(Revoked { at: at(3), reason: RevocationReason::Replay });
    full.last_used_at = Some(at(4));
    full.noticed = (0..8).map(|stage| (at(6), stage)).collect();
    let mut family = counterfoil::store::FamilyParts::from(draft.family.clone());
    family.generation = 1;
    family.revoked = Some(Revoked { at: at(7), reason: RevocationReason::ByOwner });
    let mut shrunk = full.clone();
    shrunk.shrink();
    let bare = person.pat();
    let mut plain = RecordParts::from(bare.records[0].clone());
    plain.digest = Digest::from_bytes([0xA5; 32]);
    plain.notice = Some(NoticeMark { at: at(9), stage: 1 });
    let detailed = person.pat().detailed(Some(details(1)));
    let join = |record, family| TokenRecord::from_parts(record, family).into_iter();
    let all = join(full, family.clone()).chain(join(shrunk, family));
    let all = all.chain(join(plain, bare.family.into()));
    all.chain(join(detailed.records[0].clone().into(), detailed.family.into())).collect()
}

/// The document of a family with details.
fn detailed() -> String {
    FamilyBody::Alone.to_document(Some(&details(1))).expect("a document")
}

fn length(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes()
}

fn sql(row: &Row) -> Vec<u8> {
    let value = |value: &ColumnValue| match value {
        ColumnValue::Null => vec![0],
        ColumnValue::Number(number) => [&[1], &number.to_be_bytes()[..]].concat(),
        ColumnValue::Bytes(bytes) => [&[2], &length(bytes)[..], bytes].concat(),
        ColumnValue::Text(text) => [&[3], &length(text.as_bytes())[..], text.as_bytes()].concat(),
    };
    row.0.iter().flat_map(value).collect()
}

/// The input of the target `networks`: an address, and the text of a list of networks.
fn networks(address: &str, list: &str) -> Vec<u8> {
    let octets = match address.parse() {
        Ok(IpAddr::V4(address)) => address.to_ipv6_mapped().octets(),
        Ok(IpAddr::V6(address)) => address.octets(),
        Err(_) => [0; 16],
    };
    [&octets, list.as_bytes()].concat()
}

fn texts() -> Vec<Seed> {
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    let key = |number: u32| format!("{number}:{}\n", STANDARD.encode([0xAB; 32]));
    let good = crate::token::written("cfp", [7; 16], &"s".repeat(43));
    let list: Vec<(&'static str, &str, Vec<u8>)> = vec![
        ("token", "good-token", good.clone().into_bytes()),
        ("token", "bad-checksum", TOKEN.into()),
        ("token", "bad-blank", format!("{good} ").into_bytes()),
        ("token", "bad-id-beyond-128-bits", crate::token::beyond().into_bytes()),
        ("authorization", "good-bearer", format!("Bearer {good}").into_bytes()),
        ("authorization", "good-blanks", format!("bEARER   {good}==").into_bytes()),
        ("authorization", "good-basic", basic(&format!("app:{SECRET}")).into_bytes()),
        ("authorization", "good-basic-escaped", basic(&format!("%61pp:{SECRET}")).into_bytes()),
        ("authorization", "bad-basic-secret", basic("app:wrong").into_bytes()),
        ("authorization", "bad-basic-colon", basic("app").into_bytes()),
        ("authorization", "bad-basic-control", basic("app:\0\r\n").into_bytes()),
        ("authorization", "bad-twice", format!("Bearer {good}\nBearer {good}").into_bytes()),
        ("authorization", "bad-comma", b"Bearer a,b".into()),
        ("authorization", "bad-digest", b"Digest username=\"x\"".into()),
        ("forms", "good-password", b"\0grant_type=password&username=sue&password=sue&remember=TRUE&scope=a+b".into()),
        ("forms", "good-escaped", b"\0grant%5Ftype=password&username=%73ue&password=sue&x=%D0%B6".into()),
        ("forms", "good-refresh", b"\0grant_type=refresh_token&refresh_token=${refresh}".into()),
        ("forms", "bad-refresh", b"\0grant_type=refresh_token&refresh_token=${access}".into()),
        ("forms", "bad-twice", b"\0grant_type=password&username=sue&password=x&password=sue".into()),
        ("forms", "bad-escape", b"\0grant_type=password&username=sue&password=%zz".into()),
        ("forms", "bad-both", format!("\0grant_type=password&username=sue&password=sue&client_secret={SECRET}").into()),
        ("forms", "bad-grant", b"\0grant_type=QQQQQQQQ&QQQQ=QQQQ".into()),
        ("forms", "good-revoke", b"\x01token=${refresh}&token_type_hint=access_token".into()),
        ("forms", "good-introspect", b"\x02token=${access}".into()),
        ("forms", "bad-introspect", format!("\x02token={good}").into_bytes()),
        ("json_bodies", "good-token", b"\0{\"label\":\"Cafe\\u0301\",\"expires_in_days\":30,\"scope\":\"a b\"}".into()),
        ("json_bodies", "good-rotate", b"\x01{\"overlap_seconds\":60}".into()),
        (
            "json_bodies",
            "good-code",
            b"\x02{\"access\":\"same_as_user\",\"user\":\"bill\",\"description\":\"x\"}".into(),
        ),
        ("json_bodies", "good-edit", b"\x03{\"description\":\"y\",\"expires_at\":\"2027-02-01T00:00:00Z\"}".into()),
        ("json_bodies", "good-permanent", b"\x04{}".into()),
        ("json_bodies", "good-reset", b"\x05null".into()),
        ("json_bodies", "bad-reactivate", b"\x06".into()),
        ("json_bodies", "good-user", b"\x07{\"token_login_allowed\":false}".into()),
        (
            "json_bodies",
            "good-client",
            b"\x08{\"display_name\":\"R\",\"grants\":[\"password\"],\"scopes\":\"a b\"}".into(),
        ),
        ("json_bodies", "good-client-edit", b"\x09{\"disabled\":true,\"scopes\":null,\"display_name\":\"x\"}".into()),
        ("json_bodies", "good-secret", b"\x0a{\"overlap_seconds\":0}".into()),
        ("json_bodies", "good-settings", b"\x0b{\"pat_max_days\":90,\"access_lifetime_seconds\":600}".into()),
        ("json_bodies", "bad-settings", b"\x0b{\"pat_max_days\":1e2}".into()),
        ("json_bodies", "bad-twice", b"\0{\"label\":\"a\",\"label\":\"b\",\"expires_in_days\":1}".into()),
        ("json_bodies", "bad-unknown", b"\0{\"label\":\"a\",\"expires_in_days\":1,\"admin\":true}".into()),
        ("json_bodies", "bad-deep", [b"\0{\"label\":", "[".repeat(300).as_bytes()].concat()),
        ("csv", "good-cells", "id\u{1f}say \"hi\"\u{1f}one, two\u{1f}".into()),
        ("csv", "good-formulas", "=1\u{1f}+1\u{1f}-1\u{1f}@x\u{1f}\t=1\u{1f}\r\n=1\u{1f}\u{FF1D}1\u{1f}\"=1\"".into()),
        ("csv", "bad-bytes", b"a\xff".into()),
        ("labels", "good-label", b"\x14Telegram  bot".into()),
        ("labels", "good-unicode", "\x14 Cafe\u{301} \u{FB01} ß ".into()),
        ("labels", "good-emoji", "\x14👩\u{200D}🚀 ❤\u{FE0F}".into()),
        ("labels", "bad-invisible", "\x14\u{200B}\u{2060}".into()),
        ("labels", "bad-control", b"\x14a\x07".into()),
        ("labels", "bad-length", b"\x03abcd".into()),
        ("networks", "good-one", networks("192.0.2.7", "192.0.2.0/24")),
        ("networks", "good-mapped", networks("::ffff:192.0.2.7", "::ffff:192.0.2.0/120\n::FFFF:c000:207")),
        ("networks", "good-nested", networks("2001:db8::7", "2001:db8:1::/48\n 2001:DB8::/32\t\n10.0.0.0/8\n10.1.2.3")),
        ("networks", "good-any", networks("::ffff:0.0.0.0", "::/0\n0.0.0.0/0")),
        (
            "networks",
            "good-sixteen",
            networks("::15", &(0..16).map(|at| format!("::{at}")).collect::<Vec<_>>().join("\n")),
        ),
        ("networks", "bad-seventeen", networks("::15", &["::1"; 17].join("\n"))),
        ("networks", "bad-stored", networks("::1", "192.0.2.0/24,2001:db8::/32")),
        ("networks", "bad-host-bits", networks("192.0.2.1", "192.0.2.1/24")),
        ("networks", "bad-mapped-length", networks("::ffff:0.0.0.0", "::ffff:0:0/95")),
        ("networks", "bad-length", networks("::", "0.0.0.0/33")),
        ("networks", "bad-padded", networks("192.0.2.1", "192.0.2.0/024")),
        ("networks", "bad-octal", networks("192.0.2.1", "0300.0.2.0/24")),
        ("networks", "bad-zone", networks("fe80::1", "fe80::%eth0/64")),
        ("networks", "bad-empty", networks("::", "")),
        ("cursors", "good-cursor", b"\0${cursor}".into()),
        ("cursors", "good-clients", b"\x02${cursor}".into()),
        ("cursors", "good-key", b"\x04AAYKJOlGAAAHBwcHBwcHBwcHBwcHBwcH".into()),
        ("cursors", "bad-other", b"\x03AAYKJOlGAAAHBwcHBwcHBwcHBwcHBwcH".into()),
        ("cursors", "bad-longer", b"\0${cursor}A".into()),
        ("cursors", "bad-key", b"\x06-1 x".into()),
        ("cookies", "good-session", b"a=b; __Host-counterfoil-session-fuzz=${session}; c".into()),
        (
            "cookies",
            "bad-twice",
            b"__Host-counterfoil-session-fuzz=${session}\n__Host-counterfoil-session-fuzz=x".into(),
        ),
        ("cookies", "bad-name", b"counterfoil-session-fuzz=${session}".into()),
        ("cookies", "bad-quoted", b"__Host-counterfoil-session-fuzz=\"${session}\"".into()),
        ("cookies", "bad-language", b"__Host-counterfoil-language-fuzz=ru; __Host-counterfoil-visit-fuzz=\xff".into()),
        ("key_files", "good-one", key(1).into_bytes()),
        ("key_files", "good-two", format!("{}{}", key(1), key(4_294_967_295)).into_bytes()),
        ("key_files", "good-crlf", key(3).replace('\n', "\r\n").into_bytes()),
        ("key_files", "bad-twice", format!("{}{}", key(1), key(1)).into_bytes()),
        ("key_files", "bad-zero", format!("0{}", key(1)).into_bytes()),
        ("key_files", "bad-length", format!("1:{}", STANDARD.encode([1; 31])).into_bytes()),
        ("key_files", "bad-empty", Vec::new()),
        ("documents", "good-client", format!("\0{REGISTRATION}").into_bytes()),
        (
            "documents",
            "good-newer",
            format!("\0{}", REGISTRATION.replacen('{', "{\"later\":{\"a\":[1.5,null]},", 1)).into(),
        ),
        ("documents", "bad-format", format!("\0{}", REGISTRATION.replacen('{', "{\"format\":1,", 1)).into()),
        ("documents", "good-alone", b"\x01\"alone\"".into()),
        (
            "documents",
            "good-code",
            b"\x01{\"code\":{\"created_by\":\"7\",\"access\":{\"same_as_user\":\"8\"},\"named\":\"b\"}}".into(),
        ),
        ("documents", "good-details", [&b"\x01"[..], detailed().as_bytes()].concat()),
        ("documents", "good-no-details", b"\x01{\"body\":\"alone\",\"details\":{\"metadata\":null}}".into()),
        ("documents", "bad-detail", b"\x01{\"body\":\"alone\",\"details\":{\"weekdays\":\"1\"}}".into()),
        ("documents", "bad-detail-beside", b"\x01{\"body\":\"alone\",\"details\":{},\"weekdays\":\"1\"}".into()),
        (
            "documents",
            "bad-detail-in-another-spelling",
            b"\x01{\"body\":\"alone\",\"details\":{\"allowed_sources\":\"192.0.2.1/24\"}}".into(),
        ),
        (
            "documents",
            "bad-family",
            b"\x01{\"session\":{\"authenticated_at\":1,\"absolute_end\":2,\"bound\":3}}".into(),
        ),
        ("documents", "metadata", b"\0{ \"b\" : [1.10,2e3,{}],\"a\":\"x \\\" {:\" , \"\\u0041\":null }".into()),
        ("documents", "metadata-repeated", b"\0{\"a\":[{\"b\":1,\"\\u0062\":2}]}".into()),
        ("documents", "good-settings", format!("\x02{SETTINGS}").into_bytes()),
        ("documents", "bad-settings", b"\x02{\"values\":{\"a\":1}}".into()),
    ];
    let seed = |(target, name, bytes): (&'static str, &str, Vec<u8>)| (target, name.to_owned(), bytes);
    list.into_iter().map(seed).collect()
}
