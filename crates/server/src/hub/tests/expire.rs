//! Rooms that are not stored, and unused rooms.

use crate::journal::{Page, Part, RoomId};

use super::*;

fn listed(hub: &Hub) -> Vec<String> {
    let (rooms, _) = listed_rooms(hub, None, 500);
    rooms.iter().map(|info| info.room.to_string()).collect()
}

/// The rooms in the journal and the number of their memberships, without the lobby.
async fn stored(hub: &Hub) -> (Vec<u32>, u32) {
    let stored = hub.queue.with_connection(|db| {
        let rooms = db
            .prepare("SELECT id FROM room WHERE id > 1 ORDER BY id")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<Vec<u32>, _>>()?;
        let sql = "SELECT count(*) FROM member WHERE room > 1";
        Ok((rooms, db.query_row(sql, [], |row| row.get(0))?))
    });
    stored.await.unwrap()
}

/// Has every removal of a room fail, or succeed again.
async fn fail_removals(hub: &Hub, fail: bool) {
    let sql = match fail {
        true => "CREATE TRIGGER fail BEFORE DELETE ON room BEGIN SELECT RAISE(ABORT, 'no'); END",
        false => "DROP TRIGGER fail",
    };
    hub.queue.with_connection(move |db| db.execute_batch(sql)).await.unwrap();
}

#[tokio::test]
async fn a_room_that_cannot_be_stored_does_not_exist() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    hub.refuse_to_store(true).await.unwrap();
    let ghosts = [room("#ghost"), room("@ana")];
    for ghost in &ghosts {
        assert_eq!(bob.actor().join(ghost).await.unwrap_err().code(), RefusalCode::NotKept);
    }
    assert_eq!(listed(&hub), ["#lobby"]);
    assert_eq!((rooms(&bob).len(), rooms(&ana).len()), (1, 1));
    hub.refuse_to_store(false).await.unwrap();
    for ghost in &ghosts {
        bob.actor().join(ghost).await.unwrap();
    }
    assert_eq!(listed(&hub), ["#ghost", "#lobby"]);
}

#[tokio::test]
async fn a_room_is_listed_once_it_is_stored() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let rust = room("#rust");
    let mut join = Box::pin(bob.actor().join(&rust));
    assert!(futures_util::poll!(&mut join).is_pending());
    assert_eq!(listed(&hub), ["#lobby"]);
    join.await.unwrap();
    assert_eq!(listed(&hub), ["#lobby", "#rust"]);
}

#[tokio::test]
async fn an_unused_room_is_removed_and_its_number_is_never_used_again() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (bob, token) = enter(&hub, "bob").await.unwrap();
    drop(enter(&hub, "ana").await.unwrap());
    for name in ["#rust", "@ana", "#talk", "#about", "#last"] {
        bob.actor().join(&room(name)).await.unwrap();
    }
    say(&bob, "#talk", "a word").await.unwrap();
    bob.actor().set_topic(&room("#about"), Topic::new("crabs").unwrap()).await.unwrap();
    for name in ["#rust", "@ana", "#talk", "#about", "#last"] {
        bob.actor().leave_room(&room(name)).await.unwrap();
    }
    assert_eq!(
        stored(&hub).await,
        (vec![4, 5], 2),
        "a message and a topic stay, with their places"
    );
    assert_eq!(listed(&hub), ["#about", "#lobby", "#talk"]);
    drop(bob);
    let hub = again(hub, directory.path()).await;
    let bob = back(&hub, &token, "bob").await.unwrap();
    assert_eq!(listed(&hub), ["#about", "#lobby", "#talk"]);
    assert_eq!(bob.actor().join(&room("#rust")).await.unwrap().id, RoomId(7));
    assert_eq!(bob.actor().join(&room("#talk")).await.unwrap().id, RoomId(4));
}

#[tokio::test]
async fn unused_rooms_of_an_earlier_version_are_removed() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    fail_removals(&hub, true).await;
    for nth in 0..250 {
        let name = room(&format!("#room{nth}"));
        bob.actor().join(&name).await.unwrap();
        bob.actor().leave_room(&name).await.unwrap();
    }
    bob.actor().join(&room("#mine")).await.unwrap();
    assert!(hub.expire_rooms().await.is_err());
    assert_eq!(listed(&hub).len(), 252);
    fail_removals(&hub, false).await;
    drop(bob);
    let hub = again(hub, directory.path()).await;
    hub.expire_rooms().await.unwrap();
    assert_eq!(listed(&hub), ["#lobby", "#mine"], "also a member who is away is in it");
    assert_eq!(stored(&hub).await, (vec![252], 1));
}

#[tokio::test]
async fn a_queued_message_keeps_the_room_that_its_last_user_leaves() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (rust, about) = (room("#rust"), room("#about"));
    bob.actor().join(&rust).await.unwrap();
    bob.actor().join(&about).await.unwrap();
    // Each is queued before the leave, and stored by the same commit.
    let (said, left) =
        tokio::join!(say(&bob, "#rust", "last words"), bob.actor().leave_room(&rust));
    let id = left.unwrap().id;
    assert!(matches!(said, Ok(Outcome::Stored { seq: Seq::FIRST, .. })));
    let topic = bob.actor().set_topic(&about, Topic::new("crabs").unwrap());
    let (topic, left) = tokio::join!(topic, bob.actor().leave_room(&about));
    assert!(left.is_ok() && topic.is_ok());
    assert_eq!(stored(&hub).await.0, [2, 3]);
    assert_eq!(listed(&hub), ["#about", "#lobby", "#rust"]);
    let page = Page { of: Part::After(Seq::NONE), limit: 10 };
    assert_eq!(hub.journal.read(id, page).await.unwrap()[0].text.as_str(), "last words");
}

#[tokio::test]
async fn a_join_that_is_queued_while_the_room_is_removed_has_a_room() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let rust = room("#rust");
    bob.actor().join(&rust).await.unwrap();
    // After the leave, and before the removal.
    let (left, joined) = tokio::join!(bob.actor().leave_room(&rust), ana.actor().join(&rust));
    assert_eq!((left.unwrap().id, joined.unwrap().id), (RoomId(2), RoomId(2)));
    assert_eq!(stored(&hub).await.0, [2]);

    // After the removal.
    fail_removals(&hub, true).await;
    ana.actor().leave_room(&rust).await.unwrap();
    fail_removals(&hub, false).await;
    let (removed, joined) = tokio::join!(hub.expire_rooms(), bob.actor().join(&rust));
    assert_eq!(removed, Ok(()));
    assert!(matches!(
        say(&bob, "#rust", "here").await,
        Ok(Outcome::Stored { seq: Seq::FIRST, .. })
    ));
    assert_eq!(joined.unwrap().info().1, 1, "on the list");
    assert_eq!(
        (listed(&hub), stored(&hub).await.0),
        (vec!["#lobby".into(), "#rust".into()], vec![3])
    );
    assert_eq!(rooms(&bob), [("#lobby".to_owned(), 0, 0), ("#rust".to_owned(), 1, 0)]);
}

#[tokio::test]
async fn a_direct_message_without_messages_is_removed_once_both_users_have_left() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (to_ana, to_bob) = (room("@ana"), room("@bob"));
    bob.actor().join(&to_ana).await.unwrap();
    ana.actor().join(&to_bob).await.unwrap();
    bob.actor().leave_room(&to_ana).await.unwrap();
    assert_eq!(stored(&hub).await, (vec![2], 2), "ana is still in it");
    ana.actor().leave_room(&to_bob).await.unwrap();
    assert_eq!(stored(&hub).await, (vec![], 0));

    say(&bob, "@ana", "a word").await.unwrap();
    bob.actor().leave_room(&to_ana).await.unwrap();
    ana.actor().leave_room(&to_bob).await.unwrap();
    assert_eq!(stored(&hub).await, (vec![3], 2), "it has a message");
    assert_eq!(bob.actor().join(&room("@1-2")).await.unwrap().last_seq(), Seq::FIRST);
}
