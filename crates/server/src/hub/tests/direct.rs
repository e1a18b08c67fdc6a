//! Direct messages, and their addresses.

use super::*;

#[tokio::test]
async fn a_direct_message_waits_for_a_user_without_a_session() {
    let hub = hub();
    let (ana, token) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    drop(ana);
    say(&bob, "@ana", "are you there?").await.unwrap();
    assert_eq!(bob.actor().read(&room("@ana"), Seq::FIRST).await, Ok(Seq::FIRST));
    let ana = back(&hub, &token, "ana").await.unwrap();
    assert_eq!(rooms(&ana)[1], ("@1-2".to_owned(), 1, 0));
    assert_eq!((titles(&ana), titles(&bob)), (vec!["bob".to_owned()], vec!["ana".to_owned()]));

    ana.actor().leave_room(&room("@bob")).await.unwrap();
    assert_eq!(rooms(&ana).len(), 1);
    bob.actor().join(&room("@ana")).await.unwrap();
    assert_eq!(rooms(&ana).len(), 1, "a join alone calls nobody");
    say(&bob, "@ana", "hello?").await.unwrap();
    assert_eq!(rooms(&ana)[1].0, "@1-2");
}

#[tokio::test]
async fn two_users_who_write_to_each_other_at_once_are_both_in_the_room() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::DirectoryInTask(directory.path().to_path_buf()));
    let (ana, ana_token) = enter(&hub, "ana").await.unwrap();
    let (bob, bob_token) = enter(&hub, "bob").await.unwrap();
    let (anas, bobs) = (room("@bob"), room("@ana"));
    let (first, second) = tokio::join!(ana.actor().join(&anas), bob.actor().join(&bobs));
    let both = first.unwrap().info().1;
    assert_eq!((both, second.is_ok()), (2, true), "on the list");
    for member in [&ana, &bob] {
        assert_eq!(rooms(member)[1].0, "@1-2");
    }
    drop((ana, bob));
    let hub = again(hub, directory.path()).await;
    for (token, name, other) in [(ana_token, "ana", "bob"), (bob_token, "bob", "ana")] {
        let member = back(&hub, &token, name).await.unwrap();
        assert_eq!(rooms(&member).get(1).map(|room| room.0.as_str()), Some("@1-2"));
        assert_eq!(titles(&member), [other]);
    }
}

#[tokio::test]
async fn a_message_after_a_leave_brings_the_user_back_into_the_direct_message() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    say(&bob, "@ana", "hi").await.unwrap();
    let bobs_room = room("@bob");
    let (left, said) = tokio::join!(ana.actor().leave_room(&bobs_room), say(&bob, "@ana", "wait"));
    assert!(left.is_ok());
    assert!(matches!(said, Ok(Outcome::Stored { seq, .. }) if seq == Seq::new(2)));
    assert_eq!(rooms(&ana).get(1), Some(&("@1-2".to_owned(), 2, 0)));

    let (left, joined) =
        tokio::join!(ana.actor().leave_room(&bobs_room), ana.actor().join(&bobs_room));
    assert!(left.is_ok() && joined.is_ok());
    assert_eq!(rooms(&ana).len(), 2, "the join came after the leave");
}

#[tokio::test]
async fn a_direct_message_to_nobody_oneself_or_a_guest_is_refused() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let _eva = hub.enter_guest(hub.next_user(), &name("eva"), OPEN).await.unwrap();
    for other in ["@nobody", "@bob", "@eva", "@1-2", "@1-3"] {
        let error = say(&bob, other, "hi").await.unwrap_err();
        assert_eq!(error.code(), RefusalCode::NoSuchUser, "{error}");
    }
}

#[tokio::test]
async fn only_the_two_users_of_an_address_use_it() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    say(&ana, "@bob", "a secret").await.unwrap();
    for address in ["@1-2", "@1-9", "@8-9"] {
        let address = room(address);
        let refused = [
            say(&eva, address.as_str(), "me too").await.unwrap_err(),
            eva.actor().join(&address).await.unwrap_err(),
            eva.room(&address).unwrap_err(),
            eva.actor().leave_room(&address).await.unwrap_err(),
            eva.address(&address).unwrap_err(),
        ];
        for refused in refused {
            assert_eq!(refused.code(), RefusalCode::NotInRoom, "{refused}");
        }
    }
    assert_eq!(rooms(&eva).len(), 1);
    assert!(
        matches!(say(&bob, "@2-1", "yes?").await, Ok(Outcome::Stored { seq, .. }) if seq == Seq::new(2))
    );
    assert_eq!(bob.address(&room("@Ana")), Ok(room("@1-2")));
    assert_eq!(rooms(&bob), [("#lobby".to_owned(), 0, 0), ("@1-2".to_owned(), 2, 0)]);
}

#[tokio::test]
async fn an_address_leads_to_the_same_user_after_each_change_of_names() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (ana, ana_token) = enter(&hub, "ana").await.unwrap();
    let (bob, bob_token) = enter(&hub, "bob").await.unwrap();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    say(&bob, "@ana", "hi").await.unwrap();
    ana.actor().rename(&name("ana2"), NameConflict::Refuse).await.unwrap();
    eva.actor().rename(&name("ana"), NameConflict::Refuse).await.unwrap();
    assert_eq!(bob.address(&room("@ana")), Ok(room("@2-3")), "as it is read");
    say(&bob, "@1-2", "for ana alone").await.unwrap();
    assert_eq!((rooms(&eva).len(), titles(&bob)), (1, vec!["ana2".to_owned()]));
    drop((ana, bob, eva));
    let hub = again(hub, directory.path()).await;
    let bob = back(&hub, &bob_token, "bob").await.unwrap();
    say(&bob, "@1-2", "still for her").await.unwrap();
    let ana = back(&hub, &ana_token, "ana2").await.unwrap();
    assert_eq!(rooms(&ana)[1], ("@1-2".to_owned(), 3, 0));
}

#[tokio::test]
async fn strangers_keep_no_user_from_those_whom_it_writes_to() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::DirectoryInTask(directory.path().to_path_buf()));
    let (known, _) = enter(&hub, "known").await.unwrap();
    days_pass(2);
    let (ana, ana_token) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    say(&ana, "@bob", "hi").await.unwrap();
    let mut strangers = Vec::new();
    for nth in 0..UNANSWERED_OF_NEWCOMERS_MAX {
        let (stranger, _) = enter(&hub, &format!("s{nth}")).await.unwrap();
        say(&stranger, "@ana", "buy").await.unwrap();
        strangers.push(stranger);
    }
    let (late, _) = enter(&hub, "late").await.unwrap();
    assert_eq!(
        say(&late, "@ana", "buy").await,
        Err(HubError::IsInTooManyConversations(name("ana")))
    );
    say(&known, "@ana", "dinner?").await.expect("a known user still writes");
    say(&bob, "@ana", "dinner?").await.expect("so does a friend");
    say(&ana, "@late", "who are you?").await.expect("the user writes to whom it wants");
    drop((ana, bob, known, late, strangers));

    let hub = again(hub, directory.path()).await;
    let ana = back(&hub, &ana_token, "ana").await.unwrap();
    say(&ana, "@s0", "no").await.expect("what is not answered is stored as such");
    let (next, _) = enter(&hub, "next").await.unwrap();
    say(&next, "@ana", "buy").await.expect_err("the known user's counts, too");
    say(&ana, "@known", "yes").await.unwrap();
    say(&next, "@ana", "buy").await.expect("two are answered");
}
