use std::cell::Cell;
use std::path::Path;

use chat_proto::command::{Body, Kind, Say};
use chat_proto::{
    DeviceId, LeaveReason, Privacy, RefusalCode, Role, RoomName, Secret, Seq, Text, Timestamp,
    Topic, UserName,
};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::*;
use crate::config::{Join, PRIVATE_PER_USER_MAX, UNANSWERED_OF_NEWCOMERS_MAX};
use crate::door::native::lines;
use crate::journal::{Credential, CredentialRecord, Durability, Location, UserRecord};

thread_local! {
    /// The wall clock of this test.
    static NOW: Cell<i64> = const { Cell::new(1_795_356_127_123) };
    /// The monotonic clock of this test.
    static MONOTONIC: Cell<Instant> = Cell::new(Instant::now());
}

fn clock() -> Timestamp {
    Timestamp::from_millis(NOW.get())
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn days_pass(days: i64) {
    clock_jumps(days);
    MONOTONIC.set(MONOTONIC.get() + DAY * u32::try_from(days).unwrap());
}

fn clock_jumps(days: i64) {
    NOW.set(NOW.get() + days * 24 * 60 * 60 * 1000);
}

/// A client of this machine on a server that everybody may join.
const OPEN: Admission =
    Admission { invite: None, join: Join::Open, lacks_password: false, network: None };

fn config() -> Config {
    Config { clock, monotonic: || MONOTONIC.get(), ..Config::default() }
}

fn open(place: &Location) -> Arc<Hub> {
    Hub::open(place, Durability::Os, &config()).unwrap()
}

fn hub() -> Arc<Hub> {
    open(&Location::Memory)
}

/// Ends the hub as the daemon does, and starts another on its journal.
async fn again(hub: Arc<Hub>, directory: &Path) -> Arc<Hub> {
    hub.close().await;
    let ended = hub.ended();
    drop(hub);
    ended.cancelled().await;
    open(&Location::Directory(directory.to_path_buf()))
}

fn name(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

fn room(name: &str) -> RoomName {
    RoomName::new(name).unwrap()
}

async fn enter(hub: &Arc<Hub>, wants: &str) -> Result<(Member, Secret), HubError> {
    hub.enter_new(None, &name(wants), OPEN).await
}

fn listed_rooms(hub: &Hub, after: Option<&RoomName>, limit: usize) -> (Vec<RoomInfo>, bool) {
    // A user who is in no room but the lobby.
    let state = hub.state();
    let user = state.names.holder(&name("bob")).unwrap_or(UserId::new(1));
    infos(&state.named_rooms_after(user, after, limit), limit)
}

async fn back(hub: &Arc<Hub>, token: &Secret, wants: &str) -> Result<Member, HubError> {
    hub.enter_again(token, &name(wants), OPEN).await
}

async fn say(member: &Member, to: &str, text: &str) -> Result<Outcome, HubError> {
    let (answer, mut answers) = mpsc::channel(1);
    let text = Text::new(text).unwrap();
    let say = Say { room: room(to), n: None, device: None, body: Body::text(text), named_at: None };
    let message = member.message(say, None, &DeviceId::default(), &answer);
    member.actor().send_all(vec![message]).await;
    match answers.recv().await.unwrap().outcome {
        Outcome::Refused(error) => Err(*error),
        outcome => Ok(outcome),
    }
}

fn rooms(member: &Member) -> Vec<(String, u64, u64)> {
    let memberships = member.memberships().into_iter();
    let shown =
        |Membership { room, read }| (room.name().to_string(), room.last_seq().get(), read.get());
    memberships.map(shown).collect()
}

/// The names of the users with whom a user has direct messages.
fn titles(member: &Member) -> Vec<String> {
    let memberships = member.memberships().into_iter();
    memberships.filter_map(|membership| Some(member.title(&membership.room)?.to_string())).collect()
}

mod accounts;
mod arrive;
mod clock;
mod direct;
mod expire;
mod faults;
mod hooks;
mod invites;
mod logins;
mod look_alikes;
mod old_names;
mod queue;
mod removal;
mod repeats;
mod rig;
mod roles;
mod roles_model;
mod sanctions;
mod woken;

#[tokio::test]
async fn a_taken_name_is_refused_with_a_free_one() {
    let hub = hub();
    let bob = enter(&hub, "bob").await.unwrap();
    let refusal = chat_proto::Refusal::from(enter(&hub, "ＢＯＢ").await.unwrap_err());
    assert_eq!(refusal.code, RefusalCode::NameTaken);
    assert_eq!(refusal.text, "the name ＢＯＢ is taken; ＢＯＢ_2 is free");
    assert_eq!(refusal.suggestion, Some(name("bob_2")));
    drop(bob);
    assert!(enter(&hub, "bob").await.is_err(), "bob may come back");
}

#[tokio::test]
async fn a_guests_name_is_numbered_and_free_when_the_guest_has_left() {
    let hub = hub();
    let enter =
        async |wants: &str| hub.enter_guest(hub.next_user(), &name(wants), OPEN).await.unwrap();
    let mut bobs = Vec::new();
    for _ in 0..30 {
        bobs.push(enter("bob").await);
    }
    let names: Vec<String> = bobs.iter().map(|bob| bob.user().name.to_string()).collect();
    assert_eq!(names[..3], ["bob", "bob_2", "bob_3"]);
    assert_eq!(names[29], "bob_30", "past the numbers tried, the user's own");
    bobs.remove(0).leave(LeaveReason::Bye);
    assert_eq!(enter("bob").await.user().name, name("bob"));
}

#[tokio::test]
async fn no_user_has_the_name_of_the_server() {
    let refusal = chat_proto::Refusal::from(enter(&hub(), "Chat-Server").await.unwrap_err());
    assert_eq!(refusal.code, RefusalCode::BadName);
    assert!(refusal.text.contains("reserved"), "{refusal:?}");
}

#[tokio::test]
async fn a_user_may_change_the_spelling_of_its_name() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    bob.actor().rename(&name("Bob"), NameConflict::Refuse).await.unwrap();
    assert_eq!(bob.user().name.as_str(), "Bob");
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    assert!(bob.actor().rename(&ana.user().name, NameConflict::Refuse).await.is_err());
    bob.actor().rename(&name("eva"), NameConflict::Refuse).await.unwrap();
    assert!(enter(&hub, "bob").await.is_ok(), "the old name is free");
}

#[tokio::test]
async fn a_closed_hub_accepts_nothing_and_ends_its_rooms() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let mut live = bob.room(&room("#lobby")).unwrap().subscribe(500).unwrap().live;
    assert!(matches!(
        say(&bob, "#lobby", "last words").await,
        Ok(Outcome::Stored { seq: Seq::FIRST, .. })
    ));
    hub.close().await;
    assert_eq!(say(&bob, "#lobby", "too late").await, Err(HubError::GoingAway));
    assert!(live.recv().await.is_ok());
    assert_eq!(live.recv().await.unwrap_err(), tokio::sync::broadcast::error::RecvError::Closed);
}

#[tokio::test]
async fn a_token_leads_to_the_same_user_after_a_restart() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (bob, token) = enter(&hub, "bob").await.unwrap();
    let phone = back(&hub, &token, "bob").await.unwrap();
    assert_eq!(phone.id(), bob.id());
    assert_ne!(phone.session(), bob.session());
    bob.actor().join(&room("#rust")).await.unwrap();
    bob.actor().set_topic(&room("#rust"), Topic::new("crabs").unwrap()).await.unwrap();
    assert!(say(&phone, "#rust", "hi").await.is_ok(), "all sessions of a user are in its rooms");
    assert_eq!(
        phone.actor().read(&room("#rust"), Seq::new(9)).await,
        Ok(Seq::new(2)),
        "not beyond the last message"
    );
    assert_eq!(
        bob.actor().read(&room("#rust"), Seq::NONE).await,
        Ok(Seq::new(2)),
        "never backwards"
    );
    drop((bob, phone));

    let hub = again(hub, directory.path()).await;
    assert_eq!(
        back(&hub, &Secret::new("no such token"), "bob").await.unwrap_err(),
        HubError::BadToken
    );
    let bob = back(&hub, &token, "bob").await.unwrap();
    assert_eq!((bob.id(), bob.user().name), (UserId::new(1), name("bob")));
    assert_eq!(rooms(&bob), [("#lobby".to_owned(), 0, 0), ("#rust".to_owned(), 2, 2)]);
    assert_eq!(bob.room(&room("#rust")).unwrap().info().0.as_str(), "crabs");
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    assert_eq!(eva.id(), UserId::new(2), "a number is not used again");
}

#[tokio::test]
async fn the_number_of_a_guest_with_a_message_is_not_used_again() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let ana = hub.enter_guest(hub.next_user(), &name("ana"), OPEN).await.unwrap();
    say(&ana, "#lobby", "hi").await.unwrap();
    drop(ana);
    let hub = again(hub, directory.path()).await;
    assert_eq!(hub.next_user(), UserId::new(2));
}

#[tokio::test]
async fn a_user_that_connects_again_gets_another_name_if_it_is_free() {
    let hub = hub();
    let (_ana, _) = enter(&hub, "ana").await.unwrap();
    let (bob, token) = enter(&hub, "bob").await.unwrap();
    drop(bob);
    let bob = back(&hub, &token, "ana").await.unwrap();
    assert_eq!(bob.user().name, name("bob"));
    drop(bob);
    assert_eq!(back(&hub, &token, "robert").await.unwrap().user().name, name("robert"));
}

#[tokio::test]
async fn the_name_of_a_user_away_for_long_is_given_away_and_nothing_else_is() {
    let hub = hub();
    let (bob, token) = enter(&hub, "bob").await.unwrap();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    say(&bob, "@ana", "a secret").await.unwrap();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    say(&eva, "@bob", "hi").await.unwrap();
    bob.actor().leave_room(&room("@eva")).await.unwrap();
    drop(bob);
    days_pass(29);
    assert!(enter(&hub, "bob").await.is_err());
    days_pass(2);
    let mut live = ana.room(&room("@bob")).unwrap().subscribe(500).unwrap().live;
    let mut left = eva.room(&room("@bob")).unwrap().subscribe(500).unwrap().live;
    let (thief, _) = enter(&hub, "bob").await.unwrap();
    let renamed = live.try_recv().unwrap();
    let line = String::from_utf8_lossy(&lines(&renamed, Default::default()).bytes).into_owned();
    assert!(line.contains(r#""renamed","user":{"id":1,"name":"bob"},"name":"bob_2""#), "{line}");
    assert!(left.try_recv().is_ok(), "also in a room that the old bob has left");
    assert_eq!(rooms(&thief), [("#lobby".to_owned(), 0, 0)], "the secret stays with the old bob");
    assert_eq!(rooms(&ana)[1], ("@1-2".to_owned(), 1, 0));
    assert_eq!(titles(&ana), ["bob_2"]);
    say(&ana, "@1-2", "for the old bob").await.unwrap();
    assert_eq!(rooms(&thief).len(), 1, "an address never changes hands");
    let bob = back(&hub, &token, "bob").await.unwrap();
    assert_eq!((bob.user().name, bob.id()), (name("bob_2"), UserId::new(1)));
    assert_eq!(rooms(&bob)[1], ("@1-2".to_owned(), 2, 0));
}

#[tokio::test]
async fn the_last_seen_time_of_a_connected_user_is_stored() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (ana, _) = enter(&hub, "ana").await.unwrap();
    drop(ana);
    days_pass(31);
    hub.see_all().await.unwrap();
    let seen = |name: &'static str| {
        hub.queue.with_connection(move |db| {
            db.query_row("SELECT seen_at FROM user WHERE name = ?", [name], |row| row.get(0))
        })
    };
    let (bob_seen, ana_seen): (i64, i64) = (seen("bob").await.unwrap(), seen("ana").await.unwrap());
    assert_eq!(Timestamp::from_millis(bob_seen), clock());
    assert!(ana_seen < bob_seen, "a user without a session is not seen");
    drop(bob);
}

#[tokio::test]
async fn rooms_are_bounded_and_the_lobby_stays() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let lobby = room("#lobby");
    assert_eq!(bob.actor().leave_room(&lobby).await.unwrap_err(), HubError::CannotLeave(lobby));
    for n in 1..100 {
        bob.actor().join(&room(&format!("#room{n}"))).await.unwrap();
    }
    assert_eq!(bob.actor().join(&room("#more")).await.unwrap_err(), HubError::InTooManyRooms);
    assert!(bob.actor().join(&room("#room7")).await.is_ok(), "the user is in it already");
    assert_eq!(say(&bob, "#more", "hi").await, Err(HubError::NotInRoom(room("#more"))));
    let (first, more) = listed_rooms(&hub, Some(&room("#lobby")), 2);
    let first: Vec<_> = first.iter().map(|info| (info.room.as_str(), info.count)).collect();
    assert_eq!((first, more), (vec![("#room1", 1), ("#room10", 1)], true));
}

#[tokio::test]
async fn direct_messages_of_many_users_to_one_are_bounded_and_take_no_room() {
    let hub = hub();
    let (bob, _) = enter(&hub, "bob").await.unwrap();
    let (eva, _) = enter(&hub, "eva").await.unwrap();
    let mut crowd = Vec::new();
    for n in 0..UNANSWERED_OF_NEWCOMERS_MAX {
        let (stranger, _) = enter(&hub, &format!("stranger{n}")).await.unwrap();
        say(&stranger, "@bob", "hi").await.unwrap();
        crowd.push(stranger);
    }
    let refused = say(&eva, "@bob", "hi").await.unwrap_err();
    assert_eq!(refused.code(), RefusalCode::TooManyRooms, "{refused}");
    assert!(refused.to_string().starts_with("bob has too many direct messages"), "{refused}");
    assert!(say(&crowd[7], "@bob", "still here").await.is_ok(), "both are in it already");
    for n in 0..PRIVATE_PER_USER_MAX {
        say(&bob, &format!("@stranger{n}"), "hi").await.unwrap();
    }
    let refused = say(&bob, "@stranger200", "hi").await.unwrap_err();
    assert!(refused.to_string().starts_with("you have 100 direct messages"), "{refused}");
    assert_eq!(bob.actor().join(&room("@eva")).await.unwrap_err(), refused);
    assert!(bob.actor().join(&room("#rust")).await.is_ok());
    bob.actor().leave_room(&room("@stranger1")).await.unwrap();
    assert!(say(&bob, "@stranger200", "hi").await.is_ok());
    assert!(
        bob.actor().join(&room("@stranger1")).await.is_err(),
        "the bound holds for a user that joins again, too"
    );
    assert!(say(&crowd[1], "@bob", "hi").await.is_ok(), "it is not answered any more");
}

#[tokio::test]
async fn past_a_number_of_users_only_stored_users_and_guests_begin_sessions() {
    let config = Config { users_max: 2, ..config() };
    let hub = Hub::open(&Location::Memory, Durability::Os, &config).unwrap();
    let (bob, token) = enter(&hub, "bob").await.unwrap();
    let (_ana, _) = enter(&hub, "ana").await.unwrap();
    drop(bob);
    let refused = enter(&hub, "eva").await.unwrap_err();
    assert_eq!((&refused, refused.code()), (&HubError::TooManyUsers(2), RefusalCode::NotKept));
    assert!(back(&hub, &token, "bob").await.is_ok());
    assert!(
        hub.enter_guest(hub.next_user(), &name("eva"), OPEN).await.is_ok(),
        "a guest is not stored"
    );
}

#[tokio::test]
async fn if_the_journal_stores_nothing_old_users_begin_sessions_and_new_ones_are_refused() {
    let directory = TempDir::new().unwrap();
    let hub = open(&Location::Directory(directory.path().to_path_buf()));
    let (bob, token) = enter(&hub, "bob").await.unwrap();
    drop(bob);
    hub.refuse_to_store(true).await.unwrap();
    assert_eq!(enter(&hub, "eva").await.unwrap_err().code(), RefusalCode::NotKept);
    let bob = back(&hub, &token, "bob").await.unwrap();
    assert_eq!(bob.actor().last_n(&DeviceId::default()).await, Ok(0));
    assert!(matches!(say(&bob, "#lobby", "hi").await, Err(HubError::NotStored(_))));
    assert_eq!(
        bob.actor().rename(&name("eva"), NameConflict::Refuse).await.unwrap_err().code(),
        RefusalCode::NotKept
    );
    assert_eq!(bob.user().name, name("bob"));
    hub.refuse_to_store(false).await.unwrap();
    assert!(matches!(say(&bob, "#lobby", "hi").await, Ok(Outcome::Stored { seq: Seq::FIRST, .. })));
    assert!(enter(&hub, "eva").await.is_ok(), "the name was not lost");
}
