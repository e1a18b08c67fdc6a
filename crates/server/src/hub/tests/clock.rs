//! Names and messages under a clock that jumps.

use super::*;
use crate::journal::{Page, Part, RoomId};

#[tokio::test]
async fn a_clock_that_jumps_gives_no_name_away() {
    let hub = hub();
    drop(enter(&hub, "bob").await.unwrap());
    days_pass(1);
    clock_jumps(60);
    assert!(enter(&hub, "bob").await.is_err(), "bob was here a day ago");
    days_pass(1);
    clock_jumps(-60);
    assert!(enter(&hub, "bob").await.is_err());
    days_pass(31);
    assert!(enter(&hub, "bob").await.is_ok(), "the clock has run steadily since");
}

#[tokio::test]
async fn a_user_who_is_new_while_the_clock_is_years_behind_keeps_the_name() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    drop(enter(&hub, "ana").await.unwrap());
    clock_jumps(-20_000);
    let hub = again(hub, directory.path()).await;
    drop(enter(&hub, "bob").await.unwrap());
    clock_jumps(20_000);
    days_pass(1);
    assert!(enter(&hub, "bob").await.is_err(), "the clock is steady, and bob was here today");
}

#[tokio::test]
async fn a_clock_that_jumps_removes_no_message() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let left = async || {
        hub.trim(Some(DAY)).await.unwrap();
        let page = Page { of: Part::After(Seq::NONE), limit: 100 };
        hub.journal.read(RoomId::LOBBY, page).await.unwrap().len()
    };
    for _ in 0..3 {
        say(&bob, "#lobby", "hi").await.unwrap();
    }
    clock_jumps(2);
    assert_eq!(left().await, 3);
    clock_jumps(-2);
    assert_eq!(left().await, 3);
    days_pass(2);
    assert_eq!(left().await, 1, "they are too old now, all but the last");
}
