//! Tests that all spellings of an address, and all addresses of one IPv6 /64 network, give equal source names. Tests
//! that `SourceName::address` still returns the whole address, and that a list of addresses or other invalid text is no
//! source.

use super::*;

fn of(text: &str) -> Source {
    text.parse().expect("a source")
}

fn name(text: &str) -> String {
    of(text).name().expect("known").as_str().to_owned()
}

#[test]
fn syn_token_12_a_peers_port_is_no_part_of_its_source_and_a_list_is_none() {
    assert_eq!(of("192.0.2.7:41234"), of("192.0.2.7"));
    assert_eq!(of("[2001:db8::1]:41234"), of("2001:db8::1"));
    assert!("192.0.2.7,198.51.100.1".parse::<Source>().is_err());
}

#[test]
fn host_4_every_spelling_of_an_address_is_one_source() {
    for text in ["192.0.2.7", "192.0.2.7:1", " ::ffff:192.0.2.7 ", "[::ffff:192.0.2.7]:9", "::FFFF:c000:207"] {
        assert_eq!(name(text), "192.0.2.7", "{text}");
    }
    let one = ["2001:db8::1", "[2001:db8::1]", "[2001:db8::2]:41234", "2001:DB8:0:0:1::2", "2001:db8::1%3"];
    for text in one {
        assert_eq!(name(text), "2001:db8::", "{text}");
    }
    for text in ["fe80::1%eth0", "[fe80::1%eth0]", "[fe80::2%1]:80", "fe80::3%"] {
        assert_eq!(name(text), "fe80::", "{text}");
    }
    let peer = |text: &str| Source::from(text.parse::<SocketAddr>().expect("a peer"));
    assert_eq!(peer("[2001:db8::1]:80"), of("2001:db8::2"));
    assert_eq!(peer("192.0.2.7:80"), of("::ffff:192.0.2.7"));
}

#[test]
fn host_4_brackets_around_anything_but_an_address_name_no_source() {
    for text in ["[]", "[::1", "::1]", "[192.0.2.7]", "[::1]x", "[::1]:", "[::1]:65536", "[gateway]", "[::1],::2"] {
        assert_eq!(text.parse::<Source>(), Err(InvalidSource), "{text}");
    }
}

#[test]
fn syn_token_12_a_subscribers_addresses_are_one_source() {
    assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
    assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    assert_eq!(of("192.0.2.7"), Source::from("192.0.2.7".parse::<IpAddr>().expect("an address")));
}

#[test]
fn fault_b2_what_names_no_source_is_never_taken_for_one() {
    for text in ["", "  ", "a b", "a\nb", "\u{7f}", &"x".repeat(256)] {
        assert_eq!(text.parse::<Source>(), Err(InvalidSource), "{text:?}");
    }
    assert_eq!(of(" gateway-7 "), of("gateway-7"));
    assert_eq!(of(&"x".repeat(255)).name().map(|name| name.as_str().len()), Some(255));
}

#[test]
fn sight_6_a_source_keeps_its_whole_address_and_is_compared_without_it() {
    let named = |text: &str| SourceName::new(text).expect("a source");
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    for (text, whole) in [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:41234", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:9", "192.0.2.7"),
        ("2001:db8::1:2:3:4", "2001:db8::1:2:3:4"),
        ("[2001:db8::7]:41234", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
    ] {
        assert_eq!(named(text).address(), Some(address(whole)), "{text}");
        assert_eq!(SourceName::from(address(whole)).address(), Some(address(whole)), "{text}");
    }
    let peer: SocketAddr = "[::ffff:192.0.2.7]:80".parse().expect("a peer");
    assert_eq!(SourceName::from(peer).address(), Some(address("192.0.2.7")));
    for text in ["gateway-7", "192.0.2", "192.0.2.7/32", "192.0.2.07"] {
        assert_eq!(named(text).address(), None, "{text}");
    }

    let (one, other) = (named("2001:db8::1"), named("2001:db8::2"));
    let hash = |name: &SourceName| {
        std::hash::BuildHasher::hash_one(&std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default(), name)
    };
    assert_ne!(one.address(), other.address());
    assert_eq!((&one, one.cmp(&other), hash(&one)), (&other, Ordering::Equal, hash(&other)), "one network");
    assert!(named("2001:db8::2") < named("2001:db9::1") && named("a") < named("b"));
    assert_eq!(format!("{one:?}"), "\"2001:db8::\"", "the log has the network alone");
}
