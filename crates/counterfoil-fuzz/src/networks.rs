//! The target for lists of address blocks. It checks that each list has exactly one written form. It also checks that a
//! list contains exactly the addresses that a slow comparison of bits finds in the list.

use std::net::{IpAddr, Ipv6Addr};

use counterfoil::types::{Networks, SourceName};

/// Parses a list of blocks. The first 16 bytes of `data` are an address, and the rest is the text: blocks that are
/// separated by line feeds. Without line feeds the text is also read as a stored list.
#[must_use]
pub fn networks(data: &[u8]) -> bool {
    let Some((address, text)) = data.split_first_chunk::<16>() else { return false };
    let Ok(text) = std::str::from_utf8(text) else { return false };
    if let Ok(stored) = Networks::from_stored(text) {
        assert_eq!(stored.to_string(), text, "one spelling");
        assert_eq!(Networks::new(text.split(',')).as_ref(), Ok(&stored));
    }
    let Ok(list) = Networks::new(text.split('\n')) else { return false };
    let kept = list.to_string();
    assert!(kept.len() <= Networks::MAX_TEXT, "{kept}");
    assert_eq!(Networks::from_stored(&kept).as_ref(), Ok(&list), "what was kept");
    assert!((1..=Networks::MAX).contains(&list.blocks().len()) && list.blocks().is_sorted(), "{kept}");
    assert!(list.covers(&list) && !Networks::widens(Some(&list), Some(&list)), "{kept}");

    let address = IpAddr::from(Ipv6Addr::from(*address));
    // Few random addresses are in a block. So the first address of each block and its neighbours are tested too.
    let firsts = kept.split(',').map(|block| parsed(block).0);
    for address in firsts.flat_map(|first| [first, stepped(first, false), stepped(first, true)]).chain([address]) {
        let expected = kept.split(',').any(|block| shares(parsed(block), address));
        assert_eq!(list.contains(address), expected, "{address} in {kept}");
        let source = SourceName::from(address);
        assert_eq!(source.address(), Some(address.to_canonical()));
        assert_eq!(SourceName::new(&address.to_string()).expect("an address").address(), source.address());
        let single = address.to_string();
        let single = Networks::new([single.as_str()]).expect("an address");
        assert_eq!(list.covers(&single), expected, "{address} in {kept}");
    }
    true
}

/// Returns the first address and the prefix length of a block. `block` is in the written form of the list.
fn parsed(block: &str) -> (IpAddr, usize) {
    let (address, length) = block.split_once('/').expect("a length");
    (address.parse().expect("an address"), length.parse().expect("a number"))
}

/// Whether the address is in the block that begins at `first` and has a prefix of `length` bits. Compares bit by bit.
fn shares((first, length): (IpAddr, usize), address: IpAddr) -> bool {
    let bits = |address: IpAddr| -> Vec<bool> {
        let bytes = match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
    };
    let (first, address) = (bits(first), bits(address));
    first.len() == address.len() && first.iter().zip(&address).take(length).all(|(one, other)| one == other)
}

/// Returns the next address if `up` is true, and the previous address otherwise. Returns `address` itself if it is the
/// last or the first address of IPv4 or IPv6.
fn stepped(address: IpAddr, up: bool) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let bits = u32::from(address);
            IpAddr::V4((if up { bits.saturating_add(1) } else { bits.saturating_sub(1) }).into())
        }
        IpAddr::V6(address) => {
            let bits = u128::from(address);
            IpAddr::V6((if up { bits.saturating_add(1) } else { bits.saturating_sub(1) }).into())
        }
    }
}
