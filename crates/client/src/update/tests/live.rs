//! Who is writing, and who is away.

use chat_proto::event::{Away, RoomState, Welcome};
use chat_proto::{AwayText, Command, Features, LeaveReason, UserId};

use super::*;
use crate::live::Partner;
use crate::testing::{direct_event, room_state};

fn at(harness: &mut Harness, millis: i64, input: Input) -> Vec<Effect> {
    update(&mut harness.state, input, Timestamp::from_millis(millis))
}

fn is_typing(effects: &[Effect]) -> bool {
    let is_typing = |effect: &Effect| {
        matches!(effect, Effect::Link(LinkRequest::Send { command: Command::Typing { .. }, .. }))
    };
    effects.iter().any(is_typing)
}

fn text(written: &str) -> AwayText {
    AwayText::new(written).unwrap()
}

#[test]
fn typing_is_sent_once_in_three_seconds_for_each_room() {
    let mut harness = Harness::connected();
    harness.event(room_event("#rust", 0, 0));
    let types = |harness: &mut Harness, millis, name: &str| {
        let typing = Input::Request(Request::Typing(room(name)));
        is_typing(&at(harness, millis, typing))
    };
    assert!(types(&mut harness, 0, "#lobby") && !types(&mut harness, 2_999, "#lobby"));
    assert!(types(&mut harness, 3_000, "#lobby") && types(&mut harness, 3_001, "#rust"));
    assert!(!types(&mut harness, 9_000, "#tea"), "the user is not there");
    let features = Features::default();
    let welcome = Welcome { features, ..welcome(7, "bob") };
    harness.input(Input::Link(LinkEvent::Welcome { session: 2, welcome }));
    harness.event(room_event("#lobby", 0, 0));
    assert!(!types(&mut harness, 20_000, "#lobby"), "this server does not know it");
    let away = Request::Away(Some(text("lunch")));
    assert_eq!(harness.request(away), [Effect::Failed(RequestError::NoAway)]);
}

#[test]
fn a_user_is_writing_until_a_message_or_for_five_seconds() {
    let mut harness = Harness::connected();
    let lobby = RoomName::lobby();
    let typing = |id, name| Event::Typing { room: RoomName::lobby(), user: user(id, name) };
    let names = |harness: &Harness| harness.state.typing_in(&lobby).count();
    assert!(matches!(harness.event(typing(3, "ana"))[..], [Effect::Tick(_)]));
    harness.event(typing(5, "carl"));
    harness.event(typing(7, "bob"));
    assert_eq!(names(&harness), 2, "the user knows that it is writing");
    let message = message_in("#lobby", 1, user(3, "ana"), "x", Timestamp::from_millis(0));
    harness.event(Event::Message(message));
    assert_eq!(names(&harness), 1);
    at(&mut harness, 5_000, Input::Tick);
    assert_eq!(names(&harness), 0);
}

#[test]
fn the_other_user_of_a_direct_message_is_online_or_away_or_was_last_seen() {
    let mut harness = Harness::connected();
    let ana = user(3, "ana");
    harness.event(direct_event(&ana, 0, 0));
    let direct = RoomName::direct(UserId::new(3), UserId::new(7));
    let partner = |harness: &Harness| match harness
        .state
        .partner(harness.state.rooms().get(&direct).unwrap())
    {
        Some(Partner::Away(text)) => format!("away {}", text.as_str()),
        other => format!("{other:?}"),
    };
    assert_eq!(partner(&harness), "Some(Online)");
    harness.event(Event::Away { user: ana.clone(), text: text("lunch") });
    assert_eq!(partner(&harness), "away lunch");
    harness.event(Event::Back { user: ana.clone() });
    assert_eq!(partner(&harness), "Some(Online)");
    let away = vec![Away { id: UserId::new(3), text: text("tea") }];
    harness.event(Event::Room(RoomState { away, ..room_state("#lobby", 0, 0) }));
    assert_eq!(partner(&harness), "away tea");
    harness.event(room_event("#lobby", 0, 0));
    assert_eq!(partner(&harness), "Some(Online)", "the list has it no more");
    let left = |room| Event::Left { room, user: ana.clone(), reason: LeaveReason::Bye };
    harness.event(left(direct.clone()));
    assert_eq!(partner(&harness), "Some(Online)", "ana is still in the lobby");
    harness.event(left(RoomName::lobby()));
    assert_eq!(partner(&harness), format!("Some(Offline(Some({:?})))", Timestamp::from_millis(0)));
    harness.input(Input::Link(LinkEvent::Connecting));
    assert_eq!(partner(&harness), "None", "without a session nothing is known");
}
