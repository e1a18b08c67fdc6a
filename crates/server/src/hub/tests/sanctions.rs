//! Mutes and bans: decided by the state at the head of the queue, for every request.

use std::net::IpAddr;

use chat_proto::{AuditKind, Event, Reason, Role, SanctionKind, ShortString};

use super::*;
use crate::config::SANCTIONS_IN_ROOMS_PER_USER_MAX;
use crate::hub::request::{HookDraft, InviteDraft};
use crate::journal::UserRole;
use crate::token::{self, PasswordHash, TokenHash};

const KICK: SanctionKind = SanctionKind::Kick;
const MUTE: SanctionKind = SanctionKind::Mute;
const BAN: SanctionKind = SanctionKind::Ban;

fn user(user: &str) -> SanctionTarget {
    SanctionTarget::User(name(user))
}

fn order(kind: SanctionKind, target: SanctionTarget, to: Option<&str>) -> SanctionOrder {
    let reason = Reason::from_lossy("spam");
    SanctionOrder { kind, target, room: to.map(room), for_s: None, reason }
}

async fn appoint(hub: &Hub, user: &str, role: Role) {
    hub.grant(None, name(user), None, role).await.unwrap();
}

async fn grant(by: &Member, user: &str, to: Option<&str>, role: Role) -> Result<(), HubError> {
    let grant = by.actor().hub.grant(Some(by.id()), name(user), to.map(room), role);
    grant.await.map(drop)
}

async fn rule(by: &Member, to: &str, privacy: Privacy) -> Result<(), HubError> {
    let rules = RulesPatch { privacy: Some(privacy), ..RulesPatch::default() };
    by.actor().hub.rule(Some(by.id()), room(to), rules).await.map(drop)
}

async fn pardon(by: &Member, id: u64) -> Result<Option<Event>, HubError> {
    Ok(by.actor().hub.pardon(Some(by.id()), id).await?.map(|event| *event))
}

async fn sanction(
    by: &Member,
    kind: SanctionKind,
    target: SanctionTarget,
    to: Option<&str>,
) -> Result<Option<Event>, HubError> {
    Ok(by.actor().hub.sanction(Some(by.id()), order(kind, target, to)).await?.map(|event| *event))
}

/// The number of the sanction with the greatest one.
fn last_id(hub: &Hub) -> u64 {
    hub.state().sanctions.after(0).last().unwrap().id
}

fn code<T: std::fmt::Debug>(result: Result<T, HubError>) -> RefusalCode {
    result.unwrap_err().code()
}

fn from(address: &str) -> Admission {
    Admission { network: Some(address.parse::<IpAddr>().unwrap()), ..OPEN }
}

/// An owner of the server.
async fn owner(hub: &Arc<Hub>) -> Member {
    let (ana, _) = enter(hub, "ana").await.unwrap();
    appoint(hub, "ana", Role::Owner).await;
    ana
}

fn draft(by: Option<&Member>, role: UserRole, uses: u32) -> (InviteDraft, Secret) {
    let secret = token::invite().unwrap();
    let (by, hash, note) = (by.map(Member::id), TokenHash::of(&secret), ShortString::default());
    (
        InviteDraft { by, hash, role, uses, valid: DAY * 30, room: None, note, replaces: false },
        secret,
    )
}

fn by(secret: &Secret) -> Admission {
    Admission::new(Some(secret), Join::Invite, None)
}

#[tokio::test]
async fn no_request_of_a_banned_user_is_carried_out() {
    let hub = hub();
    let ana = owner(&hub).await;
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (_eva, _) = enter(&hub, "eva").await.unwrap();
    appoint(&hub, "bob", Role::Moderator).await;
    bob.actor().join(&room("#own")).await.unwrap();
    sanction(&bob, MUTE, user("eva"), None).await.unwrap();
    let mute = last_id(&hub);
    let (mine, _) = draft(Some(&bob), UserRole::Member, 1);
    let made = hub.invite(mine).await.unwrap();
    sanction(&ana, BAN, user("bob"), None).await.unwrap();
    let (actor, own) = (bob.actor(), room("#own"));
    let hash = PasswordHash::new("$argon2id$x");
    let wants = name("carl");
    let refused = [
        code(hub.invite(draft(Some(&bob), UserRole::Member, 1).0).await),
        code(hub.revoke(Some(bob.id()), made.id).await),
        code(actor.set_password(hash, None).await),
        code(actor.rename(&wants, NameConflict::Refuse).await),
        code(actor.join(&room("#rust")).await),
        code(actor.open_direct(&room("@eva")).await),
        code(actor.leave_room(&own).await),
        code(actor.set_topic(&own, Topic::new("x").unwrap()).await),
        code(grant(&bob, "eva", Some("#own"), Role::Voice).await),
        code(grant(&bob, "bob", None, Role::Member).await),
        code(rule(&bob, "#own", Privacy::Private).await),
        code(actor.ask_in(own.clone(), name("eva")).await),
        code(actor.read(&own, Seq::new(1)).await),
        code(sanction(&bob, BAN, user("eva"), None).await),
        code(sanction(&bob, KICK, user("eva"), Some("#own")).await),
        code(pardon(&bob, mute).await),
        code(actor.set_away(None).await),
        code(say(&bob, "#own", "hi").await),
    ];
    assert_eq!(refused, [RefusalCode::Banned; 18]);
}

#[tokio::test]
async fn a_moderator_of_a_room_who_is_banned_from_it_has_no_rights_there() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    for member in [&ana, &bob, &eva] {
        member.actor().join(&room("#rust")).await.unwrap();
    }
    grant(&ana, "bob", Some("#rust"), Role::Moderator).await.unwrap();
    sanction(&bob, MUTE, user("eva"), Some("#rust")).await.unwrap();
    let mute = last_id(&hub);
    let hash = TokenHash::of(&Secret::new("h"));
    let draft = HookDraft { by: Some(bob.id()), hash, room: room("#rust"), name: name("nightly") };
    let hook = hub.make_hook(draft).await.unwrap().id;
    sanction(&ana, BAN, user("bob"), Some("#rust")).await.unwrap();
    let banned = RefusalCode::Banned;
    assert_eq!(code(sanction(&bob, BAN, user("eva"), Some("#rust")).await), banned);
    assert_eq!(code(pardon(&bob, mute).await), banned);
    let voice = grant(&bob, "eva", Some("#rust"), Role::Voice).await;
    assert_eq!(code(voice), banned);
    assert_eq!(code(bob.all_sanctions(Some(&room("#rust")), 0, 10)), banned);
    assert_eq!(hub.hooks(Some(bob.id()), None).0.len(), 0);
    assert_eq!(code(hub.revoke_hook(Some(bob.id()), hook).await), banned);
    bob.actor().join(&room("#own")).await.unwrap();
}

#[tokio::test]
async fn a_ban_earlier_in_the_queue_bars_a_user_after_it() {
    let hub = hub();
    let ana = owner(&hub).await;
    let network = SanctionTarget::Network("203.0.113.0/24".parse().unwrap());
    let (wants, guest) = (name("bob"), name("old"));
    let (here, id) = (from("203.0.113.9"), hub.next_user());
    let (made, new, old) = tokio::join!(
        sanction(&ana, BAN, network, None),
        hub.enter_new(None, &wants, here),
        hub.enter_guest(id, &guest, here),
    );
    made.unwrap();
    assert_eq!((code(new), code(old)), (RefusalCode::Banned, RefusalCode::Banned));
    assert_eq!(code(hub.check_admission(here)), RefusalCode::Banned);
    assert_eq!(code(hub.check_guest(here)), RefusalCode::Banned);
    hub.enter_new(None, &wants, from("203.0.114.9")).await.unwrap();
}

#[tokio::test]
async fn the_ban_of_an_invite_closes_it() {
    let hub = hub();
    let ana = owner(&hub).await;
    let (many, secret) = draft(Some(&ana), UserRole::Member, 5);
    let invite = hub.invite(many).await.unwrap();
    let (bob, _) = hub.enter_new(None, &name("bob"), by(&secret)).await.unwrap();
    sanction(&ana, BAN, SanctionTarget::Invite(invite.id), None).await.unwrap();
    assert!(bob.is_expelled());
    let late = hub.enter_new(None, &name("eva"), by(&secret)).await;
    assert_eq!(code(late), RefusalCode::Banned);
    assert_eq!(code(hub.check_admission(by(&secret))), RefusalCode::Banned);
}

#[tokio::test]
async fn a_banned_user_does_not_come_back_by_its_invite_under_another_name() {
    let hub = hub();
    let ana = owner(&hub).await;
    let (many, secret) = draft(Some(&ana), UserRole::Member, 5);
    let id = hub.invite(many).await.unwrap().id;
    let (other, of_others) = draft(Some(&ana), UserRole::Member, 5);
    hub.invite(other).await.unwrap();
    let (_bob, _) = hub.enter_new(None, &name("bob"), by(&secret)).await.unwrap();
    let (carl, _) = hub.enter_new(None, &name("carl"), by(&secret)).await.unwrap();
    ana.actor().join(&room("#rust")).await.unwrap();
    sanction(&ana, MUTE, user("bob"), None).await.unwrap();
    sanction(&ana, BAN, user("bob"), Some("#rust")).await.unwrap();
    let (dora, _) = hub.enter_new(None, &name("dora"), by(&secret)).await.unwrap();
    sanction(&ana, BAN, user("bob"), None).await.unwrap();
    let again = hub.enter_new(None, &name("rob"), by(&secret)).await;
    assert_eq!(again.unwrap_err(), HubError::NoInvite);
    hub.enter_new(None, &name("eva"), by(&of_others)).await.unwrap();
    assert!(!carl.is_expelled() && !dora.is_expelled(), "who came by it before stays");
    let (records, _) = hub.audit(None, None, 10).await.unwrap();
    let revoked = records.iter().find(|record| record.what == AuditKind::Revoke).unwrap();
    assert_eq!(revoked.about, format!("invite {id}: 3 of 5 used"));
    assert_eq!(revoked.by.as_ref().map(|by| by.id), Some(ana.id()));
    // A pardon does not make it valid again.
    pardon(&ana, last_id(&hub)).await.unwrap();
    assert_eq!(hub.check_admission(by(&secret)).unwrap_err(), HubError::NoInvite);
}

#[tokio::test]
async fn an_invite_gives_no_role_that_its_author_may_not_give_any_more() {
    let hub = hub();
    let ana = owner(&hub).await;
    let (bob, token) = enter(&hub, "bob").await.unwrap();
    appoint(&hub, "bob", Role::Owner).await;
    let (of_bob, secret) = draft(Some(&bob), UserRole::Owner, 1);
    hub.invite(of_bob).await.unwrap();
    let (of_member, other) = draft(Some(&bob), UserRole::Member, 5);
    hub.invite(of_member).await.unwrap();
    grant(&ana, "bob", None, Role::Member).await.unwrap();
    let again = hub.enter_again(&token, &name("bob"), by(&secret)).await.unwrap();
    assert_eq!(again.role(), Role::Member);
    let eva = hub.enter_new(None, &name("eva"), by(&secret)).await;
    assert_eq!(eva.unwrap_err(), HubError::NoInvite);
    hub.enter_new(None, &name("eva"), by(&other)).await.unwrap();
    sanction(&ana, BAN, user("bob"), None).await.unwrap();
    let carl = hub.enter_new(None, &name("carl"), by(&other)).await;
    assert_eq!(carl.unwrap_err(), HubError::NoInvite, "its author is banned");
}

#[tokio::test]
async fn a_moderator_neither_ends_nor_replaces_the_ban_of_an_owner() {
    let hub = hub();
    let ana = owner(&hub).await;
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (_eva, _) = enter(&hub, "eva").await.unwrap();
    appoint(&hub, "bob", Role::Moderator).await;
    sanction(&ana, BAN, user("eva"), None).await.unwrap();
    let ban = last_id(&hub);
    let short = SanctionOrder { for_s: Some(1), ..order(BAN, user("eva"), None) };
    assert_eq!(code(hub.sanction(Some(bob.id()), short.clone()).await), RefusalCode::NotAllowed);
    assert_eq!(code(pardon(&bob, ban).await), RefusalCode::NotAllowed);
    hub.sanction(Some(ana.id()), short).await.unwrap();
    assert_ne!(last_id(&hub), ban);
    assert_eq!(hub.state().sanctions.len(), 1);
}

#[tokio::test]
async fn a_pardon_does_not_tell_of_a_private_room() {
    let hub = hub();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    for member in [&ana, &bob] {
        member.actor().join(&room("#secret")).await.unwrap();
    }
    rule(&ana, "#secret", Privacy::Private).await.unwrap();
    sanction(&ana, MUTE, user("bob"), Some("#secret")).await.unwrap();
    let mute = last_id(&hub);
    assert_eq!(pardon(&eva, mute).await.unwrap_err(), HubError::NoSuchSanction(mute));
    assert_eq!(pardon(&bob, mute).await.unwrap_err(), HubError::NotToYourself);
}

#[tokio::test]
async fn a_ban_of_a_guest_is_one_of_its_network_until_it_ends() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let ana = owner(&hub).await;
    let here = from("2001:db8::");
    let guest = hub.enter_guest(hub.next_user(), &name("old"), here).await.unwrap();
    let number = guest.id();
    let told = sanction(&ana, BAN, user("old"), None).await.unwrap();
    assert_eq!(told, None, "everybody is told, and it with them");
    assert!(guest.is_expelled());
    let ban = last_id(&hub);
    let network = hub.state().sanctions.get(ban).unwrap().network;
    assert_eq!(network, Some("2001:db8::/64".parse().unwrap()));
    drop((guest, ana));
    let hub = again(hub, directory.path()).await;
    days_pass(2);
    let id = hub.next_user();
    assert_eq!(code(hub.enter_guest(id, &name("old"), here).await), RefusalCode::Banned);
    assert_eq!(code(hub.enter_new(None, &name("eva"), here).await), RefusalCode::Banned);
    // Its number may be that of another user now.
    assert!(id <= number, "{id} {number}");
    hub.enter_new(Some(number), &name("carl"), OPEN).await.unwrap();
}

#[tokio::test]
async fn a_moderator_of_a_room_does_not_learn_the_address_of_a_guest() {
    let hub = hub();
    let ana = owner(&hub).await;
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let lobby = RoomName::lobby();
    grant(&ana, "bob", Some("#lobby"), Role::Moderator).await.unwrap();
    let here = from("203.0.113.9");
    let _guest = hub.enter_guest(hub.next_user(), &name("old"), here).await.unwrap();
    sanction(&bob, MUTE, user("old"), Some("#lobby")).await.unwrap();
    let mute = last_id(&hub);
    let (listed, _) = bob.all_sanctions(Some(&lobby), 0, 10).unwrap();
    assert_eq!((listed.len(), listed[0].network), (1, None));
    let pardoned = pardon(&bob, mute).await.unwrap();
    let Some(Event::Pardoned { sanction: told, .. }) = pardoned else { panic!("{pardoned:?}") };
    assert_eq!(told.network, None);
    // A moderator of the server does.
    sanction(&ana, MUTE, user("old"), None).await.unwrap();
    let (listed, _) = ana.all_sanctions(None, 0, 10).unwrap();
    assert_eq!(listed[0].network, Some("203.0.113.9".parse().unwrap()));
}

#[tokio::test]
async fn the_number_of_a_guest_of_this_machine_with_a_mute_is_not_used_again() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let ana = owner(&hub).await;
    let guest = hub.enter_guest(hub.next_user(), &name("old"), OPEN).await.unwrap();
    let number = guest.id();
    sanction(&ana, MUTE, user("old"), None).await.unwrap();
    drop((guest, ana));
    let hub = again(hub, directory.path()).await;
    assert!(hub.next_user() > number);
}

#[tokio::test]
async fn a_mute_of_a_network_is_about_new_users_and_a_day_later_about_others() {
    let hub = hub();
    let ana = owner(&hub).await;
    let here = from("203.0.113.9");
    let (bob, _) = hub.enter_new(None, &name("bob"), here).await.unwrap();
    days_pass(2);
    let (eva, _) = hub.enter_new(None, &name("eva"), here).await.unwrap();
    let network = SanctionTarget::Network("203.0.113.9".parse().unwrap());
    sanction(&ana, MUTE, network, None).await.unwrap();
    assert_eq!(code(say(&eva, "#lobby", "hi").await), RefusalCode::Muted);
    assert_eq!(eva.sanctions().len(), 1);
    say(&bob, "#lobby", "hi").await.unwrap();
    days_pass(2);
    say(&eva, "#lobby", "hi").await.unwrap();
}

#[tokio::test]
async fn others_of_the_network_of_a_banned_user_learn_their_end_and_no_reason() {
    let hub = hub();
    let ana = owner(&hub).await;
    let here = from("203.0.113.9");
    let (_bob, token) = hub.enter_new(None, &name("bob"), here).await.unwrap();
    sanction(&ana, BAN, user("bob"), None).await.unwrap();
    let own = hub.enter_again(&token, &name("bob"), here).await.unwrap_err();
    let text = "you are banned from this server until a moderator ends the ban: spam";
    assert_eq!(own.to_string(), text);
    let other = hub.enter_new(None, &name("eva"), here).await.unwrap_err().to_string();
    assert!(other.contains("no new user comes in from it for 24 more hours. If"), "{other}");
    days_pass(1);
    hub.enter_new(None, &name("eva"), here).await.unwrap();
}

#[tokio::test]
async fn the_name_of_an_absent_moderator_is_held_without_end() {
    let hub = hub();
    let held = 400;
    for role in [Role::Moderator, Role::Owner] {
        let (bob, _) = enter(&hub, &format!("the_{role}")).await.unwrap();
        appoint(&hub, &format!("the_{role}"), role).await;
        let member = format!("not_{role}");
        let (eva, _) = enter(&hub, &member).await.unwrap();
        drop((bob, eva));
        days_pass(held);
        let taken = enter(&hub, &format!("the_{role}")).await.unwrap_err();
        assert_eq!(taken.code(), RefusalCode::NameTaken);
        enter(&hub, &member).await.unwrap();
    }
}

#[tokio::test]
async fn one_user_makes_a_bounded_number_of_sanctions_in_rooms() {
    let hub = hub();
    let ana = owner(&hub).await;
    let mut guests = Vec::new();
    for nth in 0..=SANCTIONS_IN_ROOMS_PER_USER_MAX {
        let wants = name(&format!("guest{nth}"));
        guests.push(hub.enter_guest(hub.next_user(), &wants, OPEN).await.unwrap());
    }
    let mute = async |nth: usize, to| {
        sanction(&ana, MUTE, user(guests[nth].user().name.as_str()), to).await
    };
    for nth in 0..SANCTIONS_IN_ROOMS_PER_USER_MAX {
        mute(nth, Some("#lobby")).await.unwrap();
    }
    let last = SANCTIONS_IN_ROOMS_PER_USER_MAX;
    assert_eq!(mute(last, Some("#lobby")).await.unwrap_err(), HubError::TooManyOwnSanctions);
    hub.sanction(None, order(MUTE, user(&format!("guest{last}")), Some("#lobby"))).await.unwrap();
    let (again, said) =
        futures_util::join!(mute(last, Some("#lobby")), say(&guests[last], "#lobby", "hi"));
    assert_eq!((again.is_err(), code(said)), (true, RefusalCode::Muted), "the other one stays");
    mute(0, Some("#lobby")).await.expect("it takes the place of the first");
    mute(last, None).await.expect("the server has room");
}
