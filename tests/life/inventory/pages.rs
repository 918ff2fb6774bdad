//! Tests the pages of the inventory: each credential once, and cursors.

use std::collections::BTreeSet;

use counterfoil::operations::{CredentialCursor, CredentialFilter};
use counterfoil::types::TokenKind;
use counterfoil::{Invalid, ManageError};

use super::*;

#[test]
fn sight_2_pages_of_every_size_have_each_credential_once_and_the_last_one_has_no_next() {
    let world = stocked();
    for n in 0..9 {
        world.pat("bill", &format!("more {n}"));
        sign_in(&world, "bill", "tool");
    }
    for filter in [CredentialFilter::default(), CredentialFilter::default().with_owner(subject("bill"))] {
        let whole = ids(&walk(&world, &filter, 100));
        assert!(whole.len() >= 20);
        for size in [1, 2, 3, 7, 19, 20, 99] {
            assert_eq!(ids(&walk(&world, &filter, size)), whole, "pages of {size}");
        }
        let exact = u32::try_from(whole.len()).expect("few");
        assert_eq!(page(&world, &filter, None, exact).expect("a page").next, None, "no empty last page");
        assert!(page(&world, &filter, None, exact - 1).expect("a page").next.is_some());
    }
}

#[test]
fn sight_2_a_walk_has_each_credential_that_existed_throughout_exactly_once() {
    let world = unlimited();
    let owners = ["ivan", "bill", "helen", "admin"];
    let mut stays = BTreeSet::new();
    for n in 0..40 {
        stays.insert(world.pat(owners[n % 4], &format!("stays {n}")).view.id);
    }
    for filter in [CredentialFilter::default(), CredentialFilter::default().with_owner(subject("ivan"))] {
        let owned = |found: &CredentialView| filter.owner.is_none() || found.owner == filter.owner;
        let mut goes: Vec<_> = (0..20).map(|n| world.pat("ivan", &format!("goes {n}")).view.id).collect();
        let (mut seen, mut after, mut turn) = (Vec::new(), None, 0);
        loop {
            let page = page(&world, &filter, after.as_ref(), 3).expect("a page");
            assert!(page.items.iter().all(owned));
            seen.extend(ids(&page.items));
            // Deletes a token between two pages. If the last token of the page is one of those to delete, deletes this
            // one, because the cursor names it.
            let last = page.items.last().map(|found| found.id);
            let named = goes.iter().position(|id| Some(*id) == last);
            after = page.next;
            turn += 1;
            if let Some(at) = named.or(goes.len().checked_sub(1)) {
                world.delete("ivan", &goes.swap_remove(at)).expect("deleted");
            }
            world.pass(minutes(1));
            world.pat("ivan", &format!("comes {turn} {}", filter.owner.is_some()));
            if after.is_none() || turn > 500 {
                break;
            }
        }
        let once: BTreeSet<_> = seen.iter().copied().collect();
        assert_eq!(once.len(), seen.len(), "nothing twice");
        let whole: BTreeSet<_> = ids(&walk(&world, &filter, 100)).into_iter().collect();
        assert!(stays.iter().filter(|id| whole.contains(id)).all(|id| once.contains(id)));
        goes.iter().for_each(|gone| world.delete("ivan", gone).expect("deleted"));
    }
}

#[test]
fn sight_2_searched_counts_each_record_on_one_page() {
    let world = stocked();
    for size in [1, 2, 3, 100] {
        let (mut searched, mut after) = (0, None);
        loop {
            let page = page(&world, &CredentialFilter::default(), after.as_ref(), size).expect("a page");
            searched += page.searched;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(searched, 7, "pages of {size}");
    }
}

#[test]
fn sight_2_a_cursor_of_another_filter_is_refused() {
    let world = stocked();
    let all = CredentialFilter::default();
    let next = |filter: &CredentialFilter| page(&world, filter, None, 1).expect("a page").next.expect("a next page");
    let of_ivan = all.clone().with_owner(subject("ivan"));
    let tokens = all.clone().with_kind(TokenKind::PersonalAccessToken);
    let sessions = all.clone().with_kind(TokenKind::ConsoleSession);
    for (cursor, filter) in [(next(&all), &of_ivan), (next(&of_ivan), &all), (next(&tokens), &sessions)] {
        let refused = page(&world, filter, Some(&cursor), 1);
        assert!(matches!(refused, Err(ManageError::Invalid(Invalid::Cursor(_)))), "{refused:?}");
        assert!(refused.is_err_and(|error| error.to_string().contains("cursor")));
    }
    // This text is a valid cursor, but of a kind that the filter does not list.
    let forged: CredentialCursor = "AAU".parse().expect("client secrets");
    assert!(matches!(page(&world, &all, Some(&forged), 1), Err(ManageError::Invalid(Invalid::Cursor(_)))));
}

#[test]
fn sight_2_a_page_has_at_most_100_credentials() {
    let world = unlimited();
    for n in 0..101 {
        world.pat("ivan", &format!("token {n}"));
    }
    let first = page(&world, &CredentialFilter::default(), None, u32::MAX).expect("a page");
    assert_eq!((first.items.len(), first.next.is_some()), (100, true));
    let rest = page(&world, &CredentialFilter::default(), first.next.as_ref(), u32::MAX).expect("a page");
    assert_eq!((rest.items.len(), rest.next), (1, None));
}
