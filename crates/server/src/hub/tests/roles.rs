//! Roles and rules: decided by the state at the head of the queue, and stored.

use chat_proto::Role;

use super::*;
use crate::config::ASKED_PER_USER_MAX;

async fn grant(by: &Member, user: &str, to: Option<&str>, role: Role) -> Result<(), HubError> {
    by.actor().hub.grant(Some(by.id()), name(user), to.map(room), role).await.map(drop)
}

async fn rule(by: &Member, to: &str, privacy: Privacy) -> Result<(), HubError> {
    let rules = RulesPatch { privacy: Some(privacy), ..RulesPatch::default() };
    by.actor().hub.rule(Some(by.id()), room(to), rules).await.map(drop)
}

async fn ask_in(by: &Member, to: &str, user: &str) -> Result<(), HubError> {
    by.actor().ask_in(room(to), name(user)).await.map(drop)
}

fn code<T>(result: Result<T, HubError>) -> Option<RefusalCode> {
    result.err().map(|error| error.code())
}

/// The commands of several sessions are in the queue before the first one is decided.
#[tokio::test]
async fn a_right_that_was_taken_in_the_queue_is_not_used_after_it() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (carl, _) = enter(&hub, "carl").await.unwrap();
    for member in [&ana, &bob, &carl] {
        member.actor().join(&room("#news")).await.unwrap();
    }
    rule(&ana, "#news", Privacy::Announce).await.unwrap();
    grant(&ana, "bob", Some("#news"), Role::Moderator).await.unwrap();
    let (taken, gives, says, later) = tokio::join!(
        grant(&ana, "bob", Some("#news"), Role::Member),
        grant(&bob, "carl", Some("#news"), Role::Voice),
        say(&bob, "#news", "hi"),
        grant(&ana, "bob", Some("#news"), Role::Voice),
    );
    assert_eq!((taken, later), (Ok(()), Ok(())));
    assert_eq!(code(gives), Some(RefusalCode::NotAllowed));
    assert_eq!(code(says), Some(RefusalCode::NotAllowed));
    assert!(say(&bob, "#news", "hi").await.is_ok());
    let news = room("#news");
    // A room that becomes private, and a user who joins it after that.
    let (dora, _) = enter(&hub, "dora").await.unwrap();
    let (made, joined) =
        tokio::join!(rule(&ana, "#news", Privacy::Private), dora.actor().join(&news));
    assert_eq!((made, code(joined)), (Ok(()), Some(RefusalCode::NotAllowed)));
    let (asked, joined) = tokio::join!(ask_in(&bob, "#news", "dora"), dora.actor().join(&news));
    assert!(asked.is_ok() && joined.is_ok());
    // Both owners of the server step down at once: the second one is the last.
    for user in ["ana", "bob"] {
        hub.grant(None, name(user), None, Role::Owner).await.unwrap();
    }
    let (one, other) = tokio::join!(
        grant(&ana, "ana", None, Role::Member),
        grant(&bob, "bob", None, Role::Member)
    );
    assert_eq!((one, other), (Ok(()), Err(HubError::LastOwner(name("bob")))));
    assert_eq!(
        hub.grant(None, name("bob"), None, Role::Member).await,
        Err(HubError::LastOwner(name("bob")))
    );
}

#[tokio::test]
async fn roles_rules_and_invitations_outlive_the_daemon() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (ana, token_of_ana) = enter(&hub, "ana").await.unwrap();
    let (bob, token_of_bob) = enter(&hub, "bob").await.unwrap();
    hub.grant(None, name("bob"), None, Role::Moderator).await.unwrap();
    ana.actor().join(&room("#ops")).await.unwrap();
    rule(&ana, "#ops", Privacy::Private).await.unwrap();
    ask_in(&ana, "#ops", "bob").await.unwrap();
    // Another name leaves the role as it is, also in the same commit.
    let anna = name("anna");
    let (granted, renamed) = tokio::join!(
        hub.grant(None, name("ana"), None, Role::Owner),
        ana.actor().rename(&anna, NameConflict::Refuse)
    );
    assert!(granted.is_ok() && renamed.is_ok());
    drop((ana, bob));
    let hub = again(hub, directory.path()).await;
    let ana = back(&hub, &token_of_ana, "anna").await.unwrap();
    let bob = back(&hub, &token_of_bob, "bob").await.unwrap();
    assert_eq!((ana.role(), bob.role()), (Role::Owner, Role::Moderator));
    assert_eq!(bob.asked().len(), 1);
    let (carl, _) = enter(&hub, "carl").await.unwrap();
    assert_eq!(code(carl.actor().join(&room("#ops")).await), Some(RefusalCode::NotAllowed));
    bob.actor().join(&room("#ops")).await.unwrap();
    assert_eq!(bob.asked().len(), 0);
    let ops = bob.room(&room("#ops")).unwrap();
    let roles = bob.roles_among(&ops, &[ana.user(), bob.user()]);
    let roles: Vec<Role> = roles.into_iter().map(|holder| holder.role).collect();
    assert_eq!(roles, [Role::Owner, Role::Moderator]);
    let (rooms, _) = carl.rooms(None, 10).unwrap();
    assert_eq!(rooms.len(), 1, "{rooms:?}");
    let (rooms, _) = bob.rooms(None, 10).unwrap();
    assert_eq!(rooms.len(), 2, "{rooms:?}");
}

#[tokio::test]
async fn a_user_is_asked_into_a_bounded_number_of_rooms() {
    let hub = hub();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    let mut makers = Vec::new();
    for maker in 0..=ASKED_PER_USER_MAX / 50 {
        let (member, _) = enter(&hub, &format!("maker_{maker}")).await.unwrap();
        makers.push(member);
    }
    for nth in 0..ASKED_PER_USER_MAX {
        let (maker, to) = (&makers[nth / 50], format!("#ops{nth}"));
        maker.actor().join(&room(&to)).await.unwrap();
        rule(maker, &to, Privacy::Private).await.unwrap();
        ask_in(maker, &to, "eva").await.unwrap();
    }
    let last = makers.last().unwrap();
    last.actor().join(&room("#more")).await.unwrap();
    rule(last, "#more", Privacy::Private).await.unwrap();
    assert_eq!(ask_in(last, "#more", "eva").await, Err(HubError::AskedTooOften(name("eva"))));
    eva.actor().join(&room("#ops7")).await.unwrap();
    ask_in(last, "#more", "eva").await.unwrap();
    assert_eq!(eva.asked().len(), ASKED_PER_USER_MAX);
}

/// A room without users and messages is removed, and with it who was asked in.
#[tokio::test]
async fn an_unused_private_room_is_removed_with_its_invitations() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    ana.actor().join(&room("#ops")).await.unwrap();
    rule(&ana, "#ops", Privacy::Private).await.unwrap();
    ask_in(&ana, "#ops", "bob").await.unwrap();
    ana.actor().leave_room(&room("#ops")).await.unwrap();
    hub.expire_rooms().await.unwrap();
    assert_eq!(bob.asked().len(), 0);
    bob.actor().join(&room("#ops")).await.unwrap();
    assert_eq!(code(rule(&ana, "#ops", Privacy::Private).await), Some(RefusalCode::NotAllowed));
    rule(&bob, "#ops", Privacy::Announce).await.unwrap();
}
