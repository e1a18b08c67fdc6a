//! Invites: who makes them, who comes by one, and how often.

use chat_proto::ShortString;
use futures_util::future::join_all;

use super::*;
use crate::hub::invites::INVITES_LISTED;
use crate::hub::request::{Admission, InviteDraft};
use crate::journal::UserRole;
use crate::token::{self, TokenHash};

/// Makes an invite as the operator, or as `by`; returns its number and its secret.
async fn invite(
    hub: &Hub,
    by: Option<&Member>,
    uses: u32,
    role: UserRole,
) -> Result<(u64, Secret), HubError> {
    invite_into(hub, by, uses, role, None).await
}

/// The same, into a room.
async fn invite_into(
    hub: &Hub,
    by: Option<&Member>,
    uses: u32,
    role: UserRole,
    room: Option<&str>,
) -> Result<(u64, Secret), HubError> {
    let secret = token::invite().unwrap();
    let room = room.map(|name| RoomName::new(name).unwrap());
    let draft = InviteDraft {
        by: by.map(Member::id),
        hash: TokenHash::of(&secret),
        role,
        uses,
        valid: DAY,
        room,
        note: ShortString::default(),
        replaces: false,
    };
    Ok((hub.invite(draft).await?.id, secret))
}

fn by(secret: &Secret) -> Admission {
    Admission::new(Some(secret), Join::Invite, None)
}

async fn come(hub: &Arc<Hub>, wants: &str, secret: &Secret) -> Result<(Member, Secret), HubError> {
    hub.enter_new(None, &name(wants), by(secret)).await
}

fn role(hub: &Hub, member: &Member) -> UserRole {
    hub.state().account(member.id()).unwrap().role
}

#[tokio::test]
async fn of_two_who_come_at_once_by_an_invite_for_one_one_gets_in() {
    let hub = hub();
    let needed = hub.enter_new(None, &name("eva"), Admission::new(None, Join::Invite, None)).await;
    assert_eq!(needed.unwrap_err(), HubError::InviteNeeded);
    let (id, secret) = invite(&hub, None, 1, UserRole::Member).await.unwrap();
    let came = join_all(["ana", "bob"].map(|wants| come(&hub, wants, &secret))).await;
    let refused: Vec<_> = came.iter().filter_map(|came| came.as_ref().err()).collect();
    assert_eq!(refused, [&HubError::InviteUsed(None)]);
    let listed = hub.invites(None, None).0;
    assert_eq!((listed[0].id, listed[0].used, listed.len()), (id, 1, 1));
}

#[tokio::test]
async fn a_client_that_lost_the_welcome_uses_its_invite_once() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (_, secret) = invite(&hub, None, 1, UserRole::Owner).await.unwrap();
    let token = Secret::new("a".repeat(64));
    for _ in 0..3 {
        let ana = hub.enter_proposed(None, &name("ana"), &token, by(&secret)).await.unwrap();
        assert_eq!((role(&hub, &ana), ana.id()), (UserRole::Owner, UserId::new(1)));
    }
    assert_eq!(hub.invites(None, None).0[0].used, 1);
    assert!(!hub.has_no_owner());
    // All of it is stored.
    let hub = again(hub, directory.path()).await;
    assert_eq!(hub.invites(None, None).0[0].used, 1);
    let ana = back(&hub, &token, "ana").await.unwrap();
    let record = hub.state().account(ana.id()).unwrap().record().unwrap();
    assert_eq!(
        (record.role, record.invite),
        (UserRole::Owner, Some(hub.invites(None, None).0[0].id))
    );
    assert_eq!(come(&hub, "eva", &secret).await.unwrap_err(), HubError::InviteUsed(None));
}

#[tokio::test]
async fn an_invite_that_is_used_ended_or_revoked_says_whom_to_ask() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let member = UserRole::Member;
    let (_, used) = invite(&hub, Some(&ana), 1, member).await.unwrap();
    come(&hub, "bob", &used).await.unwrap();
    let error = come(&hub, "eva", &used).await.unwrap_err();
    assert_eq!(error.to_string(), "this invite has been used; ask ana for another");
    let (id, revoked) = invite(&hub, Some(&ana), 1, member).await.unwrap();
    hub.revoke(Some(ana.id()), id).await.unwrap();
    assert_eq!(come(&hub, "eva", &revoked).await.unwrap_err(), HubError::NoInvite);
    assert_eq!(hub.revoke(Some(ana.id()), id).await.unwrap_err(), HubError::NoSuchInvite(id));
    let (_, ended) = invite(&hub, Some(&ana), 1, member).await.unwrap();
    days_pass(1);
    let error = come(&hub, "eva", &ended).await.unwrap_err();
    assert_eq!(error.to_string(), "this invite has ended; ask ana for another");
    assert_eq!(error.code(), RefusalCode::BadSecret);
    // The next invite removes those that have ended.
    invite(&hub, Some(&ana), 1, member).await.unwrap();
    assert_eq!(hub.invites(None, None).0.len(), 1);
}

#[tokio::test]
async fn nobody_invites_for_a_role_above_its_own_or_revokes_what_others_made() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    for role in [UserRole::Moderator, UserRole::Owner] {
        let error = invite(&hub, Some(&ana), 1, role).await.unwrap_err();
        assert_eq!(error.code(), RefusalCode::NotAllowed);
    }
    let (of_operator, secret) = invite(&hub, None, 1, UserRole::Owner).await.unwrap();
    let error = hub.revoke(Some(ana.id()), of_operator).await.unwrap_err();
    assert_eq!(error, HubError::NoSuchInvite(of_operator));
    assert!(hub.invites(Some(ana.id()), None).0.is_empty());
    let guest = hub.enter_guest(hub.next_user(), &name("guest"), OPEN).await.unwrap();
    assert!(invite(&hub, Some(&guest), 1, UserRole::Member).await.is_err());
    // An owner may.
    let (eva, _) = come(&hub, "eva", &secret).await.unwrap();
    for role in UserRole::ALL {
        invite(&hub, Some(&eva), 1, role).await.unwrap();
    }
    assert_eq!(hub.invites(Some(eva.id()), None).0.len(), 4);
}

#[tokio::test]
async fn a_known_user_gets_a_higher_role_by_an_invite_and_uses_no_other() {
    let hub = hub();
    let (ana, token) = enter(&hub, "ana").await.unwrap();
    drop(ana);
    let (_, owner) = invite(&hub, None, 1, UserRole::Owner).await.unwrap();
    let (_, member) = invite(&hub, None, 1, UserRole::Member).await.unwrap();
    for secret in [&member, &owner, &owner, &member, &Secret::new("none")] {
        let ana = hub.enter_again(&token, &name("ana"), by(secret)).await.unwrap();
        let expected = if *secret == member && hub.has_no_owner() {
            UserRole::Member
        } else {
            UserRole::Owner
        };
        assert_eq!(role(&hub, &ana), expected);
    }
    let used: Vec<u32> = hub.invites(None, None).0.iter().map(|invite| invite.used).collect();
    assert_eq!(used, [0, 1], "the newest first");
}

#[tokio::test]
async fn a_closed_server_lets_in_whom_the_operator_invites() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (_, of_ana) = invite(&hub, Some(&ana), 1, UserRole::Member).await.unwrap();
    let (_, of_operator) = invite(&hub, None, 1, UserRole::Member).await.unwrap();
    let closed = |secret| Admission::new(Some(secret), Join::Closed, None);
    let refused = hub.enter_new(None, &name("bob"), closed(&of_ana)).await.unwrap_err();
    assert_eq!(refused, HubError::Closed);
    hub.enter_new(None, &name("bob"), closed(&of_operator)).await.unwrap();
}

#[tokio::test]
async fn a_list_has_the_newest_invites_and_says_whether_there_are_more() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (of_ana, _) = invite(&hub, Some(&ana), 1, UserRole::Member).await.unwrap();
    for nth in 1..=INVITES_LISTED {
        assert!(!hub.invites(None, None).1, "{nth}");
        invite(&hub, None, 1, UserRole::Member).await.unwrap();
    }
    let (listed, more) = hub.invites(None, None);
    assert_eq!((listed.len(), more), (INVITES_LISTED, true));
    assert!(listed.windows(2).all(|pair| pair[0].id > pair[1].id));
    let page = |by: Option<&Member>, before| {
        let (listed, more) = hub.invites(by.map(Member::id), Some(before));
        (listed.iter().map(|one| one.id).collect::<Vec<_>>(), more)
    };
    assert_eq!(page(None, listed[INVITES_LISTED - 1].id), (vec![of_ana], false));
    assert_eq!(
        page(Some(&ana), listed[0].id),
        (vec![of_ana], false),
        "those of others are not counted"
    );
    assert_eq!(page(Some(&ana), of_ana), (vec![], false));
}

#[tokio::test]
async fn a_member_has_20_invites_that_have_not_ended_and_others_go_on_inviting() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let member = UserRole::Member;
    // All at once: those of one commit count, too.
    let made = join_all((0..21).map(|_| invite(&hub, Some(&ana), 1, member))).await;
    let refused: Vec<_> = made.iter().filter_map(|made| made.as_ref().err()).collect();
    assert_eq!(refused, [&HubError::TooManyInvitesOfUser(20)]);
    invite(&hub, Some(&bob), 1, member).await.unwrap();
    invite(&hub, None, 1, member).await.unwrap();
    hub.revoke(Some(ana.id()), made[0].as_ref().unwrap().0).await.unwrap();
    invite(&hub, Some(&ana), 1, member).await.unwrap();
    let error = invite(&hub, Some(&ana), 1, member).await.unwrap_err();
    assert!(error.to_string().contains("revoke one, or wait until one ends"), "{error}");
    days_pass(1);
    invite(&hub, Some(&ana), 1, member).await.unwrap();
    hub.grant(None, name("ana"), None, Role::Moderator).await.unwrap();
    for _ in 0..30 {
        invite(&hub, Some(&ana), 1, member).await.unwrap();
    }
}

#[tokio::test]
async fn a_user_who_comes_by_an_invite_into_a_private_room_is_in_it() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let ops = ana.actor().join(&room("#ops")).await.unwrap();
    let rules = RulesPatch { privacy: Some(Privacy::Private), ..RulesPatch::default() };
    hub.rule(Some(ana.id()), room("#ops"), rules).await.unwrap();
    let member = UserRole::Member;
    let outside = invite_into(&hub, Some(&bob), 1, member, Some("#ops")).await.unwrap_err();
    assert_eq!(outside, HubError::NotInRoom(room("#ops")));
    let nowhere = invite_into(&hub, None, 1, member, Some("#none")).await.unwrap_err();
    assert_eq!(nowhere, HubError::NotInRoom(room("#none")));
    let is_in = |member: &Member| ops.users(None, 9).0.iter().any(|user| user.id == member.id());
    for by in [None, Some(&ana)] {
        let (_, secret) = invite_into(&hub, by, 1, member, Some("#ops")).await.unwrap();
        let wants = if by.is_none() { "eva" } else { "zoe" };
        let (came, _) = come(&hub, wants, &secret).await.unwrap();
        assert!(is_in(&came), "{wants}");
    }
    // A moderator of the server sees the invite, and not the room, which it cannot find.
    hub.grant(None, name("bob"), None, Role::Moderator).await.unwrap();
    let rooms = |by: Option<&Member>| {
        let listed = hub.invites(by.map(Member::id), None).0;
        listed.into_iter().map(|invite| invite.room).collect::<Vec<_>>()
    };
    let named = Some(room("#ops"));
    assert_eq!(rooms(None), [named.clone(), named]);
    assert_eq!(rooms(Some(&bob)), [None, None]);
    // An author who has left the room invites into it no more.
    let (_, secret) = invite_into(&hub, Some(&ana), 2, member, Some("#ops")).await.unwrap();
    ana.actor().leave_room(&room("#ops")).await.unwrap();
    let (carl, _) = come(&hub, "carl", &secret).await.unwrap();
    assert!(!is_in(&carl));
}

#[tokio::test]
async fn an_invite_for_a_role_above_member_has_one_use() {
    let hub = hub();
    for role in [UserRole::Moderator, UserRole::Owner] {
        assert_eq!(invite(&hub, None, 2, role).await.unwrap_err(), HubError::OneUseOnly);
    }
}
