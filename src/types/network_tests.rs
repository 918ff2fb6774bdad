//! Tests of one block: its text, and the addresses at its edges.

use super::*;

fn block(text: &str) -> Network {
    Network::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// Asserts that a block contains its first and its last address, but not the address before the first and not the
/// address after the last.
fn assert_edges(text: &str, edges: [Option<IpAddr>; 4]) {
    let block = block(text);
    let [before, first, last, after] = edges;
    for inside in [first, last] {
        assert!(block.contains(inside.expect("an address")), "{inside:?} is in {text}");
    }
    for outside in [before, after].into_iter().flatten() {
        assert!(!block.contains(outside), "{outside} is not in {text}");
    }
}

#[test]
fn sight_6_every_ipv4_length_ends_at_its_first_and_last_address() {
    for seed in [0x00FF_5AC3_u32, 0xC000_02FF, 0xFFFF_FFFF, 0] {
        for length in 0..=32_u32 {
            let hosts = u32::try_from((1_u64 << (32 - length)) - 1).expect("fits");
            let (first, last) = (seed & !hosts, seed | hosts);
            let address = |bits: Option<u32>| bits.map(|bits| IpAddr::from(Ipv4Addr::from(bits)));
            let text = format!("{}/{length}", Ipv4Addr::from(first));
            let edges = [first.checked_sub(1), Some(first), Some(last), last.checked_add(1)].map(address);
            assert_edges(&text, edges);
            let mapped = |address: IpAddr| match address {
                IpAddr::V4(address) => IpAddr::V6(address.to_ipv6_mapped()),
                IpAddr::V6(_) => address,
            };
            assert_edges(&text, edges.map(|address| address.map(mapped)));
            let as_mapped = format!("{}/{}", Ipv4Addr::from(first).to_ipv6_mapped(), 96 + length);
            assert_eq!(block(&as_mapped), block(&text), "{as_mapped}");
            assert_edges(&as_mapped, edges);
            assert_eq!(block(&text).to_string(), text);
            for bit in 0..(32 - length) {
                let wrong = format!("{}/{length}", Ipv4Addr::from(first | 1 << bit));
                assert_eq!(Network::parse(&wrong), Err(InvalidNetwork::HostBits(block(&text))), "{wrong}");
            }
        }
    }
}

#[test]
fn sight_6_every_ipv6_length_ends_at_its_first_and_last_address() {
    let seeds =
        [0x2001_0DB8_FFFF_5AC3_0123_4567_89AB_CDEF_u128, u128::MAX, 0, 0x8000_0000_0000_0001_7FFF_FFFF_FFFF_FFFF];
    for seed in seeds {
        for length in 0..=128_u32 {
            let hosts = u128::MAX.checked_shr(length).unwrap_or(0);
            let (first, last) = (seed & !hosts, seed | hosts);
            let address = |bits: Option<u128>| bits.map(|bits| IpAddr::from(Ipv6Addr::from(bits)));
            let text = format!("{}/{length}", Ipv6Addr::from(first));
            // The last addresses of `::/80` are IPv4-mapped addresses, which no IPv6 block contains.
            let inside = if text == "::/80" { last - (u128::from(u32::MAX) + 1) } else { last };
            assert_edges(&text, [first.checked_sub(1), Some(first), Some(inside), last.checked_add(1)].map(address));
            assert_eq!(block(&text).to_string(), text);
            for bit in 0..(128 - length) {
                let wrong = format!("{}/{length}", Ipv6Addr::from(first | 1 << bit));
                let refusal = Network::parse(&wrong);
                assert!(matches!(refusal, Err(InvalidNetwork::HostBits(right)) if right == block(&text)), "{wrong}");
            }
        }
    }
}

#[test]
fn sight_6_a_block_covers_the_longer_blocks_inside_it() {
    let v4 =
        |length: u32| block(&format!("{}/{length}", Ipv4Addr::from(u32::MAX.checked_shl(32 - length).unwrap_or(0))));
    let v6 =
        |length: u32| block(&format!("{}/{length}", Ipv6Addr::from(u128::MAX.checked_shl(128 - length).unwrap_or(0))));
    for one in 0..=32 {
        for other in 0..=32 {
            assert_eq!(v4(one).covers(&v4(other)), one <= other, "{one} {other}");
        }
        assert!(one == 0 || !v4(one).covers(&block("0.0.0.0/32")), "{one}");
    }
    for one in 0..=128 {
        for other in 0..=128 {
            assert_eq!(v6(one).covers(&v6(other)), one <= other, "{one} {other}");
        }
        assert!(one == 0 || !v6(one).covers(&block("::/128")), "{one}");
    }
}

#[test]
fn sight_6_an_ipv4_mapped_address_is_in_no_ipv6_block() {
    let mapped: IpAddr = "::ffff:192.0.2.7".parse().expect("an address");
    for length in 0..=80 {
        assert!(!block(&format!("::/{length}")).contains(mapped), "{length}");
        assert!(!block(&format!("::/{length}")).covers(&block("192.0.2.7")), "{length}");
    }
    assert!(block("0.0.0.0/0").contains(mapped) && !block("0.0.0.0/0").contains("::".parse().expect("an address")));
    assert!(!block("0.0.0.0/0").covers(&block("::/128")));
    for length in 0..=95 {
        for address in ["::ffff:192.0.2.0", "::ffff:0:0", "::FFFF:c000:200"] {
            assert_eq!(Network::parse(&format!("{address}/{length}")), Err(InvalidNetwork::Mapped), "{length}");
        }
    }
    assert_eq!(block("::ffff:0:0/96"), block("0.0.0.0/0"));
    assert_eq!(block("::ffff:192.0.2.7"), block("192.0.2.7/32"));
    // The neighbours of the mapped addresses are ordinary IPv6 addresses.
    assert_eq!(block("::fffe:0:0/95").to_string(), "::fffe:0:0/95");
    assert_eq!(block("::1:0:0:0/96").to_string(), "::1:0:0:0/96");
}

#[test]
fn sight_6_a_block_has_one_text() {
    for (text, kept) in [
        ("192.0.2.7", "192.0.2.7/32"),
        ("2001:DB8:0:0::/32", "2001:db8::/32"),
        ("2001:0db8::0007", "2001:db8::7/128"),
        ("::192.0.2.0/120", "::c000:200/120"),
        ("64:ff9b::192.0.2.0/120", "64:ff9b::c000:200/120"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1/128"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3/128"),
        ("::", "::/128"),
        ("::1", "::1/128"),
        ("::/0", "::/0"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ] {
        assert_eq!(block(text).to_string(), kept, "{text}");
        assert_eq!(block(kept), block(text), "{text}");
        assert_eq!(format!("{:?}", block(text)), kept);
    }
}

#[test]
fn sight_6_what_is_no_block_is_refused() {
    for text in [
        "",
        "/",
        "/24",
        "a",
        "192.0.2",
        "192.0.2.0/",
        "192.0.2.0/ 24",
        "192.0.2.0 /24",
        " 192.0.2.0/24",
        "192.0.2.0/+24",
        "192.0.2.0/-1",
        "192.0.2.0/024",
        "192.0.2.0/00",
        "192.0.2.0/24/24",
        "192.0.2.0/255.255.255.0",
        "192.0.2.0/0x18",
        "192.0.2.0/1000",
        "192.0.2.0/99999999999999999999",
        "192.0.2.00/24",
        "192.000.2.0/24",
        "0300.0.2.0/24",
        "256.0.0.0/8",
        "192.0.2.0-192.0.2.9",
        "192.0.2.*",
        "3221225984/24",
        "[2001:db8::]/32",
        "[2001:db8::/32]",
        "fe80::1%eth0/64",
        "fe80::%1",
        "192.0.2.0:80",
        "2001:db8::/٣٢",
        "2001:db8::/32\0",
        "2001:db8:::/32",
        "1:2:3:4:5:6:7:8:9",
        "12345::/16",
        "192.0.2.0/24,192.0.3.0/24",
        "localhost",
        "*",
    ] {
        assert_eq!(Network::parse(text), Err(InvalidNetwork::Malformed), "{text:?}");
    }
    for (text, limit) in [
        ("192.0.2.0/33", 32),
        ("0.0.0.0/128", 32),
        ("0.0.0.0/255", 32),
        ("0.0.0.0/256", 32),
        ("0.0.0.0/288", 32),
        ("0.0.0.0/999", 32),
        ("::/129", 128),
        ("::/256", 128),
        ("::ffff:192.0.2.0/129", 128),
    ] {
        assert_eq!(Network::parse(text), Err(InvalidNetwork::Length(limit)), "{text}");
    }
}

#[test]
fn sight_6_ipv4_blocks_stand_before_ipv6_blocks_and_wider_ones_first() {
    let sorted =
        ["0.0.0.0/0", "0.0.0.0/8", "0.0.0.0/32", "9.0.0.0/8", "10.0.0.0/8", "255.255.255.255/32", "::/0", "::/128"];
    for pair in sorted.windows(2) {
        assert!(block(pair[0]) < block(pair[1]), "{pair:?}");
    }
}
