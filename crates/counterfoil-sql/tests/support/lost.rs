//! Tests in which an answer of the store is lost. The store executes the call, but the caller gets no answer.

use counterfoil::Counterfoil;
use counterfoil::store::TokenStore;
use counterfoil::types::RecordId;

use super::host::{refresh, sign_in, tokens};

/// The largest number of rounds. Each round loses one answer of the store. A refresh gets fewer answers of the store
/// than this, so the rounds end earlier.
const MOST: u64 = 60;

/// A node that loses one answer, and a function that returns whether the answer was lost.
pub type Flaky = (Counterfoil, Box<dyn Fn() -> bool>);

/// Refreshes in rounds. In the first round, the store's first answer to the refresh is lost. In the second round, the
/// second answer is lost, and so on. `flaky` makes a node that loses the answer with the given number. Each round signs
/// in, refreshes on such a node, and refreshes again on the same node. The rounds end when a refresh has lost no
/// answer. Returns how often a refresh was executed although the client got the error *unavailable*.
pub async fn each_answer_lost(
    direct: &Counterfoil,
    store: &dyn TokenStore,
    mut flaky: impl FnMut(u64) -> Flaky,
) -> u64 {
    let mut carried_out = 0;
    for nth in 1..=MOST {
        let [_, token] = sign_in(direct).await;
        let (node, lost) = flaky(nth);
        let first = refresh(&node, &token).await;
        assert!(matches!(first.status(), 200 | 503), "answer {nth} lost: {} {}", first.status(), first.expose_secret());
        if !lost() {
            assert_eq!(first.status(), 200, "nothing was lost");
            return carried_out;
        }
        let done = successor(store, &token).await;
        carried_out += u64::from(first.status() == 503 && done.is_some());
        let mut again = refresh(&node, &token).await;
        for _ in 0..5 {
            if again.status() != 503 {
                break;
            }
            again = refresh(&node, &token).await;
        }
        assert_eq!(again.status(), 200, "answer {nth} lost, and the retry: {}", again.expose_secret());
        let [_, next] = tokens(&again);
        assert_eq!(successor(store, &token).await, Some(id(&next)), "the retry gives the one successor there is");
        assert!(done.is_none_or(|done| done == id(&next)), "and that is the first one's");
        if first.status() == 200 {
            assert_eq!(tokens(&first), tokens(&again), "who was answered is answered alike");
        }
        assert_eq!(refresh(direct, &next).await.status(), 200, "the family lives");
    }
    panic!("a refresh waits for more than {MOST} answers");
}

async fn successor(store: &dyn TokenStore, token: &str) -> Option<RecordId> {
    let stands = store.get(&id(token)).await.expect("the store answers").expect("the token is there");
    stands.record().superseded.map(|by| by.successor)
}

/// The id of a token, which is its public part.
fn id(token: &str) -> RecordId {
    let (_prefix, body) = token.split_once('_').expect("a token");
    body[..22].parse().expect("an id")
}
