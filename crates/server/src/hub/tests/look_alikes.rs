//! Names that look like those of other users or rooms.

use super::old_names::with_old_users;
use super::*;

async fn refusal(hub: &Arc<Hub>, wants: &str) -> chat_proto::Refusal {
    enter(hub, wants).await.unwrap_err().into()
}

#[tokio::test]
async fn a_name_that_looks_like_another_is_refused_to_new_users_renamed_ones_and_guests() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let refused = refusal(&hub, "b0b").await;
    assert_eq!((refused.code, refused.suggestion), (RefusalCode::NameTaken, Some(name("b0b_2"))));
    assert_eq!(refused.text, "the name b0b looks like that of another user; b0b_2 is free");
    let renamed = ana.actor().rename(&name("b0b"), NameConflict::Refuse).await;
    assert_eq!(renamed.unwrap_err().code(), RefusalCode::NameTaken);
    let guest = hub.enter_guest(hub.next_user(), &name("B0B"), OPEN).await.unwrap();
    assert_eq!(guest.user().name.as_str(), "B0B_2");
    bob.actor().rename(&name("B0b"), NameConflict::Refuse).await.unwrap();
    bob.actor().rename(&name("robert"), NameConflict::Refuse).await.unwrap();
    assert!(enter(&hub, "bob").await.is_ok(), "nobody has a name that looks like it any more");
}

#[tokio::test]
async fn a_guest_who_leaves_frees_what_its_name_looked_like() {
    let hub = hub();
    let guest = hub.enter_guest(hub.next_user(), &name("b0b"), OPEN).await.unwrap();
    assert!(enter(&hub, "bob").await.is_err());
    guest.leave(LeaveReason::Bye);
    assert!(enter(&hub, "bob").await.is_ok());
}

#[tokio::test]
async fn the_name_of_a_user_who_was_away_for_long_passes_on_but_no_name_that_looks_like_it() {
    let hub = hub();
    drop(enter(&hub, "bob").await.unwrap());
    days_pass(31);
    assert_eq!(refusal(&hub, "b0b").await.code, RefusalCode::NameTaken);
    assert_eq!(enter(&hub, "Bob").await.unwrap().0.user().name.as_str(), "Bob");
}

#[tokio::test]
async fn users_keep_names_that_nobody_could_take_today() {
    let old = ["bob", "b0b", "admin", "p\u{430}ul", "bob\u{2d0} hi"];
    let users: Vec<_> = (1..).zip(old).map(|(id, name)| (id, name, 5)).collect();
    let (hub, tokens) = with_old_users(&users);
    let mut members = Vec::new();
    for (token, wants) in tokens.iter().zip(old) {
        let member = back(&hub, token, wants).await.unwrap();
        assert_eq!(member.user().name.as_str(), wants);
        members.push(member);
    }
    assert_eq!(refusal(&hub, "B0B").await.code, RefusalCode::NameTaken);
    members[0].actor().rename(&name("eva"), NameConflict::Refuse).await.unwrap();
    let still = refusal(&hub, "bob").await;
    assert_eq!(still.code, RefusalCode::NameTaken, "the second one still looks like it");
    members[1].actor().rename(&name("evo"), NameConflict::Refuse).await.unwrap();
    assert!(enter(&hub, "bob").await.is_ok());
}

#[tokio::test]
async fn a_name_of_an_old_journal_is_not_given_away_while_another_looks_like_it() {
    let (hub, tokens) = with_old_users(&[(1, "bob", 0), (2, "b0b", 0)]);
    days_pass(31);
    assert_eq!(refusal(&hub, "bob").await.code, RefusalCode::NameTaken);
    let bob = back(&hub, &tokens[0], "bob").await.unwrap();
    assert_eq!(bob.user().name.as_str(), "bob", "it was not renamed either");
}

#[tokio::test]
async fn a_room_whose_name_looks_like_another_is_not_made() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    bob.actor().join(&room("#rust")).await.unwrap();
    for (wanted, existing) in [("#ru\u{455}t", "#rust"), ("#l0bby", "#lobby")] {
        let error = bob.actor().join(&room(wanted)).await.unwrap_err();
        assert_eq!(error.code(), RefusalCode::BadRoom);
        let text = format!(
            "the name {wanted} looks like {existing}; choose another name, or join that room"
        );
        assert_eq!(error.to_string(), text);
    }
    let (one, other) = (room("#modern"), room("#modem"));
    let both = futures_util::join!(bob.actor().join(&one), bob.actor().join(&other));
    assert!(both.0.is_ok() && both.1.is_err(), "the first of one commit");
    bob.actor().leave_room(&room("#rust")).await.unwrap();
    hub.expire_rooms().await.unwrap();
    assert!(bob.actor().join(&room("#ru\u{455}t")).await.is_ok(), "the other one was removed");
}

#[tokio::test]
async fn a_user_who_cannot_find_a_private_room_is_not_told_its_name() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    ana.actor().join(&room("#ops")).await.unwrap();
    let (wanted, private) = (room("#\u{43e}ps"), Some(Privacy::Private));
    let refused = async |user: &Member| user.actor().join(&wanted).await.unwrap_err().to_string();
    let named = "the name #\u{43e}ps looks like #ops; choose another name, or join that room";
    assert_eq!(refused(&bob).await, named);
    let rules = RulesPatch { privacy: private, ..RulesPatch::default() };
    hub.rule(Some(ana.id()), room("#ops"), rules).await.unwrap();
    let unnamed = "the name #\u{43e}ps looks like that of another room; choose another name";
    assert_eq!((refused(&ana).await.as_str(), refused(&bob).await.as_str()), (named, unnamed));
    // Nor is an owner of the server, who is not in it.
    hub.grant(None, name("bob"), None, Role::Owner).await.unwrap();
    assert_eq!(refused(&bob).await, unnamed);
}
