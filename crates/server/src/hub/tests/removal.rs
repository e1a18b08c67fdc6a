//! The messages that a mute, a kick or a ban removes.

use chat_proto::event::MessageKind;
use chat_proto::{Reason, Role, SanctionKind};

use super::*;
use crate::hub::removal::REMOVED_MAX;
use crate::journal::{Page, Part};

fn ban(target: SanctionTarget, to: Option<&str>) -> SanctionOrder {
    let (kind, reason) = (SanctionKind::Ban, Reason::default());
    SanctionOrder { kind, target, room: to.map(room), for_s: None, reason }
}

/// The texts of a room that are not deleted.
async fn left(hub: &Hub, member: &Member, of: &str) -> Vec<String> {
    let room = member.room(&room(of)).unwrap();
    let page = Page { of: Part::Before(Seq::MAX), limit: 200 };
    let all = hub.journal().read(room.id, page).await.unwrap();
    let of_kind = |kind| all.iter().filter(move |message| message.kind == kind);
    let deleted: Vec<_> = of_kind(MessageKind::Delete)
        .map(|message| message.details.as_ref().unwrap().wire.target.unwrap())
        .collect();
    let left = of_kind(MessageKind::Text).filter(|message| !deleted.contains(&message.seq));
    left.map(|message| message.text.to_string()).collect()
}

#[tokio::test]
async fn recent_messages_are_removed_where_the_moderator_may_delete() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    hub.grant(None, name("ana"), None, Role::Moderator).await.unwrap();
    for member in [&eva, &bob] {
        member.actor().join(&room("#den")).await.unwrap();
    }
    ana.actor().join(&room("#rust")).await.unwrap();
    eva.actor().join(&room("#rust")).await.unwrap();
    say(&eva, "#lobby", "old").await.unwrap();
    days_pass(1);
    for to in ["#lobby", "#rust", "#den", "@bob"] {
        say(&eva, to, "spam").await.unwrap();
    }
    say(&bob, "#lobby", "hi").await.unwrap();
    // In one room, if the order is about one.
    let order = ban(SanctionTarget::User(name("eva")), Some("#rust"));
    ana.removal(&order, 600).unwrap().carry_out(&hub).await;
    assert_eq!(left(&hub, &eva, "#rust").await, [""; 0]);
    assert_eq!(left(&hub, &eva, "#lobby").await, ["old", "spam", "hi"]);
    let order = ban(SanctionTarget::User(name("eva")), None);
    ana.removal(&order, 600).unwrap().carry_out(&hub).await;
    assert_eq!(left(&hub, &eva, "#lobby").await, ["old", "hi"]);
    // The moderator is in neither.
    assert_eq!(left(&hub, &eva, "#den").await, ["spam"]);
    assert_eq!(left(&hub, &eva, "@bob").await, ["spam"]);
    let den = ban(SanctionTarget::User(name("eva")), Some("#den"));
    assert_eq!(ana.removal(&den, 600).unwrap_err(), HubError::NotInRoom(room("#den")));
    // A member removes nothing of others.
    say(&eva, "#lobby", "more").await.unwrap();
    bob.removal(&order, 600).unwrap().carry_out(&hub).await;
    assert_eq!(left(&hub, &eva, "#lobby").await, ["old", "hi", "more"]);
}

#[tokio::test]
async fn a_long_flood_is_removed_and_nobody_else_loses_a_message() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    hub.grant(None, name("ana"), None, Role::Moderator).await.unwrap();
    for nth in 0..450 {
        say(&eva, "#lobby", "spam").await.unwrap();
        if nth % 100 == 0 {
            say(&ana, "#lobby", "stay calm").await.unwrap();
        }
    }
    let order = ban(SanctionTarget::User(name("eva")), None);
    ana.removal(&order, 600).unwrap().carry_out(&hub).await;
    let room = ana.room(&room("#lobby")).unwrap();
    let deletions = room.last_seq().get() - 455;
    assert_eq!(deletions, 450);
}

#[tokio::test]
async fn a_second_order_removes_what_the_first_one_has_left() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    hub.grant(None, name("ana"), None, Role::Moderator).await.unwrap();
    for _ in 0..=REMOVED_MAX {
        say(&eva, "#lobby", "spam").await.unwrap();
    }
    let room = ana.room(&room("#lobby")).unwrap();
    let said = room.last_seq().get();
    for deleted in [REMOVED_MAX, REMOVED_MAX + 1] {
        let order = ban(SanctionTarget::User(name("eva")), None);
        ana.removal(&order, 600).unwrap().carry_out(&hub).await;
        assert_eq!(room.last_seq().get() - said, deleted as u64);
    }
}
