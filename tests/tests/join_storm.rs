//! Many clients join at once: all succeed, and classic clients do not receive a list for each join.
//!
//! A file of its own, since both ends of all connections are open files of this process.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chat_server::Config;
use e2e::classic::Classic;
use e2e::native::Native;
use e2e::server::Server;
use tokio::task::JoinSet;

const NATIVE: usize = 200;
const CLASSIC: usize = 100;

/// Long enough that few lists are sent, and a list for each join is noticed.
const LIST_SETTLE: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_clients_that_join_at_once_all_succeed() {
    let server = Server::start(Config {
        classic_list_settle: LIST_SETTLE,
        classic_gap: Duration::from_millis(60),
        ..Config::default()
    });
    let began = Instant::now();
    let mut native = JoinSet::new();
    let mut classic = JoinSet::new();
    for n in 0..NATIVE.max(CLASSIC) {
        let address = server.address;
        if n < NATIVE {
            native.spawn(async move { Native::join(address, &format!("native{n}")).await });
        }
        if n < CLASSIC {
            classic.spawn(async move { Classic::join(address, &format!("classic{n}")).await });
        }
    }
    let native = native.join_all().await;
    let mut classic = classic.join_all().await;

    let mut all: BTreeSet<(String, String)> =
        native.iter().map(|client| (client.id.to_string(), client.name.clone())).collect();
    all.extend(classic.iter().map(|client| client.view().users[0].clone()));
    assert_eq!(all.len(), NATIVE + CLASSIC, "each has its own number and name");

    for client in &mut classic {
        client.until("all in its list", |view| view.users_counted() == all.len()).await;
        // At most one list per LIST_SETTLE until now, and the first.
        let lists_max = began.elapsed().as_millis() / LIST_SETTLE.as_millis() + 1;
        let view = client.view();
        let (rest, listed) = view.users.split_last().unwrap();
        assert_eq!(rest.0, "0", "the last entry counts the users that do not fit: {rest:?}");
        assert_eq!(listed[0].0, client.id(), "its own entry is the first");
        let different: BTreeSet<_> = listed.iter().collect();
        assert_eq!(different.len(), listed.len(), "no user is listed twice: {listed:?}");
        assert!(listed.iter().all(|user| all.contains(user)), "{listed:?}");
        assert!(view.lists as u128 <= lists_max, "{} lists for {} joins", view.lists, all.len());
    }
}
