//! Fills a store of each kind with the same contents. Writes each database to a folder, and also one list of the
//! contents that all databases have.

use std::path::PathBuf;

use counterfoil_upgrade_tests::database::{Database, Kind};
use counterfoil_upgrade_tests::{list, scene};

#[tokio::main]
async fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("usage: fill FOLDER"));
    let mut first = None;
    for kind in Kind::WRITTEN {
        let database = Database::empty(kind).await;
        let store = database.open().await;
        let texts = scene::act(&store).await;
        let list = list::list(&store, &texts).await;
        store.close().await;
        drop(store);
        database.save(&folder).await;
        let first = first.get_or_insert_with(|| list.clone());
        assert_eq!(*first, list, "{kind:?}: every store has the same contents");
    }
    let text = serde_json::to_string(&first).expect("JSON");
    // Each family, client and text gets its own line, so that a difference between two lists can be read.
    let text = text.replace("},{\"family\"", "},\n{\"family\"").replace("],[\"", "],\n[\"");
    std::fs::write(folder.join("list.json"), text + "\n").expect("written");
}
