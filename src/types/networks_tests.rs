//! Tests of lists of blocks: their limits, their one spelling, and what they contain and cover.

use super::*;
use InvalidNetworks::{Empty, HostBits, Length, Malformed, Mapped, Spelling, TooMany};
use proptest::prelude::*;

fn list(texts: &[&str]) -> Networks {
    Networks::new(texts.iter().copied()).unwrap_or_else(|error| panic!("{texts:?}: {error}"))
}

fn refused(texts: &[&str]) -> InvalidNetworks {
    Networks::new(texts.iter().copied()).expect_err("refused")
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn sight_6_a_list_has_1_to_16_blocks() {
    let texts: Vec<String> = (0..17).map(|at| format!("192.0.2.{}/31", 2 * at)).collect();
    let of = |count: usize| Networks::new(texts[..count].iter().map(String::as_str));
    for count in 1..=16 {
        assert_eq!(of(count).map(|list| list.blocks().len()), Ok(count));
    }
    assert_eq!((of(0), of(17)), (Err(Empty), Err(TooMany)));
    assert_eq!(refused(&["192.0.2.7"; 17]), TooMany, "also if all name one address");
    assert_eq!(list(&["192.0.2.7"; 16]).to_string(), "192.0.2.7/32");
    let read = std::cell::Cell::new(0);
    let endless = std::iter::repeat_with(|| {
        read.set(read.get() + 1);
        "::1"
    });
    assert_eq!((Networks::new(endless), read.get()), (Err(TooMany), 17), "an endless list is not read on");
}

#[test]
fn sight_6_the_longest_list_has_703_bytes() {
    let texts: Vec<String> = (0..16).map(|at| format!("fff{at:x}:ffff:ffff:ffff:ffff:ffff:ffff:ffff")).collect();
    let text = Networks::new(texts.iter().map(String::as_str)).expect("a list").to_string();
    assert_eq!((text.len(), Networks::MAX_TEXT), (703, 703));
    assert_eq!(Networks::from_stored(&text).map(|list| list.to_string()), Ok(text.clone()));
    assert_eq!(Networks::from_stored(&format!("{text},")), Err(Spelling));
}

#[test]
fn sight_6_an_error_names_the_first_wrong_text_and_the_limit() {
    let right = list(&["192.0.2.0/24"]).blocks().next().expect("a block");
    for (texts, error, message) in [
        (&["::", "a", "b"][..], Malformed { index: 1 }, "allowed_sources[1] must be an address or a block such as "),
        (
            &["::", "::", "::/129"],
            Length { index: 2, limit: 128 },
            "allowed_sources[2] must have a length of at most 128",
        ),
        (&["192.0.2.0/33"], Length { index: 0, limit: 32 }, "allowed_sources[0] must have a length of at most 32"),
        (
            &["::", "::ffff:0:0/95"],
            Mapped { index: 1 },
            "allowed_sources[1] is an IPv4-mapped block and must have a length",
        ),
        (
            &["::", " 192.0.2.1/24"],
            HostBits { index: 1, block: right },
            "allowed_sources[1] has bits after its length: write 192.0.2.0/24",
        ),
        (
            &["::ffff:192.0.2.1/120"],
            HostBits { index: 0, block: right },
            "allowed_sources[0] has bits after its length: write 192.0.2.0/24",
        ),
        (&[], Empty, "allowed_sources must have at least 1 block"),
        (&["::1"; 17], TooMany, "allowed_sources must have at most 16 blocks"),
    ] {
        assert_eq!(refused(texts), error, "{texts:?}");
        assert!(error.to_string().starts_with(message), "{error}");
    }
    assert!(!refused(&["canary"]).to_string().contains("canary"), "the text is not said back");
}

#[test]
fn sight_6_a_list_has_one_spelling() {
    let kept = "0.0.0.0/8,9.0.0.0/8,10.0.0.0/9,10.128.0.0/9,::/8,2001:db8::/32";
    for texts in [
        &["2001:db8::/32", "::/8", "10.128.0.0/9", "10.0.0.0/9", "9.0.0.0/8", "0.0.0.0/8"][..],
        &["\t0.0.0.0/8 ", "9.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "::1", "::/8", "2001:db8:1::/48", "2001:DB8::/32"],
        &[
            "9.0.0.0/8",
            "9.0.0.0/8",
            "9.1.0.0/16",
            "9.255.255.255",
            "::ffff:9.0.0.0/104",
            "0.0.0.0/8",
            "::/8",
            "10.128.0.0/9",
            "10.0.0.0/9",
            "2001:db8::/32",
            "2001:db8::",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        ],
    ] {
        assert_eq!(list(texts).to_string(), kept, "{texts:?}");
        assert_eq!(list(texts), Networks::from_stored(kept).expect("a list"));
    }
}

#[test]
fn sight_6_a_stored_list_in_another_spelling_is_refused() {
    for text in [
        "192.0.2.7",
        "192.0.2.0/24, 2001:db8::/32",
        " 192.0.2.0/24",
        "2001:db8::/32,192.0.2.0/24",
        "192.0.2.0/24,192.0.2.0/24",
        "192.0.2.0/24,192.0.2.0/25",
        "2001:DB8::/32",
        "2001:db8:0::/32",
        "::ffff:192.0.2.0/120",
        "::192.0.2.0/120",
    ] {
        assert_eq!(Networks::from_stored(text), Err(Spelling), "{text}");
    }
    for text in ["", ",", "192.0.2.0/24,", ",192.0.2.0/24", "192.0.2.0/24;2001:db8::/32", "null", "\0"] {
        assert!(matches!(Networks::from_stored(text), Err(Malformed { .. })), "{text}");
    }
    assert!(matches!(Networks::from_stored("192.0.2.1/24"), Err(HostBits { .. })));
    let document = serde_json::to_string(&list(&["::1", "192.0.2.7"])).expect("JSON");
    assert_eq!(document, r#""192.0.2.7/32,::1/128""#);
    assert_eq!(serde_json::from_str::<Networks>(&document).expect("a list"), list(&["::1", "192.0.2.7"]));
    for text in ["\"\"", "\"::1\"", "[]", r#"["::1/128"]"#, "null"] {
        assert!(serde_json::from_str::<Networks>(text).is_err(), "{text}");
    }
}

#[test]
fn sight_6_an_address_in_any_block_is_allowed_and_every_other_is_not() {
    let office = list(&["192.0.2.0/24", "198.51.100.7", "2001:db8::/32"]);
    for inside in ["192.0.2.0", "192.0.2.255", "198.51.100.7", "::ffff:198.51.100.7", "2001:db8::", "2001:db8:ffff::1"]
    {
        assert!(office.contains(address(inside)), "{inside}");
    }
    for outside in ["192.0.1.255", "192.0.3.0", "198.51.100.6", "198.51.100.8", "2001:db7:ffff::", "2001:db9::", "::"] {
        assert!(!office.contains(address(outside)), "{outside}");
    }
    let any = list(&["0.0.0.0/0", "::/0"]);
    assert_eq!(any.to_string(), "0.0.0.0/0,::/0");
    for inside in ["0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:0.0.0.0"] {
        assert!(any.contains(address(inside)), "{inside}");
    }
    assert!(!list(&["::/0"]).contains(address("192.0.2.7")) && !list(&["::/0"]).contains(address("::ffff:192.0.2.7")));
    assert!(!list(&["0.0.0.0/0"]).contains(address("2001:db8::1")));
}

#[test]
fn sight_6_a_list_covers_what_lies_inside_its_blocks() {
    let wide = list(&["192.0.2.0/24", "2001:db8::/32"]);
    for narrow in [&["192.0.2.0/24"][..], &["192.0.2.0/25", "192.0.2.128/25"], &["2001:db8:1::/48", "192.0.2.7"]] {
        assert!(wide.covers(&list(narrow)), "{narrow:?}");
        assert!(!Networks::widens(Some(&wide), Some(&list(narrow))), "{narrow:?}");
    }
    for other in
        [&["192.0.2.0/23"][..], &["192.0.2.7", "192.0.3.7"], &["0.0.0.0/0"], &["::/0"], &["192.0.2.7", "2001:db9::1"]]
    {
        assert!(!wide.covers(&list(other)), "{other:?}");
        assert!(Networks::widens(Some(&wide), Some(&list(other))), "{other:?}");
    }
    assert!(wide.covers(&wide));
    let halves = list(&["192.0.2.0/25", "192.0.2.128/25"]);
    assert!(!halves.covers(&list(&["192.0.2.0/24"])), "neighbours are not joined");
    let any = list(&["0.0.0.0/0", "::/0"]);
    assert!(any.covers(&wide) && !wide.covers(&any));
    assert!(Networks::widens(Some(&any), None), "no list is wider than every address");
    assert!(!Networks::widens(None, Some(&any)) && !Networks::widens(None, None));
}

/// Blocks of few addresses, so that some of them contain others.
fn some_blocks() -> impl Strategy<Value = Vec<String>> {
    let v4 = (0..=32_u32, any::<u32>()).prop_map(|(length, bits)| {
        let kept = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        format!("{}/{length}", std::net::Ipv4Addr::from(bits & 0x0300_0003 & kept))
    });
    let v6 = (0..=128_u32, any::<u128>()).prop_map(|(length, bits)| {
        let kept = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        format!("{}/{length}", std::net::Ipv6Addr::from(bits & (3 << 120 | 3) & kept))
    });
    proptest::collection::vec(prop_oneof![v4, v6], 1..=16)
}

fn some_address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::from(std::net::Ipv4Addr::from(bits & 0x0300_0003))),
        any::<u128>().prop_map(|bits| IpAddr::from(std::net::Ipv6Addr::from(bits & (3 << 120 | 3)))),
        any::<u32>().prop_map(|bits| IpAddr::from(std::net::Ipv4Addr::from(bits & 0x0300_0003).to_ipv6_mapped())),
    ]
}

proptest! {
    #[test]
    fn sight_6_the_order_and_the_number_of_spellings_change_nothing(texts in some_blocks(), of in some_address()) {
        let read = |texts: &[String]| Networks::new(texts.iter().map(String::as_str)).expect("a list");
        let (networks, backwards) = (read(&texts), read(&texts.iter().rev().cloned().collect::<Vec<_>>()));
        prop_assert_eq!(&networks, &backwards);
        prop_assert_eq!(Networks::from_stored(&networks.to_string()), Ok(networks.clone()));
        let alone = |text: &String| Networks::new([text.as_str()]).expect("a block");
        prop_assert_eq!(networks.contains(of), texts.iter().any(|text| alone(text).contains(of)));
        prop_assert!(texts.iter().all(|text| networks.covers(&alone(text))));
        let blocks: Vec<Network> = networks.blocks().collect();
        prop_assert!(blocks.is_sorted());
        for (at, one) in blocks.iter().enumerate() {
            prop_assert!(blocks.iter().enumerate().all(|(other, block)| at == other || !one.covers(block)));
        }
    }

    #[test]
    fn sight_6_what_does_not_widen_allows_no_further_address(old in some_blocks(), new in some_blocks(), of in some_address()) {
        let read = |texts: &[String]| Networks::new(texts.iter().map(String::as_str)).expect("a list");
        let (old, new) = (read(&old), read(&new));
        if !Networks::widens(Some(&old), Some(&new)) {
            prop_assert!(old.contains(of) || !new.contains(of));
        }
    }
}
