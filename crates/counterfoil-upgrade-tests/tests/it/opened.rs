//! Tests that a database of an earlier version still has its contents after it was opened.

use counterfoil_upgrade_tests::BEFORE;
use counterfoil_upgrade_tests::compare::difference;
use counterfoil_upgrade_tests::database::{Database, Kind};
use counterfoil_upgrade_tests::list;

use crate::support::LIST;

pub(crate) async fn every_field_is_as_written(kind: Kind) {
    let database = Database::written(kind, BEFORE).await;
    let found = list::contents(&database.open().await).await;
    assert_eq!(difference(&LIST["contents"], &found), None);
    let database = Database::written(kind, BEFORE).await;
    if database.serves_several() {
        let (one, other) = tokio::join!(database.open(), database.open());
        for store in [one, other] {
            assert_eq!(difference(&LIST["contents"], &list::contents(&store).await), None, "opened twice at once");
        }
    }
}

pub(crate) async fn every_answer_is_as_before(kind: Kind) {
    let database = Database::written(kind, BEFORE).await;
    let found = list::answers(&database.open().await, &list::texts(&LIST)).await;
    assert_eq!(difference(&LIST["answers"], &found), None);
}

pub(crate) async fn opening_again_changes_nothing(kind: Kind) {
    let database = Database::written(kind, BEFORE).await;
    database.open().await.close().await;
    let once = database.rows().await;
    assert!(once.len() > 50, "the control: the rows are read");
    database.open().await.close().await;
    let twice = database.rows().await;
    let changed = once.iter().zip(&twice).find(|(one, two)| one != two);
    assert_eq!((changed, once.len()), (None, twice.len()));
}
